"""Two members' standings become one, and two again: sums add up, and the higher tier stays."""

from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

from msgspec import Struct, structs

from plushka.domain.programs import standings
from plushka.domain.programs.model import Standing, Sums
from plushka.domain.programs.queries import find_version_in_force
from plushka.platform.database import Tx


class Day(Struct, frozen=True):
    """A member's sums of one business day."""

    business_date: date
    purchases: int
    spend_minor: int
    points_earned: int


class RuleDay(Struct, frozen=True):
    """What one capped rule gave a member on one business day."""

    rule: str
    business_date: date
    points: int


class MovedStanding(Struct, frozen=True):
    """A standing that became part of another: how both were, how the one that stayed is, and the days that moved.

    ``new_days`` and ``new_rule_days`` are those of them that the one that stayed had no row of.
    """

    program_id: UUID
    kept_before: Standing
    kept_after: Standing
    merged_before: Standing
    days: tuple[Day, ...]
    rule_days: tuple[RuleDay, ...]
    new_days: tuple[date, ...]
    new_rule_days: tuple[tuple[str, date], ...]


async def tier_ranks(tx: Tx, program_id: UUID) -> dict[str, int]:
    """Return the tiers of a programme, as it is in force, from the lowest up, by their ids."""
    current = await find_version_in_force(tx, program_id)
    tiers = current.program.tiers.tiers if current and current.program.tiers else ()
    return {tier.id: rank for rank, tier in enumerate(tiers)}


def joined(kept: Standing, merged: Standing, ranks: Mapping[str, int]) -> Standing:
    """Return what becomes of two standings: their sums, and the higher of the tiers with its dates."""
    higher = merged if ranks.get(merged.tier or "", -1) > ranks.get(kept.tier or "", -1) else kept
    return structs.replace(
        higher,
        member_id=kept.member_id,
        sums=Sums(
            kept.sums.purchases + merged.sums.purchases,
            kept.sums.spend_minor + merged.sums.spend_minor,
            kept.sums.points_earned + merged.sums.points_earned,
        ),
    )


async def merge_standings(
    tx: Tx, program_ids: Sequence[UUID], *, kept_id: UUID, merged_id: UUID
) -> list[MovedStanding]:
    """Add the standings of ``merged_id`` to those of ``kept_id``. The wallets of both are locked."""
    moved = []
    for program_id in program_ids:
        await standings.open_standings(tx, [kept_id, merged_id], program_id=program_id, tier=None)
        found = await standings.list_standings(tx, [kept_id, merged_id], program_id=program_id)
        kept, merged = found[kept_id], found[merged_id]
        after = joined(kept, merged, await tier_ranks(tx, program_id))
        days, rule_days = await _take_days(tx, program_id, merged_id)
        new_days, new_rule_days = await _add_days(tx, program_id, kept_id, days, rule_days, sign=1)
        await _write(tx, after, before=kept, reason="merge")
        await _close(tx, merged)
        moved.append(
            MovedStanding(
                program_id=program_id,
                kept_before=kept,
                kept_after=after,
                merged_before=merged,
                days=tuple(days),
                rule_days=tuple(rule_days),
                new_days=new_days,
                new_rule_days=new_rule_days,
            )
        )
    return moved


async def is_untouched(tx: Tx, moved: MovedStanding) -> bool:
    """Tell whether nothing has happened to the standing that stayed: no purchase, no return, no other tier."""
    member_id = moved.kept_after.member_id
    found = await standings.list_standings(tx, [member_id], program_id=moved.program_id)
    return found[member_id] == moved.kept_after


async def part_standings(tx: Tx, moved: MovedStanding) -> None:
    """Give back what ``merge_standings`` moved; the standing that stayed is untouched."""
    kept_id, merged_id = moved.kept_before.member_id, moved.merged_before.member_id
    await _add_days(tx, moved.program_id, kept_id, moved.days, moved.rule_days, sign=-1)
    await _delete_days(tx, moved, kept_id)
    await _add_days(tx, moved.program_id, merged_id, moved.days, moved.rule_days, sign=1)
    await _write(tx, moved.kept_before, before=moved.kept_after, reason="merge_undone")
    await standings.open_standings(tx, [merged_id], program_id=moved.program_id, tier=None)
    closed = standings.newcomer(merged_id, moved.program_id)
    await _write(tx, moved.merged_before, before=closed, reason="merge_undone")


