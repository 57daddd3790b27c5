"""Goods picked one by one: products, categories and brands that a condition of lines is made of.

A pick is typed as ``category:dairy``. ``….only`` are goods that take part (none: all), ``….except`` those that do not.
"""

from collections.abc import Iterable

import msgspec

from plushka.delivery.office.engagement.draft.typist import Typed, under
from plushka.delivery.web.forms import Form
from plushka.engine.conditions import All, Any, Brand, Category, Condition, Not, Product
from plushka.platform.i18n import Translator

PICKS_MAX = 1000
_KINDS: dict[str, type[Product | Category | Brand]] = {
    "product": Product,
    "category": Category,
    "brand": Brand,
}
_names = {kind: name for name, kind in _KINDS.items()}
_decode = msgspec.json.Decoder(Condition).decode


def picks_of(condition: Condition) -> list[str] | None:
    """Return the picks that ``condition`` is made of; None where it is more than a choice of goods."""
    parts = condition.of if isinstance(condition, Any) else (condition,)
    kinds = [type(part) for part in parts]
    if any(kind not in _names for kind in kinds) or len(set(kinds)) < len(kinds):
        return None
    return [
        f"{_names[type(part)]}:{code}"
        for part in parts
        if isinstance(part, Product | Category | Brand)
        for code in part.ids
    ]


def write_goods(prefix: str, condition: Condition | None) -> Typed:
    """Return the fields of a choice of goods."""
    only: list[str] | None = []
    without: list[str] | None = []
    match condition:
        case None:
            pass
        case Not(of=part):
            without = picks_of(part)
        case All(of=(part, Not(of=excluded))) if not isinstance(part, Not):
            only, without = picks_of(part), picks_of(excluded)
        case _:
            only = picks_of(condition)
    if only is None or without is None:
        return under(prefix, {"kept": [keep(condition)] if condition else []})
    return under(prefix, {"only": only, "except": without})


def read_goods(form: Form, prefix: str, words: Translator, before: Condition | None) -> Condition | None:
    """Return the condition that was picked, ``before`` itself where it means the same; None: all goods."""
    read = _read_goods(form, prefix, words)
    return before if write_goods(prefix, read) == write_goods(prefix, before) else read


def _read_goods(form: Form, prefix: str, words: Translator) -> Condition | None:
    kept = form.value(f"{prefix}.kept")
    if kept:
        return read_kept(form, f"{prefix}.kept", kept, words)
    only = made_of(form.values(f"{prefix}.only"))
    without = made_of(form.values(f"{prefix}.except"))
    if without is None:
        return only
    return Not(without) if only is None else All((only, Not(without)))


def made_of(picks: Iterable[str]) -> Condition | None:
    """Return the condition that holds for any of ``picks``; what is no pick is passed over."""
    codes: dict[str, list[str]] = {}
    for pick in list(picks)[:PICKS_MAX]:
        kind, _, code = pick.partition(":")
        if kind in _KINDS and code and code not in codes.setdefault(kind, []):
            codes[kind].append(code)
    parts = [_KINDS[kind](tuple(of_kind)) for kind, of_kind in codes.items()]
    if not parts:
        return None
    return parts[0] if len(parts) == 1 else Any(tuple(parts))


def keep(condition: Condition) -> str:
    """Return a condition that no field can show, to be carried along."""
    return msgspec.json.encode(condition).decode()


def read_kept(form: Form, name: str, text: str, words: Translator) -> Condition | None:
    """Return a condition that was carried along."""
    try:
        condition: Condition = _decode(text)
    except msgspec.MsgspecError:
        form.fail(name, words.gettext("This condition cannot be read. Remove it and add it anew."))
        return None
    return condition
