"""Reports of one's own: every question of the catalogue runs, and its figures are what Polars makes of the receipts."""

import re
from collections import defaultdict
from datetime import date
from itertools import pairwise
from typing import get_args
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from msgspec import structs
from tests.conftest import SetClock
from tests.office.reports.expected import firsts, goods
from tests.office.reports.year import COSTS, LAST_ON, Year, a_year
from tests.pos.conftest import Business, Cast

from plushka.app import Plushka
from plushka.delivery.office.reports.definitions import DEFINITIONS
from plushka.domain.insights.constructor import answering, composing
from plushka.domain.insights.constructor.answering import answer, estimate
from plushka.domain.insights.constructor.grid import Grid, grid_of
from plushka.domain.insights.constructor.model import (
    COLUMNS_MAX,
    Answer,
    Asker,
    Filter,
    Question,
    QuestionDenied,
    QuestionTooCostly,
    QuestionTooLong,
    QuestionTooWide,
    QuestionUnsound,
    View,
)
from plushka.domain.insights.constructor.sources import SOURCES
from plushka.domain.insights.reports.kinds import Value
from plushka.domain.insights.reports.ratio import Ratio
from plushka.platform.database import Database
from plushka.platform.i18n import translator

OWNER = Asker(frozenset({"reports.margin", "members.read", "campaigns.read"}))
WORDS = translator("ru")
YEAR = Question("receipts", ("revenue",), span="custom", first_on=date(2026, 1, 1), last_on=LAST_ON)


async def ask(
    database: Database, clock: SetClock, business: Business, question: Question, asker: Asker = OWNER
) -> Answer:
    async with database.transaction(
        business.tenant_id, actor="test:ask", at=clock.now(), branch_ids=asker.branch_ids, read_only=True
    ) as tx:
        return await answer(tx, question, asker, seconds=20)


class Asking:
    """Asks in the name of Anna's owner."""

    def __init__(self, database: Database, clock: SetClock, business: Business) -> None:
        self._database, self._clock, self._business = database, clock, business

    async def grid(self, question: Question, asker: Asker = OWNER) -> Grid:
        return grid_of(await ask(self._database, self._clock, self._business, question, asker), WORDS)

    async def figures(
        self, question: Question, asker: Asker = OWNER
    ) -> dict[tuple[Value, ...], tuple[Value, ...]]:
        """Return figures by keys, the total by none."""
        grid = await self.grid(question, asker)
        found = {line.values[: grid.keys]: line.values[grid.keys :] for line in grid.lines}
        assert len(found) == len(grid.lines), "no key twice"
        return found | ({(): grid.total.values[grid.keys :]} if grid.total else {})


def total(frame: pl.DataFrame, name: str = "revenue") -> int:
    return sum(frame[name].to_list())


def buyers(frame: pl.DataFrame) -> int:
    return len(set(frame.filter("card")["member_id"]))


async def test_every_dimension_with_every_measure_and_condition_is_a_statement_that_runs(
    app: Plushka, cast: Cast, database: Database, clock: SetClock
) -> None:
    await a_year(app, cast.anna, database, clock)
    asking = Asking(database, clock, cast.anna)
    for name, source in SOURCES.items():
        measures = tuple(source.measures)
        for dimension in source.dimensions:
            for start in range(0, len(measures), 6):
                question = Question(name, measures[start : start + 6], (dimension,), span="all")
                grid = await asking.grid(question)
                assert grid.lines or name in {"campaigns", "journeys"}, (name, dimension)
                assert all(len(line.values) == len(grid.heads) for line in grid.lines)
                await asking.grid(structs.replace(question, sort=measures[start]))
            for is_not in (False, True):
                unlikely = Filter(dimension, ("'; drop table receipts --", ""), is_not)
                await asking.grid(Question(name, measures[:1], filters=(unlikely,), span="all"))
        for first, second in pairwise([*source.dimensions, *list(source.dimensions)[:1]]):
            for view in get_args(View):
                question = Question(
                    name, measures[:2], (first,), second, span="all", view=view, has_subtotals=True
                )
                try:
                    await asking.grid(question)
                except QuestionTooWide:
                    assert view == "pivot"


def test_every_measure_has_its_definition_and_every_part_is_known() -> None:
    for source in SOURCES.values():
        for measure in source.measures.values():
            assert measure.definition in DEFINITIONS
            assert set(measure.columns) <= set(source.columns)
        needs = [part.needs for part in source.dimensions.values()]
        needs += [part.needs for part in source.columns.values()]
        assert {need for each in needs for need in each} <= set(source.joins)


