"""Journeys: what a member is told and given step by step, after something has happened to them.

Tables: ``journeys``, ``journey_versions``, ``journey_runs``, ``journey_passes``, ``webhook_calls``. A journey is a
campaign of the same id, so its recipients and letters are counted as those of any other. What happens next is decided
by ``engine/journeys``; here it is found out who begins (``finding``, ``entering``), and what is to be done is done
(``moving``, ``deeds``).
"""
