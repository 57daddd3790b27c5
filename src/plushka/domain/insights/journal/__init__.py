"""The journal of points as it is read by people: found by filters, page by page, and written to a file."""
