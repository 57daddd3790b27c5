"""Whom to choose: conditions over what is known of a member, nested with “all”, “any” and “not”.

An audience is data. It has two interpreters that must agree on every member: ``audience_holds`` on facts in memory,
``domain/segments/selecting.py`` as SQL. Days are counted from ``today``, a day of the business's calendar: “in the last
7 days” is today and the six before it, “7 days ago” is a week back to the day. Who has no value (no birthday, never
bought) satisfies no condition on it; ``not`` then holds.
"""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta

from plushka.engine.conditions import Id, Ids, Node, Segment, Tag
from plushka.engine.occasion_parts import CloseDateKind, FieldTests

DEPTH_MAX = 6
NODES_MAX = 100
PARTS_MAX = 50
DAYS_MAX = 3650

Channel = Literal["telegram", "max", "vk", "sms", "email", "push"]
AnyChannel = Literal[Channel, "inbox"]
Reaction = Literal[
    "sent",
    "delivered",
    "read",
    "undelivered",
    "skipped",
    "code_used",
    "bought",
    "goal",
    "control",
    "nothing",
]
ConsentKind = Literal["personal_data", "marketing", "sms", "email", "messenger", "call"]

Days = Annotated[int, Meta(ge=1, le=DAYS_MAX)]
DaysAgo = Annotated[int, Meta(ge=0, le=DAYS_MAX)]
Count = Annotated[int, Meta(ge=0, le=1_000_000)]
Times = Annotated[int, Meta(ge=1, le=10_000)]
Amount = Annotated[int, Meta(ge=0, le=10**15)]
Percent = Annotated[int, Meta(ge=0, le=100)]
Score = Annotated[int, Meta(ge=1, le=5)]
Uuids = Annotated[tuple[UUID, ...], Meta(min_length=1, max_length=1000)]
Parts = Annotated[tuple["Audience", ...], Meta(min_length=1, max_length=PARTS_MAX)]


class All(Node, frozen=True, tag="all"):
    """Every part holds."""

    of: Parts


class Any(Node, frozen=True, tag="any"):
    """At least one part holds."""

    of: Parts


class Not(Node, frozen=True, tag="not"):
    """The part does not hold."""

    of: "Audience"


class Sex(Node, frozen=True, tag="sex"):
    ids: Annotated[tuple[Literal["female", "male"], ...], Meta(min_length=1, max_length=2)]


class Age(Node, frozen=True, tag="age"):
    """Whole years today, both bounds inclusive; who was born on 29 February is a year older on the 28th (S15)."""

    years_min: Annotated[int, Meta(ge=0, le=150)] | None = None
    years_max: Annotated[int, Meta(ge=0, le=150)] | None = None


class Birthday(Node, frozen=True, tag="birthday"):
    """The next birthday, today's included, is ``days_min`` to ``days_max`` days away; 29 February is the 28th (S15)."""

    days_max: Annotated[int, Meta(ge=0, le=366)]
    days_min: Annotated[int, Meta(ge=0, le=366)] = 0


class CloseDate(Node, frozen=True, tag="close_date"):
    """A day of somebody close to the member, of one of ``kinds`` (none: of any), is so many days away as a birthday."""

    days_max: Annotated[int, Meta(ge=0, le=366)]
    days_min: Annotated[int, Meta(ge=0, le=366)] = 0
    kinds: Annotated[tuple[CloseDateKind, ...], Meta(max_length=3)] = ()


class BirthMonth(Node, frozen=True, tag="birth_month"):
    months: Annotated[tuple[Annotated[int, Meta(ge=1, le=12)], ...], Meta(min_length=1, max_length=12)]


class Source(Node, frozen=True, tag="source"):
    """The member came by one of these doors."""

    ids: Annotated[
        tuple[Literal["till", "office", "link", "bot", "app", "import"], ...],
        Meta(min_length=1, max_length=6),
    ]


class Link(Node, frozen=True, tag="link"):
    """The member came by one of these registration links."""

    ids: Uuids


class Language(Node, frozen=True, tag="language"):
    """The member reads in one of these; who never chose reads in the business's language."""

    ids: Annotated[tuple[Literal["ru", "en"], ...], Meta(min_length=1, max_length=2)]


