"""Reading and writing where members stand, many at once. The wallet's lock guards a standing too."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from asyncpg import Record
from msgspec import structs

from plushka.domain.programs.friends import Asked, count_active_friends
from plushka.domain.programs.model import Standing, StandingChange, Sums
from plushka.engine.expiry import DAY, add_months, period_start
from plushka.engine.purchase import Totals
from plushka.engine.version import Version, window_spans
from plushka.platform.database import Tx
from plushka.platform.ids import new_id


async def open_standings(tx: Tx, member_ids: Sequence[UUID], *, program_id: UUID, tier: str | None) -> None:
    """Open a standing in the first tier for each member who has none. Safe to repeat."""
    await tx.execute(
        """
        -- programs.open_standings
        insert into standings (tenant_id, member_id, program_id, tier, tier_since)
        select $1, member_id, $2, $3, $4 from unnest($5::uuid[]) as new (member_id)
        on conflict (tenant_id, member_id, program_id) do nothing
        """,
        tx.tenant_id,
        program_id,
        tier,
        tx.at if tier else None,
        member_ids,
    )


async def list_standings(tx: Tx, member_ids: Sequence[UUID], *, program_id: UUID) -> dict[UUID, Standing]:
    """Return the members' standings, by member."""
    rows = await tx.fetch(
        """
        -- programs.list_standings
        select member_id, tier, tier_since, tier_is_manual, tier_until, purchases, spend_minor, points_earned
        from standings
        where tenant_id = $1 and program_id = $2 and member_id = any($3)
        """,
        tx.tenant_id,
        program_id,
        member_ids,
    )
    return {row["member_id"]: _standing(row, program_id) for row in rows}


async def list_page(tx: Tx, *, program_id: UUID, after: UUID | None, limit: int) -> list[Standing]:
    """Return standings by member, those behind ``after``."""
    rows = await tx.fetch(
        """
        -- programs.list_standings_page
        select member_id, tier, tier_since, tier_is_manual, tier_until, purchases, spend_minor, points_earned
        from standings
        where tenant_id = $1 and program_id = $2 and ($3::uuid is null or member_id > $3)
        order by member_id
        limit $4
        """,
        tx.tenant_id,
        program_id,
        after,
        limit,
    )
    return [_standing(row, program_id) for row in rows]


async def count_by_tier(tx: Tx, *, program_id: UUID) -> dict[str | None, int]:
    """Return how many members stand in each tier."""
    rows = await tx.fetch(
        """
        -- programs.count_by_tier
        select tier, count(*) as members from standings
        where tenant_id = $1 and program_id = $2
        group by tier
        """,
        tx.tenant_id,
        program_id,
    )
    return {row["tier"]: row["members"] for row in rows}


def _standing(row: Record, program_id: UUID) -> Standing:
    return Standing(
        member_id=row["member_id"],
        program_id=program_id,
        tier=row["tier"],
        tier_since=row["tier_since"],
        tier_is_manual=row["tier_is_manual"],
        tier_until=row["tier_until"],
        sums=Sums(row["purchases"], row["spend_minor"], row["points_earned"]),
    )


def newcomer(member_id: UUID, program_id: UUID) -> Standing:
    """Return the standing of one who is about to join."""
    return Standing(
        member_id=member_id,
        program_id=program_id,
        tier=None,
        tier_since=None,
        tier_is_manual=False,
        tier_until=None,
        sums=Sums(0, 0, 0),
    )


