"""The table of broadcasts, with the numbers of the sample (F211, F212), and journeys and bonuses beside it."""

from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO
from uuid import UUID

import httpx
import msgspec
from python_calamine import CalamineWorkbook
from tests.conftest import SetClock
from tests.office.conftest import plain, signed_in
from tests.office.reports.expected import table
from tests.office.reports.reading import is_left_alone, read_rows, rows_of
from tests.pos.conftest import Cast

from plushka.app import Plushka
from plushka.domain.campaigns.figures import Figures
from plushka.domain.insights.constructor.sources import SOURCES
from plushka.engine.journeys.parts import Journey, OnRegistration
from plushka.platform.database import Database, Tx
from plushka.platform.ids import new_id

FEBRUARY = "period=custom&from=2026-02-01&until=2026-02-28"
HX = {"hx-request": "true"}
NINE = datetime(2026, 2, 21, 6, 0, tzinfo=UTC)  # 09:00 in Moscow
SAMPLE = {
    "Мужчины": Figures(addressed=530, sent=516, purchases=21, known_cost=21, came_again=7,
                       revenue_minor=24_632_00, cost_minor=15_486_67, positions=34),
    "Женщины": Figures(addressed=498, sent=486, purchases=26, known_cost=26, came_again=13,
                       revenue_minor=37_063_00, cost_minor=15_800_00, positions=42),
    "Пол не указан": Figures(addressed=607, sent=594, purchases=52, known_cost=52, came_again=13,
                             revenue_minor=74_535_00, cost_minor=43_509_00, positions=85),
}  # fmt: skip
GREETING = Figures(
    addressed=200, sent=200, purchases=50, known_cost=50, came_again=20, revenue_minor=60_000_00,
    cost_minor=30_000_00, messages_minor=1_000_00, discount_minor=9_000_00, positions=100,
)  # fmt: skip


async def a_campaign(tx: Tx, name: str, *, kind: str, began_at: datetime = NINE) -> UUID:
    """Write down a campaign that was started at ``NINE``; letters of a broadcast begin to go out at ``began_at``."""
    campaign_id = new_id()
    await tx.execute(
        """
        insert into campaigns (tenant_id, id, kind, name, purpose, state, control_bp, salt, created_by, created_at,
                               started_by, started_at, planned_at, finished_at, settled_at)
        values ($1, $2, $3, $4, 'marketing', 'done', 0, 'a salt that is long enough', 't', $5, 't', $5, $6, $6, $6)
        """,
        tx.tenant_id, campaign_id, kind, name, NINE, began_at,
    )  # fmt: skip
    return campaign_id


async def keep(tx: Tx, table_of: str, campaign_id: UUID, key: dict[str, object], came: Figures) -> None:
    values = {"tenant_id": tx.tenant_id, "campaign_id": campaign_id, "counted_at": tx.at, **key} | {
        field: getattr(came, field) for field in Figures.__struct_fields__
    }
    places = ", ".join(f"${number}" for number in range(1, len(values) + 1))
    await tx.execute(
        f"insert into {table_of} ({', '.join(values)}) values ({places})",  # noqa: S608  names of columns
        *values.values(),
    )


async def write_down(database: Database, clock: SetClock, tenant_id: UUID) -> None:
    async with database.transaction(tenant_id, actor="test", at=clock.now()) as tx:
        for name, came in SAMPLE.items():
            campaign_id = await a_campaign(tx, name, kind="broadcast")
            await keep(tx, "campaign_figures", campaign_id, {"cut": "total", "value": ""}, came)
        journey_id = await a_campaign(tx, "День рождения", kind="journey")
        draft = msgspec.json.encode(Journey("День рождения", OnRegistration(), ())).decode()
        await tx.execute(
            "insert into journeys (tenant_id, id, draft, changed_at) values ($1, $2, $3, $4)",
            tx.tenant_id, journey_id, draft, tx.at,
        )  # fmt: skip
        for day, bonus in ((date(2026, 2, 3), "points"), (date(2026, 3, 3), "gift")):
            await keep(
                tx, "journey_days", journey_id, {"told_on": day, "step": "m", "bonus": bonus}, GREETING
            )


