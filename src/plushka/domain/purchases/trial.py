"""What rules that are not in force would give: a purchase decided by drafts and old versions. Nothing is booked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from msgspec import Struct, structs

from plushka.domain.ledger import bookkeeping
from plushka.domain.ledger.book import Book
from plushka.domain.ledger.bookkeeping import WalletKey
from plushka.domain.members.model import Person, UnknownMember
from plushka.domain.members.queries import find_people
from plushka.domain.programs import standings
from plushka.domain.programs.model import Standing
from plushka.domain.programs.segments import list_segments_of
from plushka.domain.purchases.model import PurchaseLine, UnknownBranch
from plushka.domain.purchases.reference import Reference
from plushka.domain.purchases.situation import look_up_goods, state_of
from plushka.domain.referrals.chains import list_above
from plushka.domain.rewards.stamps import list_states
from plushka.engine.evaluate import evaluate
from plushka.engine.local_time import moment
from plushka.engine.purchase import Basket, Invited, Lot, Member, Outcome, Place
from plushka.engine.referral_parts import LEVELS_MAX
from plushka.engine.version import Version
from plushka.platform.database import Tx
from plushka.platform.ids import new_id

_SUPPOSED_LOT = UUID(int=0)


class Supposed(Struct, frozen=True):
    """A member who does not exist: of ``tier``, with ``points`` that never burn. ``is_new``: never bought before.

    ``is_invited``: a friend brought them, and two more stand above that one.
    """

    tier: str | None = None
    points: int = 0
    is_new: bool = True
    is_invited: bool = False


class Trial(Struct, frozen=True):
    """A purchase to try rules on, at the branch of the code ``branch``; ``member`` None: without a card."""

    lines: tuple[PurchaseLine, ...]
    branch: str
    at: datetime
    member: UUID | Supposed | None = None
    channel: str = "till"
    redeem: int | Literal["max"] = 0


async def try_out(
    tx: Tx, reference: Reference, trial: Trial, versions: Sequence[Version], *, program_id: UUID
) -> list[Outcome]:
    """Return how each of ``versions`` decides the purchase, with the member as they stand now in ``program_id``.

    :raises UnknownBranch: the business has no branch of this code
    :raises UnknownMember: it has no member of this id
    """
    places = await reference.places(tx, branch=trial.branch)
    branch = places.branches.get(trial.branch)
    if branch is None:
        raise UnknownBranch(field="branch")
    place = Place(
        branch=branch.code, time_zone=branch.time_zone, day_starts_minutes=branch.day_starts_minutes
    )
    goods = await look_up_goods(tx, reference, trial.lines)
    basket = Basket(
        lines=goods.lines_of(trial.lines)[0],
        place=place,
        channel=trial.channel,
        redeem=trial.redeem if trial.member is not None else 0,
    )
    if not isinstance(trial.member, UUID):
        supposed = _supposed(trial.member, trial.at)
        return [evaluate(version, supposed, _untouched(version, basket), trial.at) for version in versions]
    day = moment(trial.at, place).business_date
    buyer = await _find_buyer(tx, trial.member, program_id=program_id, day=day)
    return [
        evaluate(version, await _state(tx, version, buyer), _untouched(version, basket), trial.at)
        for version in versions
    ]


def _untouched(version: Version, basket: Basket) -> Basket:
    """Return the basket of a purchase that has all budgets before it."""
    used = {promotion.id: (0,) * len(promotion.budgets) for promotion in version.budgeted}
    return structs.replace(basket, budgets_used=used) if used else basket


@dataclass(slots=True)
class _Buyer:
    """A member as they stand now; ``day`` is the business day of the purchase."""

    person: Person
    book: Book
    standing: Standing
    day: date


async def _find_buyer(tx: Tx, member_id: UUID, *, program_id: UUID, day: date) -> _Buyer:
    person = (await find_people(tx, {member_id})).get(member_id)
    if person is None:
        raise UnknownMember(field="member")
    key = WalletKey(member_id, program_id)
    book = (await bookkeeping.read_books(tx, [key])).get(key) or Book(wallet_id=new_id(), member_id=member_id)
    await bookkeeping.load_lots(tx, [book])
    book.settle(tx.at)
    found = await standings.list_standings(tx, [member_id], program_id=program_id)
    return _Buyer(person, book, found.get(member_id) or standings.newcomer(member_id, program_id), day)


async def _state(tx: Tx, version: Version, buyer: _Buyer) -> Member:
    person, standing = buyer.person, buyer.standing
    totals = await standings.list_totals(tx, version=version, standings=[standing], days=[buyer.day])
    rule_points = await standings.list_rule_points(
        tx,
        program_id=standing.program_id,
        rules=version.capped_rules,
        member_ids=[person.id],
        days=[buyer.day],
    )
    above = None
    if version.referral is not None:
        levels = len(version.referral.referral.levels)
        found = await list_above(tx, [person.id], program_id=standing.program_id, levels=levels)
        above = found.get(person.id)
    segments = await list_segments_of(tx, [person.id], among=version.segments) if version.segments else {}
    return state_of(
        buyer.book,
        person,
        lots=buyer.book.spendable_lots(),
        tier=standing.tier,
        tier_is_manual=standing.tier_is_manual,
        purchases=standing.sums.purchases,
        totals=totals[person.id],
        rule_points=rule_points.get(person.id, {}),
        cards=(await list_states(tx, {person.id: buyer.day}, program_id=standing.program_id))[person.id],
        invited=above.invited if above else None,
        is_drawn=version.has_control_groups,
        segments=segments.get(person.id, ()),
    )


def _supposed(supposed: Supposed | None, at: datetime) -> Member | None:
    if supposed is None:
        return None
    lots = (Lot(_SUPPOSED_LOT, supposed.points, at),) if supposed.points else ()
    return Member(
        available=supposed.points,
        lots=lots,
        tier=supposed.tier,
        purchases=0 if supposed.is_new else 1,
        invited=Invited(LEVELS_MAX, 0 if supposed.is_new else 1, not supposed.is_new)
        if supposed.is_invited
        else None,
    )
