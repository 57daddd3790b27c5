"""No figure of a report is without a way to what it is of, but for those that are named here with the reason."""

from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

from tests.conftest import SetClock
from tests.office.conftest import signed_in
from tests.office.reports.reading import unlinked
from tests.office.reports.test_broadcasts_block import write_down
from tests.office.reports.year import a_year
from tests.pos.conftest import Cast

from plushka.app import Plushka
from plushka.delivery.jobs.grouping import group_now
from plushka.delivery.office.reports.registry import MAKERS
from plushka.domain.occasions.rating import rate
from plushka.domain.programs.versions import Versions
from plushka.platform.database import Database

CHANGES = frozenset({"Изменение", "Разница"})
"""Of two figures, each of which leads to what it is of."""
ALL = ""
"""Every figure of a block, or every column of a row."""
EXCEPTIONS: Mapping[str, Mapping[tuple[str, str], str]] = {
    "steps": {
        (
            ALL,
            "За 30 дней",
        ): "how long it took is worked out of two receipts; those who came are listed beside"
    },
    "retention": {("Все месяцы", ALL): "weighted over cohorts, each of another month"},
    "cohort_revenue": {("Все месяцы", ALL): "weighted over cohorts, each of another month"},
    "future_accuracy": {
        (ALL, ALL): "what the model would have said of days kept back; it is kept as numbers"
    },
    "points_reserve": {("Бонус покупает", ALL): "a price of the programme"},
    "points_movement": {
        (ALL, "Дебет"): "the number of an account in the books",
        (ALL, "Кредит"): "the number of an account in the books",
    },
    "points_days": {(ALL, "Бонус покупает"): "a price of the programme"},
    "payback": {
        (
            "Сообщения, по отправкам",
            ALL,
        ): "letters of campaigns and all others, codes among them, as they went out",
        ("Покрытие", ALL): "of two lines above, each of which is linked",
    },
}
"""By block: (row, column) and why there is no list behind it."""


def is_excused(block: str, row: str, column: str) -> bool:
    return column in CHANGES or any(
        row_of in (ALL, row) and column_of in (ALL, column) for row_of, column_of in EXCEPTIONS.get(block, {})
    )


def test_exceptions_are_of_blocks_that_there_are() -> None:
    assert set(EXCEPTIONS) <= set(MAKERS)


async def rated(database: Database, clock: SetClock, tenant_id: UUID) -> None:
    """Let members rate what they bought within the last month."""
    versions = Versions()
    async with database.transaction(tenant_id, actor="test", at=clock.now()) as tx:
        bought = await tx.fetch(
            """
            select id, member_id from receipts
            where tenant_id = $1 and member_id is not null and occurred_at > $2 order by id
            """,
            tenant_id,
            clock.now() - timedelta(days=29),
        )
        for number, row in enumerate(bought):
            await rate(
                tx,
                versions,
                member_id=row["member_id"],
                receipt_id=row["id"],
                score=1 + number % 5,
                place="app",
            )
        assert len(bought) > 3


QUERIES = ("period=year", "period=custom&from=2026-04-10&until=2026-06-20&branch=arbat&branch=east")


async def test_every_figure_leads_to_what_it_is_of(
    app: Plushka, cast: Cast, database: Database, clock: SetClock, staff: dict[str, str]
) -> None:
    await a_year(app, cast.anna, database, clock)
    await write_down(database, clock, cast.anna.tenant_id)
    await group_now(database, clock, cast.anna.tenant_id)
    await rated(database, clock, cast.anna.tenant_id)
    async with signed_in(app, staff["owner"]) as anna:
        alone = {
            (block, row, column)
            for query in QUERIES
            for block in MAKERS
            for row, column in await unlinked(anna, block, query)
            if not is_excused(block, row, column)
        }
    assert not alone, sorted(alone)
