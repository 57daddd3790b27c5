"""What was written since somebody last added it up (docs/decisions/0100-roll-ups.md).

Owns ``changes``. Whoever writes receipts, returns or postings, or moves receipts to another member, notes it in the
same transaction; ``domain/rollups`` takes what was noted and adds it up.
"""
