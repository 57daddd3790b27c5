"""The last weeks of a demo's past, lived through: members come, journeys tell and give them what was due on those days.

Receipts and newcomers are told in the order of time, and at each moment the jobs do their work as of it, so nothing is
known then that was not known yet. Letters are judged and worded as ever; that somebody carries them is pretended, as
with broadcasts (``broadcasts``): nobody is written to, and nobody buys more for it.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Generic, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from msgspec import Struct, structs

from plushka.delivery.jobs.giving import give_tenant
from plushka.delivery.jobs.journeys import lead_tenant
from plushka.delivery.jobs.letters import move_letters
from plushka.demo.access import TillAccess
from plushka.demo.broadcasts import FAILED_PERCENT, UNREPORTED_PERCENT, agree, price_channels
from plushka.demo.business import ACTOR
from plushka.demo.enrolling import Newcomer, enroll_all
from plushka.demo.loading import Step
from plushka.domain.businesses.queries import get_business
from plushka.domain.events.carts.model import CartItem, ToldCart
from plushka.domain.events.carts.operations import end_cart, fill_cart
from plushka.domain.members.model import Identity
from plushka.domain.members.queries import find_member, find_member_ids
from plushka.domain.messages.composing import compose
from plushka.domain.messages.finishing import Arrived, finish, finish_sent
from plushka.domain.messages.model import Channel, Outgoing, Refused, Sent
from plushka.domain.messages.taking import take
from plushka.domain.purchases.history import load_history
from plushka.domain.purchases.model import Caller, Purchase
from plushka.domain.purchases.reference import Reference
from plushka.domain.purchases.situation import Item
from plushka.platform.database import Database, Tx

MORNING, AFTERNOON = time(11, 10), time(13, 20)
"""When the jobs work each day, by the clock of the business: behind the hour for which steps wait, and once more for
what is to follow some hours later. Receipts are told in the morning, those of the day before with them."""
LETTERS_AT_ONCE = 500

T = TypeVar("T")


class Standing(Struct, frozen=True):
    """A clock that stands."""

    at: datetime

    def now(self) -> datetime:
        return self.at


@dataclass(frozen=True, slots=True)
class Life:
    """The last ``days`` days of a business, yesterday the last of them. Its letters go by ``channel``."""

    tenant_id: UUID
    time_zone: str
    days: int
    yesterday: date
    channel: Channel

    @property
    def begins_at(self) -> datetime:
        first = self.yesterday - timedelta(days=self.days - 1)
        return datetime.combine(first, time(), ZoneInfo(self.time_zone)).astimezone(UTC)

    @property
    def ends_at(self) -> datetime:
        return datetime.combine(self.yesterday, time.max, ZoneInfo(self.time_zone)).astimezone(UTC)

    def mornings(self, since: datetime) -> list[datetime]:
        """Return when the jobs begin to work on the days that are not over at ``since``, in order."""
        zone = ZoneInfo(self.time_zone)
        return [
            datetime.combine(day, MORNING, zone).astimezone(UTC)
            for back in reversed(range(self.days))
            if (day := self.yesterday - timedelta(days=back)) >= since.astimezone(zone).date()
        ]

    def on_day_of(self, moment: datetime, at: time) -> datetime:
        """Return when it was ``at`` on the day of a moment."""
        zone = ZoneInfo(self.time_zone)
        return datetime.combine(moment.astimezone(zone).date(), at, zone).astimezone(UTC)


class LeftCart(Struct, frozen=True):
    """A cart on the site that somebody with a card has filled, and ordered so long after, if at all."""

    at: datetime
    number: str
    card: str
    sum_minor: int
    items: tuple[CartItem, ...]
    link: str
    ordered_after: timedelta | None


class Coming(Struct, frozen=True):
    """What happens besides: receipts with the codes of their branches, who joins, carts; each in the order of time."""

    sales: Iterable[tuple[str, Purchase]]
    newcomers: Iterable[Newcomer] = ()
    carts: Iterable[LeftCart] = ()


class Journeys(Struct, frozen=True):
    """What is published when a life begins, and when it ends: that is for who comes after."""

    begin: Callable[[Tx], Awaitable[None]]
    end: Callable[[Tx], Awaitable[None]] | None = None


async def find_lived(database: Database, life: Life, now: datetime) -> datetime:
    """Return until when it has been lived through: what was before is to be there. At first it is the beginning."""
    async with database.transaction(life.tenant_id, actor=ACTOR, at=now, read_only=True) as tx:
        read_to: datetime | None = await tx.fetchval(
            """
            -- demo.find_lived
            select max(read_to) from journeys where tenant_id = $1
            """,
            tx.tenant_id,
        )
    return max(read_to or life.begins_at, life.begins_at)


async def live(
    database: Database,
    life: Life,
    coming: Coming,
    *,
    since: datetime,
    tills: Mapping[str, TillAccess],
    journeys: Journeys,
    done: Step,
) -> int:
    """Live on from ``since``, as ``find_lived`` has it; return how many receipts were new.

    ``done`` is told of days. Interrupted, it is gone on with: what is done for a day is done once.
    """
    if since == life.begins_at:
        async with database.transaction(life.tenant_id, actor=ACTOR, at=since) as tx:
            await price_channels(tx)
            await agree(tx)
            await journeys.begin(tx)
    sales = _InOrder(coming.sales, lambda sale: _moment(sale[1]))
    newcomers = _InOrder(coming.newcomers, lambda newcomer: newcomer.at)
    carts = _InOrder(coming.carts, lambda cart: cart.at)
    callers = {
        code: Caller(tenant_id=life.tenant_id, till_id=till.till_id, branch=code)
        for code, till in tills.items()
    }
    reference, booked = Reference(), 0

    async def go_on(at: datetime) -> int:
        """Let come who comes until ``at``, all in one transaction."""
        items = [Item(callers[branch], purchase) for branch, purchase in sales.until(at)]
        async with database.transaction(life.tenant_id, actor=ACTOR, at=at) as tx:
            await _join(tx, newcomers.until(at))
            await _fill(tx, carts.until(at), next(iter(tills.values())).till_id)
            loaded = await load_history(tx, reference, items)
        for _, refusal in loaded.refused:
            raise refusal
        return loaded.booked

    for morning in life.mornings(since):
        booked += await go_on(morning)
        await give_tenant(database, Standing(morning), life.tenant_id)
        for moment in (morning, life.on_day_of(morning, AFTERNOON)):
            await lead_tenant(database, Standing(moment), life.tenant_id)
            await _pretend_to_send(database, Standing(moment), life)
        done(1)
    night = life.ends_at
    booked += await go_on(night)
    if journeys.end is not None and since < night:
        async with database.transaction(life.tenant_id, actor=ACTOR, at=night) as tx:
            await journeys.end(tx)
    return booked


async def _join(tx: Tx, newcomers: list[Newcomer]) -> None:
    """Enrol those who are not yet; most of them agree to advertising with it."""
    known = await find_member_ids(tx, [each.identities[0] for each in newcomers]) if newcomers else {}
    new = [each for each in newcomers if each.identities[0] not in known]
    if new:
        await enroll_all(tx, new)
        await agree(tx)


async def _fill(tx: Tx, carts: list[LeftCart], till_id: UUID) -> None:
    """Tell of carts of who is a member by now."""
    currency = (await get_business(tx)).currency if carts else ""
    for cart in carts:
        member = await find_member(tx, Identity("card", cart.card))
        if member is None:
            continue
        told = ToldCart(cart.number, member.id, till_id, cart.at, cart.sum_minor, cart.items, cart.link)
        await fill_cart(tx, told, currency=currency)
        if cart.ordered_after is not None and (ended_at := cart.at + cart.ordered_after) <= tx.at:
            await end_cart(tx, structs.replace(told, at=ended_at), "ordered")


async def _pretend_to_send(database: Database, clock: Standing, life: Life) -> None:
    """Do what a sender does but for the sending; who cannot be reached is told in the app, as ever."""
    is_more = True
    while is_more:
        async with database.transaction(life.tenant_id, actor=ACTOR, at=clock.now()) as tx:
            taken = [
                *await take(tx, life.channel, "transactional", LETTERS_AT_ONCE),
                *await take(tx, life.channel, "marketing", LETTERS_AT_ONCE),
            ]
            composed = await compose(tx, taken, app_url=f"/app/{life.tenant_id}")
            arrived = [
                Arrived(message, Sent(), told.said)
                for message, told in composed
                if _luck(message) >= FAILED_PERCENT
            ]
            await finish_sent(tx, arrived)
            for message, _ in composed:
                if _luck(message) < FAILED_PERCENT:
                    await finish(tx, message, Refused("address_closed"))
            if life.channel == "sms":
                await _report(tx, [one.message for one in arrived])
        is_more = len(taken) >= LETTERS_AT_ONCE
    await move_letters(database, clock, life.tenant_id)


async def _report(tx: Tx, messages: list[Outgoing]) -> None:
    """Let a gateway have told that most have arrived; mail tells of those alone that came back."""
    await tx.execute(
        """
        -- demo.report
        update outgoing set state = 'delivered', delivered_at = $3
        where tenant_id = $1 and id = any($2::uuid[]) and state = 'sent'
        """,
        tx.tenant_id,
        [one.id for one in messages if _luck(one) >= FAILED_PERCENT + UNREPORTED_PERCENT],
        tx.at,
    )


def _luck(message: Outgoing) -> int:
    return message.id.int % 100


def _moment(purchase: Purchase) -> datetime:
    if purchase.occurred_at is None:
        raise ValueError("a receipt of the past has its moment")
    return purchase.occurred_at


class _InOrder(Generic[T]):
    """What comes in the order of time, taken as time goes."""

    def __init__(self, coming: Iterable[T], at: Callable[[T], datetime]) -> None:
        self._coming = iter(coming)
        self._at = at
        self._next = next(self._coming, None)

    def until(self, moment: datetime) -> list[T]:
        """Return what has come since it was last asked."""
        come: list[T] = []
        while self._next is not None and self._at(self._next) <= moment:
            come.append(self._next)
            self._next = next(self._coming, None)
        return come
