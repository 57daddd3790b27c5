"""What a decision is made from (``Basket``, ``Member``) and what it is (``Outcome``).

Money is in minor units, points in units of the wallet, quantities in thousandths, rates in basis
points. ``*_by_line`` tuples run parallel to ``Basket.lines`` and sum to the figure they explain.

Stored as JSON with each receipt: what there is many of as arrays, the rest without defaults, which halves the
document and the time to write it. New fields of an array go to its end, with a default.
"""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from msgspec import Struct

POINTS_MAX = 10**15
"""Points of one receipt, before caps, and of one wallet: what integers of the database and of JSON hold with room."""


class Look(Struct, frozen=True, array_like=True, cache_hash=True):
    """What rules see of a product besides itself; products that look alike share one.

    ``categories`` is the product's category and all those above it. ``kind`` says what is sold: the
    sale of a certificate or a top-up and (by default) delivery neither earn nor are paid with points (S2).
    """

    categories: tuple[str, ...] = ()
    brand: str | None = None
    kind: Literal["goods", "certificate", "delivery"] = "goods"


class Line(Struct, frozen=True, array_like=True):
    """A line of a receipt: ``amount_minor`` (≥ 0) for ``quantity_milli`` (> 0) of ``product``, before our discounts."""

    product: str
    quantity_milli: int
    amount_minor: int
    look: Look = Look()


class Place(Struct, frozen=True, omit_defaults=True):
    """Where the clock of a purchase hangs (S15). The business day turns ``day_starts_minutes`` after midnight."""

    branch: str
    time_zone: str
    day_starts_minutes: int = 240


class Basket(Struct, frozen=True, omit_defaults=True):
    """A purchase before its decision. ``redeem`` is the points the member wishes to spend, or all they may.

    ``budgets_used`` is what has been used of each promotion's budgets, in their order; a promotion with budgets
    that is not there does not apply. ``coupons`` are those of whose codes good ones were shown.
    """

    lines: tuple[Line, ...]
    place: Place
    channel: str = "till"
    redeem: int | Literal["max"] = 0
    budgets_used: dict[str, tuple[int, ...]] = {}
    coupons: tuple[str, ...] = ()


class Lot(Struct, frozen=True):
    """What can be spent of a lot, for the redemption phase (S3, S21)."""

    id: UUID
    available: int
    earned_at: datetime
    expires_at: datetime | None = None
    receipt_share_bp: int | None = None
    priority: int = 0


class Totals(Struct, frozen=True, omit_defaults=True):
    """A member's sums over one window, before this purchase.

    ``active_friends``: whom they brought themselves and who has bought within it; 0 where no tier asks for them.
    """

    spend_minor: int = 0
    visits: int = 0
    points_earned: int = 0
    active_friends: int = 0


class CardState(Struct, frozen=True, omit_defaults=True):
    """Where a member stands on a stamp card before this purchase (see ``stamps.Filled``).

    ``due``: rewards that full cards should have given and did not; below 0: given for cards that returns have
    emptied. ``is_day_stamped``: the card has a stamp of the purchase's business day.
    """

    have: int = 0
    first_on: date | None = None
    last_on: date | None = None
    ends_on: date | None = None
    due: int = 0
    is_day_stamped: bool = False


class Invited(Struct, frozen=True, omit_defaults=True):
    """A friend before this purchase: ``levels`` members stand above, ``purchases`` that qualified are still theirs.

    ``is_rewarded``: one of those gave their own reward. No ``levels``: friends' purchases are not counted.
    """

    levels: int
    purchases: int = 0
    is_rewarded: bool = False


class Member(Struct, frozen=True, omit_defaults=True):
    """What the rules may know of a member at the moment of the purchase.

    ``totals`` runs parallel to ``Version.windows``; left empty, all are 0. ``lots`` may be left empty when
    nothing is redeemed and nobody asks how much could be. A ``tier`` that the version does not have, or none,
    is the first.
    ``rule_points`` holds, for rules with a cap of their own per day or month, (points today, points this month).
    ``cards`` is None where stamps are not counted and no gifts are won. ``invited`` is None for who was brought by
    nobody.
    A purchase ``is_blocked`` members make is decided as an anonymous one. Who ``is_unverified`` spends nothing
    before their first purchase; who has their spending stopped (``is_spending_stopped``) spends nothing at all.
    ``id`` is told where a promotion holds members out by it, and nowhere else.
    """

    available: int = 0
    pending: int = 0
    debt: int = 0
    lots: tuple[Lot, ...] = ()
    tier: str | None = None
    tier_is_manual: bool = False
    personal_discount_bp: int = 0
    tags: tuple[str, ...] = ()
    segments: tuple[str, ...] = ()
    birthday: date | None = None
    purchases: int = 0
    last_purchase_on: date | None = None
    totals: tuple[Totals, ...] = ()
    rule_points: dict[str, tuple[int, int]] = {}
    cards: dict[str, CardState] | None = {}
    is_blocked: bool = False
    is_unverified: bool = False
    is_spending_stopped: bool = False
    invited: Invited | None = None
    id: UUID | None = None


class Discount(Struct, frozen=True, array_like=True):
    """A price discount; ``id`` names the tier or the promotion. A promotion's ``rate_bp`` is 0: it is a sum."""

    source: Literal["tier", "personal", "promotion"]
    rate_bp: int
    amount_minor: int
    by_line: tuple[int, ...]
    id: str | None = None


class Limit(Struct, frozen=True, array_like=True):
    """One bound on the points that may be spent: ``code`` names the rule, ``points`` the most it lets through."""

    code: Literal["available", "receipt_share", "eligible_lines", "lot_shares", "residual_balance"]
    points: int