async def test_broadcasts_journeys_and_bonuses_stand_beside_each_other(
    app: Plushka, cast: Cast, database: Database, clock: SetClock, staff: dict[str, str]
) -> None:
    clock.at = datetime(2026, 3, 20, 9, 0, tzinfo=UTC)
    await write_down(database, clock, cast.anna.tenant_id)
    async with signed_in(app, staff["owner"]) as anna:
        broadcasts = {str(row[0]): row[1:] for row in await table(anna, "broadcasts", FEBRUARY)}
        page = plain((await anna.get(f"/reports/blocks/broadcasts?{FEBRUARY}", headers=HX)).text)
        journeys = {str(row[0]): row[1:] for row in await table(anna, "journeys", FEBRUARY)}
        bonuses = {str(row[0]): row[1:] for row in await table(anna, "bonuses", FEBRUARY)}
        await the_workbook_has_the_moment(anna)
        for name in ("journeys", "bonuses"):
            assert (await anna.get(f"/reports/blocks/{name}?{FEBRUARY}", headers=HX)).status_code == 200
        assert "День рождения" in plain(
            (await anna.get(f"/reports/blocks/journeys?{FEBRUARY}", headers=HX)).text
        )
    # Began, sent, purchases, conversion, revenue, messages, goods, profit, return, average, discount, positions, again.
    assert {name: row[1:12] for name, row in broadcasts.items()} == {
        "Мужчины": [
            516,
            21,
            n("4.07"),
            24632,
            0,
            n("15486.67"),
            n("9145.33"),
            None,
            n("1172.95"),
            0,
            n("1.62"),
        ],
        "Женщины": [486, 26, n("5.35"), 37063, 0, 15800, 21263, None, n("1425.50"), 0, n("1.62")],
        "Пол не указан": [594, 52, n("8.75"), 74535, 0, 43509, 31026, None, n("1433.37"), 0, n("1.63")],
        "Вместе": [
            1596,
            99,
            n("6.20"),
            136230,
            0,
            n("74795.67"),
            n("61434.33"),
            None,
            n("1376.06"),
            0,
            n("1.63"),
        ],
    }
    assert broadcasts["Мужчины"][0] == "2026-02-21 09:00:00"
    assert "21 февраля, 09:00" in page
    assert [broadcasts[name][12] for name in (*SAMPLE, "Вместе")] == [n("33.33"), 50, 25, n("33.33")]
    # (60 000 − 30 000 − 1 000) / (1 000 + 9 000) = 290 %; 20 of 50 came again.
    greeting = [200, 50, 25, 60000, 1000, 30000, 29000, 290, 1200, 9000, 2, 40]
    assert journeys == {"День рождения": [*greeting, "Нет контрольной группы"], "Вместе": [*greeting, None]}
    assert bonuses["бонусы в подарок"] == greeting
    assert bonuses["без бонуса"][:2] == [1596, 99]
    assert "подарок" not in bonuses, "it is of March"
    together = bonuses["Вместе"]
    assert together[:2] == [1796, 149]
    assert together[11] == n("35.57")  # (33 + 20) / 149
    async with signed_in(app, staff["marketer"]) as marketer:
        block = plain((await marketer.get(f"/reports/blocks/journeys?{FEBRUARY}", headers=HX)).text)
        assert "Пришли снова" in block
        assert "Отдача кампании" not in block


async def test_reports_of_ones_own_count_broadcasts_by_the_day_on_which_they_began(
    app: Plushka, cast: Cast, database: Database, clock: SetClock, staff: dict[str, str]
) -> None:
    clock.at = datetime(2026, 3, 20, 9, 0, tzinfo=UTC)
    await write_down(database, clock, cast.anna.tenant_id)
    async with database.transaction(cast.anna.tenant_id, actor="test", at=clock.now()) as tx:
        # Started in February for the first minutes of March, by the clock of Moscow.
        later = await a_campaign(
            tx, "Весна", kind="broadcast", began_at=datetime(2026, 2, 28, 21, 5, tzinfo=UTC)
        )
        await keep(tx, "campaign_figures", later, {"cut": "total", "value": ""}, GREETING)
    async with signed_in(app, staff["owner"]) as anna:
        for first, last, sent in (("02-01", "02-28", 1596), ("03-01", "03-31", 200)):
            titles, rows = await rows_of(
                anna, "broadcasts", f"period=custom&from=2026-{first}&until=2026-{last}"
            )
            assert rows[-1][titles.index("Уведомления")].number == sent
            asked = f"span=custom&from=2026-{first}&until=2026-{last}&measure=sent&measure=broadcasts"
            _, (row, *_) = await read_rows(
                anna, f"/reports/constructor/answer?source=campaigns&row=month&{asked}"
            )
            assert row[1].number == sent
            assert row[2].number == len(rows) - 1
            _, listed = await read_rows(anna, row[2].href)
            assert len(listed) == len(rows), "each in its line, and all together"


async def test_every_figure_of_letters_in_reports_of_ones_own_leads_to_what_it_is_of(
    app: Plushka, cast: Cast, database: Database, clock: SetClock, staff: dict[str, str]
) -> None:
    clock.at = datetime(2026, 3, 20, 9, 0, tzinfo=UTC)
    await write_down(database, clock, cast.anna.tenant_id)
    async with signed_in(app, staff["owner"]) as anna:
        for source in ("campaigns", "journeys"):
            measures = list(SOURCES[source].measures)
            for start in range(0, len(measures), 6):
                told = "&".join(f"measure={measure}" for measure in measures[start : start + 6])
                for row_by in ("month", "bonus", "campaign"):
                    query = f"source={source}&row={row_by}&{told}&span=year"
                    _, rows = await read_rows(anna, f"/reports/constructor/answer?{query}")
                    assert rows, query
                    for row in rows:
                        assert not any(map(is_left_alone, row[1:])), (query, row)


def n(text: str) -> Decimal:
    return Decimal(text)


async def the_workbook_has_the_moment(anna: httpx.AsyncClient) -> None:
    answer = await anna.get(f"/reports/files/broadcasts.xlsx?{FEBRUARY}")
    sheet = CalamineWorkbook.from_filelike(BytesIO(answer.content)).get_sheet_by_index(0).to_python()
    assert sheet[1][1] == datetime(2026, 2, 21, 9, 0)  # noqa: DTZ001  by the business's clock
