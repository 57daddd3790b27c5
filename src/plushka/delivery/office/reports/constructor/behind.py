"""Where that is listed which a cell of an answer is of: receipts, members, movements, letters, purchases after them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from urllib.parse import urlencode

from plushka.delivery.office.campaigns.broadcasts.rows import PATH as CAMPAIGNS
from plushka.delivery.office.campaigns.letters.addresses import letters_url
from plushka.delivery.office.choosing import PARAMETER
from plushka.delivery.office.receipts.asked import NONE
from plushka.delivery.office.reports.constructor.matching import ROWS, Rows
from plushka.delivery.office.visit import Visit
from plushka.domain.insights.constructor.model import Answer, Filter
from plushka.domain.insights.points.ways import Way
from plushka.domain.insights.reports.people import AGES
from plushka.engine.expiry import DAY, add_months

Filters = dict[str, str]
_OF_MEASURES: Mapping[str, Filters] = {
    "buyers": {"member": "with"},
    "frequency": {"member": "with"},
    "with_card": {"member": "with"},
    "penetration": {"member": "with"},
    "engagement": {"member": "with", "mark": "redeemed"},
    "firsts": {"turn": "first"},
    "rating": {"rated": "any"},
    "ratings": {"rated": "any"},
    "low_ratings": {"rated": "low"},
}
"""Measures that are of some of the receipts alone."""
_OF_GOODS = frozenset({"product", "category", "top_category", "brand", "kind"})
_OF_BUYERS = frozenset({"bought", "bought_share", "mean", "revenue", "receipts"})
"""Measures of members who have bought something."""
_OF_PURCHASES = frozenset(
    {"purchases", "conversion", "revenue", "discount", "again", "profit", "roi", "return"}
)
"""Measures of letters that are of the purchases after them."""
_OF_ARRIVED = frozenset({"sent", "delivered"})
"""Measures that are of those letters alone that went out."""
_WAYS: Mapping[str, tuple[Way, ...]] = {
    "issued": ("issued", "given"),
    "spent": ("spent", "restored"),
    "burned": ("burned", "forfeited"),
    "reversed": ("reversed", "taken", "granted_back"),
}
"""By a measure of points: the ways that it adds up."""


def list_behind(answer: Answer, keys: Mapping[str, str], measure: str, visit: Visit) -> str:
    """Return where that is listed which a cell is of; empty where there is no such list.

    ``keys`` are those of the cell by dimension: fewer in a sum.
    """
    filters = [
        *answer.question.filters,
        *(Filter(dimension, (key,)) for dimension, key in keys.items()),
    ]
    match answer.question.source:
        case "receipts" | "lines":
            return _receipts(answer, filters, measure, visit.business_day)
        case "members":
            return _members(answer, filters, measure)
        case "points":
            return _movements(answer, filters, measure, visit)
        case _:
            return _letters(answer, filters, measure)


def _receipts(answer: Answer, asked: Sequence[Filter], measure: str, today: date) -> str:
    """Return the receipts: by the list's own filters, and what these cannot ask by rows of the source."""
    days, chosen = dict(_period(answer)), dict(_OF_MEASURES.get(measure, {}))
    others: list[Filter] = []
    # Conditions on goods are of one line together, which filters of the list are not.
    is_of_one_line = len([each for each in asked if each.dimension in _OF_GOODS]) > 1
    for each in asked:
        found = _filters_of(each.dimension, each.values[0], today)
        if (
            not found
            or each.is_not
            or len(each.values) > 1
            or (is_of_one_line and each.dimension in _OF_GOODS)
            or any(chosen.get(name, value) != value for name, value in found.items() if name not in _EDGES)
        ):
            others.append(each)
            continue
        for name, value in found.items():
            if name in _EDGES:
                days[name] = _EDGES[name](value, days.get(name, value))
            else:
                chosen[name] = value
    rows = {ROWS: Rows(answer.question.source, tuple(others)).text} if others else {}
    return f"/receipts?{urlencode({**days, 'left': 'yes', **chosen, **rows})}"


def _members(answer: Answer, asked: Sequence[Filter], measure: str) -> str:
    have_bought = [Filter("visits", ("0",), is_not=True)] if measure in _OF_BUYERS else []
    rows = _rows(answer, [*asked, *have_bought])
    return f"/members?{urlencode({**_named(answer, 'enrolled_from', 'enrolled_to'), **rows})}"


def _movements(answer: Answer, asked: Sequence[Filter], measure: str, visit: Visit) -> str:
    programs = [each.values[0] for each in asked if each.dimension == "program" and not each.is_not]
    program = programs[0] if programs else "" if visit.choices else str(visit.program_id)
    pairs = [
        *_named(answer, "moved_from", "moved_to").items(),
        *(("way", way) for way in _WAYS.get(measure, ())),
        *([(PARAMETER, program)] if program else []),
        *_rows(answer, asked).items(),
    ]
    return f"/journal?{urlencode(pairs)}"


def _letters(answer: Answer, asked: Sequence[Filter], measure: str) -> str:
    """Return the purchases that came of letters, the letters, or the broadcasts that a cell counts."""
    days = (answer.period[0], answer.period[1] - DAY) if answer.period is not None else ()
    rows = Rows(answer.question.source, tuple(asked), *days)
    if measure in _OF_PURCHASES:
        return f"/receipts?{urlencode({ROWS: rows.text})}"
    if measure == "broadcasts":
        return f"{CAMPAIGNS}?{urlencode({ROWS: rows.text})}"
    return letters_url([rows], arrived=measure in _OF_ARRIVED)


def _rows(answer: Answer, asked: Sequence[Filter]) -> dict[str, str]:
    return {ROWS: Rows(answer.question.source, tuple(asked)).text} if asked else {}


def _named(answer: Answer, first: str, last: str) -> dict[str, str]:
    days = dict(_period(answer))
    return {first: days["from"], last: days["to"]} if days else {}


_EDGES: Mapping[str, Callable[[str, str], str]] = {"from": max, "to": min}


def _period(answer: Answer) -> Iterator[tuple[str, str]]:
    if answer.period is not None:
        from_on, until_on = answer.period
        yield "from", from_on.isoformat()
        yield "to", (until_on - DAY).isoformat()


def _filters_of(dimension: str, key: str, today: date) -> Filters:
    """Return the filters that find what has ``key``; none where the list knows nothing of it."""
    if dimension in _SPANS:
        try:
            first = date.fromisoformat(f"{key}-01-01" if dimension == "year" else key)
        except ValueError:  # a year may be typed
            return {}
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
