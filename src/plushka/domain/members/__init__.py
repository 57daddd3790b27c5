"""The people enrolled in a programme and what they are known by. Owns ``members`` and ``identities``."""
