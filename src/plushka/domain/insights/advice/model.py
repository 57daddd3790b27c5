"""The figures that rules look at, and what a rule has to say."""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal, get_args
from uuid import UUID

from msgspec import Struct

Rule = Literal[
    "vip_asleep",
    "second_purchase",
    "win_back",
    "points_burning",
    "birthdays",
    "branch_revenue",
    "average_receipt",
    "branch_penetration",
    "branch_rating",
    "cashier_penetration",
    "promotion_lost",
    "no_control",
    "unreachable",
    "liability",
]
RULES: tuple[Rule, ...] = get_args(Rule)


class Counter(Struct, frozen=True):
    """A branch, or a cashier of one: how many receipts in 30 days, and how many of them with a card."""

    branch: str
    branch_id: UUID
    receipts: int
    with_card: int
    cashier: str = ""


class RatedBranch(Struct, frozen=True):
    """A branch by its ratings of the last days and of as many before: how many, and the sum of their scores."""

    branch: str
    branch_id: UUID
    ratings: int
    score: int
    ratings_before: int
    score_before: int


class SoldBranch(Struct, frozen=True):
    """What a branch has sold in the last whole weeks, and in as many directly before."""

    branch: str
    branch_id: UUID
    receipts: int
    revenue_minor: int
    receipts_before: int
    revenue_minor_before: int


class Lost(Struct, frozen=True):
    """A promotion that has surely lost money beside its control group: ``lost_minor`` is the likeliest sum."""

    program_id: UUID
    promotion_id: str
    name: str
    lost_minor: int


class Uncontrolled(Struct, frozen=True):
    """A journey that runs, or a broadcast that waits to be sent, that leaves nobody alone to compare with."""

    id: UUID
    name: str
    is_journey: bool


class Figures(Struct, frozen=True, kw_only=True):
    """Counts of members, receipts, units of points and of money; which days they are of is said by ``rules``."""

    vips: int = 0
    vips_asleep: int = 0
    first_buyers: int = 0
    bought_once: int = 0
    brings_second: bool = False
    falling: int = 0
    wins_back: bool = False
    burning_members: int = 0
    burning_points: int = 0
    warns_of_burning: bool = False
    birthdays: int = 0
    greets: bool = False
    branches: tuple[Counter, ...] = ()
    cashiers: tuple[Counter, ...] = ()
    rated: tuple[RatedBranch, ...] = ()
    sold: tuple[SoldBranch, ...] = ()
    lost: tuple[Lost, ...] = ()
    uncontrolled: tuple[Uncontrolled, ...] = ()
    recent_buyers: int = 0
    unreachable: int = 0
    liability_points: int = 0
    liability_points_before: int = 0
    revenue_minor: int = 0
    revenue_minor_before: int = 0


class Counted(Struct, frozen=True):
    """The figures as they were last counted."""

    figures: Figures
    counted_at: datetime


class Advice(Struct, frozen=True):
    """What a rule says: ``facts`` are what its sentence is filled with; ``subject`` tells apart what it says it of."""

    rule: Rule
    facts: Mapping[str, int | str]
    subject: str = ""
