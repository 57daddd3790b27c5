"""A programme: the rules of a business as it writes and publishes them. Plain data; JSON is its file form.

Money is in minor units of ``currency``, points in units of the wallet (``10 ** -scale`` of a point),
rates in basis points (5 % = 500).
"""

from datetime import date
from typing import Annotated, Literal

from msgspec import Meta, field

from plushka.engine.conditions import Condition, Id
from plushka.engine.experiments.groups import CONTROL_MAX_BP
from plushka.engine.occasion_parts import OccasionBudget, Often, Trigger
from plushka.engine.parts import Colour, Days, Money, Name, Part, Points, Policy, RateBp, Rounding
from plushka.engine.price_effects import PriceEffect
from plushka.engine.referral_parts import LEVELS_MAX, LevelReward, ReferralCaps
from plushka.engine.stamp_parts import Always, Counted, Gift, Lasts, OwnCoupon, Visits


class PointUnit(Part, frozen=True):
    """What a point is: ``value_minor`` is the money one whole point buys; units are ``10 ** -scale`` points."""

    value_minor: Annotated[int, Meta(ge=1, le=10**9)] = 100
    scale: Literal[0, 2] = 0


class AtOnce(Part, frozen=True, tag_field="is", tag="at_once"):
    """Points can be spent from the next receipt on."""


class AfterDays(Part, frozen=True, tag_field="is", tag="after_days"):
    """Points can be spent from the start of the business day that is ``days`` after the purchase's (1: tomorrow)."""

    days: Annotated[int, Meta(ge=1, le=365)]


class ExpiryNever(Part, frozen=True, tag_field="is", tag="never"):
    """Points do not expire."""


class ExpiryFixed(Part, frozen=True, tag_field="is", tag="fixed"):
    """Points are valid for ``days`` or ``months`` (exactly one) from activation, then to the end of a period (S4).

    Active on the 1st with ``days`` = 15: the 16th is the last valid day.
    """

    days: Annotated[int, Meta(ge=1, le=3650)] | None = None
    months: Annotated[int, Meta(ge=1, le=120)] | None = None
    round_up_to: Literal["day", "week", "month", "quarter", "half_year"] = "day"


class ExpirySliding(Part, frozen=True, tag_field="is", tag="sliding"):
    """Points are valid for ``days`` after the member's last purchase, or after activation if that is later."""

    days: Annotated[int, Meta(ge=1, le=3650)]


class ExpiryCalendar(Part, frozen=True, tag_field="is", tag="calendar"):
    """Points are valid through the next ``month``/``day`` that comes after activation, as in «до 31 декабря»."""

    month: Annotated[int, Meta(ge=1, le=12)]
    day: Annotated[int, Meta(ge=1, le=31)]


ActivationPolicy = AtOnce | AfterDays
ExpiryPolicy = ExpiryNever | ExpiryFixed | ExpirySliding | ExpiryCalendar


class GrantCap(Part, frozen=True):
    """What part of one receipt points of a grant may pay (S21)."""

    receipt_share_bp: Annotated[int, Meta(ge=1, le=100_00)]


class Percent(Part, frozen=True, tag_field="is", tag="percent"):
    """A share of the base; a tier named in ``by_tier`` has its own rate."""

    rate_bp: RateBp
    by_tier: dict[Id, RateBp] = field(default_factory=dict)


class Fixed(Part, frozen=True, tag_field="is", tag="fixed"):
    """Points for the receipt (a visit), for each line, or for each whole unit of the lines that take part together."""

    points: Annotated[int, Meta(ge=1, le=10**12)]
    per: Literal["receipt", "line", "unit"] = "receipt"


class Band(Part, frozen=True):
    """A step of a ladder. It ends where the next begins, so bands can neither overlap nor leave a hole."""

    from_minor: Money
    rate_bp: RateBp
    from_included: bool = True


class Ladder(Part, frozen=True, tag_field="is", tag="ladder"):
    """A rate by the size of the base (S12): one for the whole base, or each slice at its own (``marginal``).

    Below the first band it gives nothing. ``per_day``: the member's purchases of the business day choose
    the band together (by what they added to the metric ``spend``), so that splitting a receipt gains nothing.
    """

    bands: Annotated[tuple[Band, ...], Meta(min_length=1, max_length=50)]
    marginal: bool = False
    per_day: bool = False


