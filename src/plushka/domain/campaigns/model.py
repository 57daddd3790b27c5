"""A campaign and what it is made of: whom it is for, what it offers, what it says and when."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Literal
from uuid import UUID

from msgspec import Struct

from plushka.domain.messages.model import Channel, Purpose
from plushka.engine.audience import Audience
from plushka.platform.errors import Conflict, Invalid, NotFound
from plushka.platform.i18n import marked

Kind = Literal["broadcast", "journey"]
Aim = Literal["other", "reactivation"]
State = Literal["draft", "scheduled", "planning", "sending", "paused", "done", "cancelled"]

STATES: Mapping[State, str] = MappingProxyType(
    {
        "draft": marked("draft"),
        "scheduled": marked("scheduled"),
        "planning": marked("being planned"),
        "sending": marked("being sent"),
        "paused": marked("on pause"),
        "done": marked("all sent"),
        "cancelled": marked("called off"),
    }
)
AIMS: Mapping[Aim, str] = MappingProxyType(
    {"other": marked("anything else"), "reactivation": marked("to bring back who has not come for long")}
)
UNDER_WAY: tuple[State, ...] = ("scheduled", "planning", "sending", "paused")

NAME_LENGTH_MAX = 100
CONTROL_BP, CONTROL_BP_MAX = 1000, 5000
WINDOW_DAYS, WINDOW_DAYS_MAX = 7, 90
VARIANTS_MAX = 5
SHARE_MAX = 100
PER_MINUTE_MAX = 100_000
POINTS_MAX = 10**9
LIFE_DAYS_MAX = 3650


class Nothing(Struct, frozen=True, tag_field="kind", tag="nothing"):
    """It only says something."""


class PointsOffered(Struct, frozen=True, tag_field="kind", tag="points", omit_defaults=True):
    """Points of a programme for each member, in its units.

    They burn after ``life_days`` (None: as the programme's do) and pay at most ``receipt_share_bp`` of a receipt.
    """

    program_id: UUID
    points: int
    life_days: int | None = None
    receipt_share_bp: int | None = None


class CodeOffered(Struct, frozen=True, tag_field="kind", tag="coupon"):
    """A code of a coupon for each, which nobody else may use."""

    coupon_id: UUID


class PromotionMentioned(Struct, frozen=True, tag_field="kind", tag="promotion"):
    """A promotion that is published: the campaign gives nothing, it tells of it."""

    program_id: UUID
    promotion_id: str


Offer = Nothing | PointsOffered | CodeOffered | PromotionMentioned


class Variant(Struct, frozen=True):
    """One of the texts: ``share`` of the recipients, set against the sum of all shares, are told it."""

    name: str
    template_id: UUID
    share: int


class LetterPlan(Struct, frozen=True, omit_defaults=True):
    """What is said; ``route``: the channels in the order in which they are tried, empty: the business's own."""

    variants: tuple[Variant, ...] = ()
    route: tuple[Channel, ...] = ()


class Plan(Struct, frozen=True, kw_only=True):
    """What can be said of a campaign before it begins.

    ``control_bp`` of the recipients are left alone; purchases within ``window_days`` after a letter are counted.
    ``aim``: what it is for; one that brings back is counted by the payback.
    It begins at ``starts_at``, or at ``local_at`` on each member's own clock; neither: at once.
    """

    name: str
    audience: Audience | None = None
    offer: Offer = Nothing()
    letter: LetterPlan = LetterPlan()
    purpose: Purpose = "marketing"
    aim: Aim = "other"
    control_bp: int = CONTROL_BP
    window_days: int = WINDOW_DAYS
    per_minute: int | None = None
    starts_at: datetime | None = None
    local_at: datetime | None = None


class Campaign(Plan, frozen=True, kw_only=True):
    """A campaign as it stands; ``salt`` tells who is in its control group."""

    id: UUID
    kind: Kind
    state: State
    salt: str
    created_by: str
    created_at: datetime
    started_by: str | None
    started_at: datetime | None
    planned_at: datetime | None
    paced_to: datetime | None
    finished_at: datetime | None
    settled_at: datetime | None


class UnknownCampaign(NotFound):
    code = "campaign_not_found"


class CampaignState(Conflict):
    """In its present ``state`` this cannot be done."""

    code = "campaign_state"


class CampaignChanged(Conflict):
    """It is not what was read any more: somebody has changed it meanwhile."""

    code = "campaign_changed"


class CampaignIncomplete(Conflict):
    """It cannot begin: ``field`` is not said yet."""

    code = "campaign_incomplete"


class TextNeedsOffer(Conflict):
    """A text names the variable ``variable``, to which the offer gives no value."""

    code = "campaign_text_needs_offer"


class PlanImpossible(Invalid):
    """What ``field`` says makes no sense."""

    code = "campaign_impossible"


def key_of_letter(campaign_id: UUID, member_id: UUID) -> str:
    """Return the key of the one letter that a campaign has for a recipient."""
    return f"campaign:{campaign_id}:{member_id}"
