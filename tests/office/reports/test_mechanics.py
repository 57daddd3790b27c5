"""What promotions and other mechanics came to is what Polars makes of the outcomes of the receipts themselves."""

import json
from collections import Counter
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import httpx
import polars as pl
import pytest
from msgspec import structs
from tests.conftest import SetClock
from tests.domain.rollups.independent import owed_to
from tests.office.conftest import Shop, plain, signed_in
from tests.office.reports.expected import Cell, half_up, mean, money, percent, table, total
from tests.office.reports.year import Year, a_year
from tests.pos.conftest import Cast

from plushka.app import Plushka
from plushka.domain.insights.reports.mechanics import name_mechanics
from plushka.domain.programs.operations import publish
from plushka.domain.programs.queries import find_version_in_force
from plushka.engine.conditions import ReceiptAmount
from plushka.engine.price_effects import PercentOff, RaisedShare
from plushka.engine.program import Promotion, StampCard
from plushka.engine.stamp_parts import Gift
from plushka.platform.database import Database

PROMOTIONS = (
    Promotion(
        "ten", "Минус 10 %", PercentOff(10_00), when=ReceiptAmount(min_minor=900_00), for_anonymous=True
    ),
    Promotion("mug", "Кружка", Gift("Кружка"), when=ReceiptAmount(min_minor=1200_00)),
    Promotion("share", "Больше бонусами", RaisedShare(80_00), when=ReceiptAmount(max_minor=900_00)),
)
CARDS = (StampCard("cup", "Каждая пятая", needed=5, reward=Gift("Чашка")),)
PARTS = ("period=year", f"period=custom&from={date(2026, 4, 1)}&until={date(2026, 5, 31)}")


@pytest.fixture
async def promoted(database: Database, cast: Cast, shop: Shop, clock: SetClock) -> None:
    async with database.transaction(cast.anna.tenant_id, actor="test:anna", at=clock.now()) as tx:
        version = await find_version_in_force(tx, shop.program_id)
        assert version is not None
        program = structs.replace(version.program, promotions=PROMOTIONS, cards=CARDS)
        await publish(tx, program_id=shop.program_id, program=program, valid_from=tx.at)


@pytest.mark.usefixtures("promoted")
async def test_mechanics_are_what_a_second_count_makes_of_the_outcomes(
    app: Plushka, cast: Cast, database: Database, clock: SetClock, staff: dict[str, str]
) -> None:
    year = await a_year(app, cast.anna, database, clock)
    owing = await read_owing(database, clock, cast.anna.tenant_id)
    async with signed_in(app, staff["owner"]) as anna:
        for query, own in zip(
            PARTS, (year.receipts, year.within(date(2026, 4, 1), date(2026, 5, 31))), strict=True
        ):
            await promotions_have_their_shares(anna, query, own, owing)
            await mechanics_stand_beside_each_other(anna, query, own, owing)
        # As if they were more than one number has bits for.
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("plushka.domain.insights.reports.mechanics.PART_BITS", 3)
            await mechanics_stand_beside_each_other(anna, PARTS[0], year.receipts, owing)
        await the_receipts_behind_a_figure_are_as_many(anna, year, owing)
        east = year.receipts.filter(pl.col("branch_id") == str(year.east))
        await promotions_have_their_shares(anna, f"{PARTS[0]}&branch=east", east, owing, knows_letters=False)


async def read_owing(
    database: Database, clock: SetClock, tenant_id: UUID
) -> dict[str, list[tuple[str, int, int]]]:
    async with database.transaction(tenant_id, actor="test:anna", at=clock.now()) as tx:
        rows = await tx.fetch("select id, outcome from receipts where tenant_id = $1", tx.tenant_id)
    return {str(row["id"]): list(owed_to(json.loads(row["outcome"]))) for row in rows}


def with_it(frame: pl.DataFrame, owing: dict[str, list[tuple[str, int, int]]], mechanic: str) -> pl.DataFrame:
    ids = [one for one, owed in owing.items() if any(each[0] == mechanic for each in owed)]
    return frame.filter(pl.col("id").is_in(ids))


def buyers(frame: pl.DataFrame) -> int:
    return frame.filter("card")["member_id"].n_unique()


def lines_left(frame: pl.DataFrame) -> int:
    """Lines of which something is left: the first one came back in part at most."""
    return total(frame, "lines")


