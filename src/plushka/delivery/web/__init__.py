"""What the pages of every audience share: one look, one way to render, static files, and what a browser may do."""
