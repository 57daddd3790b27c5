"""Two cards of one person joined: chosen, seen before it is done, done, undone."""

from collections.abc import AsyncIterator, Sequence
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
from plushka.delivery.office.members.telling import tiers_of
from plushka.delivery.office.visit import Visit
from plushka.delivery.web.figures import NOTHING
from plushka.delivery.web.forms import Form
from plushka.delivery.web.notices import sent_on
from plushka.domain.members.model import REASON_LENGTH_MAX, Member, UnknownMerge
from plushka.domain.members.queries import get_member
from plushka.domain.programs.model import UnknownProgram
from plushka.domain.programs.queries import get_version
from plushka.domain.purchases.merging import Preview, Side, merge_members, preview_merge, undo_merge
from plushka.platform.database import Tx
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
        if other_id is not None:
            try:
                parts = [part async for part in _parts(tx, visit, member.id, other_id)]
            except Refusal as refusal:
                form.refused(refusal, default="other")
            else:
                values = _previewed(member, await get_member(tx, other_id), parts, visit)
    return visit.page(
        "members/card/merge.html",
        section="members",
        page="list",
        status=200 if form.is_sound else HTTP_422_UNPROCESSABLE_ENTITY,
        head=head_of(member, visit, tab="", page="/merge"),
        form=form,
        reason_length_max=REASON_LENGTH_MAX,
        **values,
    )


async def _parts(
    tx: Tx, visit: Visit, kept_id: UUID, merged_id: UUID
) -> AsyncIterator[tuple[Visit, Preview]]:
    """Yield what comes of both in each programme in force, with the visit as it would be on a page about it.

    :raises UnknownProgram: none is in force
    """
    ready = [program.version_id for program in visit.programs if program.version_id]
    if not ready:
        raise UnknownProgram
    for version_id in ready:
        version = await get_version(tx, version_id)
        preview = await preview_merge(tx, program_id=version.program_id, kept_id=kept_id, merged_id=merged_id)
        yield visit.about(version), preview


def _previewed(
    member: Member, other: Member, parts: Sequence[tuple[Visit, Preview]], visit: Visit
) -> dict[str, Any]:
    words, figures = visit.words, visit.figures
    name = told_name(other)
    sides = [(there, (preview.kept, preview.merged, preview.result)) for there, preview in parts]
    rows = [
        *_rows_of_names(sides[0][1], visit),
        *(row for there, each in sides for row in _rows_of_points(each, there)),
        *_rows_of_person(sides[0][1], visit),
    ]
    brought = [
        there.points_told(preview.merged.balance.available)
        for there, preview in parts
        if preview.merged.balance.available or not visit.choices
    ]
    receipts = sum(preview.merged.standing.sums.purchases for _, preview in parts)
    told = words.ngettext("{number} receipt", "{number} receipts", receipts, number=figures.number(receipts))
    return {
        "other_id": str(other.id),
        "other_name": name,
        "kept_name": told_name(member),
        "rows": [row for row in rows if {row.kept, row.merged} != {NOTHING}],
        "repaid": " ".join(
            words.gettext("{points} repay the debt at once.", points=there.points_told(preview.repaid))
            for there, preview in parts
            if preview.repaid
        ),
        "merge_button": words.gettext(
            "Join: {points} and {receipts}", points=", ".join(brought), receipts=told
        )
        if brought
        else words.gettext("Join: {receipts}", receipts=told),
    }


Sides = tuple[Side, Side, Side]


def _row(title: str, *texts: str) -> Row:
    return Row(title, *(text or NOTHING for text in texts))


def _rows_of_names(sides: Sides, visit: Visit) -> list[Row]:
    words = visit.words
    return [
        _row(words.gettext("Person's name"), *(side.person.name for side in sides)),
        _row(
            words.gettext("Phones and cards"),
            *(", ".join(identity.value for identity in in_order(side.identities)) for side in sides),
        ),
    ]


def _rows_of_points(sides: Sides, visit: Visit) -> list[Row]:
    """Return what both have in the programme that the visit is about; nothing where both have nothing."""
    words, figures = visit.words, visit.figures
    if visit.choices and not any(side.has_anything for side in sides):
        return []
    tiers = dict(tiers_of(visit))
    of_program = f", {visit.program_name}" if visit.program_name else ""

    def row(title: str, *texts: str) -> Row:
        return _row(f"{title}{of_program}", *texts)

    return [
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
            *(tiers.get(side.standing.tier or "", side.standing.tier or "") for side in sides),
        ),
        row(words.gettext("Receipts"), *(figures.number(side.standing.sums.purchases) for side in sides)),
        row(words.gettext("Bought for"), *(figures.money(side.standing.sums.spend_minor) for side in sides)),
    ]


def _rows_of_person(sides: Sides, visit: Visit) -> list[Row]:
    words, figures = visit.words, visit.figures
    return [
        _row(
            words.gettext("Birthday"),
            *(figures.full_day(side.person.birthday) if side.person.birthday else "" for side in sides),
        ),
        _row(words.gettext("Tags"), *(", ".join(side.person.tags) for side in sides)),
        _row(words.gettext("Block"), *(side.person.blocked_reason or "" for side in sides)),
    ]