async def promotions_have_their_shares(
    anna: httpx.AsyncClient, query: str, frame: pl.DataFrame, owing: Any, *, knows_letters: bool = True
) -> None:
    *rows, whole = await table(anna, "promotions", query)
    assert {row[0] for row in rows} == {each.name for each in PROMOTIONS}
    for row in (*rows, whole):
        promotion = next((each for each in PROMOTIONS if each.name == row[0]), None)
        own = with_it(frame, owing, f"promotion:{promotion.id}") if promotion else frame
        assert row[:12] == [
            row[0],
            len(own), percent(len(own), len(frame)),
            buyers(own), percent(buyers(own), buyers(frame)),
            lines_left(own), percent(lines_left(own), lines_left(frame)),
            money(total(own)), 0 if knows_letters else None, row[9],
            money(total(own, "discount_minor")), money(total(own, "redeemed_minor")),
        ]  # fmt: skip
        assert row[12] == (None if row[9] is None else money(total(own)) - as_number(row[9]))
        assert row[13] == total(own, "earned_points")


async def mechanics_stand_beside_each_other(
    anna: httpx.AsyncClient, query: str, frame: pl.DataFrame, owing: Any
) -> None:
    names = {
        "Каждая пятая": "card:cup",
        "Списание": "redemption",
        "Личная скидка": "personal",
    }
    *rows, whole = await table(anna, "mechanics", query)
    told = {str(row[0]): row for row in rows}
    card = frame.filter("card")
    for name, mechanic in {**names, **{each.name: f"promotion:{each.id}" for each in PROMOTIONS}}.items():
        own = with_it(frame, owing, mechanic)
        days = Counter((row["member_id"], row["day"]) for row in own.filter("card").iter_rows(named=True))
        again = Counter(member for member, _ in days)
        owed = [each for one in own["id"] for each in owing[one] if each[0] == mechanic]
        assert told[name][2:] == [
            len(own), percent(len(own), len(card)), mean(own), buyers(own),
            percent(sum(1 for count in again.values() if count > 1), len(again)),
            money(sum(each[1] for each in owed)) or None, sum(each[2] for each in owed) or None,
        ]  # fmt: skip
    rules = [row for row in rows if row[1] == "правило начисления"]
    assert sum(as_number(row[8]) for row in rules) == total(card, "earned_points")
    assert whole[2:6] == [len(card), half_up(100, 1), mean(card), buyers(card)]


async def the_receipts_behind_a_figure_are_as_many(anna: httpx.AsyncClient, year: Year, owing: Any) -> None:
    page = (await anna.get("/reports/blocks/promotions?period=year")).text
    assert "/receipts?from=2026-01-01&amp;to=2026-07-20&amp;left=yes&amp;mechanic=promotion%3Amug" in page
    for mechanic in ("promotion:mug", "promotion:share", "card:cup", "redemption", "personal"):
        count = len(with_it(year.receipts, owing, mechanic))
        # Receipts that came back as a whole are in the list: they happened.
        count += sum(1 for one in year.returned["id"] if any(each[0] == mechanic for each in owing[one]))
        answer = plain((await anna.get("/receipts", params={"mechanic": mechanic})).text)
        assert f"Найдено: {count} " in answer.replace("Найден ", "Найдено: "), mechanic


def as_number(cell: Cell | None) -> Any:
    assert not isinstance(cell, str)
    return cell or 0


@pytest.mark.usefixtures("promoted")
async def test_what_the_programme_has_no_more_is_offered_no_more_and_still_named(
    anna: httpx.AsyncClient, cast: Cast, database: Database, shop: Shop, clock: SetClock
) -> None:
    mug = (shop.program_id, "promotion:mug")
    option = '<option value="promotion:mug"'
    assert option in (await anna.get("/receipts")).text
    clock.at += timedelta(days=1)
    async with database.transaction(cast.anna.tenant_id, actor="test:anna", at=clock.now()) as tx:
        version = await find_version_in_force(tx, shop.program_id)
        assert version is not None
        without = structs.replace(version.program, promotions=PROMOTIONS[:1])
        await publish(tx, program_id=shop.program_id, program=without, valid_from=tx.at)
    clock.at += timedelta(days=1)
    async with database.transaction(cast.anna.tenant_id, actor="test:anna", at=clock.now()) as tx:
        present = await name_mechanics(
            tx, [(shop.program_id, "promotion:ten"), (shop.program_id, "redemption")]
        )
        assert mug not in present
        assert present[shop.program_id, "promotion:ten"] == "Минус 10 %"
        assert (await name_mechanics(tx, [mug]))[mug] == "Кружка"
    assert option not in (await anna.get("/receipts")).text
    asked = (await anna.get("/receipts?mechanic=promotion%3Amug")).text
    assert f"{option} selected>Кружка</option>" in asked
    friends = (await anna.get("/receipts?mechanic=rule%3Areferral")).text
    assert '<option value="rule:referral" selected>Приведи друга</option>' in friends
