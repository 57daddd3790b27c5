"""What happened to members within a period, and where they stood before it. Values only."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from msgspec import Raw, Struct

from plushka.domain.ledger.book import BookLot
from plushka.domain.ledger.model import Clawback
from plushka.domain.programs.model import Sums
from plushka.domain.rewards.model import StampRow
from plushka.domain.simulation.baskets import Goods
from plushka.engine.local_time import Moment
from plushka.engine.purchase import Basket, CardState, Grant, Invited, LotUse, Member, Outcome
from plushka.engine.sight import Sight, at_prices
from plushka.engine.version import Version

Bought = tuple[date, str, UUID]
"""The business day of a purchase, its zone, and its receipt: what carries sliding lots on."""


class State(Struct, frozen=True):
    """What a receipt keeps of its member that no rule decides: it is the same whatever the rules are."""

    personal_discount_bp: int = 0
    tags: tuple[str, ...] = ()
    segments: tuple[str, ...] = ()
    birthday: date | None = None
    tier_is_manual: bool = False
    is_unverified: bool = False
    is_spending_stopped: bool = False
    cards: dict[str, CardState] | None = {}
    invited: Invited | None = None
    totals: Raw = Raw(b"")
    """As they are written: most rules do not ask for them."""


class Was(Struct, frozen=True):
    """How a receipt was decided at its time, in sums."""

    amount_minor: int
    discount_minor: int
    payable_minor: int
    refunded_minor: int
    earned_points: int


class Sale(Struct, frozen=True):
    """A receipt as it was, booked ``at``. ``state`` None: nobody's; ``moment``: what the branch's clock showed then.

    ``spent`` points were really spent on it, of ``spendable`` that could have been. ``comes_back``: something of it was
    returned within the period; no other ``basket`` has its lines, which are the ``goods``.
    """

    id: UUID
    at: datetime
    occurred_at: datetime
    moment: Moment
    day: date
    branch_id: UUID
    version_id: UUID
    basket: Basket
    goods: Goods
    state: State | None
    cost_minor: int | None
    was: Was
    spent: int = 0
    spendable: int = 0
    comes_back: bool = False

    def seen_by(self, version: Version) -> Sight:
        """Return what a version sees of the receipt, whoever's it is."""
        goods, numbering = self.goods, version.masks.numbering
        masks = numbering.of_columns(goods.products, goods.looks)
        return at_prices(numbering, self.moment, masks, goods.quantities_milli, goods.amounts_minor)


class EarlierSale(Struct, frozen=True):
    """A receipt of before the period of which something comes back in it: no rules of ours decide it.

    ``returned``, ``clawback`` and ``burned`` are what its returns of before had come to.
    """

    id: UUID
    occurred_at: datetime
    day: date
    version_id: UUID
    basket: Basket
    member: Member | None
    outcome: Outcome
    returned: Mapping[int, int] = {}
    clawback: Clawback = Clawback()
    burned: int = 0


class Back(Struct, frozen=True):
    """Goods that come back: thousandths, by the index of their line."""

    id: UUID
    receipt_id: UUID
    at: datetime
    lines: Mapping[int, int]


class Given(Struct, frozen=True):
    """Points that no receipt earned: for joining (``is_welcome``), for an occasion, for friends, by hand."""

    document_id: UUID
    at: datetime
    kind: str
    lots: tuple[Grant, ...]
    is_welcome: bool = False


class Taken(Struct, frozen=True):
    """Points that no receipt spent.

    ``how``: for a ``gift`` from the catalogue, below zero one that is cancelled; by
    ``hand``; ``reversed``, as what was given for a friend, below zero given again; ``forgiven`` is debt.
    """

    document_id: UUID
    at: datetime
    how: str
    points: int


class Extended(Struct, frozen=True):
    """A prolonged life of the lots that a document gave."""

    document_id: UUID
    at: datetime
    expires_at: datetime
    reason: str


class TierSet(Struct, frozen=True):
    """A tier that no purchase and no return brought: set by hand, left to the rules again, or by a review."""

    at: datetime
    tier: str | None
    is_by_hand: bool
    is_by_review: bool


class Closed(Struct, frozen=True):
    """The member has gone for good, and their points with them."""

    at: datetime


Event = Sale | Back | Given | Taken | Extended | TierSet | Closed


@dataclass(slots=True)
class Opening:
    """Where a member stood when the period began. ``bought`` are their last purchases, the latest first.

    ``tier`` None: the one that everybody begins in.
    ``uses`` are what promotions have taken off for them, by business day and receipt.
    """

    joined_at: datetime | None = None
    lots: list[BookLot] = field(default_factory=list)
    debt: int = 0
    repaid: dict[UUID, int] = field(default_factory=dict)
    bought: list[Bought] = field(default_factory=list)
    tier: str | None = None
    tier_since: datetime | None = None
    tier_is_manual: bool = False
    tier_until: datetime | None = None
    days: dict[date, Sums] = field(default_factory=dict)
    rule_days: dict[tuple[str, date], int] = field(default_factory=dict)
    stamps: dict[str, list[StampRow]] = field(default_factory=dict)
    uses: list[tuple[str, date, int, UUID]] = field(default_factory=list)
    gifts: dict[UUID, list[LotUse]] = field(default_factory=dict)


@dataclass(slots=True)
class Past:
    """A member's past: ``events`` in the order in which they were booked, read by ``tell`` when first asked for.

    Pasts are read from the database by the dozen, and each is told, replayed and let go of while the processor has it
    at hand.
    ``group`` and ``tier`` are where the member is today. ``is_joined``: cards were merged into theirs within the span,
    and are theirs from its beginning here.
    """

    member_id: UUID
    opening: Opening
    tell: Callable[[], list[Event]] = list
    earlier: dict[UUID, EarlierSale] = field(default_factory=dict)
    group: str | None = None
    tier: str | None = None
    is_joined: bool = False
    zone: str = "UTC"
    segments: tuple[str, ...] = ()
    """Where the member is today, of those that the rules to be tried ask for."""
    sights: list[Sight] = field(default_factory=list)
    """What rules have seen of the receipts, in their order, as far as a course has got."""
    _told: list[Event] | None = None

    @property
    def events(self) -> list[Event]:
        if self._told is None:
            self._told = self.tell()
        return self._told

    @events.setter
    def events(self, events: list[Event]) -> None:
        self._told = events

    def sight(self, version: Version, sale: Sale, place: int) -> Sight:
        """Return what a version sees of the receipt in this place; versions numbered together see the same."""
        seen = self.sights
        if place < len(seen) and seen[place].numbering is version.masks.numbering:
            return seen[place]
        sight = sale.seen_by(version)
        seen[place : place + 1] = [sight]
        return sight

    @property
    def sales(self) -> list[Sale]:
        """Return the receipts among the events."""
        return [event for event in self.events if isinstance(event, Sale)]

    @property
    def slides(self) -> bool:
        """Whether some of their points, besides those of purchases, are carried on by each purchase."""
        given = (lot for event in self.events if isinstance(event, Given) for lot in event.lots)
        return any(lot.sliding_days for lot in self.opening.lots) or any(lot.sliding_days for lot in given)

    @property
    def keeps_used_lots(self) -> bool:
        """Whether lots that are used up can be given back to."""
        return bool(self.earlier) or any(
            (isinstance(event, Sale) and event.comes_back)
            or (isinstance(event, Taken) and event.how in {"gift", "reversed"})
            for event in self.events
        )
