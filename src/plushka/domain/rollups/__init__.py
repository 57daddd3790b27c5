"""Sums over receipts, returns and postings, for pages that must not wait (docs/decisions/0100-roll-ups.md).

Owns ``sales_days``, ``refund_days``, ``sales_hours``, ``category_days``, ``uncategorized_receipts``,
``product_months``, ``cashier_days``, ``member_months``, ``member_years``, ``member_paths``, ``mechanic_days``,
``mechanic_sets``, ``mechanic_buyers``, ``receipt_goods``, ``points_days``, ``lot_months`` and
``rollup_runs``; nobody else writes them.
``folding`` adds what has changed, ``rebuilding`` makes all anew, both by the SQL of ``counting``; ``checking``
compares.
"""
