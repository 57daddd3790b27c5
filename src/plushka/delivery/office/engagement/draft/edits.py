"""What the small buttons of a form do: add and remove parts, pick goods. The server renders every state.

``do`` is ``add:LIST``, ``remove:LIST:KEY``, ``up:LIST:KEY``, ``pick:FIELD:VALUE``, ``drop:FIELD:VALUE`` or
``begin:KIND``, which types a ready beginning of the section over what stands there. The parts of a list have keys that
stay theirs, so that nothing typed moves to another part when one goes.
"""

from collections.abc import Callable

from plushka.delivery.office.engagement.draft.typist import Typed
from plushka.delivery.web.forms import Form

KEYS_MAX = 100
"""Parts of one list."""

Begin = Callable[[str, str, Form], Typed]
"""What a new part of a list, under a key, has typed in it already; for ``begin``, what a ready beginning types."""


def edited(form: Form, begin: Begin) -> Form | None:
    """Return the form after its button was pressed; None where it is another kind of button."""
    verb, _, rest = form.value("do").partition(":")
    name, _, value = rest.partition(":")
    values = form.values(name)
    match verb:
        case "add":
            key = _next(values)
            return form.altered({name: [*values, key][:KEYS_MAX], **begin(name, key, form)})
        case "begin":
            return form.altered(begin(verb, name, form))
        case "remove" | "drop":
            return form.altered({name: [other for other in values if other != value]})
        case "up":
            if value in values[1:]:
                place = values.index(value)
                values[place - 1 : place + 1] = values[place], values[place - 1]
            return form.altered({name: values})
        case "pick":
            return form.altered({name: list(dict.fromkeys([*values, value])), f"{name}.search": [""]})
        case _:
            return None


def _next(keys: list[str]) -> str:
    return str(max((int(key) for key in keys if key.isascii() and key.isdigit()), default=-1) + 1)