class Multiplied(Part, frozen=True, tag_field="is", tag="multiplied"):
    """The points that other rules give, ``times_bp`` ÷ 10 000 times: ×2 adds as many again as they gave the lines.

    Counted is what they gave after their own caps. Other multipliers and stamp cards are never multiplied.
    """

    times_bp: Annotated[int, Meta(ge=100_01, le=100 * 100_00)]


Effect = Percent | Fixed | Ladder | Multiplied


class EarningCaps(Part, frozen=True):
    """The most points that may arise in one receipt, one business day, one calendar month."""

    per_receipt: Points | None = None
    per_day: Points | None = None
    per_month: Points | None = None


class EarningRule(Part, frozen=True):
    """How points arise.

    ``when`` speaks of the receipt and the member, ``lines`` chooses the lines that take part. Rules of
    one ``group`` compete line by line: ``best_in_group`` gives the line the rule that grants it most,
    ``stack`` adds to all others, ``exclusive`` shuts the line's other rules out, of every group. Ties:
    higher ``priority``, then id; among exclusive rules ``priority`` comes before the larger grant. Rules
    compete with what they would give before caps. Multipliers compete with multipliers only, by how many times, and
    leave the lines of an exclusive rule. A rule's own ``activation`` and ``expiry`` come before
    the tier's and the programme's.
    """

    id: Id
    name: Name
    effect: Effect
    when: Condition | None = None
    lines: Condition | None = None
    group: Id = "base"
    policy: Policy = "best_in_group"
    priority: int = 0
    caps: EarningCaps = EarningCaps()
    activation: ActivationPolicy | None = None
    expiry: ExpiryPolicy | None = None
    grant_cap: GrantCap | None = None


class Budget(Part, frozen=True):
    """The most that a promotion gives: ``most`` receipts (``uses``) or minor units of money (``amount``).

    Counted for the whole promotion, for each member or each branch, and always, or anew each business day, calendar
    month or year. What a return brings back counts no more.
    """

    of: Literal["uses", "amount"]
    most: Annotated[int, Meta(ge=1, le=10**15)]
    per: Literal["promotion", "member", "branch"] = "promotion"
    window: Literal["always", "day", "month", "year"] = "always"


class Promotion(Part, frozen=True):
    """A lower price, more of it payable with points, or a gift, for a while: who gets what (S11, phases 3 to 5).

    ``when`` speaks of the receipt and the member, ``lines`` chooses the lines that take part; a combo chooses
    its own, and a raised share has none. It lives from ``first_on`` through ``last_on``, business days, unless it
    is paused. Two promotions of one ``group`` that both say ``best_in_group`` never lower one line's price together,
    an ``exclusive`` one shares a line with none, ``stack`` adds. Who comes first: higher ``priority``, the larger
    benefit by itself, the earlier ``first_on``, id.

    ``base``: of the price that is left by what came before, or of the ``original`` one. No line falls below
    ``floor_bp`` of its original amount, no receipt gets more than ``cap_minor``. ``for_anonymous``: without a
    card as well. Of several ``budgets`` the tightest
    decides; a raised share has none. A gift is for members, counts its budgets in uses, and stands in no group.
    ``control_bp`` of members never get it, drawn by its id, so that what it causes can be seen.
    """

    id: Id
    name: Name
    effect: PriceEffect
    when: Condition | None = None
    lines: Condition | None = None
    first_on: date | None = None
    last_on: date | None = None
    group: Id = "promotions"
    policy: Policy = "best_in_group"
    priority: int = 0
    base: Literal["current", "original"] = "current"
    cap_minor: Annotated[int, Meta(ge=1, le=10**15)] | None = None
    floor_bp: RateBp = 0
    is_paused: bool = False
    for_anonymous: bool = False
    budgets: Annotated[tuple[Budget, ...], Meta(max_length=10)] = ()
    control_bp: Annotated[int, Meta(ge=0, le=CONTROL_MAX_BP)] = 0


