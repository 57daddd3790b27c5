"""Two cards of one person joined: chosen, seen before it is done, done, undone."""

from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.status_codes import HTTP_422_UNPROCESSABLE_ENTITY
from msgspec import Struct

from plushka.delivery.office.context import OfficeRequest
from plushka.delivery.office.members.card.head import head_of, in_order, told_name
from plushka.delivery.office.members.finding import find_by_anything
from plushka.delivery.office.visit import Visit
from plushka.delivery.web.figures import NOTHING
from plushka.delivery.web.forms import Form
from plushka.delivery.web.notices import sent_on
from plushka.domain.members.model import REASON_LENGTH_MAX, Member, UnknownMerge
from plushka.domain.members.queries import get_member
from plushka.domain.programs.model import UnknownProgram
from plushka.domain.purchases.merging import Preview, Side, merge_members, preview_merge, undo_merge
from plushka.platform.errors import Refusal


class Row(Struct, frozen=True):
    """One thing of both cards and of the card that comes of them."""

    title: str
    kept: str
    merged: str
    result: str


@get("/members/{member_id:uuid}/merge", opt={"action": "members.merge"})
async def show_merge(visit: NamedDependency[Visit], member_id: FromPath[UUID]) -> Response[str]:
    return await _page(visit, member_id, visit.form(), None)


@post("/members/{member_id:uuid}/merge", opt={"action": "members.merge"})
async def merge(
    visit: NamedDependency[Visit], member_id: FromPath[UUID], request: OfficeRequest
) -> Response[str] | Redirect:
    """Find the other card, then show what would come of both, then join them."""
    form = await visit.typed(request)
    other_id = form.id("other_id", required=False)
    if other_id is None:
        other_id = await _find(visit, form)
        return await _page(visit, member_id, form, other_id)
    if form.value("do") != "merge":
        return await _page(visit, member_id, visit.form(), None)
    reason = form.text("reason", length_max=REASON_LENGTH_MAX)
    if form.is_sound:
        try:
            async with visit.writing() as tx:
                name = told_name(await get_member(tx, other_id))
                merge_id = await merge_members(tx, kept_id=member_id, merged_id=other_id, reason=reason)
        except Refusal as refusal:
            form.refused(refusal, default="reason")
        else:
            told = visit.words.gettext(
                "The card of {name} is joined. For a day this can be undone.", name=name
            )
            return sent_on(f"/members/{member_id}", told, undo=f"/members/{member_id}/merges/{merge_id}/undo")
    return await _page(visit, member_id, form, other_id)


@post("/members/{member_id:uuid}/merges/{merge_id:uuid}/undo", opt={"action": "members.merge"})
async def undo(
    visit: NamedDependency[Visit], member_id: FromPath[UUID], merge_id: FromPath[UUID]
) -> Redirect:
    async with visit.writing() as tx:
        merge = await undo_merge(tx, merge_id)
        if merge.kept_id != member_id:
            raise UnknownMerge
    return sent_on(
        f"/members/{merge.merged_id}",
        visit.words.gettext("The two cards are parted: this is the second one."),
    )


async def _find(visit: Visit, form: Form) -> UUID | None:
    text = form.text("other")
    if not form.is_sound:
        return None
    async with visit.reading() as tx:
        found = await find_by_anything(tx, text, country=visit.business.country)
    if found is None:
        form.fail("other", visit.words.gettext("Nobody has this phone, card or e-mail."))
    return found.id if found else None


async def _page(visit: Visit, member_id: UUID, form: Form, other_id: UUID | None) -> Response[str]:
    values: dict[str, Any] = {"rows": [], "other_id": "", "other_name": ""}
    async with visit.reading() as tx:
        member = await get_member(tx, member_id)
        if other_id is not None and visit.version is None:
            raise UnknownProgram
        if other_id is not None and visit.version is not None:
            try:
                preview = await preview_merge(
                    tx, program_id=visit.version.program_id, kept_id=member.id, merged_id=other_id
                )
            except Refusal as refusal:
                form.refused(refusal, default="other")
            else:
                values = _previewed(member, await get_member(tx, other_id), preview, visit)
    return visit.page(
        "members/card/merge.html",
        section="members",
        page="list",
        status=200 if form.is_sound else HTTP_422_UNPROCESSABLE_ENTITY,
        head=head_of(member, visit, tab=""),
        form=form,
        reason_length_max=REASON_LENGTH_MAX,
        **values,
    )


def _previewed(member: Member, other: Member, preview: Preview, visit: Visit) -> dict[str, Any]:
    words, figures = visit.words, visit.figures
    sides = (preview.kept, preview.merged, preview.result)
    name = told_name(other)
    return {
        "other_id": str(other.id),
        "other_name": name,
        "kept_name": told_name(member),
        "rows": [row for row in _rows(sides, visit) if {row.kept, row.merged} != {NOTHING}],
        "repaid": words.gettext("{points} repay the debt at once.", points=figures.points(preview.repaid))
        if preview.repaid
        else "",
        "merge_button": words.gettext(
            "Join: {points} and {receipts}",
            points=figures.points(preview.merged.balance.available),
            receipts=words.ngettext(
                "{number} receipt",
                "{number} receipts",
                preview.merged.standing.sums.purchases,
                number=figures.number(preview.merged.standing.sums.purchases),
            ),
        ),
    }


def _rows(sides: tuple[Side, Side, Side], visit: Visit) -> list[Row]:
    words, figures = visit.words, visit.figures
    tiers = visit.version.program.tiers if visit.version else None
    names = {tier.id: tier.name for tier in (tiers.tiers if tiers else ())}

    def row(title: str, *texts: str) -> Row:
        return Row(title, *(text or NOTHING for text in texts))

    return [
        row(words.gettext("Person's name"), *(side.person.name for side in sides)),
        row(
            words.gettext("Phones and cards"),
            *(", ".join(identity.value for identity in in_order(side.identities)) for side in sides),
        ),
        row(words.gettext("Available"), *(figures.points(side.balance.available) for side in sides)),
        row(
            words.gettext("Waiting"),
            *(figures.points(side.balance.pending) if side.balance.pending else "" for side in sides),
        ),
        row(
            words.gettext("Held"),
            *(figures.points(side.balance.held) if side.balance.held else "" for side in sides),
        ),
        row(
            words.gettext("Debt"),
            *(figures.points(side.balance.debt) if side.balance.debt else "" for side in sides),
        ),
        row(words.gettext("Lots of points"), *(figures.number(side.lots) for side in sides)),
        row(
            words.gettext("Tier"),
            *(names.get(side.standing.tier or "", side.standing.tier or "") for side in sides),
        ),
        row(words.gettext("Receipts"), *(figures.number(side.standing.sums.purchases) for side in sides)),
        row(words.gettext("Bought for"), *(figures.money(side.standing.sums.spend_minor) for side in sides)),
        row(
            words.gettext("Birthday"),
            *(figures.full_day(side.person.birthday) if side.person.birthday else "" for side in sides),
        ),
        row(words.gettext("Tags"), *(", ".join(side.person.tags) for side in sides)),
        row(words.gettext("Block"), *(side.person.blocked_reason or "" for side in sides)),
    ]
