"""How a past is to go again: by which rules, and how members spend their points."""

from datetime import date
from functools import lru_cache
from typing import Literal

from msgspec import Struct

from plushka.domain.simulation.past import Sale
from plushka.domain.simulation.setting import Setting
from plushka.engine.program import ExpirySliding, Promotion
from plushka.engine.version import Version

Spending = Literal["as_asked", "observed", "low", "high"]
"""``as_asked``: what each till asked for. ``observed``: where points were spent, the same share of what could be spent.
``low``: the same, but never more points than really; ``high``: all that can be spent, whenever some can."""


class Course(Struct, frozen=True):
    """By the rules of ``version``, or, where there is none, by those that decided each receipt at its time.

    As it was (``version`` None) nothing is decided that the past tells: tiers set by a review or by hand, what was left
    of budgets, whether stamps counted. Otherwise rules say who rises and falls, and what joining gives.
    """

    setting: Setting
    version: Version | None
    spending: Spending

    @property
    def slides(self) -> bool:
        """Whether a purchase may carry points on that have come to their end."""
        return any(map(slides, [self.version] if self.version else self.setting.versions.values()))

    def version_of(self, sale: Sale) -> Version:
        """Return the rules that decide a receipt."""
        return self.version or self.setting.versions[sale.version_id]

    @property
    def can_be_spent(self) -> bool:
        """Whether rules of the course let points pay at all."""
        versions = [self.version] if self.version else self.setting.versions.values()
        return any(version.program.redemption is not None for version in versions)

    @property
    def is_as_it_was(self) -> bool:
        return self.version is None


@lru_cache(maxsize=1024)
def slides(version: Version) -> bool:
    """Tell whether the rules give points that each purchase carries on."""
    program = version.program
    lives = [program.expiry, program.welcome.expiry if program.welcome else None]
    return any(isinstance(each, ExpirySliding) for each in (*lives, *[life.expiry for life in version.lives]))


def as_it_was(setting: Setting) -> Course:
    """Return the course that the past has taken: it reproduces the journal."""
    return Course(setting, None, "as_asked")


def bounded_by_member(version: Version) -> list[str]:
    """Return the promotions whose budgets count each member."""
    return [
        promotion.id
        for promotion in version.budgeted
        if any(budget.per == "member" for budget in promotion.budgets)
    ]


@lru_cache(maxsize=4096)
def budgeted_on(version: Version, day: date) -> tuple[Promotion, ...]:
    """Return the promotions with budgets that live on a business day."""
    return tuple(
        promotion
        for promotion in version.budgeted
        if (promotion.first_on or date.min) <= day <= (promotion.last_on or date.max)
    )


@lru_cache(maxsize=4096)
def same_budgets(version: Version, other: Version, promotion_id: str) -> bool:
    """Tell whether both know a promotion with the same budgets: then what was used of them is known."""
    found = [
        next((each.budgets for each in one.program.promotions if each.id == promotion_id), None)
        for one in (version, other)
    ]
    return found[0] is not None and found[0] == found[1]
