"""A chain of a million receipts: some thousands decided by the rules, and copied by SQL over two years and members."""

import random
import sys
import time
from collections.abc import Awaitable
from datetime import timedelta
from typing import TypeVar

import asyncpg

from bench.shop import FIRST_CARD, TIME_ZONE, Shop, enroll_many, open_shop
from plushka.demo.business import read_program
from plushka.domain.businesses.branches import open_branch
from plushka.domain.insights.payback.model import SCENARIOS
from plushka.domain.members.model import Identity
from plushka.domain.purchases.commit import commit_batch
from plushka.domain.purchases.model import Caller, Committed, Purchase, PurchaseLine
from plushka.domain.purchases.reference import Reference
from plushka.domain.purchases.situation import Item
from plushka.domain.segments.lifecycle.refreshing import refresh_groups
from plushka.domain.segments.lifecycle.snapshots import take_next_snapshot
from plushka.domain.staff.operations import hire, register_account, set_up_till
from plushka.engine.expiry import add_months
from plushka.engine.lifecycle import GROUPS
from plushka.platform.clock import SystemClock
from plushka.platform.database import Database

RECEIPTS = 1_000_000
MEMBERS = 100_000
BRANCHES = 20
DAYS = 730
POOL = 4_000
"""Receipts that the rules have decided; the others are copies of them on other days, of other members."""
BATCH = 40
LINES_MAX = 18
T = TypeVar("T")
WITH_CARD = 0.6
EMAIL, PASSWORD = "owner@plushka.example", "a password of the bench"
SEED = 11

MONTHS = 6
"""So many months that are over have groups of members, as of their ends."""

