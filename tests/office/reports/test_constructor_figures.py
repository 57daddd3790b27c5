"""Reports of one's own: every question of the catalogue runs, and its figures are what Polars makes of the receipts."""

from datetime import date
from decimal import Decimal
from itertools import product

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.conftest import SetClock
from tests.office.reports.year import Year, a_year
from tests.pos.conftest import Business, Cast

from plushka.app import Plushka
from plushka.domain.insights.constructor.answering import answer, estimate
from plushka.domain.insights.constructor.grid import Grid, grid_of
from plushka.domain.insights.constructor.model import Answer, Asker, Filter, Question
from plushka.domain.insights.constructor.sources import SOURCES
from plushka.domain.insights.reports.ratio import Ratio
from plushka.platform.database import Database
from plushka.platform.i18n import translator

OWNER = Asker(frozenset({"reports.margin", "members.read"}))
WORDS = translator("ru")


async def asked(
    database: Database, clock: SetClock, business: Business, question: Question, asker: Asker = OWNER
) -> Answer:
    async with database.transaction(
        business.tenant_id, actor="test:ask", at=clock.now(), branch_ids=asker.branch_ids, read_only=True
    ) as tx:
        return await answer(tx, question, asker, seconds=20)


def figures(grid: Grid) -> dict[tuple[object, ...], tuple[object, ...]]:
    return {line.values[: grid.keys]: line.values[grid.keys :] for line in grid.lines}


async def test_every_dimension_with_every_measure_is_a_statement_that_runs(
    app: Plushka, cast: Cast, database: Database, clock: SetClock
) -> None:
    await a_year(app, cast.anna, database, clock)
    for name, source in SOURCES.items():
        measures = tuple(source.measures)
        for dimension in source.dimensions:
            for start in range(0, len(measures), 6):
                question = Question(name, measures[start : start + 6], (dimension,), span="all")
                found = await asked(database, clock, cast.anna, question)
                grid = grid_of(found, WORDS)
                assert grid.lines, (name, dimension)
                assert grid.total is not None
                assert len(grid.total.values) == len(grid.heads)
        for first, second in product(source.dimensions, repeat=2):
            if first != second:
                question = Question(name, measures[:2], (first,), second, span="all", has_subtotals=True)
                await asked(database, clock, cast.anna, question)
