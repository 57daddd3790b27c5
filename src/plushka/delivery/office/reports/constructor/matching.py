"""What a cell of a report is of, as the address of a list holds it, and in words."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from types import MappingProxyType

import msgspec
from msgspec import Struct

from plushka.delivery.office.reports.constructor.asking import asker_of, open_dimensions, open_sources
from plushka.delivery.office.reports.telling import told_value
from plushka.delivery.office.visit import Visit
from plushka.domain.insights.constructor.catalogue import Dimension
from plushka.domain.insights.constructor.grid import NOT_SAID, told_word
from plushka.domain.insights.constructor.matching import MATCHED_MAX, Matching
from plushka.domain.insights.constructor.model import VALUE_LENGTH_MAX, VALUES_MAX, Filter
from plushka.domain.insights.constructor.naming import name_values
from plushka.domain.insights.constructor.sources import SOURCES
from plushka.platform.database import Tx
from plushka.platform.i18n import marked

ROWS = "rows"
"""In an address. What stands there several times means any of these."""
ROWS_MAX = 4
TEXT_LENGTH_MAX = 8000
_AFTER: Mapping[str, str] = MappingProxyType(
    {
        "campaigns": marked("After letters of broadcasts"),
        "journeys": marked("After letters of journeys"),
    }
)


class Rows(
    Struct,
    frozen=True,
    omit_defaults=True,
    forbid_unknown_fields=True,
    rename={"first_on": "from", "last_on": "to"},
):
    """Rows of a source of reports: days are those of the source, both count."""

    source: str
    filters: tuple[Filter, ...] = ()
    first_on: date | None = None
    last_on: date | None = None

    @property
    def text(self) -> str:
        return msgspec.json.encode(self).decode()


def read_rows(texts: Iterable[str], visit: Visit, sources: Collection[str]) -> tuple[Matching, ...]:
    """Return what addresses ask for of these sources; nonsense, and what is not for this person, is not asked."""
    return tuple(
        Matching(
            rows.source,
            rows.filters,
            visit.business_day,
            visit.business.time_zone,
            rows.first_on,
            rows.last_on,
        )
        for text in list(texts)[:ROWS_MAX]
        if (rows := _read(text)) is not None and rows.source in sources and _is_open(rows, visit)
    )


def _read(text: str) -> Rows | None:
    try:
        return msgspec.json.decode(text[:TEXT_LENGTH_MAX], type=Rows)
    except msgspec.MsgspecError:
        return None


def _is_open(rows: Rows, visit: Visit) -> bool:
    asker = asker_of(visit)
    source = open_sources(asker).get(rows.source)
    if source is None or len(rows.filters) > MATCHED_MAX:
        return False
    open_to_them = open_dimensions(source, asker)
    return all(
        each.dimension in open_to_them
        and 0 < len(each.values) <= VALUES_MAX
        and all(len(value) <= VALUE_LENGTH_MAX and "\0" not in value for value in each.values)
        for each in rows.filters
    )


async def told_rows(
    tx: Tx, matching: Sequence[Matching], visit: Visit, *, heads: Mapping[str, str] = _AFTER
) -> str:
    """Return in words what is asked; ``heads``: marked, what is listed of a source."""
    return f" {visit.words.gettext('or')} ".join([await _told(tx, each, visit, heads) for each in matching])


async def _told(tx: Tx, matching: Matching, visit: Visit, heads: Mapping[str, str]) -> str:
    gettext, source = visit.words.gettext, SOURCES[matching.source]
    parts = [gettext(heads[matching.source])] if matching.source in heads else []
    parts += _told_days(gettext(source.days), matching, visit)
    for each in matching.filters:
        dimension = source.dimensions[each.dimension]
        names = await name_values(tx, dimension, {value for value in each.values if value})
        values = ", ".join(_told_value(dimension, value, names, visit) for value in each.values)
        title = gettext(dimension.title)
        parts.append(
            gettext("{title}: not {values}", title=title, values=values)
            if each.is_not
            else gettext("{title}: {values}", title=title, values=values)
        )
    return "; ".join(parts)


def _told_days(title: str, matching: Matching, visit: Visit) -> Iterator[str]:
    day = visit.figures.full_day
    if matching.first_on and matching.last_on:
        yield f"{title}: {day(matching.first_on)}\N{EN DASH}{day(matching.last_on)}"


def _told_value(dimension: Dimension, value: str, names: Mapping[str, str], visit: Visit) -> str:
    if not value:
        return visit.words.gettext(dimension.unsaid) if dimension.unsaid else NOT_SAID
    if dimension.naming in ("day", "month"):
        kind = "month" if dimension.naming == "month" else "date"
        return told_value(_day(value), kind, visit)  # type: ignore[arg-type]
    return names.get(value) or told_word(dimension, value, visit.words)


def _day(value: str) -> date | str:
    try:
        return date.fromisoformat(value)
    except ValueError:
        return value
