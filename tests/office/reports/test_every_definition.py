"""No numeric column is without its definition by a click, but for those that are named with the reason (S22)."""

import re
from collections.abc import Mapping

from tests.conftest import SetClock
from tests.office.conftest import signed_in
from tests.office.reports.undefined import undefined
from tests.office.reports.year import a_year
from tests.pos.conftest import Cast

from plushka.app import Plushka
from plushka.delivery.office.reports.registry import MAKERS
from plushka.platform.database import Database

HOUR = re.compile(r"\d+:00")
EXCEPTIONS: Mapping[tuple[str, str], str] = {("best", "Последняя покупка"): "a day, not a figure"}
"""By (block, column)."""


def is_excused(block: str, title: str) -> bool:
    """Tell whether a column is an hour of the day, whose figure the title of the block explains, or an exception."""
    return (block, title) in EXCEPTIONS or bool(block == "hours" and HOUR.fullmatch(title))


async def test_every_numeric_column_of_every_block_has_a_definition(
    app: Plushka, cast: Cast, database: Database, clock: SetClock, staff: dict[str, str]
) -> None:
    await a_year(app, cast.anna, database, clock)
    async with signed_in(app, staff["owner"]) as anna:
        alone = {
            (block, title)
            for block in MAKERS
            for title in undefined((await anna.get(f"/reports/blocks/{block}?period=year")).text)
            if not is_excused(block, title)
        }
    assert not alone, sorted(alone)
