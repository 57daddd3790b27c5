"""Nested conditions in a form, whatever the form is of: what their fields are shown with, and what they say."""

from collections.abc import Mapping
from typing import Any as AnyValue
from typing import ClassVar

from msgspec import Struct

from plushka.delivery.office.campaigns.audiences.choices import Choices, load_choices
from plushka.delivery.office.campaigns.audiences.kinds import GROUPS, KINDS, Kind
from plushka.delivery.office.campaigns.audiences.tree import ROOT, named_in, place_of
from plushka.delivery.office.visit import Visit
from plushka.delivery.web.forms import Form
from plushka.domain.catalog.queries import search_goods
from plushka.domain.segments.telling.teller import load_teller
from plushka.engine.audience import Audience
from plushka.platform.database import Tx


class Nested(Struct, frozen=True):
    """What the macros of ``campaigns/audiences/nodes.html`` are given; ``found``: goods, by the field that asked.

    ``focus`` is where whoever pressed a button goes on.
    """

    root: ClassVar[str] = ROOT
    kinds: ClassVar[Mapping[str, Kind]] = KINDS

    choices: Choices
    groups: tuple[tuple[str, list[Kind]], ...]
    found: Mapping[str, AnyValue]
    focus: str = ""


async def load_nested(
    tx: Tx, visit: Visit, form: Form, *audiences: Audience | None, besides: str = ""
) -> Nested:
    """Return what ``form`` and ``audiences`` can be shown with; ``besides`` is the segment that is being edited."""
    named = [one for one in (*audiences, *named_in(form)) if one is not None]
    teller = await load_teller(tx, visit.look.language, *named)
    choices = await load_choices(tx, visit, teller, besides=besides)
    return Nested(
        choices=choices,
        groups=tuple(
            (title, [kind for kind in kinds if not kind.needs or choices.of[kind.needs]])
            for title, kinds in GROUPS
        ),
        found={
            name.removesuffix(".search"): await search_goods(tx, form.value(name))
            for name in form.names()
            if name.endswith(".search") and form.value(name)
        },
        focus=place_of(form),
    )
