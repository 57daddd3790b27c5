"""The first page of a card: what the member has, what keeps their tier, what they buy, what staff wrote."""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.status_codes import HTTP_422_UNPROCESSABLE_ENTITY
from msgspec import Struct

from plushka.delivery.office.context import OfficeRequest
from plushka.delivery.office.members.card.carts import carts_of
from plushka.delivery.office.members.card.friends import friends_of
from plushka.delivery.office.members.card.head import head_of
from plushka.delivery.office.members.card.liking import forecast_fact, group_fact, liking_of
from plushka.delivery.office.members.card.wallet import balances, find_wallet, shares_of, tier_of
from plushka.delivery.office.movement_rows import told_actor
from plushka.delivery.office.people import load_actors
from plushka.delivery.office.receipt_rows import receipt_rows
from plushka.delivery.office.reports.telling import explain
from plushka.delivery.office.visit import Visit
from plushka.delivery.web.figures import NOTHING
from plushka.delivery.web.forms import Form
from plushka.delivery.web.notices import sent_on
from plushka.delivery.web.stamps import cards_told, gifts_told
from plushka.domain.insights.member_card import Shopping, get_shopping, list_favourites, sum_ratings
from plushka.domain.insights.receipts.found import ReceiptFilter, list_receipts
from plushka.domain.members.dates import list_dates
from plushka.domain.members.links import get_link
from plushka.domain.members.model import NOTE_LENGTH_MAX, TAG_LENGTH_MAX, Member, MemberDate, Note
from plushka.domain.members.notes import list_notes, strike_note, write_note
from plushka.domain.members.profile import add_tag, remove_tag
from plushka.domain.members.queries import get_member, list_tags
from plushka.domain.members.words import SOURCE_WORDS
from plushka.domain.messages.model import CHANNEL_NAMES
from plushka.domain.programs.approving import list_waiting
from plushka.domain.programs.queries import get_standing
from plushka.domain.rewards.queries import list_cards, list_rewards
from plushka.platform.database import Tx
from plushka.platform.errors import Refusal
from plushka.platform.i18n import format_number, marked

RECEIPTS_SHOWN = 8
NOTES_SHOWN = 5
FAVOURITE_DAYS = 365
SEXES = {"female": marked("female"), "male": marked("male")}
DATES = {
    "birthday": marked("birthday"),
    "wedding": marked("wedding anniversary"),
    "other": marked("important day"),
}


class NoteLine(Struct, frozen=True):
    """A note and who wrote it when."""

    id: UUID
    body: str
    by: str


class DateLine(Struct, frozen=True):
    """A day of somebody close."""

    id: UUID
    whose: str
    what: str
    day: str


@get("/members/{member_id:uuid}", opt={"action": "members.read"})
async def show_member(visit: NamedDependency[Visit], member_id: FromPath[UUID]) -> Response[str]:
    return await _page(visit, member_id, visit.form())


@post("/members/{member_id:uuid}/tags", opt={"action": "members.tag"})
async def tag_member(
    visit: NamedDependency[Visit], member_id: FromPath[UUID], request: OfficeRequest
) -> Response[str] | Redirect:
    """Add the tag that was typed, or take away the one whose cross was pressed."""
    form = await visit.typed(request)
    if removed := form.value("remove"):
        async with visit.writing() as tx:
            await remove_tag(tx, member_id, removed)
        return sent_on(
            f"/members/{member_id}", visit.words.gettext("The tag “{tag}” is removed.", tag=removed)
        )
    tag = form.text("tag", length_max=TAG_LENGTH_MAX)
    if form.is_sound:
        try:
            async with visit.writing() as tx:
                await add_tag(tx, member_id, tag)
        except Refusal as refusal:
            form.refused(refusal, default="tag")
        else:
            return sent_on(f"/members/{member_id}", visit.words.gettext("Tagged “{tag}”.", tag=tag))
    return await _page(visit, member_id, form)


