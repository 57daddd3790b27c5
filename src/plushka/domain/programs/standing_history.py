"""Where members stood along their past: standings carried forward in memory while history is loaded.

The same sums as ``standings`` keeps at every purchase, for many purchases of one member in one
transaction. The wallet's lock guards them, as it does there.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from plushka.domain.programs.model import Standing, StandingChange, Sums
from plushka.domain.programs.running_sums import RunningSums
from plushka.domain.programs.standings import list_standings
from plushka.engine.purchase import Totals
from plushka.platform.database import Tx
from plushka.platform.ids import new_id

_DAY = ("program_id", "member_id", "business_date", "purchases", "spend_minor", "points_earned")
_RULE_DAY = ("program_id", "member_id", "rule", "business_date", "points")


@dataclass(slots=True, kw_only=True)
class StandingHistory(RunningSums):
    """One member's standing as of the last purchase that was added, and what has changed since it was read.

    ``stored`` are the days, and the days of rules, that the database knows already.
    """

    member_id: UUID
    sums: Sums
    stored: set[date | tuple[str, date]] = field(default_factory=set)
    changed_days: set[date] = field(default_factory=set)
    changed_rule_days: set[tuple[str, date]] = field(default_factory=set)
    tier_changes: list[tuple[StandingChange, datetime]] = field(default_factory=list)

    @property
    def purchases(self) -> int:
        return self.sums.purchases

    def ever(self) -> Totals:
        return Totals(self.sums.spend_minor, self.sums.purchases, self.sums.points_earned)

    def add(self, change: StandingChange, *, at: datetime) -> None:
        """Add a purchase that was decided from this standing."""
        sums, more = self.sums, change.sums
        self.sums = Sums(
            sums.purchases + more.purchases,
            sums.spend_minor + more.spend_minor,
            sums.points_earned + more.points_earned,
        )
        RunningSums.add(self, change, at=at)
        self.changed_days.add(change.business_date)
        if change.rule_points:
            self.changed_rule_days.update((rule, change.business_date) for rule in change.rule_points)
        if change.tier != change.tier_before:
            self.tier_changes.append((change, at))


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
        history.put(row["business_date"], row["purchases"], row["spend_minor"], row["points_earned"])
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
