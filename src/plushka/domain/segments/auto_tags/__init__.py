"""Tags that rules put on and take off every night, apart from those that people have put on.

Tables: ``auto_tags``, ``auto_tagged``.
"""
