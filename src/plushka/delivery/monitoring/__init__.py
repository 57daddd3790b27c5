"""What the operator's own machines ask: figures for Prometheus."""
