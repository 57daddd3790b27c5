"""Segments of members and what is sent to them."""
