"""What the engine must know to decide purchases, gathered for many at once in a handful of statements."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from msgspec import Struct, structs

from plushka.domain.businesses.model import Branch
from plushka.domain.catalog.model import Product
from plushka.domain.coupons.model import ShownCode
from plushka.domain.ledger import bookkeeping
from plushka.domain.ledger.book import Book
from plushka.domain.ledger.bookkeeping import WalletKey
from plushka.domain.ledger.holds import HoldRecord, list_holds
from plushka.domain.members.model import Person, UnknownMember
from plushka.domain.members.permits import Permit, list_permits
from plushka.domain.members.queries import find_people
from plushka.domain.programs import standings
from plushka.domain.programs.model import Standing, VersionMark
from plushka.domain.programs.operations import lock_members
from plushka.domain.programs.segments import list_segments_of
from plushka.domain.programs.serving import Schedule, read_schedule
from plushka.domain.purchases.checks import check_purchase
from plushka.domain.purchases.model import Caller, MemberBusy, NoProgram, Purchase, PurchaseLine
from plushka.domain.purchases.reference import Reference
from plushka.domain.referrals.chains import Above, list_above
from plushka.domain.rewards.stamps import list_states
from plushka.engine.local_time import Moment, moment
from plushka.engine.purchase import Basket, CardState, Invited, Line, Look, Lot, Member, Place, Totals
from plushka.engine.version import Version
from plushka.platform.database import Tx
from plushka.platform.errors import Refusal
from plushka.platform.ids import new_id


class Item(Struct, frozen=True):
    """A purchase and the till that reports it."""

    caller: Caller
    purchase: Purchase


@dataclass(slots=True)
class Situation:
    """A purchase with all that decides it. ``book`` and ``member`` are None for an anonymous one.

    ``moment`` is what the branch's clock shows ``at`` the purchase, and ``business_date`` its day.

    A blocked member has no ``book`` either: their receipt is nobody's, and its stored state says why.

    ``permit`` is the one that the purchase names, if it exists; ``needs_permit``: without one no points are spent.

    ``codes`` are the coupons' codes that were shown, each with why it is not good, if it is not.

    ``above`` are those who brought the member, if the rules give them anything.

    ``superseded_at``: when other rules of its programme than those of its moment came into force; None: never yet.
    ``costs`` are what each line's goods cost the business, None where it is not known; empty: none is known.
    """

    item: Item
    at: datetime
    moment: Moment
    business_date: date
    branch: Branch
    mark: VersionMark
    version: Version
    basket: Basket
    names: tuple[str | None, ...]
    superseded_at: datetime | None = None
    costs: tuple[int | None, ...] = ()
    book: Book | None = None
    member: Member | None = None
    hold: HoldRecord | None = None
    permit: Permit | None = None
    needs_permit: bool = False
    codes: tuple[ShownCode, ...] = ()
    above: Above | None = None

    @property
    def cost_minor(self) -> int | None:
        """What all the goods cost the business; None unless that is known of every line."""
        known = [cost for cost in self.costs if cost is not None]
        return sum(known) if known and len(known) == len(self.costs) else None


Found = Situation | Refusal
BLOCKED = Member(is_blocked=True)
"""All that a decision needs to know of one who neither earns nor spends: their wallet is left alone."""


async def gather(tx: Tx, reference: Reference, items: Sequence[Item], *, lock: bool) -> list[Found]:
    """Return, for each item, its situation or why there is none. At most one item a member.

    With ``lock`` the members' wallets are locked, in the order of their ids, until the transaction ends.
    """
    found = await place(tx, reference, items)
    placed = [situation for situation in found if isinstance(situation, Situation)]
    goods = await look_up_goods(tx, reference, lines_sold(placed))
    for situation in placed:
        goods.fill(situation)
    refused = await _find_members(tx, reference, placed, lock=lock)
    return [refused.get(id(situation), situation) for situation in found]


async def place(tx: Tx, reference: Reference, items: Sequence[Item]) -> list[Found]:
    """Return, for each item, its situation without its goods and its member, or why there is none."""
    branches = [await _try_to_find_branch(tx, reference, item) for item in items]
    schedule = await read_schedule(tx, {branch.id for branch in branches if isinstance(branch, Branch)})
    return [
        await _try_to_place(tx, reference, item, branch, schedule) if isinstance(branch, Branch) else branch
        for item, branch in zip(items, branches, strict=True)
    ]


async def _try_to_find_branch(tx: Tx, reference: Reference, item: Item) -> Branch | Refusal:
    try:
        places = await reference.places(tx, branch=item.purchase.branch or item.caller.branch)
        return check_purchase(item.caller, item.purchase, places, now=tx.at)
    except Refusal as refusal:
        return refusal


async def _try_to_place(
    tx: Tx, reference: Reference, item: Item, branch: Branch, schedule: Schedule
) -> Found:
    # A till's clock may run ahead, a page's by half of what a request takes: nothing has happened after now.
    at = min(item.purchase.occurred_at or tx.at, tx.at)
    mark = schedule.in_force(branch.id, at)
    if mark is None:
        return NoProgram()
    place = Place(
        branch=branch.code, time_zone=branch.time_zone, day_starts_minutes=branch.day_starts_minutes
    )
    shown = moment(at, place)
    return Situation(
        item=item,
        at=at,
        moment=shown,
        business_date=shown.business_date,
        branch=branch,
        mark=mark,
        version=await reference.versions.get(tx, mark.id),
        basket=Basket(lines=(), place=place, channel=item.purchase.channel, redeem=item.purchase.redeem),
        names=(),
        superseded_at=schedule.superseded_at(mark, at),
    )


class Goods(Struct, frozen=True):
    """What the catalog knows of the goods of some purchases, and perhaps of others; None is what it does not know.

    ``paths`` are those of categories that tills named.
    """

    products: Mapping[str, Product | None]
    paths: Mapping[str, tuple[str, ...] | None]

    def fill(self, situation: Situation) -> None:
        """Put what was sold into the basket."""
        purchase = situation.item.purchase
        lines, situation.names, situation.costs = self.lines_of(purchase.lines)
        situation.basket = Basket(lines, situation.basket.place, purchase.channel, purchase.redeem)

    def lines_of(
        self, reported: Sequence[PurchaseLine]
    ) -> tuple[tuple[Line, ...], tuple[str | None, ...], tuple[int | None, ...]]:
        """Return the lines as rules see them, their names, and what they cost the business, rounded half up.

        Of costs there are none where not one is known. There are ten lines a receipt: one loop, no calls.
        """
        lines: list[Line] = []
        names: list[str | None] = []
        costs: list[int | None] = []
        is_any_known = False
        for line in reported:
            product = self.products.get(line.sku)
            if product is None:
                look, cost_minor = self._look_of_unlisted(line), None
                names.append(line.name)
            else:
                look, cost_minor = product.look, product.cost_minor
                if line.kind is not None and line.kind != look.kind:
                    look = structs.replace(look, kind=line.kind)
                names.append(line.name or product.name)
            lines.append(Line(line.sku, line.quantity_milli, line.amount_minor, look))
            if cost_minor is None:
                costs.append(None)
            else:
                costs.append((cost_minor * line.quantity_milli + 500) // 1000)
                is_any_known = True
        return tuple(lines), tuple(names), tuple(costs) if is_any_known else ()

    def _look_of_unlisted(self, line: PurchaseLine) -> Look:
        path = (self.paths.get(line.category) or (line.category,)) if line.category else ()
        return Look(path, line.brand, line.kind or "goods")


def lines_sold(situations: Iterable[Situation]) -> list[PurchaseLine]:
    return [line for situation in situations for line in situation.item.purchase.lines]


async def look_up_goods(tx: Tx, reference: Reference, lines: Collection[PurchaseLine]) -> Goods:
    """Return what is to be known of all that was sold, in one statement or two."""
    products = await reference.catalog.look_up(tx, {line.sku for line in lines})
    unlisted = {line.category for line in lines if line.category and products[line.sku] is None}
    return Goods(products, await reference.catalog.trace_categories(tx, unlisted) if unlisted else {})


@dataclass(slots=True)
class _Buyer:
    """A member who buys, with what is known of them."""

    situation: Situation
    book: Book
    person: Person
    standing: Standing


async def _find_members(
    tx: Tx, reference: Reference, situations: Sequence[Situation], *, lock: bool
) -> dict[int, Refusal]:
    """Fill in books, standings and members; return refusals by the identity of their situations."""
    refused: dict[int, Refusal] = {}
    by_member: dict[UUID, tuple[Situation, Person]] = {}
    named = [situation.item.purchase.member for situation in situations]
    people = await find_people(tx, {member for member in named if member is not None})
    for situation, member in zip(situations, named, strict=True):
        if member is None:
            continue
        person = people.get(member)
        if person is None:
            refused[id(situation)] = UnknownMember(field="member")
        elif person.is_blocked:
            situation.member = BLOCKED
        elif person.id in by_member:
            refused[id(situation)] = MemberBusy()
        else:
            by_member[person.id] = situation, person
    return refused | await _fill_members(tx, reference, by_member, lock=lock)


async def _fill_members(
    tx: Tx, reference: Reference, by_member: dict[UUID, tuple[Situation, Person]], *, lock: bool
) -> dict[int, Refusal]:
    keys = {
        member_id: WalletKey(member_id, situation.mark.program_id)
        for member_id, (situation, _) in by_member.items()
    }
    # Who is not in the programme yet joins it with their first purchase under it; a quote only supposes so.
    if lock:
        books = await lock_members(tx, dict.fromkeys(keys.values(), tx.at))
    else:
        books = await bookkeeping.read_books(tx, keys.values())
        strangers = [key for key in keys.values() if key not in books]
        books |= {key: Book(wallet_id=new_id(), member_id=key.member_id) for key in strangers}
    # Merged into another while the lock was waited for: asked again, the card names that other.
    moved = {member_id for member_id, key in keys.items() if books[key].is_moved}
    moved |= await _find_mistaken(
        tx, {member_id: by_member[member_id][0] for member_id, key in keys.items() if books[key].is_doubtful}
    )
    refused: dict[int, Refusal] = {id(by_member.pop(member_id)[0]): MemberBusy() for member_id in moved}
    buyers: list[_Buyer] = []
    for program_id in sorted({keys[member_id].program_id for member_id in by_member}):
        of_program = [member_id for member_id in by_member if keys[member_id].program_id == program_id]
        # Read under the lock of the wallet, which guards the standing too.
        standing_of = await standings.list_standings(tx, of_program, program_id=program_id)
        for member_id in of_program:
            situation, person = by_member[member_id]
            standing = standing_of.get(member_id) or standings.newcomer(member_id, program_id)
            buyers.append(_Buyer(situation, books[keys[member_id]], person, standing))
    await _settle(tx, buyers, all_lots=not lock)
    if lock:
        await _fill_permits(tx, reference, [buyer.situation for buyer in buyers])
    for version in {buyer.situation.version for buyer in buyers}:
        of_version = [buyer for buyer in buyers if buyer.situation.version is version]
        await _fill_states(tx, version, of_version, all_lots=not lock)
    return refused


async def _find_mistaken(tx: Tx, situations: Mapping[UUID, Situation]) -> set[UUID]:
    """Return those of the members whose purchases, looked at under the lock, are somebody else's."""
    if not situations:
        return set()
    named = {member_id: situation.item.purchase.member for member_id, situation in situations.items()}
    people = await find_people(tx, {member for member in named.values() if member is not None})
    found = {name: person.id for name, person in people.items()}
    return {member_id for member_id, member in named.items() if member and found.get(member) != member_id}