class PointsReward(Part, frozen=True, tag_field="is", tag="points"):
    """Points for a full card, with a life of their own as those of an earning rule."""

    points: Annotated[int, Meta(ge=1, le=10**12)]
    activation: ActivationPolicy | None = None
    expiry: ExpiryPolicy | None = None
    grant_cap: GrantCap | None = None


class StampCard(Part, frozen=True):
    """A card that purchases fill with stamps; ``needed`` of them give the reward and begin the next card (phase 9).

    A goal is a card that is filled with money. ``when`` speaks of the receipt and the member, ``lines`` chooses the
    lines that count. What is beyond ``needed`` begins the next card (``carries_over``) or is lost. A card that is not
    full when it no longer ``lasts`` burns. A paused one takes no stamps and keeps those it has.
    """

    id: Id
    name: Name
    needed: Annotated[int, Meta(ge=1, le=10**15)]
    reward: Gift | PointsReward | OwnCoupon
    counts: Counted = Visits()
    when: Condition | None = None
    lines: Condition | None = None
    lasts: Lasts = Always()
    carries_over: bool = True
    is_paused: bool = False


class Occasion(Part, frozen=True):
    """Points that no purchase earns: for a date, for joining a bot, for a filled profile, for an event.

    ``when`` speaks of the member alone; a tier named in ``by_tier`` has its own points. Points are active at once
    unless there is an ``activation``; without ``expiry`` they live as the programme's. ``limit`` bounds one member,
    ``budget`` all of them together. A paused one gives nothing.
    """

    id: Id
    name: Name
    trigger: Trigger
    points: Annotated[int, Meta(ge=1, le=10**12)]
    by_tier: dict[Id, Annotated[int, Meta(ge=1, le=10**12)]] = field(default_factory=dict)
    when: Condition | None = None
    activation: ActivationPolicy | None = None
    expiry: ExpiryPolicy | None = None
    grant_cap: GrantCap | None = None
    limit: Often | None = None
    budget: OccasionBudget | None = None
    is_paused: bool = False


class RedemptionLimits(Part, frozen=True):
    """How much of a receipt points may pay; a tier may have its own (F58).

    ``points_min`` is the smallest redemption (F10), ``receipt_min_minor`` the smallest receipt (the lines
    that take part, after discounts), ``balance_residual_min`` what must stay in the wallet (F235).
    """

    receipt_share_bp: RateBp = 100_00
    receipt_min_minor: Money = 0
    points_min: Points = 0
    balance_residual_min: Points = 0


class Redemption(Part, frozen=True):
    """How points may be spent. ``excluded`` lines cannot be paid with points."""

    limits: RedemptionLimits = RedemptionLimits()
    by_tier: dict[Id, RedemptionLimits] = field(default_factory=dict)
    excluded: Condition | None = None
    blocked_by_debt: bool = True


class Lifetime(Part, frozen=True, tag_field="is", tag="lifetime"):
    """Since the member joined."""


class Rolling(Part, frozen=True, tag_field="is", tag="rolling"):
    """The last ``days`` business days, today included."""

    days: Annotated[int, Meta(ge=1, le=3650)]


class Calendar(Part, frozen=True, tag_field="is", tag="calendar"):
    """The current calendar period."""

    unit: Literal["day", "month", "quarter", "half_year", "year"]


Window = Lifetime | Rolling | Calendar
Metric = Literal["spend", "visits", "points_earned", "active_friends"]


class Requirement(Part, frozen=True):
    """``metric`` over ``window`` is at least ``at_least`` (money in minor units)."""

    metric: Metric
    at_least: Annotated[int, Meta(ge=1)]
    window: Window = Lifetime()


class TierRule(Part, frozen=True):
    """A tier. The first tier of a programme has no requirements: everybody starts there.

    ``discount_bp`` is a price discount on every line that takes part; ``expiry`` overrides the
    programme's for points earned at this tier (F232). ``colour`` is how cards and pages paint it.
    """

    id: Id
    name: Name
    requirements: tuple[Requirement, ...] = ()
    match: Literal["all", "any"] = "all"
    discount_bp: RateBp = 0
    expiry: ExpiryPolicy | None = None
    colour: Colour | None = None


