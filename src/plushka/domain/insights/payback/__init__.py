"""Payback of the programme: what its scenarios brought, month by month, beside what it cost (0104)."""
