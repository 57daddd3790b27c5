"""A campaign and what it is made of: whom it is for, what it offers, what it says and when."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal
from uuid import UUID

from msgspec import Struct

from plushka.platform.errors import Conflict, NotFound
from plushka.platform.i18n import marked

Kind = Literal["broadcast", "journey"]
State = Literal["draft", "scheduled", "planning", "sending", "paused", "done", "cancelled"]
Purpose = Literal["marketing", "transactional"]

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
OPEN: tuple[State, ...] = ("scheduled", "planning", "sending", "paused")

NAME_LENGTH_MAX = 100
CONTROL_BP, CONTROL_BP_MAX = 1000, 5000
WINDOW_DAYS, WINDOW_DAYS_MAX = 7, 90
VARIANTS_MAX = 5
PER_MINUTE_MAX = 100_000


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
    route: tuple[str, ...] = ()


class UnknownCampaign(NotFound):
    code = "campaign_not_found"


class CampaignStarted(Conflict):
    """It is no draft any more."""

    code = "campaign_started"


class CampaignState(Conflict):
    """In its present ``state`` this cannot be done."""

    code = "campaign_state"
