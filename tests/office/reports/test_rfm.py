"""The page of RFM through the door: the matrix, the groups, and movement that adds up to the base of every month."""

from collections import defaultdict
from datetime import timedelta
from decimal import Decimal
from io import BytesIO
from itertools import pairwise

import httpx
import polars as pl
import pytest
from msgspec import json
from python_calamine import CalamineWorkbook
from tests.conftest import SetClock
from tests.office.conftest import email_of, plain, signed_in
from tests.office.reports.expected import Cell, half_up, money, table, total
from tests.office.reports.reading import counted_members, rows_of
from tests.office.reports.year import LAST_ON, PHONES, Year, a_year
from tests.pos.conftest import Cast

from plushka.app import Plushka
from plushka.delivery.jobs.grouping import group_now
from plushka.domain.audit.queries import list_entries
from plushka.domain.members.model import Identity
from plushka.domain.programs.operations import enroll
from plushka.domain.segments.lifecycle.snapshots import list_snapshots
from plushka.domain.segments.lifecycle.words import GROUP_WORDS
from plushka.engine.audience import Group, Rfm
from plushka.platform.database import Database
from plushka.platform.i18n import translator

HX = {"hx-request": "true"}


async def test_matrix_groups_and_movement_are_what_a_second_count_makes_of_the_receipts(
    app: Plushka, cast: Cast, database: Database, clock: SetClock, staff: dict[str, str]
) -> None:
    year = await a_year(app, cast.anna, database, clock)
    async with database.transaction(cast.anna.tenant_id, actor="test:anna", at=clock.now()) as tx:
        await enroll(tx, name="Борис", identities=[Identity("phone", "+79990000107")])
    await group_now(database, clock, cast.anna.tenant_id)
    async with signed_in(app, staff["owner"]) as anna:
        await every_buyer_stands_in_the_square_of_their_two_fifths(anna, year)
        await groups_are_all_of_the_base_and_all_of_its_money(anna, year)
        await movement_adds_up_to_the_base_of_every_month(anna, database, cast, clock)
        for block, query in (("activity", ""), ("rfm_moves", "period=year")):
            await months_are_of_the_members_who_are_listed(anna, block, query)


def bought(year: Year) -> pl.DataFrame:
    """Return each buyer's last day, and days and money of the last 365, from what was not returned as a whole."""
    since = LAST_ON - timedelta(days=365)
    lately = pl.col("day") > since
    return (
        year.receipts.filter("card")
        .group_by("member_id")
        .agg(
            pl.col("day").max().alias("last_on"),
            pl.col("day").filter(lately).n_unique().alias("visits"),
            pl.col("revenue").filter(lately).sum().alias("spend"),
        )
    )


def fifth(values: list[object], value: object) -> int:
    return 1 + 5 * sum(each < value for each in values) // len(values)  # type: ignore[operator]


async def every_buyer_stands_in_the_square_of_their_two_fifths(anna: httpx.AsyncClient, year: Year) -> None:
    buyers = bought(year)
    days, visits = buyers["last_on"].to_list(), buyers["visits"].to_list()
    members, spend = defaultdict[tuple[str, str], int](int), defaultdict[tuple[str, str], int](int)
    for buyer in buyers.iter_rows(named=True):
        square = (f"R{fifth(days, buyer['last_on'])}", f"F{fifth(visits, buyer['visits'])}")
        members[square] += 1
        spend[square] += buyer["spend"]
    *rows, last = await table(anna, "rfm_matrix")
    assert [(row[0], row[1]) for row in rows] == [
        (f"R{r}", f"F{f}") for r in range(5, 0, -1) for f in range(1, 6)
    ]
    everybody, everything = len(buyers), total(buyers, "spend")
    for row in rows:
        square = (str(row[0]), str(row[1]))
        assert row[2:] == [
            members[square],
            half_up(100 * members[square], everybody),
            money(spend[square]),
            half_up(100 * spend[square], everything),
            None if not members[square] else money(int(half_up(spend[square], members[square], 0) or 0)),
        ]
    assert len(members) > 2
    assert last[2:5] == [everybody, 100, money(everything)]
    assert everybody == len(PHONES)


