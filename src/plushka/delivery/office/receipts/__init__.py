"""Receipts: as they come, and one with its explanation."""
