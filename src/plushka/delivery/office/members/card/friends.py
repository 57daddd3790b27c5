"""Who brought a member, whom they have brought, and what came of it: three levels down."""

from typing import Any
from uuid import UUID

from msgspec import Struct

from plushka.delivery.office.visit import Visit
from plushka.domain.insights.friends import sum_friends
from plushka.domain.insights.referrals import SHOWN_MAX, Branch, list_branches
from plushka.domain.members.queries import get_member
from plushka.domain.referrals.binding import find_referrer
from plushka.platform.database import Tx


class FriendLine(Struct, frozen=True):
    """A member of the tree; ``level`` is how far below, ``note`` what they brought or did."""

    name: str
    href: str
    level: int
    note: str


async def friends_of(tx: Tx, member_id: UUID, visit: Visit) -> dict[str, Any]:
    """Return who brought the member and the tree of whom they have brought, in the programme that the page is about."""
    words, figures = visit.words, visit.figures
    referrer_id = await find_referrer(tx, member_id)
    referrer = await get_member(tx, referrer_id) if referrer_id else None
    branches = await list_branches(tx, member_id, program_id=visit.program_id)
    sums = await sum_friends(tx, member_id, program_id=visit.program_id)
    paid, waiting = sums.paid + sums.further_paid, sums.waiting + sums.further_waiting
    return {
        "invited_by": (
            referrer.name or words.gettext("without a name"),
            visit.in_program(f"/members/{referrer.id}"),
        )
        if referrer
        else None,
        "friends": [_line(one, visit) for one in branches[:SHOWN_MAX]],
        "friends_are_more": len(branches) > SHOWN_MAX,
        "friends_paid": figures.points(paid) if paid or branches else "",
        "friends_waiting": figures.points(waiting) if waiting else "",
    }


def _line(one: Branch, visit: Visit) -> FriendLine:
    words, figures = visit.words, visit.figures
    told = [figures.points_number(one.paid, signed=True)] if one.paid else []
    if one.waiting:
        told.append(words.gettext("{points} to come", points=figures.points_number(one.waiting, signed=True)))
    if not told:
        told = [
            words.gettext("has bought already") if one.has_bought else words.gettext("has not bought yet")
        ]
    return FriendLine(
        name=one.name or words.gettext("without a name"),
        href=visit.in_program(f"/members/{one.id}"),
        level=one.level,
        note=", ".join(told),
    )
