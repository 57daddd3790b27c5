"""A card as a heap of single points, each of which is somewhere: slow, and plain enough to be believed.

The reference that random sequences of operations are compared with. It shares no code with the ledger: no
balances are added up, no lots are split; every point is moved on its own, and time passes event by event.
Half of a receipt is payable with points; what one earns, and how much may be owed, a card is told.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Literal
from zoneinfo import ZoneInfo

POINT_MINOR = 100
REDEEM_SHARE_PERCENT = 50
GRACE_DAYS = 14
SILVER_AT_MINOR = 1_000_00
ZONE = ZoneInfo("Europe/Moscow")
NEVER = datetime.max.replace(tzinfo=UTC)

Place = Literal["pending", "available", "held", "spent", "burned", "clawed back", "repaid", "gone"]


def affordable(amount_minor: int) -> int:
    """Return how many points may pay for a receipt of this amount, if they are there."""
    return amount_minor * REDEEM_SHARE_PERCENT // 100 // POINT_MINOR


class Refused(Exception):
    """The operation must be refused."""


@dataclass(eq=False)
class Lot:
    """Points granted at once."""

    number: int
    receipt: str | None
    earned_at: datetime
    activates_at: datetime
    expires_at: datetime | None

    def order(self) -> tuple[datetime, datetime, int]:
        return (self.expires_at or NEVER, self.earned_at, self.number)

    def is_past(self, now: datetime) -> bool:
        return self.expires_at is not None and self.expires_at <= now


@dataclass(eq=False)
class Point:
    """One point. ``by`` is the receipt that spent it or the hold that pins it."""

    lot: Lot
    place: Place
    by: str | None = None


@dataclass(eq=False)
class Sale:
    """A committed receipt of one line of ``quantity`` pieces; ``spent`` are its points in the order of use.

    Its returns have ``taken`` points, left ``owed``, and ``found`` some of its own burned.
    """

    number: str
    quantity: int
    payable_minor: int
    earned: int
    earn: Callable[[int], int]
    spent: list[Point]
    returned: int = 0
    taken: list[Point] = field(default_factory=list)
    owed: int = 0
    found: int = 0

    def rest_minor(self) -> int:
        return self.payable_minor - self.payable_minor * self.returned // self.quantity

    def rest_earned(self) -> int:
        if self.returned == self.quantity:
            return 0
        return min(self.earn(self.rest_minor()), self.earned)

    def points_back(self) -> int:
        return len(self.spent) * self.returned // self.quantity


@dataclass
class Hold:
    """Points set aside, in the order of use."""

    number: str
    points: list[Point]
    expires_at: datetime
    state: Literal["open", "captured", "cancelled", "expired"] = "open"


@dataclass
class Card:
    """A member's card. ``earn`` gives the points of a sum at a tier; returns leave ``debt_max`` owed at most."""

    earn: Callable[[int, str], int]
    debt_max: int | None = None
    points: list[Point] = field(default_factory=list)
    lots: list[Lot] = field(default_factory=list)
    holds: dict[str, Hold] = field(default_factory=dict)
    sales: dict[str, Sale] = field(default_factory=dict)
    debt: int = 0
    spend_minor: int = 0
    tier: str = "base"

    def available(self) -> int:
        return len(self._available())

    def balance(self) -> tuple[int, int, int, int]:
        places = Counter(point.place for point in self.points)
        return places["available"], places["pending"], places["held"], self.debt

    def open_lots(self) -> list[tuple[int, int, int, int, datetime | None]]:
        """Return (granted, pending, available, held, expiry) of lots with points left, in order of use."""
        rows = []
        for lot in sorted(self.lots, key=Lot.order):
            places = Counter(point.place for point in self.points if point.lot is lot)
            row = (places.total(), places["pending"], places["available"], places["held"], lot.expires_at)
            if any(row[1:4]):
                rows.append(row)
        return rows

    def pass_time(self, now: datetime) -> None:
        """Let everything happen that was to happen by ``now``, one event after the other."""
        while events := sorted(self._events(now), key=lambda event: event[:2]):
            _, _, happen = events[0]
            happen()

    def grant(
        self,
        count: int,
        *,
        receipt: str | None,
        now: datetime,
        activates_at: datetime,
        expires_at: datetime | None,
    ) -> None:
        lot = Lot(len(self.lots), receipt, now, activates_at, expires_at)
        self.lots.append(lot)
        place: Place = "pending" if activates_at > now else "available"
        self.points.extend(Point(lot, place) for _ in range(count))
        self._repay(lot)

    def hold(self, number: str, count: int, *, now: datetime, expires_at: datetime) -> None:
        self.pass_time(now)
        self.holds[number] = Hold(number, self._take(count, "held", by=number), expires_at)

    def cancel(self, number: str, *, now: datetime) -> None:
        self.pass_time(now)
        hold = self.holds[number]
        if hold.state == "captured":
            raise Refused
        if hold.state == "open":
            self._release(hold, "cancelled")

    def sell(
        self, number: str, amount_minor: int, quantity: int, *, redeem: int, now: datetime, hold: str | None
    ) -> Sale:
        """Commit a receipt; with ``hold`` its points pay, and what they do not pay is released."""
        self.pass_time(now)
        pinned = self.holds[hold] if hold is not None else None
        if pinned is not None and pinned.state in ("captured", "cancelled"):
            raise Refused
        if pinned is not None:
            redeem = min(redeem or len(pinned.points), len(pinned.points))
        is_open = pinned is not None and pinned.state == "open"
        mine = [] if pinned is None or not is_open else pinned.points
        usable = mine if is_open else self._available()
        self._check_redemption(redeem, len(usable), amount_minor)
        spent = usable[:redeem]
        for point in spent:
            point.place, point.by = "spent", number
        if pinned is not None and is_open:
            self._release(pinned, "captured")
        elif pinned is not None:
            pinned.state = "captured"
        payable_minor = amount_minor - redeem * POINT_MINOR
        tier = self.tier
        earned = self.earn(payable_minor, tier)
        sale = Sale(
            number, quantity, payable_minor, earned, lambda rest_minor: self.earn(rest_minor, tier), spent
        )
        self.sales[number] = sale
        self.spend_minor += payable_minor
        if self.spend_minor >= SILVER_AT_MINOR:
            self.tier = "silver"
        return sale

    def take_back(self, number: str, quantity: int, *, now: datetime) -> None:
        """Return pieces of a receipt (S9): its points come back, what it no longer earns goes."""
        self.pass_time(now)
        sale = self.sales[number]
        if sale.returned + quantity > sale.quantity:
            raise Refused
        rest_minor, given = sale.rest_minor(), sale.points_back()
        sale.returned += quantity
        self.spend_minor -= rest_minor - sale.rest_minor()
        back = sale.spent[::-1][given : sale.points_back()]
        for lot in dict.fromkeys(point.lot for point in back):
            if lot.expires_at is not None and lot.expires_at <= now:
                day = now.astimezone(ZONE).date() + timedelta(days=GRACE_DAYS + 1)
                lot.expires_at = datetime.combine(day, datetime.min.time(), ZONE).astimezone(UTC)
            for point in back:
                if point.lot is lot:
                    point.place = "available"
            self._repay(lot)
        self._claw_back(sale, sale.earned - sale.rest_earned(), now)

    def give(self, count: int, *, now: datetime, expires_at: datetime | None) -> None:
        self.pass_time(now)
        self.grant(count, receipt=None, now=now, activates_at=now, expires_at=expires_at)

    def take_away(self, count: int, *, now: datetime) -> None:
        self.pass_time(now)
        self._take(count, "gone")

    def forgive(self, count: int, *, now: datetime) -> None:
        self.pass_time(now)
        if count > self.debt:
            raise Refused
        self.debt -= count

    def _check_redemption(self, redeem: int, available: int, amount_minor: int) -> None:
        if redeem == 0:
            return
        if self.debt or redeem > min(available, affordable(amount_minor)):
            raise Refused

    def _available(self) -> list[Point]:
        return self._in_order(point for point in self.points if point.place == "available")

    def _take(self, count: int, place: Place, *, by: str | None = None) -> list[Point]:
        available = self._available()
        if count > len(available):
            raise Refused
        for point in available[:count]:
            point.place, point.by = place, by
        return available[:count]

    def _release(self, hold: Hold, state: Literal["captured", "cancelled", "expired"]) -> None:
        hold.state = state
        for point in hold.points:
            if point.place == "held":
                point.place, point.by = "available", None
                self._repay(point.lot)

    def _repay(self, lot: Lot) -> None:
        for point in self.points:
            if point.lot is lot and point.place == "available" and self.debt:
                point.place = "repaid"
                self.debt -= 1

    def _claw_back(self, sale: Sale, due: int, now: datetime) -> None:
        """Choose anew which points pay for what the receipt no longer earns, of all that returns took or can take.

        Its own, those of its own that burned, others; then a debt. A debt that was settled meanwhile is only undone
        when nothing else is left to undo.
        """
        standing = min(sale.owed, self.debt)
        settled = sale.owed - standing
        fewer = len(sale.taken) + sale.found + sale.owed - due
        undone = min(settled, max(0, fewer - standing))
        handed_back = self._repaid(now)[:undone]
        left = due - settled + undone
        own = [point for point in self.points if point.lot.receipt == sale.number]
        waiting = [p for p in own if p.place == "pending" or (p in sale.taken and p.lot.activates_at > now)]
        active = self._in_order(p for p in own if p.place == "available" or p in sale.taken)
        chosen = [*waiting, *(point for point in active if point not in waiting)][:left]
        left -= len(chosen)
        sale.found = min(left, sum(point.place == "burned" for point in own))
        left -= sale.found
        others = [point for point in self._in_order(self.points) if point not in own]
        paying = [p for p in others if p.place == "available" or p in sale.taken][:left]
        left -= len(paying)
        most = left if self.debt_max is None else standing + max(0, self.debt_max - self.debt)
        change = min(left, most) - standing
        self.debt += change
        sale.owed += change - len(handed_back)
        for point in handed_back:
            point.place = "available"
        self._exchange(sale, [*chosen, *paying], now)

    def _repaid(self, now: datetime) -> list[Point]:
        """Return the points that repaid a debt and may return to their lots, the last to be used first."""
        repaid = (point for point in self.points if point.place == "repaid" and not point.lot.is_past(now))
        return self._in_order(repaid)[::-1]

    def _exchange(self, sale: Sale, points: list[Point], now: datetime) -> None:
        """Let these points be the ones that returns have taken; what a lot past its date would get stays taken."""
        for point in [point for point in sale.taken if point not in points and not point.lot.is_past(now)]:
            sale.taken.remove(point)
            point.place = "pending" if point.lot.activates_at > now else "available"
            self._repay(point.lot)
        for point in points:
            if point not in sale.taken:
                sale.taken.append(point)
                point.place = "clawed back"

    def _in_order(self, points: Iterable[Point]) -> list[Point]:
        return sorted(points, key=lambda point: point.lot.order())

    def _activate(self, lot: Lot) -> None:
        self._move(lot, ("pending",), "available")
        self._repay(lot)

    def _burn(self, lot: Lot) -> None:
        self._move(lot, ("pending", "available"), "burned")

    def _move(self, lot: Lot, places: tuple[Place, ...], to: Place) -> None:
        for point in self.points:
            if point.lot is lot and point.place in places:
                point.place = to

    def _events(self, now: datetime) -> Iterator[tuple[datetime, int, Callable[[], None]]]:
        for hold in self.holds.values():
            if hold.state == "open" and hold.expires_at <= now:
                yield hold.expires_at, 0, partial(self._release, hold, "expired")
        for lot in self.lots:
            places = {point.place for point in self.points if point.lot is lot}
            if "pending" in places and lot.activates_at <= now:
                yield lot.activates_at, 1, partial(self._activate, lot)
            if places & {"pending", "available"} and lot.expires_at is not None and lot.expires_at <= now:
                yield lot.expires_at, 2, partial(self._burn, lot)
