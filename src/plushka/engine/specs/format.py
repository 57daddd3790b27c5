"""What may stand in an example file.

Money is in whole units of the currency ("19.99"), points in whole points, quantities in pieces or
kilograms, shares in percent, times are the branch's clock. A programme is in its own file form.
"""

from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

from msgspec import UNSET, Meta, Raw, Struct, UnsetType

from plushka.engine.conditions import Id, TimeOfDay

LocalTime = Annotated[str, Meta(pattern=r"^\d{4}-\d\d-\d\d \d\d:\d\d$")]
Day = Annotated[str, Meta(pattern=r"^\d{4}-\d\d-\d\d$")]
Count = Annotated[int, Meta(ge=0, le=10**9)]
ZERO = Decimal(0)


class Part(Struct, frozen=True, forbid_unknown_fields=True):
    """A part of an example file; unknown fields are refused by name."""


class BranchExample(Part, frozen=True):
    """Where the purchases are made."""

    code: Id = "main"
    time_zone: str = "Europe/Moscow"
    day_starts: TimeOfDay = "04:00"


class TotalsExample(Part, frozen=True):
    """What a member has done before, over a window."""

    spend: Decimal = ZERO
    visits: Count = 0
    points_earned: Decimal = ZERO
    active_friends: Count = 0


class LotExample(Part, frozen=True):
    """Points that a member has, the earlier earned first; ``expires`` null: never."""

    points: Decimal
    expires: LocalTime | None = None
    receipt_share_percent: Decimal | None = None


class CardExample(Part, frozen=True):
    """A stamp card before the purchase, in the card's own unit: visits, units or money.

    ``due``: rewards it owes the member, below 0 those given ahead. ``stamped_today``: it has a stamp of this day.
    """

    have: Decimal = ZERO
    first_on: Day | None = None
    last_on: Day | None = None
    ends_on: Day | None = None
    due: int = 0
    stamped_today: bool = False


class InvitedExample(Part, frozen=True):
    """By how many ``levels`` of members one was brought, and which of their ``purchases`` qualified before.

    ``rewarded``: they have had their own reward.
    """

    levels: Count = 1
    purchases: Count = 0
    rewarded: bool = False


class MemberExample(Part, frozen=True):
    """A member before the purchase.

    ``points`` are spendable; ``lots`` say of what they consist, where that matters. ``totals`` stand
    for all windows but ``today`` and ``this_month``. ``points_by_rule`` are a rule's (today, this month). By ``id``
    promotions draw their control groups.
    """

    points: Decimal = ZERO
    lots: tuple[LotExample, ...] = ()
    debt: Decimal = ZERO
    tier: str | None = None
    personal_discount_percent: Decimal = ZERO
    tags: tuple[str, ...] = ()
    segments: tuple[str, ...] = ()
    birthday: Day | None = None
    purchases: Count = 0
    last_purchase_on: Day | None = None
    totals: TotalsExample = TotalsExample()
    today: TotalsExample = TotalsExample()
    this_month: TotalsExample = TotalsExample()
    points_by_rule: dict[str, tuple[Decimal, Decimal]] = {}
    cards: dict[str, CardExample] = {}
    invited: InvitedExample | None = None
    id: UUID | None = None


class LineExample(Part, frozen=True):
    """A line with more to tell than ``["bread", "19.99"]``. ``sum`` is the whole line's, not one piece's."""

    product: Id
    sum: Decimal
    quantity: Decimal = Decimal(1)
    categories: tuple[str, ...] = ()
    brand: str | None = None
    kind: Literal["goods", "certificate", "delivery"] = "goods"


class GrantExample(Part, frozen=True):
    """Points that arise together; ``active`` null: at once, ``expires`` null: never."""

    points: Decimal
    active: LocalTime | None = None
    expires: LocalTime | None = None


class CardAfter(Part, frozen=True):
    """A stamp card after the purchase, and how many rewards this gives."""

    have: Decimal
    rewards: Count = 0
    ends_on: Day | None = None


class GiftExample(Part, frozen=True):
    """Gifts of a full card or of a promotion; ``expires`` null: never."""

    name: str
    count: Count = 1
    expires: LocalTime | None = None


class NextTierExample(Part, frozen=True):
    """The next tier and the way to it, in the metric's own unit."""

    tier: str
    have: Decimal
    need: Decimal


class Expect(Part, frozen=True):
    """What must come of a purchase. A field that is not there is not compared.

    ``referrers`` are the points of those who brought the member, the nearest first.
    ``limits`` are the codes of the redemption limits that bit. ``reasons`` maps rules (``""``: the
    receipt as a whole) to why they did not apply or what cut them: a code of ``engine.reasons``. The
    last six tell of the receipt after ``returned``; ``still_won`` are the promotions that still give their gifts.
    """

    business_date: Day | UnsetType = UNSET
    discount: Decimal | UnsetType = UNSET
    points_max: Decimal | UnsetType = UNSET
    limits: tuple[str, ...] | UnsetType = UNSET
    points_spent: Decimal | UnsetType = UNSET
    lots_used: tuple[Decimal, ...] | UnsetType = UNSET
    paid_with_points: Decimal | UnsetType = UNSET
    payable: Decimal | UnsetType = UNSET
    payable_by_line: tuple[Decimal, ...] | UnsetType = UNSET
    earned: Decimal | UnsetType = UNSET
    earned_by_line: tuple[Decimal, ...] | UnsetType = UNSET
    by_rule: dict[str, Decimal] | UnsetType = UNSET
    grants: tuple[GrantExample, ...] | UnsetType = UNSET
    tier: str | UnsetType | None = UNSET
    next_tier: NextTierExample | UnsetType | None = UNSET
    cards: dict[str, CardAfter] | UnsetType = UNSET
    gifts: tuple[GiftExample, ...] | UnsetType = UNSET
    referrers: tuple[Decimal, ...] | UnsetType = UNSET
    reasons: dict[str, str] | UnsetType = UNSET
    refund: Decimal | UnsetType = UNSET
    points_back: Decimal | UnsetType = UNSET
    still_earned: Decimal | UnsetType = UNSET
    still_stamped: dict[str, Decimal] | UnsetType = UNSET
    still_referrers: tuple[Decimal, ...] | UnsetType = UNSET
    still_won: tuple[str, ...] | UnsetType = UNSET


class Case(Part, frozen=True):
    """One purchase. ``member`` null: an anonymous receipt. ``returned``: line number (from 1) → quantity.

    ``redeem`` are points, as a number or as text ("12.50"), or "max". ``coupons`` are those of whose codes good ones
    were shown.
    """

    it: str
    lines: tuple[tuple[Id, Decimal] | LineExample, ...]
    expect: Expect
    at: LocalTime = "2026-03-02 12:00"
    channel: str = "till"
    member: MemberExample | None = MemberExample()
    redeem: Count | Annotated[str, Meta(pattern=r"^(max|\d{1,12}(\.\d\d?)?)$")] = 0
    returned: dict[Annotated[str, Meta(pattern=r"^[1-9]\d{0,2}$")], Decimal] = {}
    coupons: tuple[Id, ...] = ()


class ExampleFile(Part, frozen=True):
    """An example file. ``program`` is a programme, or the name of a programme's file in the same folder."""

    title: str
    program: Raw
    cases: Annotated[tuple[Case, ...], Meta(min_length=1, max_length=1000)]
    minor_digits: Annotated[int, Meta(ge=0, le=4)] = 2
    branch: BranchExample = BranchExample()
