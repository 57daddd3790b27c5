"""What is asked of an event's fields, as an occasion and a journey ask it: told, and held against the event's kind."""

from collections.abc import Callable, Sequence

from plushka.domain.events.model import EventField, EventKind
from plushka.engine.occasion_parts import FieldTest
from plushka.platform.i18n import Translator, format_date, join, marked


def is_askable(test: FieldTest, kind: EventKind) -> bool:  # noqa: PLR0911 - one case a type
    """Tell whether a kind's events can ever be what is asked for: they have the field, and it is of that type."""
    asked = find_field(kind, test.field)
    if asked is None:
        return False
    if test.is_there is not None:
        return True
    match asked.type:
        case "boolean":
            return isinstance(test.equals, bool)
        case "choice":
            return test.equals in asked.choices
        case "text":
            return isinstance(test.equals, str) or test.contains is not None
        case "date":
            return test.first_on is not None or test.last_on is not None
        case _:
            return test.at_least is not None or test.at_most is not None


def find_field(kind: EventKind, name: str) -> EventField | None:
    return next((each for each in kind.fields if each.name == name), None)


def tell_tests(
    tests: Sequence[FieldTest], kind: EventKind | None, words: Translator, money: Callable[[int], str]
) -> str:
    """Return what is asked of an event as it follows “where”; ``kind`` is in the reader's language."""
    return join([_tell(test, kind, words, money) for test in tests], words.language)


def _tell(test: FieldTest, kind: EventKind | None, words: Translator, money: Callable[[int], str]) -> str:
    asked = find_field(kind, test.field) if kind is not None else None
    field = words.gettext("“{name}”", name=asked.title if asked else test.field)
    if isinstance(test.equals, bool):
        told = marked("{field} is yes") if test.equals else marked("{field} is no")
        return words.gettext(told, field=field)
    if test.is_there is not None:
        told = marked("{field} is filled in") if test.is_there else marked("{field} is not filled in")
        return words.gettext(told, field=field)
    if test.equals is not None:
        return words.gettext("{field} is “{value}”", field=field, value=test.equals)
    if test.contains is not None:
        return words.gettext("{field} contains “{value}”", field=field, value=test.contains)
    tell = money if asked is not None and asked.type == "money" else str
    least = None if test.at_least is None else tell(test.at_least)
    most = None if test.at_most is None else tell(test.at_most)
    asks_day = (test.first_on, test.last_on) != (None, None)
    if asks_day:
        least = format_date(test.first_on, words.language) if test.first_on else None
        most = format_date(test.last_on, words.language) if test.last_on else None
    if most is None:
        told = marked("{field} is {least} or later") if asks_day else marked("{field} is {least} or more")
    elif least is None:
        told = marked("{field} is {most} or before") if asks_day else marked("{field} is {most} or less")
    elif least == most:
        told = marked("{field} is exactly {least}")
    else:
        told = marked("{field} is from {least} to {most}")
    return words.gettext(told, field=field, least=least, most=most)
