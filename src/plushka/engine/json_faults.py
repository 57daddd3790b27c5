"""What is wrong with JSON that is not what was asked for: msgspec tells it in words only, which are read here."""

import re
from collections.abc import Iterator
from typing import Any

import msgspec
from msgspec import Struct

# A test keeps every one of them recognised.
_COMPLAINTS = tuple(
    (re.compile(pattern, re.DOTALL), kind)
    for pattern, kind in (
        (r"Object contains unknown field `(?P<field>.*)`", "field_unknown"),
        (r"Object missing required field `(?P<field>.*)`", "field_missing"),
        (r"Expected `str` of length <= (?P<length_max>\d+)", "text_too_long"),
        (r"Expected `str` of length >= (?P<length_min>\d+)", "text_too_short"),
        (r"Expected `array` of length <= (?P<items_max>\d+)", "items_too_many"),
        (r"Expected `array` of length >= (?P<items_min>\d+)", "items_too_few"),
        (r"Expected `int` <= (?P<max>-?\d+)", "number_too_large"),
        (r"Expected `int` >= (?P<min>-?\d+)", "number_too_small"),
        (r"Expected `(?P<expected>[^`]*)`, got `(?P<got>[^`]*)`", "type_wrong"),
        (r"Expected `datetime` with a timezone component", "time_zone_missing"),
        (r"Invalid (enum )?value .*", "value_unknown"),
        (r".*", "value_malformed"),
    )
)
_ESCAPED_NUL = rb"\u0000"


class Fault(Struct, frozen=True):
    """The first thing that does not fit. ``field`` is its path, as ``lines[0].sku``; None: the value as a whole."""

    kind: str
    field: str | None
    facts: dict[str, str | int]


def fault_of(error: msgspec.ValidationError) -> Fault:
    """Return what msgspec complains of."""
    complaint, _, place = str(error).partition(" - at `$")
    path = place.removesuffix("`").lstrip(".")
    for pattern, kind in _COMPLAINTS:
        if match := pattern.fullmatch(complaint):
            facts = match.groupdict()
            field = ".".join(part for part in (path, facts.pop("field", None)) if part)
            return Fault(kind, field or None, {name: _fact(text) for name, text in facts.items()})
    raise AssertionError(complaint)


def find_nul(data: bytes, value: Any) -> str | None:
    """Return where in ``value``, read from the JSON ``data``, a text has a NUL, which PostgreSQL stores in none.

    A raw one is no JSON; an escaped one is rare enough to look for it twice.
    """
    if _ESCAPED_NUL not in data:
        return None
    return next((path for path, text in texts_of(value) if "\0" in text), None)


def texts_of(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Return all texts in a value, each with its path."""
    match value:
        case str():
            yield path, value
        case list() | tuple():
            for index, item in enumerate(value):
                yield from texts_of(item, f"{path}[{index}]")
        case dict():
            for name, item in value.items():
                yield from texts_of(item, f"{path}.{name}".lstrip("."))
        case msgspec.Struct():
            yield from texts_of(msgspec.structs.asdict(value), path)
        case _:  # a Raw among them: it is looked through when it is parsed
            pass


def _fact(text: str) -> str | int:
    return int(text) if text.lstrip("-").isdigit() else text
