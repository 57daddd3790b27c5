"""Where members stood along their past: standings carried forward in memory while history is loaded.

The same sums as ``standings`` keeps at every purchase, for many purchases of one member in one
transaction. The wallet's lock guards them, as it does there.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from operator import sub
from uuid import UUID

from plushka.domain.programs.model import Standing, StandingChange, Sums
from plushka.domain.programs.standings import list_standings
from plushka.engine.purchase import Totals
from plushka.engine.version import Version, window_spans
from plushka.platform.database import Tx
from plushka.platform.ids import new_id

_DAY = ("program_id", "member_id", "business_date", "purchases", "spend_minor", "points_earned")
_RULE_DAY = ("program_id", "member_id", "rule", "business_date", "points")


NONE_GAVE: Mapping[str, int] = {}


@lru_cache(maxsize=4096)
def month_of(day: date) -> date:
    """Return the first day of the month. Remembered, for it is a key, and is hashed once."""
    return day.replace(day=1)


@dataclass(slots=True)
class StandingHistory:
    """One member's standing as of the last purchase that was added, and what has changed since it was read.

    ``rule_days`` are points of rules by business day, filled in before any are asked for. ``stored`` are the days, and
    the days of rules, that the database knows already.
    """

    member_id: UUID
    tier: str | None
    tier_since: datetime | None
    tier_is_manual: bool
    sums: Sums
    rule_days: dict[date, dict[str, int]] = field(default_factory=dict)
    stored: set[date | tuple[str, date]] = field(default_factory=set)
    changed_days: set[date] = field(default_factory=set)
    changed_rule_days: set[tuple[str, date]] = field(default_factory=set)
    tier_changes: list[tuple[StandingChange, datetime]] = field(default_factory=list)
    _dates: list[date] = field(default_factory=list)
    _up_to: list[tuple[int, int, int]] = field(default_factory=lambda: [(0, 0, 0)])
    """Money, purchases and points: none before the first of the dates, then all through each of them."""
    _rule_months: dict[date, dict[str, int]] | None = None
    """What rules gave in each month, by its first day; None: to be summed up."""

    def totals(self, version: Version, day: date) -> tuple[Totals, ...]:
        """Return the sums over ``version.windows`` as of the business day ``day``, it included."""
        dates, up_to, totals = self._dates, self._up_to, []
        for span in window_spans(version, day):
            if span is None:
                sums = self.sums
                totals.append(Totals(sums.spend_minor, sums.purchases, sums.points_earned))
                continue
            first_on, last_on = span
            # Purchases come in the order of their days, but for a few: nothing is later than the window.
            through = len(dates) if not dates or dates[-1] <= last_on else bisect_right(dates, last_on)
            spend_minor, purchases, points_earned = up_to[through]
            before = bisect_left(dates, first_on, 0, through)
            if before:
                spent_minor, purchased, earned = up_to[before]
                totals.append(
                    Totals(spend_minor - spent_minor, purchases - purchased, points_earned - earned)
                )
            else:
                totals.append(Totals(spend_minor, purchases, points_earned))
        return tuple(totals)

    def rule_points(self, version: Version, day: date) -> dict[str, tuple[int, int]]:
        """Return what capped rules gave (on the day, in all of its calendar month), by rule."""
        in_month = self._by_month().get(month_of(day))
        if not in_month:
            return {}
        today, capped = self.rule_days.get(day, NONE_GAVE), version.capped
        return {rule: (today.get(rule, 0), points) for rule, points in in_month.items() if rule in capped}

    def add(self, change: StandingChange, *, at: datetime) -> None:
        """Add a purchase that was decided from this standing."""
        day, sums, more = change.business_date, self.sums, change.sums
        self.sums = Sums(
            sums.purchases + more.purchases,
            sums.spend_minor + more.spend_minor,
            sums.points_earned + more.points_earned,
        )
        self.put(day, more)
        self.changed_days.add(day)
        if change.rule_points:
            in_month = self._by_month().setdefault(month_of(day), {})
            by_rule = self.rule_days.setdefault(day, {})
            for rule, points in change.rule_points.items():
                by_rule[rule] = by_rule.get(rule, 0) + points
                in_month[rule] = in_month.get(rule, 0) + points
                self.changed_rule_days.add((rule, day))
        if change.tier != self.tier:
            self.tier, self.tier_since = change.tier, at
        if change.tier != change.tier_before:
            self.tier_changes.append((change, at))

    def put(self, day: date, sums: Sums) -> None:
        """Add to the sums of a day alone."""
        dates, up_to = self._dates, self._up_to
        if not dates or day > dates[-1]:
            dates.append(day)
            spend_minor, purchases, points_earned = up_to[-1]
            up_to.append(
                (
                    spend_minor + sums.spend_minor,
                    purchases + sums.purchases,
                    points_earned + sums.points_earned,
                )
            )
            return
        place = bisect_left(dates, day)
        if dates[place] != day:
            dates.insert(place, day)
            up_to.insert(place + 1, up_to[place])
        for later in range(place + 1, len(up_to)):
            spend_minor, purchases, points_earned = up_to[later]
            up_to[later] = (
                spend_minor + sums.spend_minor,
                purchases + sums.purchases,
                points_earned + sums.points_earned,
            )

    def sums_on(self, day: date) -> Sums:
        """Return the sums of a day that has some."""
        through = bisect_right(self._dates, day)
        spend_minor, purchases, points_earned = map(sub, self._up_to[through], self._up_to[through - 1])
        return Sums(purchases, spend_minor, points_earned)

    def _by_month(self) -> dict[date, dict[str, int]]:
        if self._rule_months is None:
            self._rule_months = {}
            for day, by_rule in self.rule_days.items():
                in_month = self._rule_months.setdefault(month_of(day), {})
                for rule, points in by_rule.items():
                    in_month[rule] = in_month.get(rule, 0) + points
        return self._rule_months


async def read_histories(
    tx: Tx, member_ids: Sequence[UUID], *, program_id: UUID
) -> dict[UUID, StandingHistory]:
    """Return the standings of members, with all their days, by member. Their wallets are locked."""
    histories = {
        member_id: _history_of(standing)
        for member_id, standing in (await list_standings(tx, member_ids, program_id=program_id)).items()
    }
    for row in await tx.fetch(
        """
        -- programs.read_standing_days
        select member_id, business_date, purchases, spend_minor, points_earned
        from standing_days
        where tenant_id = $1 and program_id = $2 and member_id = any($3)
        order by member_id, business_date
        """,
        tx.tenant_id,
        program_id,
        member_ids,
    ):
        history = histories[row["member_id"]]
        history.stored.add(row["business_date"])
        history.put(row["business_date"], Sums(row["purchases"], row["spend_minor"], row["points_earned"]))
    for row in await tx.fetch(
        """
        -- programs.read_rule_days
        select member_id, rule, business_date, points
        from rule_days
        where tenant_id = $1 and program_id = $2 and member_id = any($3)
        """,
        tx.tenant_id,
        program_id,
        member_ids,
    ):
        history = histories[row["member_id"]]
        history.rule_days.setdefault(row["business_date"], {})[row["rule"]] = row["points"]
        history.stored.add((row["rule"], row["business_date"]))
    return histories


async def save_histories(tx: Tx, histories: Iterable[StandingHistory], *, program_id: UUID) -> None:
    """Write what was added. A history is used up by this."""
    changed = [history for history in histories if history.changed_days]
    if not changed:
        return
    await _update_standings(tx, changed, program_id)
    await _write_days(tx, changed, program_id)
    await _write_rule_days(tx, changed, program_id)
    await _insert_tier_changes(tx, changed, program_id)


def _history_of(standing: Standing) -> StandingHistory:
    return StandingHistory(
        member_id=standing.member_id,
        tier=standing.tier,
        tier_since=standing.tier_since,
        tier_is_manual=standing.tier_is_manual,
        sums=standing.sums,
    )


async def _update_standings(tx: Tx, histories: Sequence[StandingHistory], program_id: UUID) -> None:
    rows = [
        (
            history.member_id,
            history.sums.purchases,
            history.sums.spend_minor,
            history.sums.points_earned,
            history.tier,
            history.tier_since,
        )
        for history in histories
    ]
    await tx.execute(
        """
        -- programs.update_standing_histories
        update standings s
        set purchases = new.purchases, spend_minor = new.spend_minor, points_earned = new.points_earned,
            tier = new.tier, tier_since = new.tier_since
        from unnest($3::uuid[], $4::integer[], $5::bigint[], $6::bigint[], $7::text[], $8::timestamptz[])
            as new (member_id, purchases, spend_minor, points_earned, tier, tier_since)
        where s.tenant_id = $1 and s.program_id = $2 and s.member_id = new.member_id
        """,
        tx.tenant_id,
        program_id,
        *zip(*rows, strict=True),
    )


async def _write_days(tx: Tx, histories: Sequence[StandingHistory], program_id: UUID) -> None:
    new: list[tuple[object, ...]] = []
    old: list[tuple[object, ...]] = []
    for history in histories:
        for day in sorted(history.changed_days):
            sums = history.sums_on(day)
            (old if day in history.stored else new).append(
                (program_id, history.member_id, day, sums.purchases, sums.spend_minor, sums.points_earned)
            )
    if new:
        await tx.copy("standing_days", columns=_DAY, records=new)
    if old:
        await tx.execute(
            """
            -- programs.update_day_histories
            update standing_days d
            set purchases = new.purchases, spend_minor = new.spend_minor, points_earned = new.points_earned
            from unnest($2::uuid[], $3::uuid[], $4::date[], $5::integer[], $6::bigint[], $7::bigint[])
                as new (program_id, member_id, business_date, purchases, spend_minor, points_earned)
            where d.tenant_id = $1 and d.member_id = new.member_id and d.program_id = new.program_id
              and d.business_date = new.business_date
            """,
            tx.tenant_id,
            *zip(*old, strict=True),
        )


async def _write_rule_days(tx: Tx, histories: Sequence[StandingHistory], program_id: UUID) -> None:
    new: list[tuple[object, ...]] = []
    old: list[tuple[object, ...]] = []
    for history in histories:
        for rule, day in sorted(history.changed_rule_days):
            (old if (rule, day) in history.stored else new).append(
                (program_id, history.member_id, rule, day, history.rule_days[day][rule])
            )
    if new:
        await tx.copy("rule_days", columns=_RULE_DAY, records=new)
    if old:
        await tx.execute(
            """
            -- programs.update_rule_day_histories
            update rule_days d set points = new.points
            from unnest($2::uuid[], $3::uuid[], $4::text[], $5::date[], $6::bigint[])
                as new (program_id, member_id, rule, business_date, points)
            where d.tenant_id = $1 and d.member_id = new.member_id and d.program_id = new.program_id
              and d.rule = new.rule and d.business_date = new.business_date
            """,
            tx.tenant_id,
            *zip(*old, strict=True),
        )


async def _insert_tier_changes(tx: Tx, histories: Sequence[StandingHistory], program_id: UUID) -> None:
    rows = list(_tier_change_rows(histories))
    if rows:
        await tx.execute(
            """
            -- programs.insert_tier_change_histories
            insert into tier_changes
                (tenant_id, program_id, actor, id, member_id, tier_before, tier_after, reason, at)
            select $1, $2, $3, new.* from unnest(
                $4::uuid[], $5::uuid[], $6::text[], $7::text[], $8::text[], $9::timestamptz[]
            ) as new
            """,
            tx.tenant_id,
            program_id,
            tx.actor,
            *zip(*rows, strict=True),
        )


def _tier_change_rows(
    histories: Sequence[StandingHistory],
) -> Iterator[tuple[UUID, UUID, str | None, str | None, str, datetime]]:
    for history in histories:
        for change, at in history.tier_changes:
            yield new_id(), history.member_id, change.tier_before, change.tier, change.reason, at
