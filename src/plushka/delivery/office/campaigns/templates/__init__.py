"""Pages of templates of letters."""
