"""What a member has spent, and how often, up to each business day: carried on from purchase to purchase in memory."""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache

from plushka.domain.programs.model import StandingChange, Sums
from plushka.engine.purchase import Outcome, Totals
from plushka.engine.version import Version, window_spans

NOTHING = Totals()
Given = tuple[dict[str, int], dict[str, int]]
"""Points by rule: on a day, and in the month that it is in."""
NONE_GAVE: Mapping[str, int] = {}


@lru_cache(maxsize=4096)
def month_of(day: date) -> date:
    """Return the first day of the month. Remembered, for it is a key, and is hashed once."""
    return day.replace(day=1)


@dataclass(slots=True, kw_only=True)
class RunningSums:
    """Sums of one member as of the last purchase, and the tier that they have brought.

    ``rule_days`` are points of rules by business day, filled in before any are asked for.
    """

    tier: str | None
    tier_since: datetime | None
    tier_is_manual: bool
    rule_days: dict[date, dict[str, int]] = field(default_factory=dict)
    _dates: list[date] = field(default_factory=list)
    _up_to: list[Totals] = field(default_factory=lambda: [NOTHING])
    """Nothing before the first of the dates, then all through each."""
    _rule_months: dict[date, dict[str, int]] | None = None
    """What rules gave in each month, by its first day; None: to be summed up."""

    @property
    def purchases(self) -> int:
        return self._up_to[-1].visits

    def ever(self) -> Totals:
        """Return the sums of all days."""
        return self._up_to[-1]

    def totals(self, version: Version, day: date) -> tuple[Totals, ...]:
        """Return the sums over ``version.windows`` as of the business day ``day``, it included."""
        dates, up_to, totals = self._dates, self._up_to, []
        latest, latest_on = len(dates), dates[-1] if dates else date.min
        for span in window_spans(version, day):
            if span is None:
                totals.append(self.ever())
                continue
            first_on, last_on = span
            # Purchases come in the order of their days, but for a few: nothing is later than the window.
            through = latest if latest_on <= last_on else bisect_right(dates, last_on)
            sums, before = up_to[through], bisect_left(dates, first_on, 0, through)
            if before:
                past = up_to[before]
                sums = Totals(
                    sums.spend_minor - past.spend_minor,
                    sums.visits - past.visits,
                    sums.points_earned - past.points_earned,
                )
            totals.append(sums)
        return tuple(totals)

    def rule_points(self, version: Version, day: date) -> dict[str, tuple[int, int]]:
        """Return what capped rules gave (on the day, in all of its calendar month), by rule."""
        in_month = self._by_month().get(month_of(day))
        if not in_month:
            return {}
        today, capped = self.rule_days.get(day, NONE_GAVE), version.capped
        return {rule: (today.get(rule, 0), points) for rule, points in in_month.items() if rule in capped}

    def count(self, version: Version, day: date, outcome: Outcome) -> None:
        """Count a purchase that was decided from these sums; what it does to the tier is not for them to say."""
        self.put(day, 1, outcome.spend_minor, outcome.earned_points)
        capped, given = version.capped, None
        if capped:
            for award in outcome.awards:
                rule = award.rule
                if rule in capped:
                    if given is None:
                        given = self._given_on(day)
                    _give(given, rule, award.points)

    def add(self, change: StandingChange, *, at: datetime) -> None:
        """Add what a purchase or a return has changed."""
        day, more = change.business_date, change.sums
        self.put(day, more.purchases, more.spend_minor, more.points_earned)
        if change.rule_points:
            given = self._given_on(day)
            for rule, points in change.rule_points.items():
                _give(given, rule, points)
        if change.tier != self.tier:
            self.tier, self.tier_since = change.tier, at

    def put(self, day: date, purchases: int, spend_minor: int, points_earned: int) -> None:
        """Add to the sums of a day alone."""
        dates, up_to = self._dates, self._up_to
        if not dates or day > dates[-1]:
            dates.append(day)
            up_to.append(_with(up_to[-1], spend_minor, purchases, points_earned))
            return
        place = bisect_left(dates, day)
        if dates[place] != day:
            dates.insert(place, day)
            up_to.insert(place + 1, up_to[place])
        for later in range(place + 1, len(up_to)):
            up_to[later] = _with(up_to[later], spend_minor, purchases, points_earned)

    def sums_on(self, day: date) -> Sums:
        """Return the sums of a day that has some."""
        through = bisect_right(self._dates, day)
        sums, past = self._up_to[through], self._up_to[through - 1]
        return Sums(
            sums.visits - past.visits,
            sums.spend_minor - past.spend_minor,
            sums.points_earned - past.points_earned,
        )

    def _given_on(self, day: date) -> Given:
        """Return where points of rules are added up on a day, and in its month."""
        return self.rule_days.setdefault(day, {}), self._by_month().setdefault(month_of(day), {})

    def _by_month(self) -> dict[date, dict[str, int]]:
        if self._rule_months is None:
            self._rule_months = {}
            for day, by_rule in self.rule_days.items():
                in_month = self._rule_months.setdefault(month_of(day), {})
                for rule, points in by_rule.items():
                    in_month[rule] = in_month.get(rule, 0) + points
        return self._rule_months


def _give(given: Given, rule: str, points: int) -> None:
    on_day, in_month = given
    on_day[rule] = on_day.get(rule, 0) + points
    in_month[rule] = in_month.get(rule, 0) + points


def _with(sums: Totals, spend_minor: int, purchases: int, points_earned: int) -> Totals:
    return Totals(sums.spend_minor + spend_minor, sums.visits + purchases, sums.points_earned + points_earned)