@post("/members/{member_id:uuid}/notes", opt={"action": "members.note"})
async def note_member(
    visit: NamedDependency[Visit], member_id: FromPath[UUID], request: OfficeRequest
) -> Response[str] | Redirect:
    form = await visit.typed(request)
    body = form.text("body", length_max=NOTE_LENGTH_MAX)
    if form.is_sound:
        try:
            async with visit.writing() as tx:
                await write_note(tx, member_id, body)
        except Refusal as refusal:
            form.refused(refusal, default="body")
        else:
            return sent_on(f"/members/{member_id}", visit.words.gettext("The note is written down."))
    return await _page(visit, member_id, form)


@post("/members/{member_id:uuid}/notes/{note_id:uuid}/strike", opt={"action": "members.note"})
async def strike(
    visit: NamedDependency[Visit], member_id: FromPath[UUID], note_id: FromPath[UUID]
) -> Redirect:
    async with visit.writing() as tx:
        await strike_note(tx, member_id, note_id, is_struck=True)
    return sent_on(
        f"/members/{member_id}",
        visit.words.gettext("The note is struck out."),
        undo=f"/members/{member_id}/notes/{note_id}/restore",
    )


@post("/members/{member_id:uuid}/notes/{note_id:uuid}/restore", opt={"action": "members.note"})
async def restore(
    visit: NamedDependency[Visit], member_id: FromPath[UUID], note_id: FromPath[UUID]
) -> Redirect:
    async with visit.writing() as tx:
        await strike_note(tx, member_id, note_id, is_struck=False)
    return sent_on(f"/members/{member_id}", visit.words.gettext("The note stands again."))


async def _page(visit: Visit, member_id: UUID, form: Form) -> Response[str]:
    async with visit.reading() as tx:
        values = await _values(tx, member_id, visit)
    return visit.page(
        "members/card/overview.html",
        section="members",
        explained=explain(("member_spend", "member_average", "member_receipts"), visit),
        page="list",
        status=200 if form.is_sound else HTTP_422_UNPROCESSABLE_ENTITY,
        form=form,
        **values,
    )


async def _values(tx: Tx, member_id: UUID, visit: Visit) -> dict[str, Any]:
    member = await get_member(tx, member_id)
    wallet = await find_wallet(tx, member.id, visit)
    standing = (
        await get_standing(
            tx, member.id, versions=visit.office.reference.versions, program_id=visit.program_id
        )
        if visit.version
        else None
    )
    receipts = await list_receipts(tx, ReceiptFilter(member_id=member.id), limit=RECEIPTS_SHOWN)
    since = visit.today - timedelta(days=FAVOURITE_DAYS)
    return {
        "head": head_of(member, visit, tab=""),
        **balances(wallet, visit),
        "shares": await shares_of(tx, member.id, visit),
        "takes_part": wallet is not None,
        **tier_of(standing, visit),
        **await _stamps(tx, member.id, visit),
        **await friends_of(tx, member.id, visit),
        **_shopping(await get_shopping(tx, member.id), visit),
        "favourites": [
            (favourite.name, _times(favourite.receipts, visit))
            for favourite in await list_favourites(tx, member.id, since=since)
        ],
        "receipts": await receipt_rows(tx, receipts, visit),
        "carts": await carts_of(tx, member.id, visit),
        "facts": await _facts(tx, member, visit),
        "dates": [date_line(day, visit) for day in await list_dates(tx, member.id)],
        "tags": member.tags,
        **await liking_of(tx, member.id, visit),
        "known_tags": await list_tags(tx) if visit.may("members.tag") else (),
        "notes": _notes(await list_notes(tx, member.id), visit, await load_actors(tx)),
        "waiting": [
            visit.figures.points(pending.points, signed=True)
            for pending in await list_waiting(tx, member_id=member.id)
            if pending.program_id == visit.program_id
        ],
        "may_note": visit.may("members.note"),
        "may_tag": visit.may("members.tag"),
        "may_approve": visit.may("members.approve"),
        "tag_length_max": TAG_LENGTH_MAX,
    }


