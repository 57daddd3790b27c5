"""Which members are meant: conditions over members, segments kept under a name, and groups by how members buy.

Tables: ``segments``, ``segment_members`` and ``segment_moves``; those of groups are named in ``lifecycle``.
"""