async def groups_are_all_of_the_base_and_all_of_its_money(anna: httpx.AsyncClient, year: Year) -> None:
    *groups, base = await table(anna, "rfm_groups")
    assert [row[0] for row in groups] == [translator("ru").gettext(word) for word in GROUP_WORDS.values()]
    assert base[1] == len(PHONES) + 1 == sum(number(row[1]) for row in groups)
    assert base[4] == money(total(bought(year), "spend")) == sum(number(row[4]) for row in groups)
    by_name = {str(row[0]): row for row in groups}
    actions = await table(anna, "rfm_actions")
    for row in actions:
        parts = [by_name[name] for name in str(row[6]).split(", ")]
        assert row[1] == sum(number(part[1]) for part in parts)
        assert row[4] == sum(number(part[4]) for part in parts)
    assert sum(number(row[1]) for row in actions) + number(by_name["Без покупок"][1]) == base[1]


def number(value: Cell | None) -> Decimal:
    assert isinstance(value, Decimal)
    return value


async def movement_adds_up_to_the_base_of_every_month(
    anna: httpx.AsyncClient, database: Database, cast: Cast, clock: SetClock
) -> None:
    async with database.transaction(cast.anna.tenant_id, actor="test:anna", at=clock.now()) as tx:
        snapshots = (await list_snapshots(tx, limit=60))[::-1]
    assert len(snapshots) > 3
    first, last = snapshots[0].month, snapshots[-1].month + timedelta(days=27)
    answer = await anna.get(f"/reports/files/rfm_moves.xlsx?period=custom&from={first}&until={last}")
    rows = CalamineWorkbook.from_filelike(BytesIO(answer.content)).get_sheet_by_index(0).to_python()[1:]
    names = {group: translator("ru").gettext(word) for group, word in GROUP_WORDS.items()}
    for before, after in pairwise(snapshots):
        moved = [row for row in rows if row[0] == after.month]
        into, out = defaultdict[object, float](float), defaultdict[object, float](float)
        for _, was, became, members, _ in moved:
            out[was] += float(str(members))
            into[became] += float(str(members))
        assert {group: out[name] for group, name in names.items()} == before.members
        assert {group: into[name] for group, name in names.items()} == after.members
        assert sum(into.values()) - into["Ушли"] == after.base
    assert {row[0] for row in rows} == {each.month for each in snapshots[1:]}
    # The drawing is of the same numbers: what flows into the last column is the last base.
    page = (await anna.get(f"/reports/blocks/rfm_moves?period=custom&from={first}&until={last}")).text
    drawn = json.decode(page.split('<script type="application/json">')[1].split("</script>")[0])
    ends = {place for place, (column, _) in enumerate(drawn["nodes"]) if column == len(snapshots) - 1}
    assert sum(link[2] for link in drawn["links"] if link[1] in ends) == snapshots[-1].base
    assert len(drawn["columns"]) == len(snapshots)


async def months_are_of_the_members_who_are_listed(anna: httpx.AsyncClient, block: str, query: str) -> None:
    titles, rows = await rows_of(anna, block, query)
    compared = 0
    for row in rows:
        for title, cell in list(zip(titles, row, strict=True))[1:]:
            if title == "Клиенты" and cell.number and "Ушли" not in [each.text for each in row]:
                compared += 1
                assert cell.number == await counted_members(anna, cell.href), (row[0].text, cell)
    assert compared > len(PHONES)


@pytest.fixture
async def grouped(database: Database, cast: Cast, shop: object, clock: SetClock) -> None:  # noqa: ARG001  she bought
    """Let the purchases of Varvara be two months old, and the months be written."""
    clock.at += timedelta(days=65)
    await group_now(database, clock, cast.anna.tenant_id)


@pytest.mark.usefixtures("shop")
async def test_before_the_first_night_each_part_says_what_will_fill_it(anna: httpx.AsyncClient) -> None:
    page = (await anna.get("/reports/rfm")).text
    for block in ("rfm_actions", "rfm_groups", "rfm_matrix", "rfm_moves"):
        assert f'hx-get="/reports/blocks/{block}?"' in page
        part = plain((await anna.get(f"/reports/blocks/{block}", headers=HX)).text)
        assert ("Группы ещё не посчитаны" in part) != ("Пока нет двух месяцев" in part)
    assert "Движение с конца месяца" not in plain(page)


