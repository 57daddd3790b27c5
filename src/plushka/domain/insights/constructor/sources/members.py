"""Members: each card is a row, as it is now."""

from plushka.domain.insights.constructor.catalogue import Column, Dimension, Measure, Source
from plushka.domain.insights.constructor.sources.people import dimensions_of_member
from plushka.domain.segments.lifecycle.words import GROUP_WORDS
from plushka.platform.i18n import marked

PRESENT_TIER = """left join lateral (
        select s.tier from standings s where s.tenant_id = $1 and s.member_id = m.id
        order by s.spend_minor desc, s.program_id limit 1
    ) as standing on true"""
TIER = Dimension(
    marked("Present tier"), "standing.tier", "tier", unsaid=marked("no tier"), needs=("standing",)
)
_PEOPLE = dict(dimensions_of_member(needs=()))
_VISITS = {
    "0": marked("no purchases"),
    "1": marked("one purchase"),
    "2": marked("2–3 purchases"),
    "4": marked("4–9 purchases"),
    "10": marked("10 purchases and more"),
}
_VISITS_SQL = """case when h.receipts is null or h.receipts = 0 then '0' when h.receipts = 1 then '1'
    when h.receipts < 4 then '2' when h.receipts < 10 then '4' else '10' end"""
MEMBERS = Source(
    title=marked("Members"),
    text=marked("Each member once, as they are now: who they are, how much they have bought and their points."),
    days=marked("Days on which they joined"),
    sql="members m",
    listed="m.id",
    where="""m.tenant_id = $1 and m.enrolled_at >= {from_at} and m.enrolled_at < {until_at}
            and m.merged_into is null and m.erased_at is null""",
    joins={
        "standing": PRESENT_TIER,
        "group": "left join member_groups k on k.tenant_id = $1 and k.member_id = m.id",
        "path": "left join member_paths h on h.tenant_id = $1 and h.member_id = m.id",
        "wallets": """cross join lateral (
            select sum(w.available) as available, sum(w.pending) as pending
            from wallets w where w.tenant_id = $1 and w.member_id = m.id
        ) as w""",
    },
    dimensions={
        "joined_month": _PEOPLE.pop("joined_month"),
        "tier": TIER,
        "group": Dimension(
            marked("Group of members"),
            'k."group"',
            "words",
            words=GROUP_WORDS,
            unsaid=marked("not sorted yet"),
            needs=("group",),
        ),
        "visits": Dimension(
            marked("How many purchases"), _VISITS_SQL, "words", words=_VISITS, needs=("path",)
        ),
        "last_month": Dimension(
            marked("Month of the last purchase"),
            "to_char(date_trunc('month', h.last_on), 'YYYY-MM-DD')",
            "month",
            unsaid=marked("no purchases"),
            needs=("path",),
            rises=True,
        ),
        **_PEOPLE,
    },
    columns={
        "receipts": Column("coalesce(h.receipts, 0)", ("path",)),
        "revenue": Column("coalesce(h.revenue_minor, 0)", ("path",)),
        "available": Column("coalesce(w.available, 0)", ("wallets",)),
        "pending": Column("coalesce(w.pending, 0)", ("wallets",)),
    },
    measures={
        "members": Measure(marked("Members"), "count", "count(*)", definition="asked_members"),
        "bought": Measure(
            marked("Of them have bought"),
            "count",
            "count(*) filter (where receipts > 0)",
            ("receipts",),
            definition="asked_bought",
        ),
        "bought_share": Measure(
            marked("Have bought, share"),
            "share",
            "count(*) filter (where receipts > 0)",
            ("receipts",),
            of="count(*)",
            definition="asked_bought_share",
        ),
        "revenue": Measure(
            marked("Brought in all their time"),
            "money",
            "sum(revenue)",
            ("revenue",),
            definition="asked_brought",
        ),
        "mean": Measure(
            marked("A buyer has brought, on average"),
            "money",
            "sum(revenue)",
            ("revenue", "receipts"),
            of="count(*) filter (where receipts > 0)",
            definition="asked_mean_brought",
        ),
        "receipts": Measure(
            marked("Their receipts"), "count", "sum(receipts)", ("receipts",), definition="asked_their_receipts"
        ),
        "available": Measure(
            marked("Points to spend"), "points", "sum(available)", ("available",), definition="asked_available"
        ),
        "pending": Measure(
            marked("Points that wait"), "points", "sum(pending)", ("pending",), definition="asked_pending"
        ),
    },
)  # fmt: skip