def test_every_table_of_every_statement_is_asked_for_the_tenants_rows() -> None:
    for source in SOURCES.values():
        parts = [f"{source.sql} where {source.where}", *source.joins.values()]
        for part in parts:
            tables = re.findall(r"(?:from|join) ([a-z_]+) [a-z]\b|^([a-z_]+) [a-z]\b", part)
            assert len(tables) == part.count("tenant_id = $1"), part


async def test_receipts_are_what_a_second_count_makes_of_them(
    app: Plushka, cast: Cast, database: Database, clock: SetClock
) -> None:
    year = await a_year(app, cast.anna, database, clock)
    asking = Asking(database, clock, cast.anna)
    await months_with_totals(asking, year)
    await hours_and_cashiers(asking, year)
    await first_purchases_and_margin(asking, year)
    await branches_beside_months(asking, year)
    await conditions_narrow(asking, year)
    await goods_are_what_is_left_of_lines(asking, year)
    await members_and_points(asking, database, clock, cast)
    await whoever_is_kept_to_a_branch_sees_that_one(asking, year)


async def months_with_totals(asking: Asking, year: Year) -> None:
    measures = ("revenue", "receipts", "average", "buyers", "penetration", "given_share")
    found = await asking.figures(structs.replace(YEAR, measures=measures, rows=("month",)))
    months = sorted({day.replace(day=1) for day in year.receipts["day"]})
    assert [*found] == [*((month,) for month in months), ()]
    for month in [*months, None]:
        frame = (
            year.receipts
            if month is None
            else year.receipts.filter(pl.col("day").dt.truncate("1mo") == month)
        )
        given = total(frame, "discount_minor") + total(frame, "redeemed_minor")
        assert found[(month,) if month else ()] == (
            total(frame),
            len(frame),
            Ratio(total(frame), len(frame)),
            buyers(frame),
            Ratio(len(frame.filter("card")), len(frame)),
            Ratio(given, total(frame)),
        )
    # Whoever bought in several months is one buyer in all of them.
    by_month = [figures[3] for keys, figures in found.items() if keys]
    assert sum(each for each in by_month if isinstance(each, int)) > int(str(found[()][3]))


async def hours_and_cashiers(asking: Asking, year: Year) -> None:
    question = structs.replace(YEAR, measures=("receipts", "refunded"), rows=("hour", "cashier"))
    counted: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
    for row in year.receipts.iter_rows(named=True):
        hour = row["occurred_at"].astimezone(ZoneInfo(row["time_zone"])).hour
        figures = counted[f"{hour:02}:00", row["cashier"] or "касса не назвала"]
        figures[0] += 1
        figures[1] += row["refunded_minor"]
    found = await asking.figures(question)
    found.pop(())
    assert found == {keys: tuple(figures) for keys, figures in counted.items()}


async def first_purchases_and_margin(asking: Asking, year: Year) -> None:
    found = await asking.figures(
        structs.replace(
            YEAR, measures=("receipts", "firsts", "cost", "margin", "margin_share"), rows=("first",)
        )
    )
    first_ids = list(firsts(year))
    first = year.receipts.filter(pl.col("id").is_in(first_ids))
    again = year.receipts.filter(pl.col("card") & ~pl.col("id").is_in(first_ids))
    without = year.receipts.filter(~pl.col("card"))
    for frame, name in ((first, "первая покупка"), (again, "повторная покупка"), (without, "без карты")):
        costed, cost = goods(frame)
        told = (cost, costed - cost, Ratio(costed - cost, costed)) if costed else (None, None, Ratio(0, 0))
        assert found[name,] == (len(frame), len(frame) if frame is first else 0, *told)
    costed, cost = goods(year.receipts)
    assert found[()] == (len(year.receipts), len(first), cost, costed - cost, Ratio(costed - cost, costed))


