"""What is asked of an event's fields: whether they are so, and what no field can be."""

from collections.abc import Iterator, Mapping, Sequence

from plushka.engine.check_conditions import Problem
from plushka.engine.occasion_parts import FieldTest

Value = str | int | bool
FOLDED = (
    "ABCDEFGHIJKLMNOPQRSTUVWXYZАБВГДЕЁЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯё",
    "abcdefghijklmnopqrstuvwxyzабвгдеежзийклмнопрстуфхцчшщъыьэюяе",
)
"""Letters that are taken for one another where a part of a text is looked for, whatever locale PostgreSQL has."""
_FOLDED = str.maketrans(*FOLDED)


def folded(text: str) -> str:
    """Return a text as parts of it are looked for: Latin and Russian letters are small, «ё» is «е»."""
    return text.translate(_FOLDED)


def fields_hold(tests: Sequence[FieldTest], data: Mapping[str, Value]) -> bool:
    """Tell whether an event that says ``data`` is all that is asked for."""
    return all(field_holds(test, data.get(test.field)) for test in tests)


def field_holds(test: FieldTest, value: Value | None) -> bool:  # noqa: PLR0911 - one case a form
    """Tell whether a field of an event is what is asked for; one that is missing is only ``is_there`` False."""
    if test.is_there is not None:
        return (value is not None) is test.is_there
    if value is None:
        return False
    if test.equals is not None:
        # In Python 1 == True; a tick and a number are two things.
        return type(value) is type(test.equals) and value == test.equals
    if test.contains is not None:
        return isinstance(value, str) and folded(test.contains) in folded(value)
    if test.first_on is not None or test.last_on is not None:
        # Days are ISO texts, which stand in the order of the days.
        return isinstance(value, str) and (
            (test.first_on is None or value >= test.first_on.isoformat())
            and (test.last_on is None or value <= test.last_on.isoformat())
        )
    if isinstance(value, bool) or not isinstance(value, int):
        return False
    return (test.at_least is None or value >= test.at_least) and (
        test.at_most is None or value <= test.at_most
    )


def field_test_problems(path: str, tests: Sequence[FieldTest]) -> Iterator[Problem]:
    """Find tests of an event's fields that ask for nothing, for two kinds of things, or for what cannot be."""
    for place, test in enumerate(tests):
        at = f"{path}[{place}]"
        least, most, first, last = test.at_least, test.at_most, test.first_on, test.last_on
        asked = (
            test.equals is not None,
            test.contains is not None,
            test.is_there is not None,
            (least, most) != (None, None),
            (first, last) != (None, None),
        )
        if sum(asked) != 1:
            yield Problem(at, "value_or_bounds")
        elif least is not None and most is not None and least > most:
            yield Problem(at, "amounts_reversed")
        elif first is not None and last is not None and first > last:
            yield Problem(at, "period_reversed")
