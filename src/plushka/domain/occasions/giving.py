"""Giving points for occasions: decided by the engine under the members' locks, and booked with the gift."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

from plushka.domain.businesses.queries import get_business
from plushka.domain.ledger import bookkeeping
from plushka.domain.ledger.book import Book
from plushka.domain.ledger.bookkeeping import WalletKey
from plushka.domain.ledger.model import Cause
from plushka.domain.members.channels import Address
from plushka.domain.members.model import Person
from plushka.domain.members.queries import find_people
from plushka.domain.members.suppressions import list_welcomed_lately, was_welcomed_lately
from plushka.domain.messages.contents import PointsGiven
from plushka.domain.messages.outgoing import Notice, tell_members
from plushka.domain.occasions.model import Chance, Gift, Results, Withheld
from plushka.domain.occasions.store import NewGift, Past, insert_gifts, list_past, lock_budget, sum_used
from plushka.domain.programs import standings
from plushka.domain.programs.segments import list_segments_of
from plushka.domain.programs.versions import Versions, list_in_force
from plushka.engine.expiry import last_day
from plushka.engine.local_time import moment
from plushka.engine.occasions import (
    DateCame,
    EventNoted,
    Facts,
    Given,
    Happening,
    decide,
    listens_to,
)
from plushka.engine.purchase import POINTS_MAX, Grant, Member, Note, Place
from plushka.engine.reasons import note
from plushka.engine.spans import since_of
from plushka.platform.database import Tx
from plushka.platform.ids import new_id


@dataclass(slots=True)
class _Situation:
    """What decides the chances of one batch, and what they have come to so far."""

    place: Place
    books: dict[WalletKey, Book]
    people: dict[UUID, Person]
    members: dict[WalletKey, Member]
    past: dict[tuple[WalletKey, str], list[Past]]
    back: frozenset[UUID]
    used: dict[tuple[UUID, str], int] = field(default_factory=dict)
    new: list[NewGift] = field(default_factory=list)


async def happen(
    tx: Tx,
    versions: Versions,
    member_id: UUID,
    happening: Happening,
    *,
    key: str,
    event_id: UUID | None = None,
    accounts: Collection[Address] = (),
) -> Results:
    """Give a member what the occasions of all programmes in force give for something that happened just now.

    ``accounts`` are those in messengers that they come from. Repeated with the same ``key`` it gives nothing more.
    """
    chances = []
    for mark in await list_in_force(tx):
        version = await versions.get(tx, mark.id)
        chances += [
            Chance(mark.program_id, version, plan, member_id, happening, key, event_id)
            for plan in version.occasions
            if listens_to(plan.occasion.trigger, happening)
        ]
    outcomes = await give(tx, chances, accounts=accounts) if chances else []
    return Results(
        given=tuple(each for each in outcomes if isinstance(each, Gift)),
        withheld=tuple(each for each in outcomes if isinstance(each, Withheld)),
    )


async def give(
    tx: Tx, chances: Sequence[Chance], *, accounts: Collection[Address] = (), is_told: bool = True
) -> list[Gift | Withheld]:
    """Decide the chances in their order, book what they give, and leave notices of it; one answer a chance.

    Not ``is_told``: nobody is written to.

    The wallets are locked in the order of the ledger, then the programmes with budgets in the order of their ids, so
    that a budget is never overdrawn and a member never given twice.
    """
    situation = await _gather(tx, chances, accounts)
    for program_id in sorted({each.program_id for each in chances if each.plan.occasion.budget is not None}):
        await lock_budget(tx, program_id)
    answers = [await _decide_one(tx, chance, situation) for chance in chances]
    await insert_gifts(tx, situation.new)
    await bookkeeping.save_books(tx, [book for book in situation.books.values() if book.is_changed()])
    if is_told:
        await _tell(tx, situation)
    return answers


async def _gather(tx: Tx, chances: Sequence[Chance], accounts: Collection[Address]) -> _Situation:
    business = await get_business(tx)
    keys = {WalletKey(each.member_id, each.program_id) for each in chances}
    # Who is in no programme has no wallet; nobody joins one by a birthday.
    there = await bookkeeping.read_books(tx, keys)
    locked = await bookkeeping.lock_books(tx, there)
    books = {key: book for key, book in locked.items() if not book.is_moved and not book.is_closed}
    await bookkeeping.load_lots(tx, books.values())
    for book in books.values():
        book.settle(tx.at)
    member_ids = {key.member_id for key in books}
    people = {person.id: person for person in (await find_people(tx, member_ids)).values()}
    event_only = all(isinstance(each.happening, EventNoted) for each in chances)
    return _Situation(
        place=Place(branch="", time_zone=business.time_zone),
        books=books,
        people=people,
        members=await stands_of(
            tx, books, people, segments=frozenset[str]().union(*[each.version.segments for each in chances])
        ),
        past=await list_past(tx, books) if books else {},
        back=frozenset() if event_only else await _came_back(tx, member_ids, accounts),
    )


async def stands_of(
    tx: Tx, books: Mapping[WalletKey, Book], people: Mapping[UUID, Person], *, segments: frozenset[str]
) -> dict[WalletKey, Member]:
    """Return the members as occasions see them that name these ``segments``, by whose books they are."""
    found: dict[WalletKey, Member] = {}
    segments_of = await list_segments_of(tx, people, among=segments) if segments else {}
    for program_id in sorted({key.program_id for key in books}):
        of_program = [key for key in books if key.program_id == program_id and key.member_id in people]
        standing_of = await standings.list_standings(
            tx, [key.member_id for key in of_program], program_id=program_id
        )
        for key in of_program:
            person, book = people[key.member_id], books[key]
            standing = standing_of.get(key.member_id) or standings.newcomer(key.member_id, program_id)
            found[key] = Member(
                tier=standing.tier,
                tags=person.tags,
                segments=segments_of.get(key.member_id, ()),
                birthday=person.birthday,
                purchases=standing.sums.purchases,
                last_purchase_on=book.last_purchase[0] if book.last_purchase else None,
                is_blocked=person.is_blocked,
            )
    return found


async def _came_back(tx: Tx, member_ids: set[UUID], accounts: Collection[Address]) -> frozenset[UUID]:
    """Return those who deleted themselves within the year: they are not given again what they were given before."""
    if not accounts:
        return await list_welcomed_lately(tx, member_ids)
    return frozenset(
        [member_id for member_id in member_ids if await was_welcomed_lately(tx, member_id, accounts=accounts)]
    )


async def _decide_one(tx: Tx, chance: Chance, situation: _Situation) -> Gift | Withheld:
    occasion, program = chance.plan.occasion, chance.version.program
    decided = await _decide(tx, chance, situation)
    if isinstance(decided, Note):
        return Withheld(chance.program_id, occasion.id, occasion.name, decided)
    key = WalletKey(chance.member_id, chance.program_id)
    today = moment(tx.at, situation.place).business_date
    gift = Gift(
        id=new_id(),
        program_id=chance.program_id,
        occasion_id=occasion.id,
        name=occasion.name,
        points=decided.points,
        scale=program.point.scale,
        activates_at=decided.activates_at,
        expires_at=decided.expires_at,
    )
    situation.books[key].accrue(decided, earned_at=tx.at, cause=Cause(gift.id, chance.version.id, tx.at))
    happened_on = chance.happening.on if isinstance(chance.happening, DateCame) else None
    situation.new.append(NewGift(chance, gift, happened_on, today))
    past = Past(chance.key, today, happened_on, is_cancelled=False)
    situation.past.setdefault((key, occasion.id), []).append(past)
    if occasion.budget is not None:
        cost = decided.points if occasion.budget.of == "points" else 1
        situation.used[chance.program_id, occasion.id] += cost
    return gift


async def _decide(tx: Tx, chance: Chance, situation: _Situation) -> Grant | Note:
    occasion = chance.plan.occasion
    key = WalletKey(chance.member_id, chance.program_id)
    member, book = situation.members.get(key), situation.books.get(key)
    if member is None or book is None:
        return note("not_in_program", rule=occasion.id)
    if chance.member_id in situation.back:
        return note("back_after_deletion", rule=occasion.id)
    today = moment(tx.at, situation.place).business_date
    past = situation.past.get((key, occasion.id), [])
    decided = decide(
        chance.plan,
        chance.version.program,
        Facts(
            member=member,
            happening=chance.happening,
            given=given_before(past, key=chance.key, used=await _used(tx, chance, situation, today)),
            place=situation.place,
            at=tx.at,
        ),
    )
    if isinstance(decided, Grant) and book.pending + book.available + book.held + decided.points > POINTS_MAX:
        return note("balance_full", rule=occasion.id)
    return decided


def given_before(past: Sequence[Past], *, key: str, used: int) -> Given:
    """Return what the engine asks of the past of one occasion and member, for the happening of ``key``."""
    return Given(
        given_on=tuple(each.given_on for each in past if not each.is_cancelled),
        birthdays=tuple(each.happened_on for each in past if each.happened_on is not None),
        has_this=any(each.key == key for each in past),
        used=used,
    )


async def _used(tx: Tx, chance: Chance, situation: _Situation, today: date) -> int:
    occasion = chance.plan.occasion
    if occasion.budget is None:
        return 0
    key = chance.program_id, occasion.id
    if key not in situation.used:
        situation.used[key] = await sum_used(
            tx,
            program_id=chance.program_id,
            occasion_id=occasion.id,
            since=since_of(occasion.budget.window, today),
            of=occasion.budget.of,
        )
    return situation.used[key]


async def _tell(tx: Tx, situation: _Situation) -> None:
    notices = []
    for new in situation.new:
        gift, zone = new.gift, situation.place.time_zone
        content = PointsGiven(
            name=gift.name,
            points=gift.points,
            scale=gift.scale,
            last_on=last_day(gift.expires_at, zone) if gift.expires_at else None,
            active_on=None
            if gift.activates_at <= tx.at
            else gift.activates_at.astimezone(ZoneInfo(zone)).date(),
        )
        notices.append(Notice(new.chance.member_id, f"occasion:{gift.id}", content))
    await tell_members(tx, notices)
