"""Reports of one's own (decision 0105): a catalogue of sources, questions put together from it, and their answers.

Owns ``saved_reports``, ``report_schedules`` and ``report_sendings``.
"""
