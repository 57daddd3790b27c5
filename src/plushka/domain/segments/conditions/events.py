"""Conditions on events and on what they say in their fields."""

from collections.abc import Sequence

from plushka.domain.segments.conditions.owners import merged, owner
from plushka.domain.segments.conditions.query import ALWAYS, Query, since_moment
from plushka.domain.segments.conditions.tallies import Kind, Tally, tallied
from plushka.engine.audience import Happened
from plushka.engine.field_tests import FOLDED, folded
from plushka.engine.occasion_parts import FieldTest

_FORMS: dict[str, str] = {}
for _form, _one in zip(*FOLDED, strict=True):
    _FORMS[_one] = _FORMS.get(_one, "") + _form
_SPECIAL = frozenset("[]^\\-.*+?(){}|$")


def of_events(leaf: Happened, query: Query) -> str:
    """Return what ``leaf`` asks of a member, never null."""
    return query.together(_tallied, leaf)


_EVENTS = Kind(
    owner("e.member_id"),
    f"member_events e {merged('e.member_id')} where e.tenant_id = $1 and e.cancelled_at is null",
)


def _tallied(leaves: Sequence[Happened], query: Query) -> str:
    return tallied([_EVENTS], [_tally(leaf, query) for leaf in leaves])


def _tally(leaf: Happened, query: Query) -> Tally:
    of_kind = f"e.kind = {query.place(leaf.kind, 'text')}{since_moment('e.occurred_at', leaf.days, query)}"
    asked = " and ".join(_asked(test, query) for test in leaf.where)
    least = None if leaf.times_min == 1 else query.place(leaf.times_min, "bigint")
    return Tally((asked or ALWAYS,), near=of_kind, least=least)


def _asked(test: FieldTest, query: Query) -> str:
    """Return what is asked of a field; null where the event does not say it, or says another thing."""
    field = query.place(test.field, "text")
    value, text = f"(e.data -> {field})", f"(e.data ->> {field})"
    if test.is_there is not None:
        return f"{text} is {'not ' if test.is_there else ''}null"
    if test.equals is not None:
        kind = "boolean" if isinstance(test.equals, bool) else "text"
        return f"{value} = to_jsonb({query.place(test.equals, kind)})"
    if test.contains is not None:
        part = query.place(_pattern(test.contains), "text")
        return _of_type("string", value, f'{text} collate "C" ~ {part}')
    if test.first_on is not None or test.last_on is not None:
        # Days are ISO texts, which stand in the order of the days, whatever order the locale has.
        days = ((test.first_on, ">="), (test.last_on, "<="))
        bounds = [
            f'{text} collate "C" {sign} {query.place(day.isoformat(), "text")}'
            for day, sign in days
            if day is not None
        ]
        return _of_type("string", value, " and ".join(bounds))
    numbers = ((test.at_least, ">="), (test.at_most, "<="))
    bounds = [
        f"{text}::numeric {sign} {query.place(number, 'numeric')}"
        for number, sign in numbers
        if number is not None
    ]
    return _of_type("number", value, " and ".join(bounds) or "true")


def _pattern(part: str) -> str:
    """Return a regular expression that finds a part of a text, each letter in any of its forms.

    Each character stands in brackets or behind a backslash, so none means anything else. To translate the text first
    takes ten times as long.
    """
    forms = (f"{one}{_FORMS.get(one, '')}" for one in folded(part))
    return "".join(f"[{form}]" if form not in _SPECIAL else f"\\{form}" for form in forms)


def _of_type(name: str, value: str, asked: str) -> str:
    """Return what is asked of a value of a type of JSON, before which it is not looked at."""
    return f"case when jsonb_typeof({value}) = '{name}' then {asked} end"