async def _take_days(tx: Tx, program_id: UUID, member_id: UUID) -> tuple[list[Day], list[RuleDay]]:
    days = await tx.fetch(
        """
        -- programs.take_days
        delete from standing_days where tenant_id = $1 and program_id = $2 and member_id = $3
        returning business_date, purchases, spend_minor, points_earned
        """,
        tx.tenant_id,
        program_id,
        member_id,
    )
    rule_days = await tx.fetch(
        """
        -- programs.take_rule_days
        delete from rule_days where tenant_id = $1 and program_id = $2 and member_id = $3
        returning rule, business_date, points
        """,
        tx.tenant_id,
        program_id,
        member_id,
    )
    return [Day(**row) for row in days], [RuleDay(**row) for row in rule_days]


async def _add_days(
    tx: Tx,
    program_id: UUID,
    member_id: UUID,
    days: Sequence[Day],
    rule_days: Sequence[RuleDay],
    *,
    sign: int,
) -> tuple[tuple[date, ...], tuple[tuple[str, date], ...]]:
    """Add days to those of a member, or (``sign`` below zero) take them away; return those that are new."""
    added = await tx.fetch(
        """
        -- programs.add_days
        insert into standing_days as d
            (tenant_id, program_id, member_id, business_date, purchases, spend_minor, points_earned)
        select $1, $2, $3, * from unnest($4::date[], $5::integer[], $6::bigint[], $7::bigint[])
        on conflict (tenant_id, member_id, program_id, business_date) do update
        set purchases = d.purchases + excluded.purchases, spend_minor = d.spend_minor + excluded.spend_minor,
            points_earned = d.points_earned + excluded.points_earned
        returning business_date, xmax = 0 as is_new
        """,
        tx.tenant_id,
        program_id,
        member_id,
        [day.business_date for day in days],
        [sign * day.purchases for day in days],
        [sign * day.spend_minor for day in days],
        [sign * day.points_earned for day in days],
    )
    added_rules = await tx.fetch(
        """
        -- programs.add_rule_days
        insert into rule_days as d (tenant_id, program_id, member_id, rule, business_date, points)
        select $1, $2, $3, * from unnest($4::text[], $5::date[], $6::bigint[])
        on conflict (tenant_id, member_id, program_id, rule, business_date) do update
        set points = d.points + excluded.points
        returning rule, business_date, xmax = 0 as is_new
        """,
        tx.tenant_id,
        program_id,
        member_id,
        [day.rule for day in rule_days],
        [day.business_date for day in rule_days],
        [sign * day.points for day in rule_days],
    )
    return (
        tuple(row["business_date"] for row in added if row["is_new"]),
        tuple((row["rule"], row["business_date"]) for row in added_rules if row["is_new"]),
    )


async def _delete_days(tx: Tx, moved: MovedStanding, member_id: UUID) -> None:
    """Delete the rows that a merge made; all that was in them has been taken out."""
    await tx.execute(
        """
        -- programs.delete_days
        delete from standing_days
        where tenant_id = $1 and program_id = $2 and member_id = $3 and business_date = any($4::date[])
        """,
        tx.tenant_id,
        moved.program_id,
        member_id,
        list(moved.new_days),
    )
    await tx.execute(
        """
        -- programs.delete_rule_days
        delete from rule_days
        where tenant_id = $1 and program_id = $2 and member_id = $3
          and (rule, business_date) in (select * from unnest($4::text[], $5::date[]))
        """,
        tx.tenant_id,
        moved.program_id,
        member_id,
        [rule for rule, _ in moved.new_rule_days],
        [business_date for _, business_date in moved.new_rule_days],
    )


async def _close(tx: Tx, merged: Standing) -> None:
    """Let one who is part of another stand nowhere: they are weighed and counted no more."""
    await tx.execute(
        """
        -- programs.close_standing
        delete from standings where tenant_id = $1 and program_id = $2 and member_id = $3
        """,
        tx.tenant_id,
        merged.program_id,
        merged.member_id,
    )
    if merged.tier is not None:
        await standings.journal_tier(tx, merged, None, reason="merge")


async def _write(tx: Tx, standing: Standing, *, before: Standing, reason: str) -> None:
    await tx.execute(
        """
        -- programs.write_standing
        update standings
        set tier = $4, tier_since = $5, tier_is_manual = $6, tier_until = $7, purchases = $8, spend_minor = $9,
            points_earned = $10
        where tenant_id = $1 and program_id = $2 and member_id = $3
        """,
        tx.tenant_id,
        standing.program_id,
        standing.member_id,
        standing.tier,
        standing.tier_since,
        standing.tier_is_manual,
        standing.tier_until,
        standing.sums.purchases,
        standing.sums.spend_minor,
        standing.sums.points_earned,
    )
    if standing.tier != before.tier:
        await standings.journal_tier(tx, before, standing.tier, reason=reason)
