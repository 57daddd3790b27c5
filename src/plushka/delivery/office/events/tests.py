"""What is asked of an event's fields, as a form: a row for each field of its kind, by the type that it has."""

from collections.abc import Sequence
from typing import Any

from plushka.delivery.office.engagement.draft.typist import Typed, Typist
from plushka.delivery.office.events.typed import read_value
from plushka.delivery.web.forms import Form
from plushka.domain.events.asking import is_askable
from plushka.domain.events.model import EventField, EventKind
from plushka.engine.occasion_parts import FieldTest
from plushka.platform.i18n import Translator

VALUE_LENGTH_MAX = 200
TESTS_MAX = 10
"""Of one event: as many as the engine takes."""


def write_tests(tests: Sequence[FieldTest], kind: EventKind, prefix: str, typist: Typist) -> Typed:
    """Return what would be typed to ask for ``tests``; of those that no event of the kind can pass only the names."""
    typed: Typed = {f"{prefix}-strangers": [test.field for test in tests if not is_askable(test, kind)]}
    money = {each.name for each in kind.fields if each.type == "money"}
    for test in tests:
        if not is_askable(test, kind):
            continue
        name = f"{prefix}.{test.field}"
        if isinstance(test.equals, bool):
            typed[name] = ["yes" if test.equals else "no"]
        elif test.equals is not None:
            typed[name] = [test.equals]
        tell = typist.money if test.field in money else typist.number
        for end, number in (("from", test.at_least), ("to", test.at_most)):
            if number is not None:
                typed[f"{name}.{end}"] = [tell(number)]
        for end, day in (("from", test.first_on), ("to", test.last_on)):
            if day is not None:
                typed[f"{name}.{end}"] = [day.isoformat()]
    return typed


def read_tests(
    form: Form, kind: EventKind, prefix: str, currency: str, words: Translator
) -> tuple[FieldTest, ...]:
    """Return what is asked for, in the order of the kind's fields; what cannot be read has a problem in the form."""
    tests = []
    for asked in kind.fields:
        name = f"{prefix}.{asked.name}"
        test = _read(form, asked, name, currency, words)
        if test is not None:
            tests.append(test)
    if len(tests) > TESTS_MAX:
        form.fail("", words.gettext("At most {most} fields can be asked for.", most=TESTS_MAX))
    return tuple(tests[:TESTS_MAX])


def _read(form: Form, asked: EventField, name: str, currency: str, words: Translator) -> FieldTest | None:
    match asked.type:
        case "text":
            text = form.text(name, required=False, length_max=VALUE_LENGTH_MAX)
            return FieldTest(asked.name, equals=text) if text else None
        case "choice":
            chosen = form.value(name) and form.choice(name, asked.choices)
            return FieldTest(asked.name, equals=chosen) if chosen else None
        case "boolean":
            answer = form.value(name) and form.choice(name, ("yes", "no"))
            return FieldTest(asked.name, equals=answer == "yes") if answer else None
        case _:
            return _read_bounds(form, asked, name, currency, words)


def _read_bounds(
    form: Form, asked: EventField, name: str, currency: str, words: Translator
) -> FieldTest | None:
    first: Any
    last: Any
    if asked.type == "date":
        first, last = (form.day(f"{name}.{end}", required=False) for end in ("from", "to"))
    else:
        first, last = (
            read_value(form, f"{name}.{end}", asked, currency, is_required=False) for end in ("from", "to")
        )
    if first is None and last is None:
        return None
    if first is not None and last is not None and first > last:
        form.fail(f"{name}.to", words.gettext("The second must not be less than the first."))
        return None
    if asked.type == "date":
        return FieldTest(asked.name, first_on=first, last_on=last)
    return FieldTest(asked.name, at_least=first, at_most=last)