async def _settle(tx: Tx, buyers: Collection[_Buyer], *, all_lots: bool) -> None:
    """Give each situation its book, and its hold; settle the books whose lots matter to the purchase."""
    await bookkeeping.load_lots(
        tx,
        [buyer.book for buyer in buyers if all_lots or needs_lots(buyer.situation, buyer.book, tx.at)],
    )
    hold_ids = [hold_id for buyer in buyers if (hold_id := buyer.situation.item.purchase.hold_id)]
    holds = await list_holds(tx, hold_ids) if hold_ids else {}
    for buyer in buyers:
        situation = buyer.situation
        situation.book = buyer.book
        if situation.item.purchase.hold_id is not None:
            situation.hold = holds.get(situation.item.purchase.hold_id)
        if buyer.book.is_complete:
            buyer.book.settle(tx.at)


async def _fill_permits(tx: Tx, reference: Reference, situations: Sequence[Situation]) -> None:
    """Tell the purchases that would spend whether they may. What is held was agreed to when it was set aside."""
    spending = [one for one in situations if spends_points(one) and one.item.purchase.hold_id is None]
    if not spending:
        return
    needs_permit = (await reference.places(tx)).business.spending_needs_permit
    named = {one.item.purchase.permit_id for one in spending} - {None}
    permits = await list_permits(tx, [permit_id for permit_id in named if permit_id]) if named else {}
    for situation in spending:
        situation.needs_permit = needs_permit
        permit_id = situation.item.purchase.permit_id
        situation.permit = permits.get(permit_id) if permit_id else None