@pytest.mark.usefixtures("grouped")
async def test_months_are_chosen_and_a_choice_of_one_says_that_two_are_needed(
    anna: httpx.AsyncClient,
) -> None:
    page = plain((await anna.get("/reports/rfm")).text)
    assert "Движение с конца месяца" in page
    usual = plain((await anna.get("/reports/blocks/rfm_moves", headers=HX)).text)
    assert "март 2026: 1; апрель 2026: 1" in usual
    one = "period=custom&from=2026-04-01&until=2026-04-30"
    assert "Пока нет двух месяцев" in plain((await anna.get(f"/reports/blocks/rfm_moves?{one}")).text)
    assert 'value="2026-04-30" selected' in (await anna.get(f"/reports/rfm?{one}")).text


@pytest.mark.usefixtures("grouped")
async def test_a_square_and_a_group_lead_to_their_members_and_to_a_draft_to_them(
    anna: httpx.AsyncClient, database: Database, cast: Cast, clock: SetClock
) -> None:
    matrix = (await anna.get("/reports/blocks/rfm_matrix", headers=HX)).text
    assert 'href="/members?cell=11"' in matrix
    assert "Нажмите на клетку" in plain(matrix)
    for url, name, audience in (
        ("cell=11", "Давность 1, частота 1", Rfm(r=(1,), f=(1,))),
        ("group=drowsy&group=asleep&group=lost", "Вернуть", Group(("drowsy", "asleep", "lost"))),
        ("group=none", "Без покупок", Group(("none",))),
        ("group=core", "Активное ядро", Group(("core",))),
    ):
        answer = await anna.post(f"/reports/rfm/write?{url}")
        assert answer.status_code == httpx.codes.SEE_OTHER
        page = (await anna.get(answer.headers["location"])).text
        assert name in page
        brings_back = name in {"Давность 1, частота 1", "Вернуть"}
        assert ('<option value="reactivation" selected>' in page) is brings_back
        async with database.transaction(cast.anna.tenant_id, actor="test:anna", at=clock.now()) as tx:
            stored = await tx.fetchval(
                "select audience from segments where tenant_id = $1 and name = $2", tx.tenant_id, name
            )
            entries = {entry.action for entry in await list_entries(tx, limit=9)}
        assert json.decode(stored) == json.decode(json.encode(audience))
        assert {"segment.create", "campaign.create"} <= entries
    again = await anna.post("/reports/rfm/write?cell=11")
    assert again.status_code == httpx.codes.SEE_OTHER
    async with database.transaction(cast.anna.tenant_id, actor="test:anna", at=clock.now()) as tx:
        names = await tx.fetch("select name from segments where tenant_id = $1", tx.tenant_id)
    assert [row["name"] for row in names if "частота" in row["name"]] == ["Давность 1, частота 1"]
    for nonsense in ("cell=61", "group=nobody", ""):
        assert (await anna.post(f"/reports/rfm/write?{nonsense}")).status_code == httpx.codes.NOT_FOUND


@pytest.mark.usefixtures("grouped", "staff")
async def test_who_may_not_write_to_members_sees_no_button(app: Plushka) -> None:
    for role, sees in (("marketer", True), ("accountant", False)):
        async with signed_in(app, email_of(role)) as browser:  # type: ignore[arg-type]
            for block in ("rfm_matrix", "rfm_groups", "rfm_actions"):
                assert ("Написать им" in (await browser.get(f"/reports/blocks/{block}")).text) == sees
            assert (await browser.post("/reports/rfm/write?cell=11")).status_code == (303 if sees else 403)


@pytest.mark.usefixtures("grouped")
async def test_eve_sees_nobody_of_anna_s(eve: httpx.AsyncClient) -> None:
    for block in ("rfm_groups", "rfm_matrix"):
        assert "Группы ещё не посчитаны" in plain((await eve.get(f"/reports/blocks/{block}")).text)
