"""The audit trail in words, on pages and as a file."""
