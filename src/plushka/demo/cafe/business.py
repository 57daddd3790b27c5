"""Opens the coffee shop as its owner would have, from the preset, and loads its year."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, timedelta
from uuid import UUID

from plushka.demo.access import TillAccess
from plushka.demo.business import ACTOR, EMAIL, ENROLLED_BEFORE
from plushka.demo.cafe import menu
from plushka.demo.cafe.carts import carts
from plushka.demo.cafe.cashiers import hire_cashiers
from plushka.demo.cafe.certificates import sell_certificates
from plushka.demo.cafe.guests import BRANCH_NAMES, BRANCHES, Guest, guest
from plushka.demo.cafe.places import plan_of
from plushka.demo.cafe.promotions import with_promotions
from plushka.demo.cafe.rewards import fill_shelf
from plushka.demo.cafe.year import TIME_ZONE, Visit, opens_at, visits
from plushka.demo.enrolling import Newcomer, enroll_all
from plushka.demo.living import Coming
from plushka.demo.loading import Step, load_shares
from plushka.domain.businesses.branches import change_branch, open_planned
from plushka.domain.businesses.queries import list_branches
from plushka.domain.catalog.operations import upsert_categories, upsert_products
from plushka.domain.founding.model import Plan
from plushka.domain.founding.operations import found, till_name
from plushka.domain.members.model import Identity
from plushka.domain.programs.operations import publish
from plushka.domain.programs.queries import find_latest_version
from plushka.domain.purchases.model import Purchase
from plushka.domain.staff.model import SCOPES
from plushka.domain.staff.operations import issue_key, set_up_till
from plushka.domain.staff.queries import find_credentials
from plushka.platform.database import Database, Tx
from plushka.platform.errors import PermanentFailure

TENANT_ID = UUID("01915e00-0000-7000-8000-000000cafe00")
"""Always the same, so that a second load finds the first."""
NAME = "Кофейня «Пар» (всё придумано)"
PRESET = "coffee"
FIRST, *_OTHERS = BRANCHES
GUESTS_PER_SHARE = 150


class OwnerMissing(PermanentFailure):
    """The grocery chain's owner, who owns the coffee shop too, is not registered."""


async def open_cafe(
    database: Database,
    yesterday: date,
    *,
    enrolled: Step,
    keep: Callable[[dict[str, TillAccess]], None],
    until: datetime | None = None,
) -> dict[str, TillAccess]:
    """Open the coffee shop as of the first day of its year, in one transaction, and return its tills by branch.

    Enrolled is everybody, or who comes ``until`` then. ``keep`` is given the tills before the transaction commits.
    """
    opened_at = opens_at(yesterday)
    async with database.global_transaction(actor=ACTOR, at=opened_at) as global_tx:
        owner = await find_credentials(global_tx, EMAIL)
    if owner is None:
        raise OwnerMissing("The demo's owner is not registered: plushka demo")
    async with database.transaction(TENANT_ID, actor=ACTOR, at=opened_at) as tx:
        founded = await found(tx, _plan(), owner.account_id)
        await _run_promotions(tx, founded.program_id, yesterday)
        await fill_shelf(tx)
        tills = {FIRST: TillAccess(till_id=founded.till_id, key=founded.till_key)}
        (first,) = await list_branches(tx)
        await change_branch(tx, first.id, plan_of(FIRST))
        for code in _OTHERS:
            tills[code] = await _open_branch(tx, code)
        await upsert_categories(tx, menu.CATEGORIES)
        await upsert_products(tx, menu.entries())
        await hire_cashiers(tx)
        guests = [each for each in newcomers(yesterday) if until is None or each.at <= until]
        await enroll_all(tx, guests)
        enrolled(len(guests))
        await sell_certificates(tx, yesterday)
        keep(tills)
    return tills


def load_cafe(
    yesterday: date,
    *,
    dsn: str,
    tills: Mapping[str, TillAccess],
    at: datetime,
    done: Step,
    until: datetime | None = None,
) -> int:
    """Load the year of the coffee shop, or what of it was ``until`` then; return how many receipts were new."""
    parts = shares(yesterday, until)
    return load_shares(parts, dsn=dsn, tenant_id=TENANT_ID, tills=tills, at=at, done=done)


class VisitShare:
    """All visits of some guests, or some of those without a card, with the numbers of their receipts."""

    def __init__(self, numbered: list[tuple[int, Visit]]) -> None:
        self._numbered = numbered

    @property
    def size(self) -> int:
        return len(self._numbered)

    def sales(self) -> Iterator[tuple[str, Purchase]]:
        for number, visit in self._numbered:
            yield visit.branch, visit.to_purchase(number)


def shares(yesterday: date, until: datetime | None = None) -> list[VisitShare]:
    """Return the year, or what of it was ``until`` then, in shares; receipts are numbered in the order of time."""
    by_share: dict[int, list[tuple[int, Visit]]] = {}
    for number, visit in enumerate(visits(yesterday), start=1):
        if until is not None and visit.at > until:
            break
        share = -1 - number % 2 if visit.guest is None else visit.guest // GUESTS_PER_SHARE
        by_share.setdefault(share, []).append((number, visit))
    return [VisitShare(numbered) for numbered in by_share.values()]


def coming(yesterday: date, since: datetime) -> Coming:
    """Return what of the year is after ``since``."""
    sales = [
        (visit.branch, visit.to_purchase(number))
        for number, visit in enumerate(visits(yesterday), start=1)
        if visit.at > since
    ]
    filled = [cart for cart in carts(since.date(), yesterday) if cart.at > since]
    return Coming(sales, [each for each in newcomers(yesterday) if each.at > since], filled)


def newcomers(yesterday: date) -> list[Newcomer]:
    """Return everybody who has a card in the end: enrolled at the desk, shortly before their first visit."""
    first = {visit.guest: visit.at for visit in reversed(visits(yesterday)) if visit.guest is not None}
    in_order = sorted(first.items(), key=lambda pair: (pair[1], pair[0]))
    return [_newcomer(guest(number), at - ENROLLED_BEFORE) for number, at in in_order]


def _plan() -> Plan:
    return Plan(
        name=NAME,
        country="RU",
        currency=menu.CURRENCY,
        language="ru",
        time_zone=TIME_ZONE,
        branch=BRANCH_NAMES[FIRST],
        preset=PRESET,
    )


async def _run_promotions(tx: Tx, program_id: UUID, yesterday: date) -> None:
    preset = await find_latest_version(tx, program_id)
    if preset is None:
        raise OwnerMissing("The coffee shop was founded without its preset")
    program = await with_promotions(tx, preset.program, today=yesterday + timedelta(days=1))
    await publish(tx, program_id=program_id, program=program, valid_from=tx.at)


async def _open_branch(tx: Tx, code: str) -> TillAccess:
    branch = await open_planned(tx, plan_of(code))
    till = await set_up_till(tx, name=till_name(branch.name, "ru"), branch_id=branch.id)
    _, key = await issue_key(tx, till_id=till.id, scopes=SCOPES)
    return TillAccess(till_id=till.id, key=key)


def _newcomer(who: Guest, at: datetime) -> Newcomer:
    known_by = (Identity(kind="card", value=who.card), Identity(kind="email", value=who.email))
    return Newcomer(at=at, name=who.name, birthday=who.birthday, identities=known_by)