def needs_lots(situation: Situation, book: Book, at: datetime) -> bool:
    """Tell whether the purchase touches lots other than those it grants."""
    return spends_points(situation) or book.is_due(at)


def spends_points(situation: Situation) -> bool:
    purchase = situation.item.purchase
    return purchase.redeem != 0 or purchase.hold_id is not None


async def _fill_states(tx: Tx, version: Version, buyers: Sequence[_Buyer], *, all_lots: bool) -> None:
    days = [buyer.situation.business_date for buyer in buyers]
    program_id = buyers[0].standing.program_id
    totals = await standings.list_totals(
        tx, version=version, standings=[buyer.standing for buyer in buyers], days=days
    )
    rule_points = await standings.list_rule_points(
        tx,
        program_id=program_id,
        rules=version.capped_rules,
        member_ids=[buyer.person.id for buyer in buyers],
        days=days,
    )
    cards: dict[UUID, dict[str, CardState]] = {}
    if version.cards:
        of_day = {buyer.person.id: buyer.situation.business_date for buyer in buyers}
        cards = await list_states(tx, of_day, program_id=program_id)
    if version.referral is not None:
        above = await list_above(
            tx,
            [buyer.person.id for buyer in buyers],
            program_id=program_id,
            levels=len(version.referral.referral.levels),
        )
        for buyer in buyers:
            buyer.situation.above = above.get(buyer.person.id)
    segments: dict[UUID, tuple[str, ...]] = {}
    if version.segments:
        segments = await list_segments_of(tx, [buyer.person.id for buyer in buyers], among=version.segments)
    for buyer in buyers:
        buyer.situation.member = state_of(
            buyer.book,
            buyer.person,
            # A commit that spends nothing is not told what could be spent, whether or not something was due.
            lots=buyer.book.spendable_lots() if all_lots or spends_points(buyer.situation) else (),
            tier=buyer.standing.tier,
            tier_is_manual=buyer.standing.tier_is_manual,
            purchases=buyer.standing.sums.purchases,
            totals=totals[buyer.person.id],
            rule_points=rule_points.get(buyer.person.id, {}),
            cards=cards.get(buyer.person.id, {}),
            invited=buyer.situation.above.invited if buyer.situation.above else None,
            is_drawn=version.has_control_groups,
            segments=segments.get(buyer.person.id, ()),
        )


def state_of(
    book: Book,
    person: Person,
    *,
    lots: tuple[Lot, ...],
    tier: str | None,
    tier_is_manual: bool,
    purchases: int,
    totals: tuple[Totals, ...],
    rule_points: dict[str, tuple[int, int]],
    cards: dict[str, CardState] | None,
    invited: Invited | None,
    is_drawn: bool,
    segments: tuple[str, ...] = (),
) -> Member:
    """Return what the rules may know of a member; ``cards`` None: their stamps are not counted.

    ``is_drawn``: a promotion draws its control group by their id.
    """
    return Member(
        available=book.available,
        pending=book.pending,
        debt=book.debt,
        lots=lots,
        tier=tier,
        tier_is_manual=tier_is_manual,
        personal_discount_bp=person.personal_discount_bp,
        tags=person.tags,
        birthday=person.birthday,
        purchases=purchases,
        last_purchase_on=book.last_purchase[0] if book.last_purchase else None,
        totals=totals,
        rule_points=rule_points,
        cards=cards,
        is_unverified=person.is_unverified,
        is_spending_stopped=person.is_spending_stopped,
        invited=invited,
        id=person.id if is_drawn else None,
        segments=segments,
    )
