"""Conditions while they are written, with how many members they find meanwhile."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from litestar import Response
from msgspec import Struct

from plushka.delivery.office.campaigns.audiences.choices import Choices, load_choices
from plushka.delivery.office.campaigns.audiences.kinds import GROUPS, KINDS
from plushka.delivery.office.campaigns.audiences.sample import Sampled, list_sample
from plushka.delivery.office.campaigns.audiences.tree import (
    ROOT,
    Typed,
    acted,
    bought,
    goods_in,
    read_tree,
    write_tree,
)
from plushka.delivery.office.visit import Visit
from plushka.delivery.web.forms import Form
from plushka.domain.catalog.queries import search_goods
from plushka.domain.members.queries import count_members as count_all
from plushka.domain.segments.operations import check_audience
from plushka.domain.segments.selecting import count_members
from plushka.domain.segments.telling.sentences import tell
from plushka.domain.segments.telling.teller import load_teller
from plushka.engine.audience import Audience
from plushka.platform.database import Tx
from plushka.platform.errors import Refusal
from plushka.platform.i18n import format_percent


class Outcome(Struct, frozen=True):
    """What conditions come to; without ``count`` they are not whole."""

    sentence: str = ""
    count: str = ""
    share: str = ""
    sample: tuple[Sampled, ...] = ()


@dataclass(frozen=True, slots=True)
class Writing:
    """The editor between two buttons. ``do`` is the one that was pressed, "save" to be done by whoever asks.

    ``read`` holds what is wrong, and what other fields of the page are read by; ``audience`` is None if anything is.
    ``form`` is what stands on the page: nobody is told of problems before they save.
    """

    visit: Visit
    do: str
    form: Form
    read: Form
    audience: Audience | None
    choices: Choices
    outcome: Outcome
    found: Mapping[str, Sequence[Any]]

    @property
    def saves(self) -> bool:
        return self.do == "save"

    def figures(self) -> Response[str] | None:
        """Return the part of the page that is counted anew while somebody types, if it is that which is asked for."""
        if self.do != "refresh":
            return None
        return self.visit.fragment("campaigns/audiences/outcome.html", outcome=self.outcome)

    def shown(self) -> dict[str, Any]:
        """Return what ``campaigns/audiences/frame.html`` shows; of one who saves with what is wrong."""
        groups = [
            (title, [kind for kind in kinds if not kind.needs or self.choices.of[kind.needs]])
            for title, kinds in GROUPS
        ]
        return {
            "form": self.read if self.saves else self.form,
            "root": ROOT,
            "kinds": KINDS,
            "groups": groups,
            "choices": self.choices,
            "found": self.found,
            "outcome": self.outcome,
        }


async def begin(
    tx: Tx, visit: Visit, audience: Audience | None, *, typed: Typed | None = None, besides: str = ""
) -> Writing:
    """Return the editor of conditions (None: of none yet); ``typed`` are the page's other fields.

    ``besides`` is the segment that is being written: it is not offered to itself.
    """
    teller = await load_teller(tx, visit.look.language, *([audience] if audience else []))
    choices = await load_choices(tx, visit, teller, besides=besides)
    form = Form(visit.words, {**(typed or {}), **write_tree(audience, choices)}, scale=visit.figures.scale)
    outcome = await _outcome(tx, visit, audience, choices) if audience else Outcome()
    return Writing(visit, "", form, form, audience, choices, outcome, {})


async def sent(tx: Tx, visit: Visit, form: Form, *, besides: str = "") -> Writing:
    """Return the editor after a button of it: other conditions, what they come to, or those to be saved."""
    do = form.value("do")
    form = acted(form, do) or form
    read = form.altered({})
    named = bought(goods_in(form))
    teller = await load_teller(tx, visit.look.language, *([named] if named else []))
    choices = await load_choices(tx, visit, teller, besides=besides)
    audience = read_tree(read, visit.words, choices)
    return Writing(
        visit=visit,
        do=do,
        form=form,
        read=read,
        audience=audience,
        choices=choices,
        outcome=await _outcome(tx, visit, audience, choices) if audience and do != "save" else Outcome(),
        found={
            name.removesuffix(".search"): await search_goods(tx, form.value(name))
            for name in form.names()
            if name.endswith(".search") and form.value(name)
        },
    )


async def _outcome(tx: Tx, visit: Visit, audience: Audience, choices: Choices) -> Outcome:
    try:
        await check_audience(tx, audience)
    except Refusal:
        return Outcome(sentence=tell(audience, choices.teller))
    count, everybody = await count_members(tx, audience), await count_all(tx)
    share_bp = count * 10_000 // everybody if everybody else 0
    return Outcome(
        sentence=tell(audience, choices.teller),
        count=visit.figures.number(count),
        share=format_percent(share_bp, visit.look.language),
        sample=await list_sample(tx, visit, audience),
    )
