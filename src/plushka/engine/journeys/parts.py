"""What a journey is made of: its trigger, its steps, who may begin it again, what ends it. Plain data."""

from typing import Annotated, Literal

from msgspec import Meta

from plushka.engine.audience import Audience
from plushka.engine.conditions import Id, TimeOfDay
from plushka.engine.occasion_parts import FieldTests, OnBirthday, OnCloseDate, OnEvent
from plushka.engine.parts import Name, Part

STEPS_MAX = 60
DEPTH_MAX = 4
"""Choices and splits within one another."""
CART_MINUTES_MIN, CART_MINUTES_MAX = 5, 7 * 24 * 60
"""For how long a cart is to be left: who is still choosing is not called, who chose long ago has forgotten."""

Channel = Literal["telegram", "max", "vk", "sms", "email", "push", "inbox"]
SomeDays = Annotated[int, Meta(ge=1, le=3650)]
FewDays = Annotated[int, Meta(ge=0, le=60)]
Percent = Annotated[int, Meta(ge=1, le=99)]
Uuid = Annotated[str, Meta(pattern=r"^([0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})?$")]
"""The id of a thing of the business; empty: it is still to be chosen."""
Address = Annotated[str, Meta(min_length=1, max_length=2000)]


class OnPurchase(Part, frozen=True, tag_field="is", tag="purchase"):
    """A purchase was booked; with ``number`` only the member's so manieth (1: their first)."""

    number: Annotated[int, Meta(ge=1, le=1000)] | None = None


class OnAbsence(Part, frozen=True, tag_field="is", tag="absence"):
    """No purchase for ``days``, and not for more than ``days_most`` yet. Who never bought is not absent."""

    days: SomeDays
    days_most: SomeDays | None = None


class OnRegistration(Part, frozen=True, tag_field="is", tag="registration"):
    """The member has enrolled."""


class OnTierUp(Part, frozen=True, tag_field="is", tag="tier_up"):
    """The member has risen to one of ``tiers`` (none: to any)."""

    tiers: Annotated[tuple[Id, ...], Meta(max_length=20)] = ()


class OnTierRisk(Part, frozen=True, tag_field="is", tag="tier_risk"):
    """The next review of the member's tier is within ``days_before``, and by what they have bought it would fall."""

    days_before: Annotated[int, Meta(ge=1, le=60)]


class OnBurn(Part, frozen=True, tag_field="is", tag="burn"):
    """At least ``points_min`` burn within ``days_before``."""

    days_before: Annotated[int, Meta(ge=1, le=60)]
    points_min: Annotated[int, Meta(ge=1, le=10**15)] = 1


class OnStamps(Part, frozen=True, tag_field="is", tag="stamps"):
    """A receipt has left the stamp card ``card`` with at most ``left`` to go: of a goal minor units of money."""

    card: Id
    left: Annotated[int, Meta(ge=1, le=10**15)] = 1


class OnSegmentEntered(Part, frozen=True, tag_field="is", tag="segment_entered"):
    """The member has come into a segment."""

    segment: Id


class OnSegmentLeft(Part, frozen=True, tag_field="is", tag="segment_left"):
    """The member has fallen out of a segment."""

    segment: Id


class OnCart(Part, frozen=True, tag_field="is", tag="cart"):
    """A cart on the site was filled, and for ``minutes`` nothing was told of it nor bought by its member.

    All its fields in ``where`` are what is asked for. It is over with the cart: bought, ordered or emptied.
    """

    minutes: Annotated[int, Meta(ge=CART_MINUTES_MIN, le=CART_MINUTES_MAX)] = 60
    where: FieldTests = ()


JourneyTrigger = (
    OnPurchase
    | OnAbsence
    | OnRegistration
    | OnBirthday
    | OnCloseDate
    | OnTierUp
    | OnTierRisk
    | OnBurn
    | OnStamps
    | OnEvent
    | OnCart
    | OnSegmentEntered
    | OnSegmentLeft
)


class Wait(Part, frozen=True, tag_field="is", tag="wait"):
    """So many calendar days and then hours, and then until the clock shows ``until``, that day or the next."""

    id: Id
    days: Annotated[int, Meta(ge=0, le=365)] = 0
    hours: Annotated[int, Meta(ge=0, le=23)] = 0
    until: TimeOfDay | None = None


class Choice(Part, frozen=True, tag_field="is", tag="choice"):
    """``yes`` for those who are of ``when`` now, ``no`` for the others; then both go on behind it."""

    id: Id
    when: Audience
    yes: "Steps" = ()
    no: "Steps" = ()


