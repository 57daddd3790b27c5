"""Conditions while they are written, with how many members they find meanwhile."""

from dataclasses import dataclass
from typing import Any

from litestar import Response
from msgspec import Struct

from plushka.delivery.office.campaigns.audiences.nested import Nested, load_nested
from plushka.delivery.office.campaigns.audiences.sample import Sampled, list_sample
from plushka.delivery.office.campaigns.audiences.tree import Typed, acted, read_tree, write_tree
from plushka.delivery.office.visit import Visit
from plushka.delivery.web.forms import Form
from plushka.domain.members.queries import count_members as count_all
from plushka.domain.segments.operations import check_audience
from plushka.domain.segments.selecting import count_members
from plushka.domain.segments.telling.sentences import tell
from plushka.domain.segments.telling.teller import Teller
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
    nested: Nested
    outcome: Outcome

    @property
    def saves(self) -> bool:
        return self.do == "save"

    def figures(self) -> Response[str] | None:
        """Return the part of the page that is counted anew while somebody types, if it is that which is asked for."""
        if self.do != "refresh":
            return None
        return self.visit.fragment("campaigns/audiences/figures.html", outcome=self.outcome)

    def shown(self) -> dict[str, Any]:
        """Return what ``campaigns/audiences/frame.html`` shows; of one who saves with what is wrong."""
        return {
            "form": self.read if self.saves else self.form,
            "nested": self.nested,
            "outcome": self.outcome,
        }


async def begin(
    tx: Tx, visit: Visit, audience: Audience | None, *, typed: Typed | None = None, besides: str = ""
) -> Writing:
    """Return the editor of conditions (None: of none yet); ``typed`` are the page's other fields.

    ``besides`` is the segment that is being written: it is not offered to itself.
    """
    nested = await load_nested(tx, visit, visit.form(), audience, besides=besides)
    form = visit.form().altered({**(typed or {}), **write_tree(audience, nested.choices)})
    outcome = await _outcome(tx, visit, audience, nested.choices.teller) if audience else Outcome()
    return Writing(visit, "", form, form, audience, nested, outcome)


async def sent(tx: Tx, visit: Visit, form: Form, *, besides: str = "") -> Writing:
    """Return the editor after a button of it: other conditions, what they come to, or those to be saved."""
    do = form.value("do")
    form = acted(form, do) or form
    read = form.altered({})
    nested = await load_nested(tx, visit, form, besides=besides)
    audience = read_tree(read, visit.words, nested.choices)
    outcome = Outcome()
    if audience and do != "save":
        outcome = await _outcome(tx, visit, audience, nested.choices.teller)
    return Writing(
        visit=visit,
        do=do,
        form=form,
        read=read,
        audience=audience,
        nested=nested,
        outcome=outcome,
    )


async def _outcome(tx: Tx, visit: Visit, audience: Audience, teller: Teller) -> Outcome:
    try:
        await check_audience(tx, audience)
    except Refusal:
        return Outcome(sentence=tell(audience, teller))
    count, everybody = await count_members(tx, audience), await count_all(tx)
    share_bp = count * 10_000 // everybody if everybody else 0
    return Outcome(
        sentence=tell(audience, teller),
        count=visit.figures.number(count),
        share=format_percent(share_bp, visit.look.language),
        sample=await list_sample(tx, visit, audience),
    )
