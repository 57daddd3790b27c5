"""Rows of a source by conditions as questions have them, for lists: what a cell of an answer is of."""

from datetime import date
from typing import Any, Final
from uuid import UUID

from msgspec import Struct

from plushka.domain.insights.constructor.composing import Asked, Parts, conditions
from plushka.domain.insights.constructor.model import ALL_FROM, ALL_UNTIL, FILTERS_MAX, ROWS_MAX, Filter
from plushka.domain.insights.constructor.sources import SOURCES
from plushka.domain.insights.reports.period import Period
from plushka.engine.expiry import DAY
from plushka.platform.database import Tx

MATCHED_MAX: Final = FILTERS_MAX + ROWS_MAX + 1
"""Conditions of a question, and the keys of a cell."""


class Matching(Struct, frozen=True, omit_defaults=True):
    """Rows of ``source`` of which all ``filters`` hold; of lines, receipts with one such line.

    ``first_on`` and ``last_on`` are days of the source, both count. ``today`` and ``zone`` are those of the business,
    by which ages and months are told.
    """

    source: str
    filters: tuple[Filter, ...]
    today: date
    zone: str
    first_on: date | None = None
    last_on: date | None = None


def matched(matching: Matching, args: list[Any]) -> str:
    """Return a statement of the ids that match, and append its values to ``args``, the first of which is the tenant."""
    source = SOURCES[matching.source]
    return _ids(matching, args, source.listed, source.listed_from or source.sql)


def matched_letters(matching: Matching, args: list[Any]) -> str:
    """Return the same of the letters that rows of broadcasts or of journeys are of."""
    source = SOURCES[matching.source]
    return _ids(matching, args, source.letters, source.letters_from)


async def list_broadcasts(tx: Tx, matching: Matching) -> tuple[UUID, ...]:
    """Return the broadcasts that match."""
    args: list[Any] = [tx.tenant_id]
    sql = _ids(matching, args, "c.id", SOURCES["campaigns"].sql)
    rows = await tx.fetch(f"-- insights.list_matching_broadcasts\n{sql}", *args)
    return tuple(row["id"] for row in rows)


def _ids(matching: Matching, args: list[Any], ids: str, rows: str) -> str:
    source = SOURCES[matching.source]
    until_on = matching.last_on + DAY if matching.last_on else ALL_UNTIL
    period = Period(matching.first_on or ALL_FROM, until_on)
    parts = Parts(Asked(args[0], period, matching.today, matching.zone), args)
    needed = {name for each in matching.filters for name in source.dimensions[each.dimension].needs}
    joins = " ".join(sql for name, sql in source.joins.items() if name in needed)
    where = " and ".join([source.where, *conditions(matching.filters, source, parts)])
    sql = f"select {ids} from {rows} {joins} where {where}"  # noqa: S608  parts of the catalogue
    return parts.filled(sql)