class Enrolled(Node, frozen=True, tag="enrolled"):
    """The member enrolled at least ``days_min`` and at most ``days_max`` days ago."""

    days_min: DaysAgo | None = None
    days_max: DaysAgo | None = None


class EnrolledOn(Node, frozen=True, tag="enrolled_on"):
    """The member enrolled on a day from ``first_on`` to ``last_on``, both inclusive."""

    first_on: date | None = None
    last_on: date | None = None


class Blocked(Node, frozen=True, tag="blocked"):
    """The member is blocked."""


class Reachable(Node, frozen=True, tag="reachable"):
    """An advertisement may be sent by one of ``channels``.

    There is an address that is open, the business has the bot or the gateway that leads there, they agreed to
    advertising and have not taken this way of it back, and they are not blocked.
    """

    channels: Annotated[tuple[Channel, ...], Meta(min_length=1, max_length=6)]


class Preferred(Node, frozen=True, tag="preferred"):
    """The member would rather be written to by one of ``channels``, as they have said."""

    channels: Annotated[tuple[AnyChannel, ...], Meta(min_length=1, max_length=7)]


class Consent(Node, frozen=True, tag="consent"):
    """One of these consents is given."""

    kinds: Annotated[tuple[ConsentKind, ...], Meta(min_length=1, max_length=6)]


class Tier(Node, frozen=True, tag="tier"):
    """The tier in ``program`` (None: the business's first) is one of ``ids``."""

    ids: Ids
    program: UUID | None = None


class Balance(Node, frozen=True, tag="balance"):
    """Spendable points as last booked, in units of ``program`` (None: the business's first); no account: none."""

    points_min: Amount | None = None
    points_max: Amount | None = None
    program: UUID | None = None


class Pending(Node, frozen=True, tag="pending"):
    """Points that wait to become spendable."""

    points_min: Amount | None = None
    points_max: Amount | None = None
    program: UUID | None = None


class Debt(Node, frozen=True, tag="debt"):
    """Points that the member owes."""

    points_min: Amount | None = 1
    points_max: Amount | None = None
    program: UUID | None = None


class Burning(Node, frozen=True, tag="burning"):
    """At least ``points_min`` points burn until the end of the day ``days`` days from today, as things stand."""

    days: Annotated[int, Meta(ge=0, le=DAYS_MAX)]
    points_min: Annotated[int, Meta(ge=1, le=10**15)] = 1
    program: UUID | None = None


class Stamped(Node, frozen=True, tag="stamps"):
    """On the stamp card ``card`` that is being filled are ``have_min`` at least, and ``left_max`` at most are missing.

    Stamped, or minor units where the card counts money. Who has none on it lacks all that it needs by the rules in
    force; of a card that these do not know nobody has any.
    """

    card: Id
    have_min: Annotated[int, Meta(ge=1, le=10**15)] | None = None
    left_max: Annotated[int, Meta(ge=1, le=10**15)] | None = None
    program: UUID | None = None


class Purchases(Node, frozen=True, tag="purchases"):
    """How many purchases that were not wholly returned, in all or in the last ``days`` days."""

    count_min: Count | None = None
    count_max: Count | None = None
    days: Days | None = None


class Spend(Node, frozen=True, tag="spend"):
    """What was paid for purchases less what was returned, in all or in the last ``days`` days."""

    min_minor: Amount | None = None
    max_minor: Amount | None = None
    days: Days | None = None


class AverageReceipt(Node, frozen=True, tag="average_receipt"):
    """Spend by purchase, in all or in the last ``days`` days; who has no purchase has none."""

    min_minor: Amount | None = None
    max_minor: Amount | None = None
    days: Days | None = None


class LastPurchase(Node, frozen=True, tag="last_purchase"):
    """The last purchase that was not wholly returned was at least ``days_min``, at most ``days_max`` days ago."""

    days_min: DaysAgo | None = None
    days_max: DaysAgo | None = None


class NeverBought(Node, frozen=True, tag="never_bought"):
    """There is no purchase that was not wholly returned."""


class BoughtAt(Node, frozen=True, tag="bought_at"):
    """At least ``times_min`` purchases not wholly returned at the branches ``ids`` (their codes)."""

    ids: Ids
    days: Days | None = None
    times_min: Times = 1


