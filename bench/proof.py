"""``make bench-proof``: groups of a campaign and a promotion compared, over 100,000 members with 500,000 receipts."""

import asyncio
import sys
import time
from collections.abc import Awaitable
from datetime import timedelta

from bench.house import database_server
from bench.shop import enroll_many, open_shop
from plushka.demo.business import read_program
from plushka.domain.insights.campaigns import measuring, promotions
from plushka.domain.insights.campaigns.keeping import find_caused
from plushka.domain.insights.campaigns.model import subject_of_campaign
from plushka.domain.insights.campaigns.sight import look_ahead
from plushka.domain.segments.selecting import list_members
from plushka.engine.audience import Blocked, Not
from plushka.engine.experiments.groups import assign
from plushka.engine.price_effects import PercentOff
from plushka.engine.program import Promotion
from plushka.platform.clock import SystemClock
from plushka.platform.database import Database, Tx
from plushka.platform.ids import new_id

MEMBERS = 100_000
RECEIPTS_EACH = 5
_RECEIPTS = """
    -- bench.insert_receipts
    insert into receipts (
        tenant_id, id, till_id, external_id, digest, branch_id, member_id, version_id, occurred_at, received_at,
        business_date, amount_minor, discount_minor, redeemed_minor, payable_minor, redeemed_points, earned_points,
        cost_minor, basket, outcome
    )
    select $1, gen_random_uuid(), $2, row_number() over (), '', $3, m.id, v.id, at, at, at::date,
           paid, 0, 0, paid, 0, 5, paid / 2, '{"basket": {"lines": []}}', '{}'
    from members m
    cross join generate_series(1, $4::integer) as each
    cross join lateral (
        select $5::timestamptz - (hashtext(m.id::text || each) & 127) * interval '1 day' as at,
               500 + (hashtext(each || m.id::text) & 65535) as paid
    ) as made
    join program_versions v on v.tenant_id = $1
    where m.tenant_id = $1
"""
_CAMPAIGN = """
    -- bench.insert_campaign
    insert into campaigns (
        tenant_id, id, kind, name, purpose, state, control_bp, salt, window_days, created_by, created_at, started_by,
        started_at, planned_at, finished_at
    )
    values ($1, $2, 'broadcast', 'Bench', 'marketing', 'cancelled', 1000, 'salt of sixteen letters', 14, 'bench', $3,
            'bench', $3, $3, $3)
"""
_RECIPIENTS = """
    -- bench.insert_recipients
    insert into campaign_recipients (tenant_id, campaign_id, member_id, is_control, stratum, planned_at)
    select $1, $2, given.*, $6 from unnest($3::uuid[], $4::boolean[], $5::smallint[]) as given
"""


async def main() -> None:
    """Print the seconds of each step."""
    with database_server() as cluster:
        database = await Database.connect(cluster.dsn, connections_max=1)
        try:
            await _measure(database)
        finally:
            await database.close()


async def _measure(database: Database) -> None:
    shop = await open_shop(database, read_program())
    members = await enroll_many(database, shop, read_program(), MEMBERS)
    now = SystemClock().now()
    begun = time.perf_counter()
    drawn = assign([(member_id, number % 977) for number, member_id in enumerate(members)], "a salt", 10_00)
    print(f"draw the groups: {time.perf_counter() - begun:.2f} s")
    campaign_id, from_at = new_id(), now - timedelta(days=20)
    async with database.transaction(shop.tenant_id, actor="bench", at=now) as tx:
        await tx.execute(
            _RECEIPTS, tx.tenant_id, shop.till_id, shop.branch_id, RECEIPTS_EACH, now - timedelta(hours=1)
        )
        await tx.execute(_CAMPAIGN, tx.tenant_id, campaign_id, from_at)
        await tx.execute(
            _RECIPIENTS,
            tx.tenant_id,
            campaign_id,
            [one.member_id for one in drawn],
            [one.is_control for one in drawn],
            [one.stratum for one in drawn],
            from_at,
        )
    promotion = Promotion("ten", "Ten", PercentOff(10_00), control_bp=10_00)
    offer = promotions.Due(shop.program_id, promotion, from_at, now, is_over=False)
    async with database.transaction(shop.tenant_id, actor="bench", at=now) as tx:
        (due,) = await measuring.list_due(tx)
        await _timed("compare a campaign", measuring.measure(tx, due))
        await _timed("read what was kept", find_caused(tx, [subject_of_campaign(campaign_id)]))
        await _timed("compare a promotion", promotions.measure(tx, offer))
        await _timed("tell before the start", _look_ahead(tx))


async def _look_ahead(tx: Tx) -> None:
    await look_ahead(tx, await list_members(tx, Not(Blocked())), control_bp=10_00, window_days=14)


async def _timed(what: str, work: Awaitable[object]) -> None:
    begun = time.perf_counter()
    await work
    print(f"{what}: {time.perf_counter() - begun:.2f} s")


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
