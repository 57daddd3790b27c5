"""The people enrolled in a programme and what they are known by.

Owns ``members``, ``identities``, ``consents``, ``consent_texts``, ``member_dates``, ``member_notes``, ``merges``,
``merge_offers``, ``channel_addresses``, ``registration_links``, ``registration_codes``, ``link_visits``,
``join_tries``, ``saved_views``, ``list_habits``, ``phone_codes``, ``member_sessions``, ``launches``,
``erasure_acts`` and ``suppressions``.
"""
