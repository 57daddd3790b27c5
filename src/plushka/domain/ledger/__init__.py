"""Wallets, lots, holds and the double-entry journal (S3–S10).

Owns ``wallets``, ``lots``, ``postings``, ``holds``, ``adjustments``, ``extensions``, ``verifications``. The journal
is the truth; wallets and lots are projections written in the same transaction. ``book`` moves points in
memory, purely; ``bookkeeping`` locks wallets, reads them into books, and writes what books recorded as
arrays, many wallets at once.
"""
