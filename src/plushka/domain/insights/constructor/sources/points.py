"""Points: each movement of the journal is a row."""

from plushka.domain.insights.constructor.catalogue import Column, Dimension, Measure, Source
from plushka.domain.insights.constructor.sources.days import dimensions_of_day
from plushka.domain.insights.constructor.sources.members import PRESENT_TIER, TIER
from plushka.domain.insights.constructor.sources.people import dimensions_of_member
from plushka.domain.ledger.words import ACCOUNTS, KINDS
from plushka.platform.i18n import marked

_TURNED = "coalesce(sum(points) filter (where credit = {0}), 0) - coalesce(sum(points) filter (where debit = {0}), 0)"
POINTS = Source(
    title=marked("Movements of points"),
    text=marked("Each movement of the journal: what was issued, spent, burned and taken back, when and of whom."),
    days=marked("Days of the movements"),
    sql="""postings p
            join wallets w on w.tenant_id = $1 and w.id = p.wallet_id
            join members m on m.tenant_id = $1 and m.id = w.member_id""",
    listed="p.id",
    where="p.tenant_id = $1 and p.at >= {from_at} and p.at < {until_at}",
    joins={"standing": PRESENT_TIER},
    dimensions={
        **dimensions_of_day("(p.at at time zone {zone})::date"),
        "movement": Dimension(marked("Movement"), "p.kind", "words", words=KINDS),
        "to": Dimension(marked("Where the points went"), "p.credit", "words", words=ACCOUNTS),
        "program": Dimension(marked("Programme"), "w.program_id::text", "program"),
        "tier": TIER,
        **dimensions_of_member(needs=()),
    },
    columns={
        "points": Column("p.points"),
        "debit": Column("p.debit"),
        "credit": Column("p.credit"),
        "member_id": Column("m.id"),
    },
    measures={
        "issued": Measure(
            marked("Points issued"),
            "points",
            "coalesce(sum(points) filter (where debit in ('issued', 'adjusted')), 0)",
            ("points", "debit"),
            definition="points_issued",
        ),
        "spent": Measure(
            marked("Points spent"),
            "points",
            _TURNED.format("'spent'"),
            ("points", "debit", "credit"),
            definition="points_spent",
        ),
        "burned": Measure(
            marked("Points burned"),
            "points",
            "coalesce(sum(points) filter (where credit in ('burned', 'forfeited')), 0)",
            ("points", "credit"),
            definition="points_burned",
        ),
        "reversed": Measure(
            marked("Points taken back"),
            "points",
            "coalesce(sum(points) filter (where credit in ('reversed', 'adjusted')), 0)"
            " - coalesce(sum(points) filter (where debit = 'reversed'), 0)",
            ("points", "debit", "credit"),
            definition="asked_reversed",
        ),
        "points": Measure(
            marked("Points moved"), "points", "sum(points)", ("points",), definition="asked_moved"
        ),
        "movements": Measure(marked("Movements"), "count", "count(*)", definition="asked_movements"),
        "members": Measure(
            marked("Whose points moved"),
            "count",
            "count(distinct member_id)",
            ("member_id",),
            definition="asked_moved_members",
        ),
    },
)  # fmt: skip