async def branches_beside_months(asking: Asking, year: Year) -> None:
    """A pivot: months side by side, each branch a line; sums of lines and columns are of all below them."""
    question = structs.replace(
        YEAR, measures=("average", "buyers"), rows=("branch",), column="month", view="pivot"
    )
    grid = await asking.grid(question)
    months = sorted({day.replace(day=1) for day in year.receipts["day"]})
    assert [head.group for head in grid.heads[1:]] == [each for month in months for each in [month] * 2] + [
        "Итого"
    ] * 2
    assert grid.total is not None
    lines = {line.values[0]: line.values[1:] for line in [*grid.lines, grid.total]}
    for name, is_east in (("Восток", True), ("Арбат", False), ("Итого", None)):
        own = year.receipts
        if is_east is not None:
            own = own.filter((pl.col("branch_id") == str(year.east)) == is_east)
        frames = [own.filter(pl.col("day").dt.truncate("1mo") == month) for month in months]
        expected: list[Value] = []
        for frame in [*frames, own]:
            expected += [Ratio(total(frame), len(frame)), buyers(frame) if len(frame) else None]
        assert list(lines[name]) == expected
    # The same as a flat table, and with subtotals.
    flat = await asking.grid(
        structs.replace(question, view="table", column="", rows=("branch", "month"), has_subtotals=True)
    )
    parts = [line for line in flat.lines if line.level == "part"]
    assert {line.values[0]: line.values[2:] for line in parts} == {
        name: tuple(lines[name][-2:]) for name in ("Восток", "Арбат")
    }


async def conditions_narrow(asking: Asking, year: Year) -> None:
    east = Filter("branch", (str(year.east),))
    named = Filter("cashier", ("Ольга", "Пётр"))
    some = structs.replace(YEAR, measures=("revenue", "receipts"), filters=(east, named))
    frame = year.receipts.filter((pl.col("branch_id") == str(year.east)) & (pl.col("cashier") != ""))
    assert (await asking.figures(some))[()] == (total(frame), len(frame))
    others = structs.replace(some, filters=(structs.replace(east, is_not=True), named))
    frame = year.receipts.filter((pl.col("branch_id") != str(year.east)) & (pl.col("cashier") != ""))
    assert (await asking.figures(others))[()] == (total(frame), len(frame))
    june = structs.replace(some, filters=(), first_on=date(2026, 6, 1), last_on=date(2026, 6, 30))
    frame = year.within(date(2026, 6, 1), date(2026, 6, 30))
    assert (await asking.figures(june))[()] == (total(frame), len(frame))