_COSTS = """
    -- bench.set_costs
    update products set cost_minor = 40 + (hashtext(sku) & 255) where tenant_id = $1 and (hashtext(sku) & 15) > 0
"""
# An id begins with its moment, as those that are made by Plushka do.
_RECEIPTS = """
    -- bench.copy_receipts
    insert into receipts (
        tenant_id, id, till_id, external_id, digest, branch_id, member_id, version_id, cashier, occurred_at,
        received_at, business_date, amount_minor, discount_minor, redeemed_minor, payable_minor, redeemed_points,
        earned_points, cost_minor, basket, member_state, outcome, balance
    )
    select $1, (
               lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') || '70008000'
               || lpad(to_hex(number), 12, '0')
           )::uuid, till_id, 'copy-' || number, digest, branch_id,
           case when member_id is not null then ($3::uuid[])[place] end, version_id,
           'Cashier ' || ((number * 31 + hashtext(branch_id::text)) & 63), at, at,
           (at at time zone $7 - interval '4 hours')::date, amount_minor, discount_minor, redeemed_minor, payable_minor,
           redeemed_points, earned_points, cost_minor, basket, member_state, outcome, balance
    from (
        select n as number, p.*, $8::timestamptz - (n * 7919 % $6::bigint) * interval '1 day'
                   + (hashtext('minute ' || n) & 511) * interval '1 minute' + (n % 5) * interval '1 hour' as at, 1 + (
                   power((hashtext('member ' || n) & 1048575) / 1048576.0, 1.5) * (cardinality($3::uuid[]) - 1)
               )::integer as place
        from generate_series($4::bigint, $5::bigint) as n
        join (
            select row_number() over (order by external_id) - 1 as turn, r.* from receipts r
            where r.tenant_id = $1 and r.external_id like 'pool-%'
        ) as p on p.turn = n % $2::bigint
    ) as made
"""
_RETURNS = """
    -- bench.bring_back
    insert into returns (
        tenant_id, id, receipt_id, till_id, external_id, digest, occurred_at, lines, refund_minor, points_back,
        points_clawed_back, points_burned, points_owed, is_full
    )
    select $1, gen_random_uuid(), id, till_id, 'back-' || external_id, digest,
           least(occurred_at + (1 + (hashtext(external_id) & 31)) * interval '1 day', $2::timestamptz), lines,
           case when is_full then payable_minor else (outcome->'lines'->0->>3)::bigint end, 0, 0, 0, 0, is_full
    from (
        select r.*, (hashtext(external_id) & 1) = 0 or json_array_length(basket->'basket'->'lines') = 1 as is_full
        from receipts r
        where tenant_id = $1 and external_id like 'copy-%' and hashtext('return ' || external_id) % 100 = 0
    ) as r
    cross join lateral (
        select jsonb_agg(jsonb_build_object('index', number - 1, 'quantity_milli', (line->>1)::bigint)) as lines
        from json_array_elements(basket->'basket'->'lines') with ordinality as l (line, number)
        where is_full or number = 1
    ) as l
"""
_REFUNDS = """
    -- bench.note_refunds
    update receipts r set refunded_minor = t.refund_minor
    from returns t where r.tenant_id = $1 and t.tenant_id = $1 and t.receipt_id = r.id
"""
_LOTS = """
    -- bench.grant_lots
    insert into lots (
        tenant_id, id, wallet_id, document_id, granted, pending, available, held, earned_at, activates_at, expires_at
    )
    select $1, r.id, w.id, r.id, r.earned_points, 0,
           case when r.occurred_at > $2::timestamptz - interval '120 days' then r.earned_points else 0 end, 0,
           r.occurred_at, r.occurred_at, r.occurred_at + interval '180 days'
    from receipts r join wallets w on w.tenant_id = $1 and w.member_id = r.member_id
    where r.tenant_id = $1 and r.external_id like 'copy-%' and r.earned_points > 0
"""
_POSTINGS = """
    -- bench.post
    insert into postings (tenant_id, id, wallet_id, lot_id, kind, debit, credit, points, document_id, at)
    select $1, gen_random_uuid(), wallet_id, id, kind, debit, credit, points, document_id, moved_at
    from lots l cross join lateral (values
        ('accrue', 'issued', 'available', granted, earned_at),
        ('expire', 'available', 'burned', granted - available, earned_at + interval '120 days')
    ) as m (kind, debit, credit, points, moved_at)
    where l.tenant_id = $1 and points > 0
"""
_DAYS = """
    -- bench.sum_standings
    insert into standing_days (tenant_id, member_id, program_id, business_date, purchases, spend_minor, points_earned)
    select $1, r.member_id, $2, r.business_date, count(*), sum(r.payable_minor - r.refunded_minor), sum(r.earned_points)
    from receipts r where r.tenant_id = $1 and r.member_id is not null
    group by r.member_id, r.business_date
    on conflict (tenant_id, member_id, program_id, business_date) do nothing
"""
# Who comes at random fits no model of leaving, so a forecast is invented, and so is which receipts scenarios brought.
_FUTURE = """
    -- bench.foresee
    insert into member_lifetimes (
        tenant_id, member_id, visits, first_on, last_on, alive_bp, visits_soon_milli, visits_year_milli, visit_minor,
        soon_minor, year_minor, value_minor
    )
    select $1, member_id, count(*), min(business_date), max(business_date),
           case when count(*) > 1 then hashtext(member_id::text) & 8191 end, count(*) * 100, count(*) * 400, 2000,
           count(*) * 200, count(*) * 800 + (hashtext(member_id::text) & 1023), count(*) * 750
    from standing_days where tenant_id = $1 and purchases > 0
    group by member_id
"""
_EFFECTS = """
    -- bench.claim_receipts
    insert into payback_receipts (tenant_id, receipt_id, month_on, scenario, revenue_minor, goods_minor)
    select $1, id, date_trunc('month', business_date)::date, ($2::text[])[1 + (hashtext(id::text) & 1023) % 3],
           payable_minor - refunded_minor, cost_minor
    from receipts
    where tenant_id = $1 and member_id is not null and hashtext('effect ' || id::text) % 3 = 0
        and (refunded_minor < payable_minor or payable_minor = 0)
"""
_RUNS = """
    -- bench.note_payback_runs
    insert into payback_runs (tenant_id, month_on, counted_at, revenue_minor)
    select $1, month_on, $2, sum(revenue_minor) from payback_receipts where tenant_id = $1 group by month_on
"""


# So that the next month to be written down is the first of those.
_MONTH_BEFORE = """
    -- bench.write_month
    insert into group_snapshots (tenant_id, month, "group", members, taken_at, actor, is_backdated)
    select $1, $2, named, 0, $3, 'operator:bench', true from unnest($4::text[]) as named
"""


