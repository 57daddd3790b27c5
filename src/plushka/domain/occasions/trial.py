"""What occasions that are not in force would give: decided by drafts and old versions. Nothing is booked."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import assert_never
from uuid import UUID

from msgspec import Struct

from plushka.domain.businesses.queries import get_business
from plushka.domain.ledger import bookkeeping
from plushka.domain.ledger.bookkeeping import WalletKey
from plushka.domain.members.dates import list_dates
from plushka.domain.members.model import UnknownMember
from plushka.domain.members.queries import find_people
from plushka.domain.members.suppressions import was_welcomed_lately
from plushka.domain.occasions.dates import birthday_key, date_key
from plushka.domain.occasions.giving import given_before, stands_of
from plushka.domain.occasions.profiles import PROFILE_KEY, bot_key
from plushka.domain.occasions.store import Past, list_past, sum_used
from plushka.engine.expiry import clamped
from plushka.engine.local_time import moment
from plushka.engine.occasion_parts import OnBirthday, OnCloseDate
from plushka.engine.occasion_plans import OccasionPlan
from plushka.engine.occasions import (
    BotJoined,
    DateCame,
    EventNoted,
    Facts,
    Happening,
    ProfileFilled,
    date_due,
    decide,
)
from plushka.engine.program import Occasion
from plushka.engine.purchase import Grant, Member, Note, Place
from plushka.engine.reasons import note
from plushka.engine.spans import since_of
from plushka.engine.version import Version
from plushka.platform.database import Tx


class Supposed(Struct, frozen=True):
    """A member who does not exist, and whom nothing was given; ``close_date`` is the day of somebody close."""

    tier: str | None = None
    purchases: int = 0
    birthday: date | None = None
    close_date: date | None = None


class Trial(Struct, frozen=True):
    """What happens to whom at a moment; ``happening`` None: the day comes, and nothing more."""

    member: UUID | Supposed
    at: datetime
    happening: BotJoined | ProfileFilled | EventNoted | None = None


class Decided(Struct, frozen=True):
    """What an occasion would give, or why it would give nothing."""

    occasion: Occasion
    outcome: Grant | Note


@dataclass(slots=True)
class _Stand:
    """Who it happens to, as they stand; ``refused`` is why nothing is given to them at all."""

    program_id: UUID
    place: Place
    member: Member
    close_dates: Sequence[tuple[str, int, int]] = ()
    past: dict[str, list[Past]] = field(default_factory=dict)
    refused: str = ""


async def try_out(
    tx: Tx, trial: Trial, versions: Sequence[Version], *, program_id: UUID
) -> list[list[Decided]]:
    """Return what all occasions of each of ``versions`` make of it, in their order, with what was given until now.

    :raises UnknownMember: the business has no member of this id
    """
    place = Place(branch="", time_zone=(await get_business(tx)).time_zone)
    stand = _Stand(program_id, place, Member())
    if isinstance(trial.member, Supposed):
        _suppose(stand, trial.member)
    else:
        segments = frozenset[str]().union(*[version.segments for version in versions])
        await _look_up(tx, stand, trial.member, trial.happening, segments=segments)
    return [
        [Decided(plan.occasion, await _decide(tx, plan, version, trial, stand)) for plan in version.occasions]
        for version in versions
    ]


def _suppose(stand: _Stand, supposed: Supposed) -> None:
    stand.member = Member(tier=supposed.tier, birthday=supposed.birthday, purchases=supposed.purchases)
    if supposed.close_date is not None:
        stand.close_dates = [("", supposed.close_date.month, supposed.close_date.day)]


async def _look_up(
    tx: Tx, stand: _Stand, member_id: UUID, happening: Happening | None, *, segments: frozenset[str]
) -> None:
    person = (await find_people(tx, {member_id})).get(member_id)
    if person is None:
        raise UnknownMember(field="member")
    key = WalletKey(member_id, stand.program_id)
    books = {
        each: book
        for each, book in (await bookkeeping.read_books(tx, [key])).items()
        if not book.is_moved and not book.is_closed
    }
    if key not in books:
        stand.refused = "not_in_program"
        return
    stands = await stands_of(tx, books, {member_id: person}, segments=segments)
    stand.member = stands[key]
    stand.close_dates = [(each.kind, each.month, each.day) for each in await list_dates(tx, member_id)]
    stand.past = {occasion_id: gifts for (_, occasion_id), gifts in (await list_past(tx, books)).items()}
    if not isinstance(happening, EventNoted) and await was_welcomed_lately(tx, member_id, accounts=()):
        stand.refused = "back_after_deletion"


async def _decide(tx: Tx, plan: OccasionPlan, version: Version, trial: Trial, stand: _Stand) -> Grant | Note:
    occasion, today = plan.occasion, moment(trial.at, stand.place).business_date
    if stand.refused:
        return note(stand.refused, rule=occasion.id)
    used = 0
    if occasion.budget is not None:
        since = since_of(occasion.budget.window, today)
        used = await sum_used(
            tx, program_id=stand.program_id, occasion_id=occasion.id, since=since, of=occasion.budget.of
        )
    outcome: Grant | Note = note("date_unknown", rule=occasion.id)
    for happening, key in _happenings(occasion, trial, stand, today):
        given = given_before(stand.past.get(occasion.id, []), key=key, used=used)
        facts = Facts(stand.member, happening, given, stand.place, trial.at)
        outcome = decide(plan, version.program, facts)
        if isinstance(outcome, Grant):
            break
    return outcome


def _happenings(
    occasion: Occasion, trial: Trial, stand: _Stand, today: date
) -> Sequence[tuple[Happening, str]]:
    """Return what happens, with its keys; nothing where a date is not known that the occasion is of."""
    match trial.happening:
        case BotJoined(messenger=messenger):
            return [(trial.happening, bot_key(messenger))]
        case ProfileFilled():
            return [(trial.happening, PROFILE_KEY)]
        case EventNoted():
            # Each event is a happening of its own, so that none was given for it yet.
            return [(trial.happening, "")]
        case None:
            return _days(occasion, stand, today)
        case _:
            assert_never(trial.happening)


def _days(occasion: Occasion, stand: _Stand, today: date) -> Sequence[tuple[DateCame, str]]:
    match occasion.trigger:
        case OnBirthday(days_before=days_before):
            born = stand.member.birthday
            if born is None:
                return []
            on = _nearest(born.month, born.day, days_before, today)
            return [(DateCame(on), birthday_key(on))]
        case OnCloseDate(days_before=days_before, kinds=kinds):
            found = []
            for kind, month, day in stand.close_dates:
                on = _nearest(month, day, days_before, today)
                # The day of a member who is made up is of the kind that is asked for.
                named = kind or (kinds[0] if kinds else "other")
                found.append((DateCame(on, named), date_key(named, on)))
            return found
        case _:
            return [(DateCame(today), "")]


def _nearest(month: int, day: int, days_before: int, today: date) -> date:
    """Return the date for which points are given today, or else this year's."""
    return date_due(month, day, days_before, today) or clamped(today.year, month, day)