async def _stamps(tx: Tx, member_id: UUID, visit: Visit) -> dict[str, Any]:
    """Return the member's stamp cards and gifts in the programme that the page is about."""
    program_id = visit.program_id
    if program_id is None:
        return {"stamps": [], "gifts": [], "may_adjust_gifts": False}
    cards = await list_cards(tx, member_id, versions=visit.office.reference.versions, program_id=program_id)
    rewards = await list_rewards(tx, member_id, program_id=program_id)
    return {
        "stamps": cards_told(cards, visit.figures, visit.words),
        "gifts": gifts_told(rewards, visit.figures, visit.at),
        "may_adjust_gifts": visit.may("members.adjust"),
    }


def _shopping(shopping: Shopping, visit: Visit) -> dict[str, str]:
    figures = visit.figures
    days = shopping.days_between
    return {
        "spend": figures.money(shopping.spend_minor),
        "receipts_count": figures.number(shopping.receipts),
        "average": NOTHING if shopping.average_minor is None else figures.money(shopping.average_minor),
        "frequency": NOTHING
        if days is None
        else visit.words.ngettext(
            "every {number} day", "every {number} days", days, number=figures.number(days)
        ),
        "last_purchase": figures.day(shopping.last_on) if shopping.last_on else "",
    }


def _times(receipts: int, visit: Visit) -> str:
    return visit.words.ngettext(
        "in {number} receipt", "in {number} receipts", receipts, number=visit.figures.number(receipts)
    )


async def _facts(tx: Tx, member: Member, visit: Visit) -> list[tuple[str, str]]:
    words, figures = visit.words, visit.figures
    source = words.gettext(SOURCE_WORDS[member.source])
    if member.link_id is not None:
        source = words.gettext("by the link “{link}”", link=(await get_link(tx, member.link_id)).name)
    facts = [
        (words.gettext("Member since"), figures.day(member.enrolled_at)),
        (words.gettext("Enrolled"), source),
        *await group_fact(tx, member.id, visit),
        *await forecast_fact(tx, member.id, visit),
    ]
    ratings, scores = await sum_ratings(tx, member.id)
    if ratings:
        average = format_number(Decimal(scores) / ratings, visit.look.language, decimals=1)
        facts.append(
            (
                words.gettext("Rates purchases"),
                words.ngettext(
                    "{average} of 5, by {count} rating",
                    "{average} of 5, by {count} ratings",
                    ratings,
                    average=average,
                    count=figures.number(ratings),
                ),
            )
        )
    if member.birthday:
        facts.append((words.gettext("Birthday"), figures.full_day(member.birthday)))
    if member.sex:
        facts.append((words.gettext("Sex"), words.gettext(SEXES[member.sex])))
    if member.preferred_channel:
        told = words.gettext(CHANNEL_NAMES[member.preferred_channel])
        facts.append((words.gettext("Convenient channel"), told))
    if member.personal_discount_bp:
        facts.append((words.gettext("Personal discount"), figures.percent(member.personal_discount_bp)))
    return facts


def date_line(day: MemberDate, visit: Visit) -> DateLine:
    """Return a day of somebody close as it is shown."""
    return DateLine(
        id=day.id,
        whose=day.whose,
        what=visit.words.gettext(DATES[day.kind]),
        day=visit.figures.month_day(day.month, day.day),
    )


def _notes(notes: Sequence[Note], visit: Visit, actors: dict[str, str]) -> list[NoteLine]:
    return [
        NoteLine(
            id=note.id,
            body=note.body,
            by=f"{told_actor(note.actor, visit, actors)}, {visit.figures.moment(note.at)}",
        )
        for note in notes
        if note.struck_at is None
    ][:NOTES_SHOWN]