async def build_chain(database: Database, dsn: str) -> Shop:
    """Found the chain and let it have its two years; nothing of it has been added up. Some minutes."""
    program = read_program()
    shop = await open_shop(database, program)
    members = await _timed("members", enroll_many(database, shop, program, MEMBERS))
    await _timed("receipts that the rules decide", _fill_pool(database, shop))
    now = SystemClock().now()
    morning = now.replace(hour=12, minute=0, second=0, microsecond=0) - timedelta(days=1)
    # As the owner: what is invented is not noted as changed, and hundreds of thousands of rows need no policies.
    connection = await asyncpg.connect(dsn)
    # Rows that are copied fit each other: to look up what each refers to would take half of the time.
    await connection.execute("set session_replication_role = replica")
    await connection.execute("set work_mem = '256MB'")
    try:
        step = RECEIPTS // 10
        for first in range(0, RECEIPTS - POOL, step):
            last = min(first + step, RECEIPTS - POOL) - 1
            await _timed(
                f"receipts up to {last + 1:,}",
                connection.execute(
                    _RECEIPTS, shop.tenant_id, POOL, members, first, last, DAYS, TIME_ZONE, morning
                ),
            )
        await _timed("analysis", connection.execute("analyze receipts"))
        await _timed("returns", connection.execute(_RETURNS, shop.tenant_id, now))
        await connection.execute(_REFUNDS, shop.tenant_id)
        await _timed("lots", connection.execute(_LOTS, shop.tenant_id, now))
        await _timed("postings", connection.execute(_POSTINGS, shop.tenant_id))
        await _timed("days of members", connection.execute(_DAYS, shop.tenant_id, shop.program_id))
        await _timed("forecast", connection.execute(_FUTURE, shop.tenant_id))
        await _timed("effects", connection.execute(_EFFECTS, shop.tenant_id, list(SCENARIOS)))
        await connection.execute(_RUNS, shop.tenant_id, now)
        await _timed("vacuum", connection.execute("vacuum analyze"))
    finally:
        await connection.close()
    await _timed("groups of members, and those of past months", _group(database, shop))
    return shop


async def _group(database: Database, shop: Shop) -> None:
    now = SystemClock().now()
    async with database.transaction(shop.tenant_id, actor="operator:bench", at=now) as tx:
        month_before = add_months(now.date().replace(day=1), -1 - MONTHS)
        await tx.execute(_MONTH_BEFORE, tx.tenant_id, month_before, now, list(GROUPS))
    month: object = ...
    while month is not None:
        async with database.transaction(shop.tenant_id, actor="operator:bench", at=SystemClock().now()) as tx:
            month = await take_next_snapshot(tx)
    async with database.transaction(shop.tenant_id, actor="operator:bench", at=SystemClock().now()) as tx:
        await refresh_groups(tx)


async def _fill_pool(database: Database, shop: Shop) -> None:
    dice = random.Random(SEED)  # noqa: S311  a repeatable assortment
    now = SystemClock().now()
    async with database.transaction(shop.tenant_id, actor="operator:bench", at=now) as tx:
        await tx.execute(_COSTS, tx.tenant_id)
        codes = [
            (await open_branch(tx, code=f"branch-{number}", name=f"Branch {number}")).code
            for number in range(1, BRANCHES)
        ]
        till = await set_up_till(tx, name="Every branch")
        owner = await register_account(tx, email=EMAIL, name="Owner", password=PASSWORD, language="ru")
        await hire(tx, account_id=owner.id, role="owner")
    caller, reference = Caller(shop.tenant_id, till.id, None), Reference()
    for begin in range(0, POOL, BATCH):
        items = [
            Item(caller, _purchase(dice, shop, number, ["main", *codes]))
            for number in range(begin, begin + BATCH)
        ]
        async with database.transaction(shop.tenant_id, actor="operator:bench", at=SystemClock().now()) as tx:
            for answer in await commit_batch(tx, reference, items):
                if not isinstance(answer, Committed):
                    raise answer
    async with database.transaction(shop.tenant_id, actor="operator:bench", at=SystemClock().now()) as tx:
        await tx.execute("delete from changes where tenant_id = $1", tx.tenant_id)


def _purchase(dice: random.Random, shop: Shop, number: int, branches: list[str]) -> Purchase:
    """Return a purchase, six of ten by a member of their own."""
    lines = tuple(
        PurchaseLine(
            dice.choice(shop.skus), dice.choice((1000, 1000, 1000, 2000, 500)), dice.randint(50, 900)
        )
        for _ in range(dice.randint(1, LINES_MAX))
    )
    return Purchase(
        external_id=f"pool-{number:06}",
        lines=lines,
        currency="USD",
        branch=dice.choice(branches),
        member=Identity("card", str(FIRST_CARD + number)) if dice.random() < WITH_CARD else None,
    )


async def _timed(what: str, work: Awaitable[T]) -> T:
    began = time.perf_counter()
    done = await work
    print(f"  {what}: {time.perf_counter() - began:.1f} s", file=sys.stderr, flush=True)
    return done
