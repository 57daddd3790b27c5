"""Whether what an event says is what its kind asks for."""

from collections.abc import Mapping
from datetime import date

import msgspec

from plushka.domain.events.model import (
    DATA_LENGTH_MAX,
    NUMBER_MAX,
    TEXT_LENGTH_MAX,
    EventField,
    EventFieldMissing,
    EventFieldUnknown,
    EventFieldWrong,
    EventKind,
    EventTooLarge,
    Value,
)


def check_data(kind: EventKind, data: Mapping[str, object]) -> dict[str, Value]:
    """Return the values in the order of the kind's fields; a null is a field that is not there.

    :raises EventFieldUnknown: one that the kind has not, named by path
    :raises EventFieldMissing: one that it asks for, named by path
    :raises EventFieldWrong: a value is not of its field's type, named by path
    :raises EventTooLarge: all together are too long
    """
    known = {each.name for each in kind.fields}
    for name in data:
        if name not in known:
            raise EventFieldUnknown(field=f"data.{name}", name=name)
    checked: dict[str, Value] = {}
    for each in kind.fields:
        value = data.get(each.name)
        if value is not None:
            checked[each.name] = _value(each, value)
        elif each.is_required:
            raise EventFieldMissing(field=f"data.{each.name}", name=each.name)
    if len(msgspec.json.encode(checked).decode()) > DATA_LENGTH_MAX:
        raise EventTooLarge(field="data", length_max=DATA_LENGTH_MAX)
    return checked


def _value(asked: EventField, value: object) -> Value:
    match asked.type, value:
        case "text", str() if len(value) <= TEXT_LENGTH_MAX and "\0" not in value:
            return value
        case "choice", str() if value in asked.choices:
            return value
        case "date", str() if _is_date(value):
            return value
        # True is an int in Python.
        case ("boolean", True) | ("boolean", False) if isinstance(value, bool):
            return value
        case "integer", int() if not isinstance(value, bool) and -NUMBER_MAX <= value <= NUMBER_MAX:
            return value
        case "money", int() if not isinstance(value, bool) and 0 <= value <= NUMBER_MAX:
            return value
        case _:
            raise EventFieldWrong(field=f"data.{asked.name}", name=asked.name, type=asked.type)


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
