"""From bytes to values, and from what msgspec complains of to a refusal that names the field."""

from functools import lru_cache
from types import MappingProxyType
from typing import TypeVar
from urllib.parse import parse_qsl

import msgspec

from plushka.delivery.pos import refusals
from plushka.delivery.pos.refusals import Rejected
from plushka.engine.json_faults import fault_of, find_nul, texts_of
from plushka.platform.errors import Invalid

Value = TypeVar("Value")

_REFUSALS = MappingProxyType(
    {
        refusal.code: refusal
        for refusal in (
            refusals.FieldUnknown,
            refusals.FieldMissing,
            refusals.TextTooLong,
            refusals.TextTooShort,
            refusals.ItemsTooMany,
            refusals.ItemsTooFew,
            refusals.NumberTooLarge,
            refusals.NumberTooSmall,
            refusals.TypeWrong,
            refusals.TimeZoneMissing,
            refusals.ValueUnknown,
            refusals.ValueMalformed,
        )
    }
)


def parse_json(decoder: msgspec.json.Decoder[Value], body: bytes) -> Value:
    """Return the value of a JSON body.

    :raises Rejected: when it is no JSON
    :raises Invalid: when it is not the JSON that was asked for; the first fault is told
    """
    try:
        value = decoder.decode(body)
    except msgspec.ValidationError as error:
        raise _refusal(error) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Rejected(400, "json_malformed") from error
    if (place := find_nul(body, value)) is not None:
        raise refusals.TextHasNul(field=place)
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
    for place, text in texts_of(given):
        if "\0" in text:
            raise refusals.TextHasNul(field=place)
    try:
        return msgspec.convert(given, query, strict=False)
    except msgspec.ValidationError as error:
        raise _refusal(error) from error


def _refusal(error: msgspec.ValidationError) -> Invalid:
    fault = fault_of(error)
    return _REFUSALS[fault.kind](field=fault.field, **fault.facts)
