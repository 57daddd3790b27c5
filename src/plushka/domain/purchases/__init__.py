"""The use cases of a till: quote, hold, commit, cancel, return (S6, S7, S9).

Owns ``receipts`` and ``returns``. ``queue`` gathers commits into batches without a timer: what arrives while
a batch commits is the next batch. ``commit`` books a batch, ``decide`` asks the engine, ``store`` writes.
"""