async def goods_are_what_is_left_of_lines(asking: Asking, year: Year) -> None:
    """The lines' revenue is the receipts'; cost is of what is left, a product at a time."""
    found = await asking.figures(
        structs.replace(
            YEAR, source="lines", measures=("revenue", "quantity", "receipts", "cost"), rows=("product",)
        )
    )
    quantity: dict[str, int] = defaultdict(int)
    on: dict[str, set[str]] = defaultdict(set)
    for row in year.receipts.iter_rows(named=True):
        for place, sku in enumerate(row["skus"]):
            left = 2000 - (row["back_milli"] if place == 0 else 0)
            quantity[sku] += left
            on[sku] |= {row["id"]} if left else set()
    assert {str(keys[0]) for keys in found if keys} == set(quantity)
    for sku, milli in quantity.items():
        cost = COSTS[sku]
        assert found[sku,][1:3] == (milli, len(on[sku]))
        assert found[sku,][3] == (None if cost is None else cost * milli // 1000)
    assert found[()][0] == total(year.receipts)
    assert found[()][2] == len(year.receipts)


async def members_and_points(asking: Asking, database: Database, clock: SetClock, cast: Cast) -> None:
    async with database.transaction(cast.anna.tenant_id, actor="test:ask", at=clock.now()) as tx:
        known = await tx.fetchrow(
            """
            select (select count(*) from members where tenant_id = $1) as members,
                   (select sum(available) from wallets where tenant_id = $1) as available,
                   (select sum(points) from postings where tenant_id = $1 and debit = 'issued') as issued,
                   (select sum(case when credit = 'spent' then points when debit = 'spent' then -points else 0 end)
                    from postings where tenant_id = $1) as spent,
                   (select count(*) from postings where tenant_id = $1) as movements
            """,
            cast.anna.tenant_id,
        )
    assert known is not None
    members = Question("members", ("members", "available", "bought"), ("visits",), span="all")
    found = await asking.figures(members)
    assert found[()][:2] == (known["members"], known["available"])
    assert (
        sum(figures[0] for keys, figures in found.items() if keys and isinstance(figures[0], int))
        == (known["members"])
    )
    points = Question("points", ("issued", "spent", "movements"), ("month",), "movement", span="all")
    found = await asking.figures(points)
    assert found[()] == (known["issued"], known["spent"], known["movements"])


async def whoever_is_kept_to_a_branch_sees_that_one(asking: Asking, year: Year) -> None:
    kept = structs.replace(OWNER, branch_ids=frozenset({year.east}))
    frame = year.receipts.filter(pl.col("branch_id") == str(year.east))
    by_branch = structs.replace(YEAR, measures=("revenue", "receipts"), rows=("branch",))
    found = await asking.figures(by_branch, kept)
    assert found == {("Восток",): (total(frame), len(frame)), (): (total(frame), len(frame))}
    for source in ("members", "points", "campaigns", "journeys"):
        with pytest.raises(QuestionDenied):
            await asking.figures(Question(source, tuple(SOURCES[source].measures)[:1]), kept)


async def test_eve_sees_nothing_of_anna(
    app: Plushka, cast: Cast, database: Database, clock: SetClock
) -> None:
    await a_year(app, cast.anna, database, clock)
    asking = Asking(database, clock, cast.eve)
    for source in SOURCES:
        measures = tuple(SOURCES[source].measures)[:2]
        dimension = next(iter(SOURCES[source].dimensions))
        assert (await asking.grid(Question(source, measures, (dimension,), span="all"))).lines == ()


@pytest.mark.parametrize(
    "question",
    [
        Question("tenants", ("revenue",)),
        Question("receipts", ()),
        Question("receipts", ("revenue", "revenue")),
        Question("receipts", ("count(*)) from accounts --",)),
        Question("receipts", ("revenue",), ("r.id",)),
        Question("receipts", ("revenue",), ("month", "month")),
        Question("receipts", ("revenue",), ("month",), "month"),
        Question("receipts", ("revenue",), ("day", "hour", "branch", "cashier")),
        Question("receipts", ("revenue",), filters=(Filter("1=1 or tier", ("x",)),)),
        Question("receipts", ("revenue",), filters=(Filter("tier", ()),)),
        Question("receipts", ("revenue",), filters=(Filter("tier", ("x" * 201,)),)),
        Question("receipts", ("revenue",), sort="receipts"),
    ],
)
def test_what_the_catalogue_does_not_have_cannot_be_asked(question: Question) -> None:
    with pytest.raises(QuestionUnsound):
        composing.check(question, OWNER)


def test_what_a_role_may_not_see_cannot_be_asked() -> None:
    marketer = Asker(frozenset({"members.read", "campaigns.read"}))
    for question in (
        Question("receipts", ("margin",)),
        Question("lines", ("revenue", "cost")),
        Question("campaigns", ("roi",)),
        Question("journeys", ("return",)),
    ):
        composing.check(question, OWNER)
        with pytest.raises(QuestionDenied):
            composing.check(question, marketer)
    with pytest.raises(QuestionDenied):
        composing.check(Question("receipts", ("revenue",), ("member",)), Asker(frozenset()))


async def test_a_question_has_limits_of_cost_time_and_width(
    app: Plushka, cast: Cast, database: Database, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    await a_year(app, cast.anna, database, clock)
    wide = Question("receipts", ("revenue",), ("branch",), "day", span="all", view="pivot")
    with pytest.raises(QuestionTooWide) as told:
        await ask(database, clock, cast.anna, wide)
    assert told.value.facts == {"columns_max": COLUMNS_MAX}
    async with database.transaction(
        cast.anna.tenant_id, actor="test:ask", at=clock.now(), read_only=True
    ) as tx:
        assert await estimate(tx, wide, OWNER) > 0
        monkeypatch.setattr(answering, "COST_MAX", 0)
        with pytest.raises(QuestionTooCostly):
            await estimate(tx, wide, OWNER)
    slow = structs.replace(SOURCES["receipts"], where="r.tenant_id = $1 and pg_sleep(30) is not null")
    monkeypatch.setattr(composing, "SOURCES", {**SOURCES, "receipts": slow})
    with pytest.raises(QuestionTooLong):
        async with database.transaction(
            cast.anna.tenant_id, actor="test:ask", at=clock.now(), read_only=True
        ) as tx:
            await answer(tx, YEAR, OWNER, seconds=1)


async def test_the_rows_that_are_cut_off_are_the_last_and_totals_are_of_all(
    app: Plushka, cast: Cast, database: Database, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    year = await a_year(app, cast.anna, database, clock)
    monkeypatch.setattr(composing, "GROUPS_MAX", 5)
    monkeypatch.setattr(answering, "GROUPS_MAX", 5)
    question = structs.replace(YEAR, measures=("revenue",), rows=("day",), sort="revenue")
    found = await ask(database, clock, cast.anna, question)
    grid = grid_of(found, WORDS)
    days = year.receipts.group_by("day").agg(pl.col("revenue").sum()).sort("revenue", descending=True)
    assert found.is_cut
    assert [line.values[1] for line in grid.lines] == days["revenue"].to_list()[:4]
    assert grid.total is not None
    assert grid.total.values[1] == total(year.receipts)
