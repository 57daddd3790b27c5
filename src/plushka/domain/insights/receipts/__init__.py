"""Receipts as people read them: found by filters, page by page, as they come, and written to a file."""