class Bought(Node, frozen=True, tag="bought"):
    """At least ``times_min`` receipts of the last ``days`` days have goods of these that were not returned.

    Goods of one of the products, or of one of the categories or one below it, or of one of the brands.
    """

    days: Annotated[int, Meta(ge=1, le=1096)]
    products: Annotated[tuple[Id, ...], Meta(max_length=1000)] = ()
    categories: Annotated[tuple[Id, ...], Meta(max_length=1000)] = ()
    brands: Annotated[tuple[Id, ...], Meta(max_length=1000)] = ()
    times_min: Times = 1


class CouponHeld(Node, frozen=True, tag="coupon_held"):
    """The member has a code of one of the coupons, given to them or put by, and has not used it."""

    ids: Uuids


class Happened(Node, frozen=True, tag="event"):
    """At least ``times_min`` events of ``kind``, not cancelled, in all or in the last ``days`` days.

    Each of them is all that ``where`` asks of its fields.
    """

    kind: Id
    days: Days | None = None
    times_min: Times = 1
    where: FieldTests = ()


class Friends(Node, frozen=True, tag="friends"):
    """How many members came by the member's invitation."""

    count_min: Count | None = None
    count_max: Count | None = None


class CameByFriend(Node, frozen=True, tag="came_by_friend"):
    """Somebody brought the member."""


class Group(Node, frozen=True, tag="group"):
    """The member's group by purchases (``domain/insights``) is one of ``ids``, as it was worked out last."""

    ids: Ids


class Rfm(Node, frozen=True, tag="rfm"):
    """The member's scores of recency, frequency and money are among these; none: not asked."""

    r: Annotated[tuple[Score, ...], Meta(max_length=5)] = ()
    f: Annotated[tuple[Score, ...], Meta(max_length=5)] = ()
    m: Annotated[tuple[Score, ...], Meta(max_length=5)] = ()


class ProbablyLeft(Node, frozen=True, tag="probably_left"):
    """The member has left for good with a chance of so many whole percent, rounded down, by the forecast of last night.

    Who has come once has no such chance, nor has anybody while there is no forecast.
    """

    percent_min: Percent | None = None
    percent_max: Percent | None = None


class ExpectedSpend(Node, frozen=True, tag="expected_spend"):
    """What the forecast of last night expects the member to spend, within 90 days (``soon``) or a year from it."""

    min_minor: Amount | None = None
    max_minor: Amount | None = None
    within: Literal["soon", "year"] = "year"


class Campaign(Node, frozen=True, tag="campaign"):
    """What came of one of the campaigns ``ids`` (none: of any) for the member, in the last ``days`` days if given.

    ``sent``: a message went out; one that was on its way when its sender died may have been read. ``delivered``: its
    channel says so. ``read``: in the app. ``undelivered``: it failed, or their address is closed. ``skipped``: it was
    for them, but was not sent. ``code_used``: they paid with the code that it gave them. ``bought``: a purchase that is
    counted as its own. ``goal``: they reached what the journey is for. ``control``: they are left alone.
    ``nothing``: it did not come to ``sent``.

    ``bought_within_days``: and they bought on that day or one of so many after it.
    """

    ids: Annotated[tuple[UUID, ...], Meta(max_length=1000)] = ()
    days: Days | None = None
    bought_within_days: Annotated[int, Meta(ge=0, le=365)] | None = None
    reaction: Reaction = "sent"


Audience = (
    All
    | Any
    | Not
    | Sex
    | Age
    | Birthday
    | CloseDate
    | BirthMonth
    | Tag
    | Source
    | Link
    | Language
    | Enrolled
    | EnrolledOn
    | Blocked
    | Reachable
    | Preferred
    | Consent
    | Tier
    | Balance
    | Pending
    | Debt
    | Burning
    | Stamped
    | Purchases
    | Spend
    | AverageReceipt
    | LastPurchase
    | NeverBought
    | BoughtAt
    | Bought
    | CouponHeld
    | Happened
    | Friends
    | CameByFriend
    | Group
    | Rfm
    | ProbablyLeft
    | ExpectedSpend
    | Campaign
    | Segment
)
