"""What an audience asks of a member, as of a day."""

from collections.abc import Mapping
from datetime import date
from typing import Literal
from uuid import UUID

from msgspec import Struct

from plushka.engine.audience import AnyChannel, Channel, ConsentKind, Reaction
from plushka.engine.field_tests import Value
from plushka.engine.occasion_parts import CloseDateKind


class Day(Struct, frozen=True):
    """A business day with its purchases that were not wholly returned, and what is left of what was paid for all."""

    on: date
    purchases: int
    spend_minor: int


class Receipt(Struct, frozen=True):
    """A purchase that was not wholly returned; ``skus``, ``categories`` and ``brands`` of what is left of it."""

    on: date
    branch: str
    skus: frozenset[str] = frozenset()
    categories: frozenset[str] = frozenset()
    brands: frozenset[str] = frozenset()


class Burn(Struct, frozen=True):
    """Points that can be had until the end of a day of the business's calendar and burn then."""

    on: date
    points: int


class Card(Struct, frozen=True):
    """A stamp card of the rules in force, as far as the member has filled it: ``left`` are missing."""

    have: int
    left: int


class Account(Struct, frozen=True):
    """Points, tier and stamp cards, by their ids, in one programme."""

    available: int = 0
    pending: int = 0
    debt: int = 0
    tier: str | None = None
    burns: tuple[Burn, ...] = ()
    cards: dict[str, Card] = {}


class Event(Struct, frozen=True):
    """Something besides purchases that happened to the member and was not cancelled, with what it says by fields."""

    kind: str
    on: date
    data: Mapping[str, Value] = {}


class Reacted(Struct, frozen=True):
    """Something that came of a campaign for the member on a day; that nothing was sent is told by what there is not."""

    campaign: UUID
    reaction: Reaction
    on: date


class CloseDay(Struct, frozen=True):
    """A day of the year of somebody close to the member."""

    kind: CloseDateKind
    month: int
    day: int


class Forecast(Struct, frozen=True):
    """What is expected of the member; ``left_percent``, rounded down, is None of who has come once.

    Money is None where only visits are foreseen.
    """

    left_percent: int | None
    soon_minor: int | None
    year_minor: int | None


class MemberFacts(Struct, frozen=True, kw_only=True):
    """All that conditions may speak of. ``main_program`` is the one meant where a condition names none.

    ``open_channels`` are those that the business has now with an address that is open, whatever was agreed to;
    ``refused`` are consents that were taken back.
    """

    enrolled_on: date
    main_program: UUID
    sex: Literal["female", "male"] | None = None
    birthday: date | None = None
    dates: tuple[CloseDay, ...] = ()
    tags: frozenset[str] = frozenset()
    source: str = "till"
    link: UUID | None = None
    language: Literal["ru", "en"] = "ru"
    is_blocked: bool = False
    accounts: dict[UUID, Account] = {}
    days: tuple[Day, ...] = ()
    receipts: tuple[Receipt, ...] = ()
    open_channels: frozenset[Channel] = frozenset()
    preferred_channel: AnyChannel | None = None
    consents: frozenset[ConsentKind] = frozenset()
    refused: frozenset[ConsentKind] = frozenset()
    coupons: frozenset[UUID] = frozenset()
    events: tuple[Event, ...] = ()
    friends: int = 0
    came_by_friend: bool = False
    group: str | None = None
    scores: tuple[int, int, int] | None = None
    forecast: Forecast | None = None
    reactions: tuple[Reacted, ...] = ()
    segments: frozenset[str] = frozenset()