class TierReview(Part, frozen=True):
    """When and how a tier may fall (S13); ``grace_days`` after the review date before it does."""

    cycle: Literal["never", "month", "quarter", "half_year", "year", "anniversary"] = "never"
    downgrade: Literal["one_down", "to_fit"] = "one_down"
    grace_days: Days = 0


class Tiers(Part, frozen=True):
    """The tiers from the lowest up.

    ``upgrade_counts_now``: the receipt that crosses already earns at the new tier.
    ``returns_downgrade``: a return that takes the metric below the bar lowers the tier at once.
    """

    tiers: Annotated[tuple[TierRule, ...], Meta(min_length=1, max_length=20)]
    review: TierReview = TierReview()
    upgrade_counts_now: bool = False
    returns_downgrade: bool = False


class Debt(Part, frozen=True):
    """What a return does when the points are already spent (S10); ``limit`` bounds ``debt``, in units."""

    policy: Literal["debt", "clamp", "refuse"] = "debt"
    limit: Points | None = None


class Welcome(Part, frozen=True):
    """Points for joining, active at once, with a life and a cap of their own if they are given (F88, F241)."""

    points: Annotated[int, Meta(ge=1, le=10**12)]
    expiry: ExpiryPolicy | None = None
    grant_cap: GrantCap | None = None


REFERRAL = "referral"
"""What awards and notes of it call the referral, as others call a rule by its id."""


class Referral(Part, frozen=True):
    """What friends' purchases give to the member who brought them, and to those who brought that member (S14).

    ``levels[0]`` is for who brought the friend, the next for who brought that one. A purchase qualifies that satisfies
    ``when`` and pays at least ``paid_min_minor`` for ``lines``; the first ``purchases_max`` of a friend count (None:
    each). Points are paid once the business day ``paid_after_days`` after the purchase begins (0: at once), live as
    ``expiry`` says (None: as the programme's) from then, and pay ``grant_cap`` of a receipt. ``friend`` is the
    friend's own reward, once, on the purchase that qualifies. Whose friend one is can be told within
    ``bind_within_days`` after joining (None: always), before the first purchase.
    """

    levels: Annotated[tuple[LevelReward, ...], Meta(min_length=1, max_length=LEVELS_MAX)]
    purchases_max: Annotated[int, Meta(ge=1, le=10**6)] | None = 1
    paid_min_minor: Money = 0
    when: Condition | None = None
    lines: Condition | None = None
    friend: PointsReward | None = None
    paid_after_days: Annotated[int, Meta(ge=0, le=365)] = 14
    expiry: ExpiryPolicy | None = None
    grant_cap: GrantCap | None = None
    caps: ReferralCaps = ReferralCaps()
    bind_within_days: Annotated[int, Meta(ge=0, le=3650)] | None = 30


class Program(Part, frozen=True):
    """Everything a business has decided.

    ``excluded`` lines take part in nothing: no discount, no points. Certificates never take part,
    delivery only with ``delivery_takes_part`` (S2).
    """

    name: Name
    currency: Annotated[str, Meta(pattern="^[A-Z]{3}$")]
    point: PointUnit = PointUnit()
    earning: Annotated[tuple[EarningRule, ...], Meta(max_length=500)] = ()
    redemption: Redemption | None = None
    tiers: Tiers | None = None
    excluded: Condition | None = None
    delivery_takes_part: bool = False
    activation: ActivationPolicy = AtOnce()
    expiry: ExpiryPolicy = ExpiryNever()
    caps: EarningCaps = EarningCaps()
    debt: Debt = Debt()
    rounding: Rounding = "floor"
    earn_when_redeeming: bool = True
    return_grace_days: Days = 14
    welcome: Welcome | None = None
    promotions: Annotated[tuple[Promotion, ...], Meta(max_length=500)] = ()
    cards: Annotated[tuple[StampCard, ...], Meta(max_length=50)] = ()
    occasions: Annotated[tuple[Occasion, ...], Meta(max_length=50)] = ()
    referral: Referral | None = None