async def list_totals(
    tx: Tx, *, version: Version, standings: Sequence[Standing], days: Sequence[date]
) -> dict[UUID, tuple[Totals, ...]]:
    """Return each member's sums over ``version.windows`` as of the business day beside it, by member.

    Lifetime sums come from the standing itself; only shorter windows are summed over days. Friends are counted
    where a tier asks for them.
    """
    keys: list[tuple[UUID, int, date, date]] = []
    of_friends: list[Asked] = []
    totals: dict[UUID, list[Totals]] = {}
    for standing, day in zip(standings, days, strict=True):
        lifetime = Totals(
            spend_minor=standing.sums.spend_minor,
            visits=standing.sums.purchases,
            points_earned=standing.sums.points_earned,
        )
        spans = window_spans(version, day)
        totals[standing.member_id] = [lifetime if span is None else Totals() for span in spans]
        keys.extend(
            (standing.member_id, index, *span) for index, span in enumerate(spans) if span is not None
        )
        of_friends.extend(
            Asked(standing.member_id, index, spans[index]) for index in version.windows_of_friends
        )
    if keys:
        for row in await tx.fetch(
            """
            -- programs.list_totals
            select wanted.member_id, wanted.window, sums.*
            from unnest($3::uuid[], $4::integer[], $5::date[], $6::date[])
                as wanted (member_id, "window", first_on, last_on)
            cross join lateral (
                select coalesce(sum(d.spend_minor), 0)::bigint as spend_minor,
                       coalesce(sum(d.purchases), 0)::bigint as visits,
                       coalesce(sum(d.points_earned), 0)::bigint as points_earned
                from standing_days d
                where d.tenant_id = $1 and d.program_id = $2 and d.member_id = wanted.member_id
                  and d.business_date between wanted.first_on and wanted.last_on
            ) as sums
            """,
            tx.tenant_id,
            standings[0].program_id,
            *([key[column] for key in keys] for column in range(4)),
        ):
            totals[row["member_id"]][row["window"]] = Totals(
                spend_minor=row["spend_minor"], visits=row["visits"], points_earned=row["points_earned"]
            )
    if of_friends:
        program_id = standings[0].program_id
        for asked, friends in await count_active_friends(tx, of_friends, program_id=program_id):
            of_member = totals[asked.member_id]
            of_member[asked.window] = structs.replace(of_member[asked.window], active_friends=friends)
    return {member_id: tuple(of_member) for member_id, of_member in totals.items()}


async def list_rule_points(
    tx: Tx, *, program_id: UUID, rules: Sequence[str], member_ids: Sequence[UUID], days: Sequence[date]
) -> dict[UUID, dict[str, tuple[int, int]]]:
    """Return what capped rules gave each member (on the day, in all of its calendar month), by member and rule."""
    if not rules:
        return {}
    months = [period_start("month", day) for day in days]
    points: dict[UUID, dict[str, tuple[int, int]]] = {}
    for row in await tx.fetch(
        """
        -- programs.list_rule_points
        select wanted.member_id, sums.*
        from unnest($3::uuid[], $4::date[], $6::date[], $7::date[]) as wanted (member_id, day, first_on, last_on)
        cross join lateral (
            select d.rule, sum(d.points)::bigint as month,
                   coalesce(sum(d.points) filter (where d.business_date = wanted.day), 0)::bigint as day
            from rule_days d
            where d.tenant_id = $1 and d.program_id = $2 and d.member_id = wanted.member_id and d.rule = any($5)
              and d.business_date between wanted.first_on and wanted.last_on
            group by d.rule
        ) as sums
        """,
        tx.tenant_id,
        program_id,
        member_ids,
        days,
        rules,
        months,
        [add_months(month, 1) - DAY for month in months],
    ):
        points.setdefault(row["member_id"], {})[row["rule"]] = (row["day"], row["month"])
    return points


