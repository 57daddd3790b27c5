"""What a receipt owes to: the promotions, rules, tiers and cards that its stored outcome says were on it."""

BETWEEN_MECHANICS = "\n"
"""What stands between those of a receipt, which are in the order of their code points."""


def owing(outcome: str, redeemed_minor: str, redeemed_points: str) -> str:
    """Return the SQL of rows (mechanic, off_minor, points), several of one mechanic at times.

    ``outcome`` is the SQL of an outcome as jsonb, the others that of what points paid and how many. A promotion that
    raises the share counts where points paid, one that gives a gift where the gift was won.
    """
    return f"""
        select case d->>0 when 'personal' then 'personal' else (d->>0) || ':' || (d->>4) end, (d->>2)::bigint, 0::bigint
        from jsonb_array_elements({outcome}->'discounts') as d
        union all
        select 'promotion:' || (g->>4), 0, 0 from jsonb_array_elements({outcome}->'gifts') as g where g->>4 is not null
        union all
        select 'promotion:' || (n->>1), 0, 0 from jsonb_array_elements({outcome}->'notes') as n
        where n->>0 = 'share_raised' and {redeemed_minor} > 0
        union all
        select 'rule:' || (a->>0), 0, (a->>1)::bigint from jsonb_array_elements({outcome}->'awards') as a
        where (a->>1)::bigint > 0
        union all
        select 'card:' || (c->>0), 0, 0 from jsonb_array_elements({outcome}->'cards') as c where (c->>1)::bigint > 0
        union all
        select 'redemption', {redeemed_minor}, {redeemed_points} where {redeemed_points} > 0
        union all
        select 'referral', 0, 0 where jsonb_typeof({outcome}->'referred') = 'array'
    """  # noqa: S608  names of columns
