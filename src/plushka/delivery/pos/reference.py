"""The description of the API as a page to read: one document, no script, nothing loaded from anywhere."""

import json
from base64 import b64encode
from collections.abc import Iterable
from hashlib import sha256
from importlib import resources
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

Json = dict[str, Any]

_style = resources.files("plushka.delivery.pos").joinpath("templates", "reference.css").read_text()
STYLE_HASH = b64encode(sha256(_style.encode()).digest()).decode()
"""What the page's policy allows as its only style."""


def render(description: Json, codes: Iterable[tuple[str, int, str]]) -> str:
    """Return the page of an OpenAPI document; ``codes`` are its errors with status and meaning."""
    environment = Environment(
        loader=PackageLoader("plushka.delivery.pos"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"kind": _kind, "note": _note, "code": _with_code, "example": _example}
    return environment.get_template("reference.html").render(
        description=description,
        codes=codes,
        style=Markup(_style),  # noqa: S704  our own file
    )


def _kind(schema: Json) -> Markup:
    """Return what a value is, in a few words; a named object is linked to its table."""
    match schema:
        case {"$ref": ref}:
            name = ref.rpartition("/")[2]
            told = Markup('<a href="#{0}">{0}</a>').format(name)
        case {"allOf": [one]}:
            told = _kind(one)
        case {"anyOf": options}:
            told = Markup(" or ").join(map(_kind, options))
        case {"enum": values}:
            told = Markup(" or ").join(
                Markup("<code>{}</code>").format(json.dumps(value)) for value in values
            )
        case {"type": "array", "prefixItems": _} | {"type": "array", "items": False}:
            told = Markup("array")
        case {"type": "array", "items": items}:
            told = Markup("array of ") + _kind(items)
        case {"type": kind}:
            told = escape(schema.get("format", kind))
        case _:
            told = Markup("any")
    return told + _limits(schema)


def _limits(schema: Json) -> Markup:
    low: int | None = schema.get("minimum", schema.get("minLength", schema.get("minItems")))
    high: int | None = schema.get("maximum", schema.get("maxLength", schema.get("maxItems")))
    unit = " characters" if "maxLength" in schema else " items" if "maxItems" in schema else ""
    if low is not None and high is not None:
        span = Markup("{}…{}").format(low, _number(high))
    elif high is not None:
        span = Markup("≤ {}").format(_number(high))
    elif low is not None:
        span = Markup("≥ {}").format(low)
    else:
        return Markup("")
    return Markup(", {}{}").format(span, unit)


def _number(value: int) -> Markup:
    """Return a number as people write it, 10¹⁵ with its exponent."""
    zeros = len(str(value)) - 1
    return Markup("10<sup>{}</sup>").format(zeros) if value == 10**zeros > 10**6 else escape(value)


def _note(schema: Json) -> str:
    return "; ".join(
        option["description"] for option in (schema, *schema.get("anyOf", ())) if "description" in option
    )


def _with_code(text: str) -> Markup:
    """Return ``text`` with its `backticks` as code."""
    parts = text.replace("``", "`").split("`")
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if index % 2 else escape(part)
        for index, part in enumerate(parts)
    )


def _example(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)
