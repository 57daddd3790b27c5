"""What to do next: what the rules say, why, and a button that begins it."""
