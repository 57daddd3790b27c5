"""A field of an event as it was typed."""

from typing import Any

from plushka.delivery.web.forms import Form
from plushka.domain.events.model import NUMBER_MAX, TEXT_LENGTH_MAX, EventField


def read_value(  # noqa: PLR0911 - one case a type
    form: Form, name: str, asked: EventField, currency: str, *, is_required: bool
) -> Any:
    """Return the value typed for a field; None: it is empty, or cannot be read and has a problem in the form."""
    match asked.type:
        case "text":
            return form.text(name, required=is_required, length_max=TEXT_LENGTH_MAX) or None
        case "integer":
            return form.number(name, least=-NUMBER_MAX, most=NUMBER_MAX, required=is_required)
        case "money":
            return form.money(name, currency, required=is_required)
        case "boolean":
            return form.flag(name)
        case "date":
            day = form.day(name, required=is_required)
            return day and day.isoformat()
        case _:
            if not form.value(name) and not is_required:
                return None
            return form.choice(name, asked.choices)
