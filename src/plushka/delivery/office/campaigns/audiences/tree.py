"""Nested conditions as fields of a form: written, read, and changed by its buttons.

A node is named by its place: ``n`` the outermost group, ``n-2`` the third thing put into it. ``n.of`` lists what a
group holds, ``n-2.is`` says of which kind a node is, ``n-2.not`` that it is turned round.
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any as AnyValue
from uuid import UUID

import msgspec

from plushka.delivery.office.campaigns.audiences.choices import Choices
from plushka.delivery.office.campaigns.audiences.kinds import ALL, ANY, KINDS, Field
from plushka.delivery.office.events.tests import read_tests, write_tests
from plushka.delivery.web.forms import Form
from plushka.domain.segments.definitions import as_id
from plushka.engine.audience import All, Any, Audience, Bought, Campaign, Happened, Not
from plushka.engine.audience_check import audience_problems
from plushka.platform.i18n import Translator, currency_decimals, marked

Typed = dict[str, list[str]]
ROOT = "n"
PICKS = {"products": "product", "categories": "category", "brands": "brand"}
PROBLEMS = {
    "bounds_reversed": marked("The second number must not be less than the first."),
    "period_reversed": marked("The last day must not come before the first."),
    "nothing_has_no_day": marked(
        "Where nothing was sent there is no day after which somebody could have bought."
    ),
    "nothing_asked": marked("Fill in at least one field."),
    "condition_too_deep": marked("Groups lie too deep within each other."),
    "condition_too_large": marked("There are too many conditions."),
}


def write_tree(audience: Audience | None, choices: Choices) -> Typed:
    """Return the fields of an audience; what is no group stands in one."""
    typed: Typed = {}
    if audience is None:
        return {f"{ROOT}.is": [ALL], f"{ROOT}.of": []}
    _write(audience if isinstance(audience, All | Any) else All((audience,)), ROOT, typed, choices)
    return typed


def _write(node: Audience, path: str, typed: Typed, choices: Choices) -> None:
    while isinstance(node, Not):
        if f"{path}.not" in typed:
            del typed[f"{path}.not"]
        else:
            typed[f"{path}.not"] = ["on"]
        node = node.of
    if isinstance(node, All | Any):
        children = [f"{path}-{index}" for index in range(len(node.of))]
        typed |= {f"{path}.is": [ALL if isinstance(node, All) else ANY], f"{path}.of": children}
        for child, part in zip(children, node.of, strict=True):
            _write(part, child, typed, choices)
        return
    values = msgspec.to_builtins(node)
    kind = KINDS[values["is"]]
    typed[f"{path}.is"] = [kind.name]
    scale = choices.scale(str(values.get("program") or ""), str(values.get("card") or ""))
    for field in kind.fields:
        name = f"{path}.{field.name}"
        if isinstance(node, Happened) and field.kind == "tests":
            typed |= _written_tests(node, name, choices)
        else:
            typed[name] = _written(field, values, choices, scale)


def _written_tests(node: Happened, name: str, choices: Choices) -> Typed:
    kind = choices.events.get(node.kind)
    return write_tests(node.where, kind, name, choices.typist) if kind else {}


def _written(  # noqa: PLR0911 - one case a kind
    field: Field, values: Mapping[str, AnyValue], choices: Choices, scale: int
) -> list[str]:
    if field.kind == "goods":
        return [f"{kind}:{code}" for name, kind in PICKS.items() for code in values.get(name, ())]
    value = values.get(field.name)
    if value is None:
        return []
    match field.kind:
        case "ticks" | "campaigns":
            return [str(one) for one in value]
        case "words":
            return [", ".join(value)]
        case "money":
            return [_plain(value, currency_decimals(choices.currency))]
        case "points" | "stamps":
            return [_plain(value, scale)]
        case _:
            return [str(value)]


def _plain(units: int, decimals: int) -> str:
    text = f"{Decimal(units).scaleb(-decimals):f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text).replace(".", ",")


def read_tree(form: Form, words: Translator, choices: Choices) -> Audience | None:
    """Return the audience that was typed, or None with what is wrong noted at its fields."""
    built = _read(form, ROOT, words, choices)
    if not form.is_sound:
        return None
    try:
        audience: Audience = msgspec.convert(built, Audience, strict=False)
    except msgspec.ValidationError:
        form.fail("", words.gettext("Something is missing in the conditions."))
        return None
    problems = list(audience_problems(audience))
    for problem in problems:
        form.fail(_path_of(form, problem.path), words.gettext(PROBLEMS[problem.code]))
    return None if problems else _flat(audience)


def _flat(audience: Audience) -> Audience:
    """Return a group of one as that one."""
    while isinstance(audience, All | Any) and len(audience.of) == 1:
        audience = audience.of[0]
    return audience


def _path_of(form: Form, problem: str) -> str:
    """Return the node at which the engine finds a problem: ``of[1].of`` is the second one, if it is turned round."""
    path = ROOT
    for step in problem.split("."):
        if step.startswith("of["):
            children = form.values(f"{path}.of")
            path = children[int(step[3:-1])]
    return path


def _read(form: Form, path: str, words: Translator, choices: Choices) -> dict[str, AnyValue] | None:
    kind = form.value(f"{path}.is")
    built: dict[str, AnyValue]
    if kind in {ALL, ANY}:
        children = [
            _read(form, child, words, choices)
            for child in form.values(f"{path}.of")
            if _is_below(child, path)
        ]
        if not children:
            form.fail(path, words.gettext("Add a condition."))
        built = {"is": kind, "of": [child for child in children if child is not None]}
    elif kind in KINDS:
        built = _read_leaf(form, path, kind, words, choices)
    else:
        form.fail(path, words.gettext("Choose one of these."))
        return None
    return {"is": "not", "of": built} if form.flag(f"{path}.not") else built


def _is_below(child: str, path: str) -> bool:
    return child.startswith(f"{path}-") and child.removeprefix(f"{path}-").isdecimal()


def _read_leaf(form: Form, path: str, kind: str, words: Translator, choices: Choices) -> dict[str, AnyValue]:
    built: dict[str, AnyValue] = {"is": kind}
    scale = choices.scale(form.value(f"{path}.program"), form.value(f"{path}.card"))
    for field in KINDS[kind].fields:
        name = f"{path}.{field.name}"
        if field.kind == "goods":
            built |= _read_goods(form, name, words)
        elif field.kind == "tests":
            asked = choices.events.get(form.value(f"{path}.kind"))
            tests = read_tests(form, asked, name, choices.currency, words) if asked else ()
            built[field.name] = msgspec.to_builtins(tests)
        elif (value := _read_field(form, name, field, words, choices, scale)) is not None:
            built[field.name] = value
    return built


def _read_field(  # noqa: C901, PLR0911, PLR0917 - one case a kind
    form: Form, name: str, field: Field, words: Translator, choices: Choices, scale: int
) -> AnyValue:
    match field.kind:
        case "ticks" | "campaigns":
            chosen = form.values(name)
            if field.is_required and not chosen:
                form.fail(name, words.gettext("Choose at least one."))
            return chosen
        case "words":
            chosen = [word.strip() for word in form.value(name).split(",") if word.strip()]
            if field.is_required and not chosen:
                form.fail(name, words.gettext("Fill this in."))
            return chosen
        case "choice":
            if not form.value(name):
                if field.is_required:
                    form.fail(name, words.gettext("Choose one of these."))
                return None
            return form.choice(name, [value for value, _ in choices.of[field.options]])
        case "date":
            day = form.day(name, required=field.is_required)
            return day.isoformat() if day else None
        case "money":
            return form.money(name, choices.currency, required=field.is_required)
        case "points" | "stamps":
            return form.number(name, decimals=scale, least=field.least, required=field.is_required)
        case _:
            return form.number(name, least=field.least, most=field.most, required=field.is_required)


def _read_goods(form: Form, name: str, words: Translator) -> dict[str, list[str]]:
    picks = form.values(name)
    if not picks:
        form.fail(name, words.gettext("Choose at least one."))
    return {
        field: [code for found, _, code in (pick.partition(":") for pick in picks) if found == kind and code]
        for field, kind in PICKS.items()
    }


def acted(form: Form, do: str) -> Form | None:  # noqa: PLR0911 - one case a button
    """Return the form as a button of it changes it; None: it is no such button."""
    act, _, rest = do.partition(":")
    match act:
        case "add":
            kind = form.value(f"{rest}.new")
            return _added(form, rest, {"is": [kind], **_defaults(kind)}) if kind in KINDS else form
        case "group":
            return _added(form, rest, {"is": [ANY], "of": []})
        case "exclude":
            return _added(form, ROOT, {"is": ["segment"], "not": ["on"]})
        case "fields":
            return form
        case "remove":
            parent, _, _ = rest.rpartition("-")
            return form.altered({f"{parent}.of": [one for one in form.values(f"{parent}.of") if one != rest]})
        case "pick" | "drop":
            name, _, pick = rest.partition(":")
            others = [one for one in form.values(name) if one != pick]
            return form.altered({name: [*others, pick] if act == "pick" else others, f"{name}.search": [""]})
        case _:
            return None


def place_of(form: Form) -> str:
    """Return where whoever pressed a button of the form goes on, by the name of the node or of its goods."""
    act, _, rest = form.value("do").partition(":")
    match act:
        case "add" | "exclude":
            return next(reversed(form.values(f"{rest or ROOT}.of")), "")
        case "group":
            return f"{next(reversed(form.values(f'{rest}.of')), rest)}.new"
        case "fields":
            return f"{rest}.where"
        case "remove":
            return f"{rest.rpartition('-')[0]}.new"
        case "pick" | "drop":
            return rest.partition(":")[0]
        case _:
            return ""


def _added(form: Form, path: str, fields: Mapping[str, list[str]]) -> Form:
    children = form.values(f"{path}.of")
    number = (
        max((int(child.rpartition("-")[2]) for child in children if _is_below(child, path)), default=-1) + 1
    )
    child = f"{path}-{number}"
    gone: dict[str, list[str]] = {
        name: [] for name in form.names() if name.startswith((f"{child}.", f"{child}-"))
    }
    return form.altered(
        {
            **gone,
            f"{path}.of": [*children, child],
            f"{path}.new": [""],
            **{f"{child}.{name}": values for name, values in fields.items()},
        }
    )


def _defaults(kind: str) -> dict[str, list[str]]:
    return {field.name: [field.default] for field in KINDS[kind].fields if field.default}


def named_in(form: Form) -> Iterator[Audience]:
    """Return conditions that name the products and the campaigns of the whole form, to load what they are called by."""
    products: dict[str, None] = {}
    campaigns: dict[UUID, None] = {}
    for name in form.names():
        path, _, field = name.rpartition(".")
        values = form.values(name)
        if field == "goods":
            picked = (pick.partition(":") for pick in values)
            products |= dict.fromkeys(code for kind, _, code in picked if kind == "product")
        elif field == "ids" and form.value(f"{path}.is") == "campaign":
            campaigns |= dict.fromkeys(one for value in values if (one := as_id(value)) is not None)
    if products:
        yield Bought(days=1, products=tuple(products))
    if campaigns:
        yield Campaign(tuple(campaigns))
