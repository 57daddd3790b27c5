"""Partners: businesses that give out each other's coupons (F78–F80).

Owns ``partnerships``, ``partner_offers`` and ``partner_codes``, whose rows have two owners, and ``handed_codes`` and
``printed_codes``, the holder's alone. Nothing else of a business is seen by another (docs/decisions/0087).
"""
