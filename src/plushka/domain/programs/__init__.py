"""Programmes: their immutable versions (S20), and where each member stands in them: tier and sums (S13).

Owns ``programs``, ``program_versions``, ``program_drafts``, ``branch_programs``, ``standings``, ``standing_days``,
``rule_days``, ``tier_changes``.
"""
