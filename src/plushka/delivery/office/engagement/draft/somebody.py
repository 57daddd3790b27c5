"""Whom a trial is of: somebody made up, or a certain member who is looked for."""

from collections.abc import Iterator, Sequence

from plushka.delivery.office.engagement.draft.desk import Desk
from plushka.delivery.office.engagement.draft.typist import one, under
from plushka.delivery.web.forms import Form
from plushka.domain.insights.members.conditions import MemberFilter
from plushka.domain.insights.members.found import MemberRow, Order, list_found
from plushka.domain.members.model import Member
from plushka.domain.members.queries import get_member
from plushka.platform.database import Tx
from plushka.platform.errors import Refusal

BY_TIER = "tier:"
MEMBERS_SHOWN = 6


def offer_tiers(desk: Desk) -> Iterator[tuple[str, str]]:
    """Yield those who are made up and have bought before, one for each tier."""
    words = desk.words
    if desk.tiers:
        for tier in desk.tiers:
            yield f"{BY_TIER}{tier.id}", words.gettext("A member of the tier “{tier}”", tier=tier.name)
    else:
        yield BY_TIER, words.gettext("A member who has bought before")
    yield "member", words.gettext("A certain member…")


def with_somebody(form: Form, prefix: str, member_id: str) -> Form:
    """Return the form with a member chosen."""
    return form.altered(under(prefix, one(who="member", member_id=member_id, member="")))


def with_nobody(form: Form, prefix: str) -> Form:
    return form.altered(under(prefix, one(who="new", member_id="", member="")))


async def find_somebody(
    tx: Tx, form: Form, desk: Desk, prefix: str
) -> tuple[Member | None, Sequence[MemberRow]]:
    """Return the member whom the form names, or those who may be meant, with a problem at the field."""
    if form.value(f"{prefix}.who") != "member":
        return None, ()
    if form.value(f"{prefix}.member_id"):
        member_id = form.id(f"{prefix}.member_id")
        try:
            return (await get_member(tx, member_id) if member_id else None), ()
        except Refusal as refusal:
            form.refused(refusal, default=f"{prefix}.member")
            return None, ()
    text = form.value(f"{prefix}.member").strip()
    if not text:
        form.fail(f"{prefix}.member", desk.words.gettext("Enter a name, a phone or a card."))
        return None, ()
    page = await list_found(
        tx,
        MemberFilter(search=text),
        program_id=desk.card.id,
        country=desk.visit.business.country,
        order=Order(),
        limit=MEMBERS_SHOWN,
    )
    found = page.rows
    if len(found) == 1:
        return await get_member(tx, found[0].id), ()
    if not found:
        form.fail(f"{prefix}.member", desk.words.gettext("Nobody is found by this."))
    else:
        form.fail(f"{prefix}.member", desk.words.gettext("Several are found: choose one."))
    return None, found


def suggest(found: Sequence[MemberRow]) -> tuple[tuple[str, str], ...]:
    """Return those who may be meant as a list shows them."""
    return tuple(
        (str(member.id), " · ".join([member.name, *(each.value for each in member.identities[:1])]))
        for member in found
    )
