"""Where the receipts behind a cell of an answer are listed."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from urllib.parse import urlencode

from plushka.delivery.office.receipts.asked import NONE
from plushka.domain.insights.constructor.model import Answer
from plushka.domain.insights.reports.people import AGES
from plushka.engine.expiry import DAY, add_months

SOURCES = frozenset({"receipts", "lines"})
"""Those whose rows are receipts or stand on them."""
Filters = dict[str, str]
_OF_MEASURES: Mapping[str, Filters] = {
    "buyers": {"member": "with"},
    "frequency": {"member": "with"},
    "with_card": {"member": "with"},
    "penetration": {"member": "with"},
    "engagement": {"member": "with", "mark": "redeemed"},
    "firsts": {"turn": "first"},
}
"""Measures that are of some of the receipts alone."""


def receipts_behind(answer: Answer, keys: Mapping[str, str], measure: str, today: date) -> str:
    """Return where the receipts are listed that a cell is of; empty where the list cannot be asked so.

    ``keys`` are those of the cell by dimension: fewer in a sum. ``today``: as of which ages are told.
    """
    conditions = answer.question.filters
    if answer.question.source not in SOURCES or any(
        each.is_not or len(each.values) != 1 for each in conditions
    ):
        return ""
    asked = [*((each.dimension, each.values[0]) for each in conditions), *keys.items()]
    wanted = [_filters_of(name, key, today) for name, key in asked]
    days, chosen = dict(_period(answer)), dict(_OF_MEASURES.get(measure, {}))
    for filters in wanted:
        days |= {
            name: edge(value, days.get(name, value))
            for name, edge in _EDGES.items()
            if (value := filters.get(name))
        }
        others = {name: value for name, value in filters.items() if name not in _EDGES}
        if not filters or any(chosen.get(name, value) != value for name, value in others.items()):
            return ""
        chosen |= others
    return f"/receipts?{urlencode({**days, 'left': 'yes', **chosen})}"


_EDGES: Mapping[str, Callable[[str, str], str]] = {"from": max, "to": min}


def _period(answer: Answer) -> Iterator[tuple[str, str]]:
    if answer.period is not None:
        from_on, until_on = answer.period
        yield "from", from_on.isoformat()
        yield "to", (until_on - DAY).isoformat()


def _filters_of(dimension: str, key: str, today: date) -> Filters:
    """Return the filters that find what has ``key``; none where the list knows nothing of it."""
    if dimension in _SPANS:
        first = date(int(key), 1, 1) if dimension == "year" else date.fromisoformat(key)
        return {"from": first.isoformat(), "to": (_SPANS[dimension](first) - DAY).isoformat()}
    if dimension == "age":
        return _born(int(key), today) if key else {}
    if dimension in _UNSAID and not key:
        return _UNSAID[dimension]
    return _SAID[dimension](key) if dimension in _SAID and key else {}


def _born(band: int, today: date) -> Filters:
    """Return between which days those of the ``band``-th of the bands were born that ``AGES`` divides."""
    filters = {"member": "with"}
    if band:
        filters["born_to"] = add_months(today, -12 * AGES[band - 1]).isoformat()
    if band < len(AGES):
        filters["born_from"] = (add_months(today, -12 * AGES[band]) + DAY).isoformat()
    return filters


_SPANS: Mapping[str, Callable[[date], date]] = {
    "day": lambda first: first + DAY,
    "week": lambda first: first + 7 * DAY,
    "month": lambda first: add_months(first, 1),
    "quarter": lambda first: add_months(first, 3),
    "year": lambda first: add_months(first, 12),
}
"""By a dimension of days: when what begins on a day is over."""
_UNSAID: Mapping[str, Filters] = {
    "cashier": {"seller": NONE},
    "first": {"member": "without"},
    "category": {"category": NONE},
    "top_category": {"category": NONE},
}
"""What finds that of which it is not said. Of a member's sex that would be receipts without a card, too."""
_SAID: Mapping[str, Callable[[str], Filters]] = {
    "weekday": lambda key: {"weekday": key},
    "hour": lambda key: {"hour": str(int(key))},
    "branch": lambda key: {"branch": key},
    "program": lambda key: {"program": key},
    "cashier": lambda key: {"seller": key},
    "card": lambda key: {"member": key},
    "first": lambda key: {"turn": key},
    "spends": lambda key: {"mark": "redeemed" if key == "yes" else "unspent"},
    "sex": lambda key: {"sex": key},
    "product": lambda key: {"sku": key},
    "category": lambda key: {"category": key, "own": "yes"},
    "top_category": lambda key: {"category": key, "within": NONE},
}
