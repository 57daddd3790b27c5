"""From bytes to values, and from what msgspec complains of to a refusal that names the field."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, TypeVar
from urllib.parse import parse_qsl

import msgspec

from plushka.delivery.pos import refusals
from plushka.delivery.pos.refusals import Rejected
from plushka.platform.errors import Invalid

Value = TypeVar("Value")

# msgspec tells what is wrong in words only; a test keeps every one of them recognised.
_COMPLAINTS: tuple[tuple[str, type[Invalid]], ...] = (
    (r"Object contains unknown field `(?P<field>.*)`", refusals.FieldUnknown),
    (r"Object missing required field `(?P<field>.*)`", refusals.FieldMissing),
    (r"Expected `str` of length <= (?P<length_max>\d+)", refusals.TextTooLong),
    (r"Expected `str` of length >= (?P<length_min>\d+)", refusals.TextTooShort),
    (r"Expected `array` of length <= (?P<items_max>\d+)", refusals.ItemsTooMany),
    (r"Expected `array` of length >= (?P<items_min>\d+)", refusals.ItemsTooFew),
    (r"Expected `int` <= (?P<max>-?\d+)", refusals.NumberTooLarge),
    (r"Expected `int` >= (?P<min>-?\d+)", refusals.NumberTooSmall),
    (r"Expected `(?P<expected>[^`]*)`, got `(?P<got>[^`]*)`", refusals.TypeWrong),
    (r"Expected `datetime` with a timezone component", refusals.TimeZoneMissing),
    (r"Invalid enum value .*", refusals.ValueUnknown),
    (r".*", refusals.ValueMalformed),
)
_PATTERNS = [(re.compile(pattern, re.DOTALL), refusal) for pattern, refusal in _COMPLAINTS]
_ESCAPED_NUL = rb"\u0000"


def parse_json(decoder: msgspec.json.Decoder[Value], body: bytes) -> Value:
    """Return the value of a JSON body.

    :raises Rejected: when it is no JSON
    :raises Invalid: when it is not the JSON that was asked for; the first fault is told
    """
    try:
        value = decoder.decode(body)
    except msgspec.ValidationError as error:
        raise _refusal(str(error)) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Rejected(400, "json_malformed") from error
    # PostgreSQL stores no NUL. A raw one is no JSON; an escaped one is rare enough to look for it twice.
    if _ESCAPED_NUL in body:
        _refuse_nul(value)
    return value


@lru_cache(maxsize=1000)
def parse_query(query_string: bytes, query: type[Value]) -> Value:
    """Return the value of a query string; numbers and booleans are written as in JSON.

    Remembered, because nearly all are empty.

    :raises Invalid: when it is not what was asked for; the first fault is told
    """
    pairs = parse_qsl(query_string.decode("latin-1"), keep_blank_values=True)
    given = dict(pairs)
    if len(given) < len(pairs):
        names = [name for name, _ in pairs]
        raise refusals.FieldRepeated(field=next(name for name in names if names.count(name) > 1))
    _refuse_nul(given)
    try:
        return msgspec.convert(given, query, strict=False)
    except msgspec.ValidationError as error:
        raise _refusal(str(error)) from error


def _refusal(message: str) -> Invalid:
    complaint, _, place = message.partition(" - at `$")
    place = place.removesuffix("`").lstrip(".")
    for pattern, refusal in _PATTERNS:
        if match := pattern.fullmatch(complaint):
            facts = match.groupdict()
            path = [part for part in (place, facts.pop("field", None)) if part]
            return refusal(
                field=".".join(path) or None, **{name: _fact(text) for name, text in facts.items()}
            )
    raise AssertionError(message)


def _fact(text: str) -> str | int:
    return int(text) if text.lstrip("-").isdigit() else text


def _refuse_nul(value: Any) -> None:
    for path, text in _texts(value, ""):
        if "\0" in text:
            raise refusals.TextHasNul(field=path.lstrip("."))


def _texts(value: Any, path: str) -> Iterator[tuple[str, str]]:
    match value:
        case str():
            yield path, value
        case list() | tuple():
            for index, item in enumerate(value):
                yield from _texts(item, f"{path}[{index}]")
        case dict():
            for name, item in value.items():
                yield from _texts(item, f"{path}.{name}")
        case msgspec.Struct():
            yield from _texts(msgspec.structs.asdict(value), path)
        case _:  # a Raw among them: it is looked through when it is parsed
            pass
