"""Broadcasts: the table of what came of them, one written on a page, one as it runs."""
