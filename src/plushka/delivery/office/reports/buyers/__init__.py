"""How buyers come again."""
