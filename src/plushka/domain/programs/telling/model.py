"""What telling returns: sentences, grouped as a page or a message shows them. All text is finished."""

from typing import Literal

from msgspec import Struct


class RuleTelling(Struct, frozen=True):
    """A rule, a promotion, a stamp card or an occasion as its owner would say it; ``rule`` is its id."""

    rule: str
    name: str
    sentence: str


class ProgramTelling(Struct, frozen=True):
    """A programme told: ``summary`` in one breath, then everything there is to it."""

    summary: str
    earning: tuple[RuleTelling, ...]
    earning_terms: tuple[str, ...]
    promotions: tuple[RuleTelling, ...]
    cards: tuple[RuleTelling, ...]
    occasions: tuple[RuleTelling, ...]
    friends: tuple[str, ...]
    redemption: tuple[str, ...]
    life: tuple[str, ...]
    tiers: tuple[str, ...]


Section = Literal[
    "general",
    "earning",
    "earning_terms",
    "promotions",
    "cards",
    "occasions",
    "friends",
    "redemption",
    "life",
    "tiers",
]


class Change(Struct, frozen=True):
    """What differs between two programmes: ``before`` is empty for what is new, ``after`` for what is gone.

    Both are empty where the file is written differently and means the same. ``subject`` names the rule.
    """

    section: Section
    before: str = ""
    after: str = ""
    subject: str = ""


class Reason(Struct, frozen=True):
    """One sentence of an explanation. ``lines`` are the receipt's lines it speaks of, from 0."""

    code: str
    text: str
    rule: str | None = None
    rule_name: str | None = None
    lines: tuple[int, ...] = ()


class LimitTelling(Struct, frozen=True):
    """One bound on the points of a receipt; ``is_tightest`` marks those that decided."""

    code: str
    text: str
    points: str
    is_tightest: bool


class Explanation(Struct, frozen=True):
    """Why a purchase came out as it did."""

    discounts: tuple[Reason, ...]
    redemption: tuple[Reason, ...]
    redemption_limits: tuple[LimitTelling, ...]
    earning: tuple[Reason, ...]
    grants: tuple[Reason, ...]
    tier: tuple[Reason, ...]
    cards: tuple[Reason, ...]
    friends: tuple[Reason, ...]
    not_applied: tuple[Reason, ...]
