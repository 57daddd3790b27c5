"""Receipts: each purchase is a row, but one that came back whole."""

from plushka.domain.insights.constructor.catalogue import Column, Dimension, Measure, Source
from plushka.domain.insights.constructor.sources.days import dimensions_of_day
from plushka.domain.insights.constructor.sources.goods import measures_of_goods
from plushka.domain.insights.constructor.sources.people import NO_CARD, dimensions_of_member
from plushka.domain.occasions.rating import LOW_SCORE
from plushka.platform.i18n import marked

NOT_BACK = """not exists (
    select from returns t where t.tenant_id = $1 and t.receipt_id = r.id and t.is_full
)"""
"""A receipt that came back whole never was (decision 0100)."""
WHERE = f"""r.tenant_id = $1 and r.business_date >= {{from_on}}::date and r.business_date < {{until_on}}::date
            and {NOT_BACK}"""
JOINS = {
    "version": "join program_versions v on v.tenant_id = $1 and v.id = r.version_id",
    "branch": "join branches b on b.tenant_id = $1 and b.id = r.branch_id",
    "member": "left join members m on m.tenant_id = $1 and m.id = r.member_id",
    "path": "left join member_paths h on h.tenant_id = $1 and h.member_id = r.member_id",
    "rating": "left join ratings g on g.tenant_id = $1 and g.receipt_id = r.id and not g.is_cancelled",
    # Only of a receipt of which something came back its lines are looked at; the refund is divided as it is there.
    "goods": """cross join lateral (
        select case
            when r.cost_minor is null or not exists (
                select from returns t where t.tenant_id = $1 and t.receipt_id = r.id
            ) then r.cost_minor
            else (
                select sum(line.cost - line.cost * coalesce(gone.milli, 0) / line.milli)::bigint
                from (
                    select number, cost::bigint as cost, (sold->>1)::bigint as milli
                    from rows from (
                        json_array_elements(r.basket->'basket'->'lines'), json_array_elements_text(r.basket->'costs')
                    ) with ordinality as every (sold, cost, number)
                ) as line
                left join (
                    select (back->>'index')::bigint as index, sum((back->>'quantity_milli')::bigint) as milli
                    from returns t cross join lateral jsonb_array_elements(t.lines) as back
                    where t.tenant_id = $1 and t.receipt_id = r.id
                    group by 1
                ) as gone on gone.index = line.number - 1
            )
        end as cost_minor
        offset 0
    ) as goods""",
}
_OF_FIRST = {
    "first": marked("the first purchase"),
    "again": marked("came again"),
}
DIMENSIONS = {
    **dimensions_of_day("r.business_date"),
    "hour": Dimension(
        marked("Hour, by the clock of the branch"),
        "to_char(r.occurred_at at time zone b.time_zone, 'HH24')",
        "hour",
        needs=("branch",),
        rises=True,
    ),
    "branch": Dimension(marked("Branch"), "r.branch_id::text", "branch"),
    "cashier": Dimension(marked("Cashier"), "r.cashier", unsaid=marked("not named by the till")),
    "program": Dimension(marked("Programme"), "v.program_id::text", "program", needs=("version",)),
    "card": Dimension(
        marked("With a card or without"),
        "case when r.member_id is null then 'without' else 'with' end",
        "words",
        words={"with": marked("with a card"), "without": NO_CARD},
    ),
    "tier": Dimension(
        marked("Tier at the purchase"), "r.member_state->>'tier'", "tier", unsaid=marked("no tier")
    ),
    "first": Dimension(
        marked("First purchase or not"),
        "case when r.member_id is null then null when h.first_id = r.id then 'first' else 'again' end",
        "words",
        words=_OF_FIRST,
        unsaid=NO_CARD,
        needs=("path",),
    ),
    "spends": Dimension(
        marked("Were points spent"),
        "case when r.redeemed_points > 0 then 'yes' else 'no' end",
        "words",
        words={"yes": marked("points were spent"), "no": marked("no points were spent")},
    ),
    **dimensions_of_member(needs=("member",)),
}
COLUMNS = {
    "member_id": Column("r.member_id"),
    "revenue": Column("r.payable_minor - r.refunded_minor"),
    "amount": Column("r.amount_minor"),
    "discount": Column("r.discount_minor"),
    "redeemed": Column("r.redeemed_minor"),
    "refunded": Column("r.refunded_minor"),
    "redeemed_points": Column("r.redeemed_points"),
    "earned_points": Column("r.earned_points"),
    "is_first": Column("coalesce(h.first_id = r.id, false)", ("path",)),
    "cost": Column("goods.cost_minor", ("goods",)),
    "score": Column("g.score", ("rating",)),
}
_WITH_CARD = "count(member_id)"
RECEIPTS = Source(
    title=marked("Receipts"),
    text=marked("Each purchase once: what was paid, given and earned, by whom, when and where."),
    days=marked("Days of the purchases"),
    sql="receipts r",
    listed="r.id",
    where=WHERE,
    joins=JOINS,
    branch="r.branch_id",
    dimensions=DIMENSIONS,
    columns=COLUMNS,
    measures={
        "revenue": Measure(marked("Revenue"), "money", "sum(revenue)", ("revenue",), definition="revenue"),
        "receipts": Measure(marked("Receipts"), "count", "count(*)", definition="receipts"),
        "average": Measure(
            marked("Average receipt"),
            "money",
            "sum(revenue)",
            ("revenue",),
            of="count(*)",
            definition="average_receipt",
        ),
        "buyers": Measure(
            marked("Buyers"), "count", "count(distinct member_id)", ("member_id",), definition="asked_buyers"
        ),
        "frequency": Measure(
            marked("Receipts of a buyer"),
            "decimal",
            _WITH_CARD,
            ("member_id",),
            of="count(distinct member_id)",
            definition="asked_frequency",
        ),
        "with_card": Measure(
            marked("Receipts with a card"), "count", _WITH_CARD, ("member_id",), definition="card_receipts"
        ),
        "penetration": Measure(
            marked("Penetration"), "share", _WITH_CARD, ("member_id",), of="count(*)", definition="penetration"
        ),
        "engagement": Measure(
            marked("Engagement of members"),
            "share",
            "count(*) filter (where redeemed_points > 0)",
            ("redeemed_points", "member_id"),
            of=_WITH_CARD,
            definition="engagement",
        ),
        "firsts": Measure(
            marked("First purchases"),
            "count",
            "count(*) filter (where is_first)",
            ("is_first",),
            definition="first_purchases",
        ),
        "amount": Measure(
            marked("Before discounts"), "money", "sum(amount)", ("amount",), definition="asked_amount"
        ),
        "discount": Measure(marked("Discounts"), "money", "sum(discount)", ("discount",), definition="discount"),
        "discount_share": Measure(
            marked("Average discount"),
            "share",
            "sum(discount)",
            ("discount", "amount"),
            of="sum(amount)",
            definition="discount_share",
        ),
        "redeemed": Measure(
            marked("Paid with points"), "money", "sum(redeemed)", ("redeemed",), definition="redeemed"
        ),
        "given_share": Measure(
            marked("Discounts and points, share"),
            "share",
            "sum(discount) + sum(redeemed)",
            ("discount", "redeemed", "revenue"),
            of="sum(revenue)",
            definition="given_share",
        ),
        "refunded": Measure(
            marked("Given back later"), "money", "sum(refunded)", ("refunded",), definition="asked_refunded"
        ),
        "earned": Measure(
            marked("Points earned"), "points", "sum(earned_points)", ("earned_points",), definition="asked_earned"
        ),
        "spent": Measure(
            marked("Points spent on receipts"),
            "points",
            "sum(redeemed_points)",
            ("redeemed_points",),
            definition="asked_spent",
        ),
        "rating": Measure(
            marked("Average rating"),
            "decimal",
            "sum(score)",
            ("score",),
            of="count(score)",
            definition="rating_mean",
        ),
        "ratings": Measure(marked("Ratings"), "count", "count(score)", ("score",), definition="ratings"),
        "low_ratings": Measure(
            marked("Low ratings, share"),
            "share",
            f"count(score) filter (where score <= {LOW_SCORE})",
            ("score",),
            of="count(score)",
            definition="rating_low",
        ),
        **measures_of_goods("cost"),
    },
)  # fmt: skip
