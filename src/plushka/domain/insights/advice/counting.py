"""Counting the figures that the rules look at: some seconds for a hundred thousand members, so a job does it."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from msgspec import json

from plushka.domain.businesses.model import DAY_STARTS_MINUTES
from plushka.domain.businesses.queries import get_business, list_branches
from plushka.domain.campaigns.audiences import CHANNELS
from plushka.domain.campaigns.journeys.queries import list_running, load_plans
from plushka.domain.insights.advice import rules
from plushka.domain.insights.advice.model import (
    Counted,
    Counter,
    Figures,
    Lost,
    RatedBranch,
    SoldBranch,
    Uncontrolled,
)
from plushka.domain.insights.campaigns.keeping import find_caused
from plushka.domain.insights.campaigns.model import Caused, is_promotion
from plushka.domain.insights.campaigns.subjects import list_subjects
from plushka.domain.insights.reports.period import Period
from plushka.domain.insights.reports.sales import Sold, sum_sales, sum_sales_by_branch
from plushka.domain.insights.reports.scope import Scope
from plushka.domain.ledger.burning import BURNS_AT
from plushka.domain.programs.queries import get_current_version
from plushka.domain.rollups.model import ALL_BRANCHES
from plushka.domain.segments.selecting import count_members
from plushka.engine.audience import All, Birthday, Blocked, LastPurchase, Not, Reachable
from plushka.engine.journeys.parts import Journey, OnAbsence, OnBurn, OnPurchase
from plushka.engine.journeys.plan import Plan
from plushka.engine.local_time import instant
from plushka.engine.occasion_parts import OnBirthday
from plushka.platform.database import Tx

RECENT_BUYERS = LastPurchase(days_max=rules.RECENT_DAYS)
UNREACHABLE = All((RECENT_BUYERS, Not(Reachable(CHANNELS)), Not(Blocked())))

_decode = json.Decoder(Figures)


async def find_counted(tx: Tx) -> Counted | None:
    """Return the figures as they were last counted; None: never yet."""
    row = await tx.fetchrow(
        """
        -- insights.find_advice_run
        select figures::text, counted_at from advice_runs where tenant_id = $1
        """,
        tx.tenant_id,
    )
    return None if row is None else Counted(_decode.decode(row["figures"]), row["counted_at"])


async def count_figures(tx: Tx) -> Figures:
    """Count all figures as of now and keep them in place of those of the last time."""
    business = await get_business(tx)
    local = tx.at.astimezone(ZoneInfo(business.time_zone)) - timedelta(minutes=DAY_STARTS_MINUTES)
    today = local.date()
    journeys = [plan.journey for plan in (await _plans(tx)).values()]
    figures = Figures(
        **await _buyers(tx, today),
        **await _burning(tx, today, business.time_zone),
        **await _told(tx, journeys),
        branches=await _branches(tx, today),
        cashiers=await _cashiers(tx, today),
        rated=await _rated(tx, today),
        sold=await _sold(tx, today),
        lost=await _lost(tx),
        uncontrolled=await _uncontrolled(tx),
        recent_buyers=await count_members(tx, RECENT_BUYERS),
        unreachable=await count_members(tx, UNREACHABLE),
        birthdays=await count_members(tx, Birthday(days_max=rules.BIRTHDAY_DAYS)),
        **await _liability(tx, today),
    )
    await tx.execute(
        """
        -- insights.keep_advice_run
        insert into advice_runs (tenant_id, figures, counted_at) values ($1, $2, $3)
        on conflict (tenant_id) do update set figures = excluded.figures, counted_at = excluded.counted_at
        """,
        tx.tenant_id,
        json.encode(figures).decode(),
        tx.at,
    )
    return figures


async def _buyers(tx: Tx, today: date) -> dict[str, Any]:
    row = await tx.fetchrow(
        """
        -- insights.count_buyers
        with sorted as (
            select g.m, g.last_on, g."group" from member_groups g
            join members m on m.tenant_id = $1 and m.id = g.member_id and m.merged_into is null and m.erased_at is null
            where g.tenant_id = $1
        )
        select (select count(*) from sorted where m = $2) as vips,
               (select count(*) from sorted where m = $2 and last_on <= $3) as vips_asleep,
               (select count(*) from sorted where "group" in ('drowsy', 'asleep')) as falling,
               count(*) as first_buyers, count(*) filter (where second_on is null) as bought_once
        from member_paths
        where tenant_id = $1 and first_on between $4 and $5
        """,
        tx.tenant_id,
        rules.VIP_SCORE,
        today - timedelta(days=rules.VIP_ASLEEP_DAYS),
        today - timedelta(days=rules.FIRST_FROM_DAYS),
        today - timedelta(days=rules.FIRST_UNTIL_DAYS),
    )
    assert row is not None  # noqa: S101 - a sum has a row
    return dict(row)


async def _burning(tx: Tx, today: date, zone: str) -> dict[str, Any]:
    """Return whose points of the first programme burn soon, and how many: points of two cannot be added up."""
    version = await get_current_version(tx)
    row = await tx.fetchrow(
        f"""
        -- insights.count_burning
        select count(distinct w.member_id) as burning_members,
               coalesce(sum(l.pending + l.available + l.held), 0)::bigint as burning_points
        from wallets w
        join lots l on l.tenant_id = $1 and l.wallet_id = w.id and l.pending + l.available + l.held > 0
        where w.tenant_id = $1 and w.program_id = $2 and w.due_at <= $4 and {BURNS_AT} > $3 and {BURNS_AT} <= $4
        """,  # noqa: S608  a constant
        tx.tenant_id,
        version.program_id if version else None,
        tx.at,
        instant(today + timedelta(days=rules.BURNING_DAYS + 1), 0, zone),
    )
    assert row is not None  # noqa: S101 - a sum has a row
    return dict(row)


async def _plans(tx: Tx) -> dict[tuple[UUID, int], Plan]:
    running = await list_running(tx)
    return await load_plans(tx, [(card.id, card.version) for card in running if card.version is not None])


async def _told(tx: Tx, journeys: Sequence[Journey]) -> dict[str, Any]:
    """Return what runs by itself already: journeys by their triggers, and occasions of the programmes in force."""
    version = await get_current_version(tx)
    occasions = version.program.occasions if version else ()
    triggers = [journey.trigger for journey in journeys]
    return {
        "wins_back": any(isinstance(trigger, OnAbsence) for trigger in triggers),
        "warns_of_burning": any(isinstance(trigger, OnBurn) for trigger in triggers),
        "brings_second": any(isinstance(trigger, OnPurchase) and trigger.number == 1 for trigger in triggers),
        "greets": any(isinstance(trigger, OnBirthday) for trigger in triggers)
        or any(isinstance(each.trigger, OnBirthday) and not each.is_paused for each in occasions),
    }


async def _branches(tx: Tx, today: date) -> tuple[Counter, ...]:
    rows = await tx.fetch(
        """
        -- insights.count_cards_by_branch
        select b.name as branch, b.id as branch_id, sum(s.receipts)::bigint as receipts,
               coalesce(sum(s.receipts) filter (where s.has_card), 0)::bigint as with_card
        from sales_days s join branches b on b.tenant_id = $1 and b.id = s.branch_id
        where s.tenant_id = $1 and s.business_date > $2 and s.branch_id <> $3
        group by b.id, b.name
        order by b.id
        """,
        tx.tenant_id,
        today - timedelta(days=rules.PENETRATION_DAYS),
        ALL_BRANCHES,
    )
    return tuple(Counter(**row) for row in rows)


async def _cashiers(tx: Tx, today: date) -> tuple[Counter, ...]:
    rows = await tx.fetch(
        """
        -- insights.count_cards_by_cashier
        select b.name as branch, b.id as branch_id, c.cashier, sum(c.receipts)::bigint as receipts,
               sum(c.with_card)::bigint as with_card
        from cashier_days c join branches b on b.tenant_id = $1 and b.id = c.branch_id
        where c.tenant_id = $1 and c.business_date > $2 and c.branch_id <> $3 and c.cashier <> ''
        group by b.id, b.name, c.cashier
        order by b.id, c.cashier
        """,
        tx.tenant_id,
        today - timedelta(days=rules.PENETRATION_DAYS),
        ALL_BRANCHES,
    )
    return tuple(Counter(**row) for row in rows)


async def _sold(tx: Tx, today: date) -> tuple[SoldBranch, ...]:
    weeks = Period(today - timedelta(days=rules.SALES_DAYS), today)
    now = await sum_sales_by_branch(tx, Scope(weeks))
    before = await sum_sales_by_branch(
        tx, Scope(Period(weeks.from_on - timedelta(days=rules.SALES_DAYS), weeks.from_on))
    )
    sold = []
    for branch in await list_branches(tx):
        lately, earlier = now.get(branch.id, Sold()).all, before.get(branch.id, Sold()).all
        sold.append(
            SoldBranch(
                branch=branch.name,
                branch_id=branch.id,
                receipts=lately.receipts,
                revenue_minor=lately.revenue_minor,
                receipts_before=earlier.receipts,
                revenue_minor_before=earlier.revenue_minor,
            )
        )
    return tuple(each for each in sold if each.receipts or each.receipts_before)


async def _rated(tx: Tx, today: date) -> tuple[RatedBranch, ...]:
    rows = await tx.fetch(
        """
        -- insights.count_ratings_by_branch
        select b.name as branch, b.id as branch_id, count(*) filter (where g.business_date > $2) as ratings,
               coalesce(sum(g.score) filter (where g.business_date > $2), 0)::bigint as score,
               count(*) filter (where g.business_date <= $2) as ratings_before,
               coalesce(sum(g.score) filter (where g.business_date <= $2), 0)::bigint as score_before
        from ratings g join branches b on b.tenant_id = $1 and b.id = g.branch_id
        where g.tenant_id = $1 and g.business_date > $3 and not g.is_cancelled
        group by b.id, b.name
        order by b.id
        """,
        tx.tenant_id,
        today - timedelta(days=rules.RATING_DAYS),
        today - timedelta(days=2 * rules.RATING_DAYS),
    )
    return tuple(RatedBranch(**row) for row in rows)


async def _lost(tx: Tx) -> tuple[Lost, ...]:
    names = {
        subject: each.name
        for subject, each in (await list_subjects(tx)).items()
        if is_promotion(subject) and not each.is_gone
    }
    lost = []
    for subject, caused in (await find_caused(tx, list(names))).items():
        _, program_id, promotion_id = subject.split(":", 2)
        if (minor := _lost_minor(caused)) > 0:
            lost.append(Lost(UUID(program_id), promotion_id, names[subject], minor))
    return tuple(lost)


def _lost_minor(caused: Caused) -> int:
    """Return what a promotion has lost, 0 unless even the best end of its interval is a loss."""
    profit = caused.effects["profit"]
    if profit is None or not caused.knows_profit or profit.total_high >= 0:
        return 0
    return -profit.total


async def _uncontrolled(tx: Tx) -> tuple[Uncontrolled, ...]:
    rows = await tx.fetch(
        """
        -- insights.list_uncontrolled
        select id, name, kind = 'journey' as is_journey from campaigns
        where tenant_id = $1 and control_bp = 0 and purpose = 'marketing'
            and (kind = 'journey' and state = 'sending' or kind = 'broadcast' and state in ('draft', 'scheduled'))
        order by kind = 'journey' desc, id
        """,
        tx.tenant_id,
    )
    return tuple(Uncontrolled(**row) for row in rows)


async def _liability(tx: Tx, today: date) -> dict[str, Any]:
    """Return the points that members had of the first programme, and the revenue of the days, now and before."""
    version = await get_current_version(tx)
    before = today - timedelta(days=rules.LIABILITY_DAYS)
    row = await tx.fetchrow(
        """
        -- insights.sum_liability
        select coalesce(sum(moved), 0)::bigint as liability_points,
               coalesce(sum(moved) filter (where day <= $3), 0)::bigint as liability_points_before
        from (
            select day, points * (
                (credit in ('pending', 'available', 'held'))::integer
                - (debit in ('pending', 'available', 'held'))::integer
            ) as moved
            from points_days where tenant_id = $1 and program_id = $2
        ) as every
        """,
        tx.tenant_id,
        version.program_id if version else None,
        before,
    )
    assert row is not None  # noqa: S101 - a sum has a row
    first = before - timedelta(days=rules.LIABILITY_DAYS)
    now = await sum_sales(tx, Scope(Period(before + timedelta(days=1), today + timedelta(days=1))))
    earlier = await sum_sales(tx, Scope(Period(first + timedelta(days=1), before + timedelta(days=1))))
    return {
        **dict(row),
        "revenue_minor": now.all.revenue_minor,
        "revenue_minor_before": earlier.all.revenue_minor,
    }
