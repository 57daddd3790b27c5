"""MAX's Bot API, spoken plainly over HTTP: it is five calls (docs/decisions/0075-bots.md)."""