class LotUse(Struct, frozen=True):
    """Points taken from, or to be given back to, a lot."""

    lot_id: UUID
    points: int


class Redeemed(Struct, frozen=True, omit_defaults=True):
    """The redemption phase: ``points`` buy ``amount_minor`` off, at most ``points_max`` may be spent here.

    ``requested`` is what was asked for (the maximum, if that was asked for); more than ``points_max`` is
    answered with ``points_max``. ``limits`` lists every bound that was weighed; those whose points equal
    ``points_max`` bit. No bound is needed for the minor unit that stays payable under a cap below 100 %
    (S11): such a cap, rounded down, never reaches the whole.
    """

    requested: int
    points: int
    amount_minor: int
    points_max: int
    limits: tuple[Limit, ...] = ()
    by_line_minor: tuple[int, ...] = ()
    by_line_points: tuple[int, ...] = ()
    lots: tuple[LotUse, ...] = ()


class Award(Struct, frozen=True, array_like=True):
    """Points one rule gave. ``base_minor`` is the money it counted, ``points_before_caps`` what it gave uncut."""

    rule: str
    points: int
    base_minor: int
    points_before_caps: int
    by_line: tuple[int, ...]
    rate_bp: int | None = None


class Grant(Struct, frozen=True, omit_defaults=True):
    """A lot to be booked: the awards of one receipt with the same life. A ``sliding_days`` lot is extended (S4)."""

    points: int
    activates_at: datetime
    expires_at: datetime | None
    rules: tuple[str, ...]
    sliding_days: int | None = None
    receipt_share_bp: int | None = None


class CardProgress(Struct, frozen=True, array_like=True):
    """What a purchase does to a stamp card: it had ``before`` of ``needed`` stamps, and has ``after``.

    ``stamps`` are those that the purchase is worth by itself, ``finished`` the cards that it fills, ``rewards`` what it
    gives for them: fewer where some were given before for cards that returns have emptied. ``ends_on`` is the last day
    on which the card can be filled; None: any day.
    """

    card: str
    stamps: int
    before: int
    after: int
    needed: int
    finished: int = 0
    rewards: int = 0
    ends_on: date | None = None


class IssuedGift(Struct, frozen=True, array_like=True):
    """``count`` gifts of a full ``card`` or of a ``promotion``, to be taken before ``expires_at`` (None: whenever)."""

    card: str | None
    name: str
    count: int
    expires_at: datetime | None = None
    promotion: str | None = None


class Referred(Struct, frozen=True, array_like=True):
    """A friend's purchase that qualifies (S14): what it is worth to those above, the nearest first.

    ``base_minor`` is what was paid for the lines that count, ``place`` which of the friend's purchases it is, from 1.
    Only one that ``counts`` gives its points; another does when one before it comes back.
    """

    base_minor: int
    levels: tuple[int, ...]
    place: int
    counts: bool


class Note(Struct, frozen=True, array_like=True):
    """What did not apply, or was cut, and why: ``code`` is one of ``reasons.REASONS``, ``facts`` as told there."""

    code: str
    rule: str | None = None
    facts: dict[str, int | str] = {}


class TierProgress(Struct, frozen=True):
    """How far the next tier is, after this purchase.

    Told by the requirement that is furthest away, or, where any requirement will do, by the nearest.
    """

    tier: str
    metric: str
    have: int
    need: int


class LineOutcome(Struct, frozen=True, array_like=True):
    """A line decided: ``amount − discount − redeemed = payable``; ``points`` were spent on it, ``earned`` by it."""

    amount_minor: int
    discount_minor: int
    redeemed_minor: int
    payable_minor: int
    redeemed_points: int
    earned_points: int


class Outcome(Struct, frozen=True, omit_defaults=True):
    """The decision on a purchase, with its explanation. Sums are those of ``lines``."""

    lines: tuple[LineOutcome, ...]
    amount_minor: int
    discount_minor: int
    redeemed_minor: int
    payable_minor: int
    earned_points: int
    business_date: date
    discounts: tuple[Discount, ...] = ()
    redeemed: Redeemed | None = None
    awards: tuple[Award, ...] = ()
    grants: tuple[Grant, ...] = ()
    tier_before: str | None = None
    tier_after: str | None = None
    next_tier: TierProgress | None = None
    spend_minor: int = 0
    """What this purchase adds to the metric ``spend``: the net of lines that take part."""
    notes: tuple[Note, ...] = ()
    cards: tuple[CardProgress, ...] = ()
    gifts: tuple[IssuedGift, ...] = ()
    referred: Referred | None = None


class CardRemainder(Struct, frozen=True):
    """The stamps that a receipt is still worth, and the rewards of points that it still gives."""

    stamps: int
    rewards: int


class Remainder(Struct, frozen=True):
    """A receipt after returns (S9), as a function of all quantities returned so far, so that their order is no matter.

    ``refund_minor_by_line`` is the money given back so far; ``points_back`` the redeemed points given back so far,
    spread over the lots they came from; ``earned_points`` what the rest of the receipt still earns (at most
    what the whole did); ``promotions_minor`` what each promotion still takes off it, 1 for a gift that the rest still
    wins and 0 for one that it does not; ``cards`` what it still is on stamp cards; ``spend_minor`` what it still adds
    to the metric; ``referred`` what it is still worth to those above (None: it no longer qualifies).
    """

    refund_minor_by_line: tuple[int, ...]
    points_back_by_line: tuple[int, ...]
    points_back_to_lots: tuple[LotUse, ...]
    earned_points: int
    earned_by_rule: dict[str, int]
    promotions_minor: dict[str, int]
    cards: dict[str, CardRemainder]
    spend_minor: int
    is_empty: bool
    referred: tuple[int, ...] | None = None
