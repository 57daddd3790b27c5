"""RFM scores and the seven groups of all members, by night and on demand; and how many were in each, month by month.

Tables: ``lifecycle_settings``, ``group_runs``, ``member_groups``, ``group_snapshots``, ``group_stays``,
``group_moves``.
"""
