"""What is asked of an event's fields, as a form: a row for each field of its kind, by the type that it has."""

from collections.abc import Callable, Sequence
from typing import Any

from plushka.delivery.office.engagement.draft.typist import Typed, Typist
from plushka.delivery.office.events.typed import read_value
from plushka.delivery.web.forms import Form
from plushka.domain.events.asking import is_askable
from plushka.domain.events.model import EventField, EventKind
from plushka.engine.occasion_parts import FIELD_TESTS_MAX, FieldTest
from plushka.platform.i18n import Translator

VALUE_LENGTH_MAX = 200
THERE, EMPTY = "there", "empty"
"""How a field is asked for where its value is of no matter."""
CONTAINS = "contains"


def write_tests(tests: Sequence[FieldTest], kind: EventKind, prefix: str, typist: Typist) -> Typed:
    """Return what would be typed to ask for ``tests``; of those that no event of the kind can pass only the names."""
    typed: Typed = {f"{prefix}-strangers": [test.field for test in tests if not is_askable(test, kind)]}
    money = {each.name for each in kind.fields if each.type == "money"}
    for test in tests:
        if is_askable(test, kind):
            tell = typist.money if test.field in money else typist.number
            typed |= _written(test, f"{prefix}.{test.field}", tell)
    return typed


def _written(test: FieldTest, name: str, tell: Callable[[int], str]) -> Typed:
    if test.is_there is not None:
        return {f"{name}.how": [THERE if test.is_there else EMPTY]}
    if test.contains is not None:
        return {f"{name}.how": [CONTAINS], name: [test.contains]}
    if isinstance(test.equals, bool):
        return {name: ["yes" if test.equals else "no"]}
    if test.equals is not None:
        return {name: [test.equals]}
    bounds = {
        "from": test.first_on.isoformat() if test.first_on else test.at_least,
        "to": test.last_on.isoformat() if test.last_on else test.at_most,
    }
    return {
        f"{name}.{end}": [bound if isinstance(bound, str) else tell(bound)]
        for end, bound in bounds.items()
        if bound is not None
    }


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
    if len(tests) > FIELD_TESTS_MAX:
        form.fail("", words.gettext("At most {most} fields can be asked for.", most=FIELD_TESTS_MAX))
    return tuple(tests[:FIELD_TESTS_MAX])


def _read(form: Form, asked: EventField, name: str, currency: str, words: Translator) -> FieldTest | None:
    how = form.value(f"{name}.how")
    if how in {THERE, EMPTY}:
        return FieldTest(asked.name, is_there=how == THERE)
    match asked.type:
        case "text":
            text = form.text(name, required=False, length_max=VALUE_LENGTH_MAX)
            if not text:
                return None
            return (
                FieldTest(asked.name, contains=text)
                if how == CONTAINS
                else FieldTest(asked.name, equals=text)
            )
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
