"""How SMS, mail and push leave: an adapter for each provider, and the senders of every business."""