async def apply(tx: Tx, changes: Sequence[StandingChange], *, program_id: UUID) -> None:
    """Add the changes to standings and their days; at most one change a member."""
    if not changes:
        return
    rule_days = [
        (change.member_id, rule, change.business_date, points)
        for change in changes
        for rule, points in change.rule_points.items()
    ]
    await tx.execute(
        """
        -- programs.apply_changes
        with new as (
            select * from unnest($4::uuid[], $5::date[], $6::integer[], $7::bigint[], $8::bigint[], $9::text[])
                as new (member_id, business_date, purchases, spend_minor, points_earned, tier)
        ), days as (
            insert into standing_days as d
                (tenant_id, program_id, member_id, business_date, purchases, spend_minor, points_earned)
            select $1, $2, member_id, business_date, purchases, spend_minor, points_earned from new
            on conflict (tenant_id, member_id, program_id, business_date) do update
            set purchases = d.purchases + excluded.purchases,
                spend_minor = d.spend_minor + excluded.spend_minor,
                points_earned = d.points_earned + excluded.points_earned
        ), days_of_rules as (
            insert into rule_days as d (tenant_id, program_id, member_id, rule, business_date, points)
            select $1, $2, new.* from unnest($10::uuid[], $11::text[], $12::date[], $13::bigint[]) as new
            on conflict (tenant_id, member_id, program_id, rule, business_date) do update
            set points = d.points + excluded.points
        )
        update standings s
        set purchases = s.purchases + new.purchases,
            spend_minor = s.spend_minor + new.spend_minor,
            points_earned = s.points_earned + new.points_earned,
            tier = new.tier,
            tier_since = case when s.tier is distinct from new.tier then $3 else s.tier_since end
        from new
        where s.tenant_id = $1 and s.program_id = $2 and s.member_id = any($4) and s.member_id = new.member_id
        """,
        tx.tenant_id,
        program_id,
        tx.at,
        [change.member_id for change in changes],
        [change.business_date for change in changes],
        [change.sums.purchases for change in changes],
        [change.sums.spend_minor for change in changes],
        [change.sums.points_earned for change in changes],
        [change.tier for change in changes],
        *([row[column] for row in rule_days] for column in range(4)),
    )
    await _insert_tier_changes(
        tx, [change for change in changes if change.tier != change.tier_before], program_id
    )


async def change_tier(
    tx: Tx,
    standing: Standing,
    tier: str | None,
    *,
    reason: str,
    is_manual: bool = False,
    until: datetime | None = None,
) -> None:
    """Move a member to another tier and journal it: by a return, a review, or by hand (``reason``: the words)."""
    await tx.execute(
        """
        -- programs.change_tier
        update standings set tier = $4, tier_since = $5, tier_is_manual = $6, tier_until = $7
        where tenant_id = $1 and program_id = $2 and member_id = $3
        """,
        tx.tenant_id,
        standing.program_id,
        standing.member_id,
        tier,
        tx.at,
        is_manual,
        until,
    )
    await journal_tier(tx, standing, tier, reason=reason)


async def journal_tier(tx: Tx, standing: Standing, tier: str | None, *, reason: str) -> None:
    """Note that a member moved from the tier of ``standing`` to another."""
    await tx.execute(
        """
        -- programs.journal_tier
        insert into tier_changes (tenant_id, id, member_id, program_id, tier_before, tier_after, reason, actor, at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        """,
        tx.tenant_id,
        new_id(),
        standing.member_id,
        standing.program_id,
        standing.tier,
        tier,
        reason,
        tx.actor,
        tx.at,
    )


async def change_tiers(tx: Tx, moved: Sequence[tuple[Standing, str | None]], *, reason: str) -> None:
    """Move many members of one programme to other tiers and journal it; rules may move them again."""
    if not moved:
        return
    program_id = moved[0][0].program_id
    await tx.execute(
        """
        -- programs.change_tiers
        update standings set tier = new.tier, tier_since = $3, tier_is_manual = false, tier_until = null
        from unnest($4::uuid[], $5::text[]) as new (member_id, tier)
        where standings.tenant_id = $1 and standings.program_id = $2
          and standings.member_id = any($4) and standings.member_id = new.member_id
        """,
        tx.tenant_id,
        program_id,
        tx.at,
        [standing.member_id for standing, _ in moved],
        [tier for _, tier in moved],
    )
    today, nothing = tx.at.date(), Sums(0, 0, 0)
    await _insert_tier_changes(
        tx,
        [
            StandingChange(standing.member_id, today, nothing, standing.tier, tier, reason=reason)
            for standing, tier in moved
        ],
        program_id,
    )


async def _insert_tier_changes(tx: Tx, changes: Sequence[StandingChange], program_id: UUID) -> None:
    if changes:
        await tx.execute(
            """
            -- programs.insert_tier_changes
            insert into tier_changes
                (tenant_id, program_id, actor, at, id, member_id, tier_before, tier_after, reason)
            select $1, $2, $3, $4, new.* from unnest($5::uuid[], $6::uuid[], $7::text[], $8::text[], $9::text[]) as new
            """,
            tx.tenant_id,
            program_id,
            tx.actor,
            tx.at,
            [new_id() for _ in changes],
            [change.member_id for change in changes],
            [change.tier_before for change in changes],
            [change.tier for change in changes],
            [change.reason for change in changes],
        )
