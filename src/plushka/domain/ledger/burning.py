"""When points burn, as SQL."""

BURNS_AT = """greatest(
    l.expires_at, (w.last_purchase_on + l.sliding_days + 1)::timestamp at time zone w.last_purchase_zone
)"""
"""The moment from which lot ``l`` of wallet ``w`` is no more; null: never. A purchase carries a sliding lot on."""