class Share(Part, frozen=True):
    """A part of a split: so many percent of members go this way."""

    percent: Percent
    steps: "Steps" = ()


class Split(Part, frozen=True, tag_field="is", tag="split"):
    """Members by lot, each always the same way; then all go on behind it."""

    id: Id
    shares: Annotated[tuple[Share, ...], Meta(min_length=2, max_length=5)]


class Message(Part, frozen=True, tag_field="is", tag="message"):
    """A letter by a template, by the channels of ``route`` in their order (none: as the business has it).

    ``purpose`` is the template's, as it was when the step was saved; a letter goes by what the template says then.
    """

    id: Id
    template: Uuid = ""
    purpose: Literal["transactional", "marketing"] = "marketing"
    route: Annotated[tuple[Channel, ...], Meta(max_length=7)] = ()


class GivePoints(Part, frozen=True, tag_field="is", tag="points"):
    """Points in units, spendable at once, for ``life_days`` (None: as the programme has it)."""

    id: Id
    points: Annotated[int, Meta(ge=1, le=10**9)]
    life_days: Annotated[int, Meta(ge=1, le=3650)] | None = None
    receipt_share_bp: Annotated[int, Meta(ge=1, le=100_00)] | None = None


class GiveCoupon(Part, frozen=True, tag_field="is", tag="coupon"):
    """A code of a coupon, for this member alone and one use; a later letter can name it."""

    id: Id
    coupon: Uuid = ""


class GiveReward(Part, frozen=True, tag_field="is", tag="reward"):
    """A gift to be taken at a till, for ``life_days``."""

    id: Id
    name: Name
    life_days: Annotated[int, Meta(ge=1, le=3650)] | None = None


class TagMember(Part, frozen=True, tag_field="is", tag="tag"):
    """The member is given a tag."""

    id: Id
    tag: Annotated[str, Meta(min_length=1, max_length=50)]


class UntagMember(Part, frozen=True, tag_field="is", tag="untag"):
    """A tag is taken from the member."""

    id: Id
    tag: Annotated[str, Meta(min_length=1, max_length=50)]


class Webhook(Part, frozen=True, tag_field="is", tag="webhook"):
    """Another system is told, by a signed POST."""

    id: Id
    url: Address


class Finish(Part, frozen=True, tag_field="is", tag="finish"):
    """The journey ends here."""

    id: Id


Step = (
    Wait
    | Choice
    | Split
    | Message
    | GivePoints
    | GiveCoupon
    | GiveReward
    | TagMember
    | UntagMember
    | Webhook
    | Finish
)
Deed = Message | GivePoints | GiveCoupon | GiveReward | TagMember | UntagMember | Webhook
"""Steps that do something to somebody."""
Steps = Annotated[tuple[Step, ...], Meta(max_length=STEPS_MAX)]


class GoalPurchase(Part, frozen=True, tag_field="is", tag="purchase"):
    """The member has bought, after they began."""


class GoalEvent(Part, frozen=True, tag_field="is", tag="event"):
    """An event was noted of the member, after they began."""

    event: Id
    where: FieldTests = ()


class GoalAudience(Part, frozen=True, tag_field="is", tag="audience"):
    """The member has come to be of ``when``; who is so already does not begin."""

    when: Audience


Goal = GoalPurchase | GoalEvent | GoalAudience


class Never(Part, frozen=True, tag_field="is", tag="never"):
    """Once for ever."""


class AfterDays(Part, frozen=True, tag_field="is", tag="after"):
    """Again so many days after it was begun last."""

    days: SomeDays


class EachTime(Part, frozen=True, tag_field="is", tag="each"):
    """Each time that it happens."""


Again = Never | AfterDays | EachTime


class Journey(Part, frozen=True):
    """A journey as it is written. ``audience``: whose it is only (None: everybody's).

    ``at_once``: so often a member can be on the way at a time. ``leaves``: who is of the audience no more leaves it.
    ``control_bp``: of so many it only notes that they would have begun.
    """

    name: Name
    trigger: JourneyTrigger
    steps: Steps = ()
    audience: Audience | None = None
    again: Again = Never()
    at_once: Annotated[int, Meta(ge=1, le=10)] = 1
    goal: Goal | None = None
    leaves: bool = False
    control_bp: Annotated[int, Meta(ge=0, le=50_00)] = 10_00
