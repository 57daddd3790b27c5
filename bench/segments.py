"""Counting, asking and following segments of 100,000 members: a section of ``make bench-campaigns``."""

import asyncio
import statistics
import time
from datetime import UTC, datetime, timedelta
from uuid import UUID

import psycopg
from msgspec import Struct

from bench.bot import connect_telegram
from plushka.domain.businesses.branches import open_branch
from plushka.domain.businesses.operations import found_business
from plushka.domain.programs.operations import create_program, publish
from plushka.domain.rewards.card_states import settle_states
from plushka.domain.segments.asking import still_in
from plushka.domain.segments.lifecycle.refreshing import refresh_groups
from plushka.domain.segments.operations import create_segment
from plushka.domain.segments.refreshing import refresh
from plushka.domain.segments.selecting import count_members, list_members
from plushka.engine import audience as a
from plushka.engine.audience import Audience
from plushka.engine.conditions import Segment, Tag
from plushka.engine.occasion_parts import FieldTest
from plushka.engine.program import (
    EarningRule,
    Percent,
    Program,
    Redemption,
    RedemptionLimits,
    StampCard,
)
from plushka.engine.stamp_parts import FromLast, Gift
from plushka.platform.database import Database
from plushka.platform.ids import new_id
from plushka.platform.postgres.cluster import Cluster

MEMBERS = 100_000
RECEIPTS_EACH = 6
DAYS_EACH = 20
TIMES = 5
GOAL_SECONDS = 2
ASKED = 30
"""As many members as letters that are taken up at once are for."""
SETTLED = 5_000
"""So many members' stamp cards are worked out at once."""
WAITING = 1_000
"""So many receipts are not added up yet when members are asked for by goods."""
LETTERS_EACH = 3
"""Letters of an earlier campaign, besides that of the one which is asked about."""
EVENTS_EACH = 2
CAMPAIGN, EARLIER = UUID(int=1), UUID(int=2)
PROGRAM = Program(
    name="Bench",
    currency="RUB",
    earning=(EarningRule(id="base", name="10 %", effect=Percent(rate_bp=1000)),),
    redemption=Redemption(limits=RedemptionLimits(receipt_share_bp=5000)),
    cards=(StampCard("coffee", "Coffee", 8, Gift("Coffee"), lasts=FromLast(120)),),
)
NOW = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)

# Written past the application: what is measured is reading. A receipt has nine lines, as the demo's have; letters lie
# in the order in which they went out and days of purchases in that in which they came, as they do where they happen.
_LIFE = """
    insert into members (tenant_id, id, name, sex, birthday, tags, enrolled_at, source)
    select {tenant}, gen_random_uuid(), 'M' || n, (array['female', 'male', null])[1 + n %% 3],
           date '1950-01-01' + n * 7 %% 20000, case when n %% 20 = 0 then array['vip'] else '{{}}' end,
           timestamptz {now} - n %% 900 * interval '1 day', 'till'
    from generate_series(1, {members}) n;
    insert into identities (tenant_id, kind, value, member_id, created_at)
    select tenant_id, 'phone', '+7' || name, id, enrolled_at from members where tenant_id = {tenant};
    insert into channel_addresses (tenant_id, messenger, external_id, member_id, language, created_at, seen_at)
    select tenant_id, 'telegram', name, id, 'ru', enrolled_at, enrolled_at from members
    where tenant_id = {tenant} and hashtext(name) %% 2 = 0;
    insert into consents (tenant_id, id, member_id, kind, is_given, source, actor, at)
    select tenant_id, gen_random_uuid(), id, kind, hashtext(name || kind) %% 4 <> 0, 'till', 'bench', enrolled_at
    from members cross join unnest(array['marketing', 'messenger']) as kinds (kind) where tenant_id = {tenant};
    insert into wallets (tenant_id, id, member_id, program_id, available, due_at, last_purchase_on,
                         last_purchase_zone, created_at)
    select tenant_id, gen_random_uuid(), id, {program}, 200,
           timestamptz {now} + abs(hashtext(name)) %% 90 * interval '1 day',
           (timestamptz {now})::date - abs(hashtext(name)) %% 300, 'Europe/Moscow', enrolled_at
    from members where tenant_id = {tenant};
    insert into lots (tenant_id, id, wallet_id, document_id, granted, pending, available, held, earned_at,
                      activates_at, expires_at)
    select tenant_id, gen_random_uuid(), id, id, 100, 0, 100, 0, created_at - interval '1 day',
           created_at - interval '1 day', due_at + each * interval '1 day'
    from wallets cross join generate_series(0, 1) as each where tenant_id = {tenant};
    insert into standings (tenant_id, member_id, program_id, purchases, spend_minor)
    select tenant_id, id, {program}, {days}, abs(hashtext(name)) %% 500000 * {days}
    from members where tenant_id = {tenant};
    insert into standing_days (tenant_id, member_id, program_id, business_date, purchases, spend_minor, points_earned)
    select tenant_id, id, {program}, (timestamptz {now})::date - abs(hashtext(name)) %% 300 - each * 3 as business_date,
           1, abs(hashtext(name)) %% 500000, 50
    from members cross join generate_series(0, {days} - 1) as each where tenant_id = {tenant}
    order by business_date;
    insert into receipts (
        tenant_id, id, till_id, external_id, digest, branch_id, member_id, version_id, occurred_at, received_at,
        business_date, amount_minor, discount_minor, redeemed_minor, payable_minor, redeemed_points, earned_points,
        basket, outcome
    )
    select tenant_id, gen_random_uuid(), {branch}, name || '-' || each, '\\x00', {branch}, id, {branch},
           timestamptz {now} - interval '1 day' * ((abs(hashtext(name)) + each * 53) %% 340), {now},
           (timestamptz {now})::date - (abs(hashtext(name)) + each * 53) %% 340, 500, 0, 0, 500, 0, 5,
           (select '{{"basket": {{"lines": [' || string_agg(format(
                '["sku%%s", 1000, 10000, [["category%%s"], "brand%%s", "goods"]]',
                (abs(hashtext(name || each)) + line) %% 2000,
                (abs(hashtext(name || each)) + line) %% 40, line
            ), ', ') || '], "place": {{"branch": "arbat", "time_zone": "Europe/Moscow"}}}}, "names": []}}'
            from generate_series(1, 9) as line)::json,
           to_json(repeat('outcome ', 100))
    from members cross join generate_series(1, {each}) as each where tenant_id = {tenant};
    insert into changes (tenant_id, id, kind, subjects, at)
    select {tenant}, gen_random_uuid(), 'receipts', array_agg(id), {now}
    from (select id from receipts where tenant_id = {tenant} order by id limit {waiting}) as waiting;
    insert into receipt_goods (tenant_id, business_date, receipt_id, branch_id, member_id, products, categories, brands)
    select tenant_id, business_date, id, branch_id, member_id,
           array(select distinct line->>0 from json_array_elements(l) as line order by 1),
           array(select distinct line #>> '{{3,0,0}}' from json_array_elements(l) as line order by 1),
           array(select distinct line #>> '{{3,1}}' from json_array_elements(l) as line order by 1)
    from receipts cross join lateral (select basket #> '{{basket,lines}}' as l offset 0) as goods
    where tenant_id = {tenant} and id not in (select unnest(subjects) from changes where tenant_id = {tenant})
    order by business_date, id;
    insert into stamps (tenant_id, receipt_id, card_id, member_id, program_id, business_date, count, count_left,
                        rewards, rewards_left, terms)
    select tenant_id, id, 'coffee', member_id, {program}, business_date, 1, 1, 0, 0,
           '[8, {{"is": "from_last", "days": 120}}, true, true]'
    from receipts where tenant_id = {tenant};
    insert into outgoing (tenant_id, id, key, channel, address, member_id, language, purpose, content, campaign_id,
                          not_before, useful_until, state, attempts, created_at, taken_at, finished_at)
    select tenant_id, gen_random_uuid(), 'letter ' || name, 'telegram', name, id, 'ru', 'marketing', '{{}}', {campaign},
           sent_at, sent_at + interval '1 day', 'sent', 1, sent_at, sent_at, sent_at
    from (
        select *, timestamptz {now} - abs(hashtext('sent ' || name)) %% 60 * interval '1 day' as sent_at
        from members where tenant_id = {tenant} and hashtext('told ' || name) %% 2 = 0
    ) as told
    order by sent_at;
    insert into campaigns (tenant_id, id, kind, name, purpose, state, control_bp, salt, window_days, created_by,
                           created_at, started_by, started_at, planned_at)
    select {tenant}, id, 'broadcast', 'Bench', 'marketing', 'sending', 1000, repeat('s', 16), 7, 'bench', at,
           'bench', at, at
    from (
        select id, timestamptz {now} - days * interval '1 day' as at
        from unnest(array[{campaign}, {earlier}]::uuid[], array[60, 180]) as begun (id, days)
    ) as begun;
    insert into outgoing (tenant_id, id, key, channel, address, member_id, language, purpose, content, campaign_id,
                          not_before, useful_until, state, attempts, created_at, taken_at, finished_at)
    select tenant_id, gen_random_uuid(), 'earlier ' || name || '-' || each, 'telegram', name, id, 'ru',
           'marketing', '{{}}', {earlier}, sent_at, sent_at + interval '1 day', 'sent', 1, sent_at, sent_at, sent_at
    from (
        select *, timestamptz {now} - abs(hashtext('sent ' || name || each)) %% 180 * interval '1 day' as sent_at
        from members cross join generate_series(1, {letters}) as each where tenant_id = {tenant}
    ) as told
    order by sent_at;
    insert into coupons (tenant_id, id, name, created_at) values ({tenant}, {campaign}, 'Bench', {now});
    insert into coupon_codes (tenant_id, key, code, coupon_id, member_id, uses, uses_max)
    select tenant_id, name, name, {campaign}, id, 0, 1 from members
    where tenant_id = {tenant} and hashtext('told ' || name) %% 2 = 0;
    insert into campaign_recipients (tenant_id, campaign_id, member_id, is_control, planned_at, coupon_key, offered_at)
    select tenant_id, {campaign}, id, hashtext('told ' || name) %% 2 <> 0, {now},
           case when hashtext('told ' || name) %% 2 = 0 then name end,
           case when hashtext('told ' || name) %% 2 = 0 then timestamptz {now} end
    from members where tenant_id = {tenant} and (hashtext('told ' || name) %% 2 = 0 or hashtext(name) %% 10 = 0);
    insert into coupon_uses (tenant_id, receipt_id, key, coupon_id, member_id, business_date, used_at)
    select distinct on (r.member_id) r.tenant_id, r.id, c.key, c.coupon_id, r.member_id, r.business_date, r.occurred_at
    from coupon_codes c join receipts r on r.tenant_id = c.tenant_id and r.member_id = c.member_id
    where c.tenant_id = {tenant} and hashtext('used ' || c.key) %% 5 = 0
    order by r.member_id, r.occurred_at;
    insert into member_events (tenant_id, id, member_id, kind, digest, data, occurred_at, noted_at, actor)
    select tenant_id, gen_random_uuid(), id, 'review', '\\x00',
           jsonb_build_object(
               'rating', 1 + abs(hashtext('stars ' || name || each)) %% 5,
               'text', repeat('Пришли вечером, ждали недолго. ', 5) || (array['Вкусно', 'Обычно'])[1 + each %% 2]
           ), at, at, 'bench'
    from (
        select *, timestamptz {now} - abs(hashtext('review ' || name || each)) %% 360 * interval '1 day' as at
        from members cross join generate_series(1, {events}) as each where tenant_id = {tenant}
    ) as said;
"""


STARS = (FieldTest("rating", at_least=4),)


class Counted(Struct, frozen=True):
    """How long an audience took to count: the median and the slowest of some times."""

    what: str
    members: int
    median_ms: float
    slowest_ms: float


class Asked(Struct, frozen=True):
    """How long it took to tell whether some members are in an audience, and to select all who are; medians."""

    what: str
    asked_ms: float
    selected_ms: float


def audiences() -> list[tuple[str, Audience]]:
    """Return what is counted, from the simplest to the widest."""
    gone, almost_full = a.LastPurchase(days_min=30), a.Stamped("coffee", left_max=2)
    reachable = a.Reachable(("telegram", "sms"))
    return [
        ("a tag", Tag(("vip",))),
        ("birthday within a week", a.Birthday(days_max=7)),
        ("not bought for 30 days", gone),
        ("three purchases or more in 90 days", a.Purchases(count_min=3, days=90)),
        ("spent 5,000 or more in a year", a.Spend(min_minor=5_000_00, days=365)),
        ("points burn within a week", a.Burning(days=7)),
        ("two stamps to a full card", almost_full),
        ("reachable in Telegram", a.Reachable(("telegram",))),
        ("bought at a branch in 90 days, twice", a.BoughtAt(("arbat",), days=90, times_min=2)),
        ("bought one product in 30 days", a.Bought(days=30, products=("sku77",))),
        ("bought one product in 90 days", a.Bought(days=90, products=("sku77",))),
        ("bought one product in a year", a.Bought(days=365, products=("sku77",))),
        ("bought of one category in 30 days", a.Bought(days=30, categories=("category7",))),
        ("bought of one category in a year", a.Bought(days=365, categories=("category7",))),
        ("a group of buyers", a.Group(("core",))),
        ("a cell of the grid: recent, for little", a.Rfm(r=(4, 5), m=(1,))),
        ("told of a campaign in 30 days", a.Campaign((CAMPAIGN,), days=30)),
        (
            "told of a campaign in 30 days, bought within a week",
            a.Campaign((CAMPAIGN,), days=30, bought_within_days=7),
        ),
        ("sent nothing of a campaign", a.Campaign((CAMPAIGN,), reaction="nothing")),
        ("in its control group", a.Campaign((CAMPAIGN,), reaction="control")),
        ("paid with its code", a.Campaign((CAMPAIGN,), reaction="code_used")),
        ("bought after it, as its figures count", a.Campaign((CAMPAIGN,), reaction="bought")),
        ("bought after any campaign, in 90 days", a.Campaign(days=90, reaction="bought")),
        (
            "a review of four stars or more with a word, in 180 days",
            a.Happened("review", days=180, where=(*STARS, FieldTest("text", contains="вкусно"))),
        ),
        (
            "twelve conditions in groups",
            a.All(
                (
                    a.Any((gone, a.Purchases(count_max=3, days=90), a.AverageReceipt(max_minor=40_000))),
                    a.Not(a.Any((Tag(("vip",)), a.Blocked(), a.Sex(("male",))))),
                    a.Any((reachable, a.Burning(days=14), a.Age(years_min=30))),
                    a.Any(
                        (a.Enrolled(days_min=30), a.Balance(points_min=100), a.Spend(min_minor=1, days=365))
                    ),
                )
            ),
        ),
        (
            "twelve of what was bought, stamped and told, in groups",
            a.All(
                (
                    a.Any((almost_full, a.Bought(days=90, categories=("category7",)), a.Rfm(f=(4, 5)))),
                    a.Any((a.BoughtAt(("arbat",), days=180), a.Spend(min_minor=1_000_00, days=180), gone)),
                    a.Not(
                        a.All(
                            (
                                a.Campaign((CAMPAIGN,), days=30, bought_within_days=7),
                                a.Bought(days=30, products=("sku77",)),
                                a.Purchases(count_min=3, days=90),
                            )
                        )
                    ),
                    a.Any((reachable, a.Group(("core", "newcomer")), a.Burning(days=14))),
                )
            ),
        ),
        (
            "twelve of reactions and events, in groups",
            a.All(
                (
                    a.Any(
                        (
                            a.Campaign((CAMPAIGN,), reaction="bought"),
                            a.Campaign((CAMPAIGN,), reaction="code_used"),
                            a.Campaign((EARLIER,), days=90, reaction="nothing"),
                            a.Campaign(days=30, bought_within_days=3),
                        )
                    ),
                    a.Not(
                        a.Any(
                            (
                                a.Campaign((CAMPAIGN,), reaction="control"),
                                a.Campaign(reaction="undelivered"),
                                a.Campaign((EARLIER,), days=90, reaction="bought"),
                                a.Campaign(days=7),
                            )
                        )
                    ),
                    a.Any(
                        (
                            a.Happened("review", days=180, where=STARS),
                            a.Happened("review", times_min=2, where=(FieldTest("text", contains="вкусно"),)),
                            a.Happened("review", days=90),
                            a.Happened("review", where=(FieldTest("place", is_there=True),)),
                        )
                    ),
                )
            ),
        ),
    ]


async def measure(cluster: Cluster) -> str:
    """Measure and return the section of the document."""
    database = await Database.connect(cluster.dsn, connections_max=2)
    tenant_id = new_id()
    try:
        async with database.transaction(tenant_id, actor="operator:bench", at=NOW) as tx:
            await found_business(
                tx, name="Bench", currency="RUB", country="RU", language="ru", time_zone="Europe/Moscow"
            )
            await connect_telegram(tx)
            branch = await open_branch(tx, code="arbat", name="Арбат", time_zone="Europe/Moscow")
            program_id = await create_program(tx, name=PROGRAM.name)
            await publish(tx, program_id=program_id, program=PROGRAM, valid_from=NOW)
        life = _LIFE.format(
            tenant=f"'{tenant_id}'",
            program=f"'{program_id}'",
            branch=f"'{branch.id}'",
            now=f"'{NOW.isoformat()}'",
            campaign=f"'{CAMPAIGN}'",
            earlier=f"'{EARLIER}'",
            letters=LETTERS_EACH,
            events=EVENTS_EACH,
            members=MEMBERS,
            days=DAYS_EACH,
            each=RECEIPTS_EACH,
            waiting=WAITING,
        ).replace("%%", "%")
        with psycopg.connect(cluster.dsn, autocommit=True) as connection:
            connection.execute(life.encode())
            # As autovacuum does within minutes. Until then what is read from an index alone is read from the rows too.
            connection.execute("vacuum analyze")
        async with database.transaction(tenant_id, actor="operator:bench", at=NOW) as tx:
            await refresh_groups(tx)
            rows = await tx.fetch("select id from members where tenant_id = $1", tenant_id)
            for begin in range(0, MEMBERS, SETTLED):
                await settle_states(tx, [row["id"] for row in rows[begin : begin + SETTLED]])
        with psycopg.connect(cluster.dsn, autocommit=True) as connection:
            connection.execute("vacuum analyze member_groups, card_states")
        counted = [await _count(database, tenant_id, what, audience) for what, audience in audiences()]
        asked = [await _ask(database, tenant_id, what, audience) for what, audience in audiences()]
        first, again, moved = await _follow(database, tenant_id)
    finally:
        await database.close()
    return _section(counted, asked, first, again, moved)


async def _count(database: Database, tenant_id: UUID, what: str, audience: Audience) -> Counted:
    seconds, members = [], 0
    for _ in range(TIMES):
        async with database.transaction(tenant_id, actor="staff:bench", at=NOW, read_only=True) as tx:
            began = time.perf_counter()
            members = await count_members(tx, audience)
            seconds.append(time.perf_counter() - began)
    return Counted(what, members, statistics.median(seconds) * 1000, max(seconds) * 1000)


async def _ask(database: Database, tenant_id: UUID, what: str, audience: Audience) -> Asked:
    asking, selecting = [], []
    for turn in range(TIMES):
        async with database.transaction(tenant_id, actor="job:letters", at=NOW, read_only=True) as tx:
            rows = await tx.fetch(
                "select id from members where tenant_id = $1 order by id offset $2 limit $3",
                tenant_id,
                turn * 1000,
                ASKED,
            )
            ids = [row["id"] for row in rows]
            began = time.perf_counter()
            inside = await still_in(tx, audience, ids)
            asking.append(time.perf_counter() - began)
            began = time.perf_counter()
            chosen = await list_members(tx, audience)
            selecting.append(time.perf_counter() - began)
            if inside != frozenset(ids) & frozenset(chosen):
                raise RuntimeError(f"facts and statement tell another audience: {what}")
    return Asked(what, statistics.median(asking) * 1000, statistics.median(selecting) * 1000)


async def _follow(database: Database, tenant_id: UUID) -> tuple[float, float, tuple[float, int]]:
    """Return how long a segment of half the members takes to be filled, looked at again, and after a day."""
    audience = a.LastPurchase(days_min=150)
    began = time.perf_counter()
    async with database.transaction(tenant_id, actor="staff:bench", at=NOW) as tx:
        segment_id = await create_segment(tx, name="Half", audience=audience)
        await create_segment(
            tx, name="On it", audience=a.All((Segment((str(segment_id),)), a.Sex(("female",))))
        )
    first = (time.perf_counter() - began) / 2
    again = await _refresh(database, tenant_id, segment_id, NOW + timedelta(minutes=10))
    later = await _refresh(database, tenant_id, segment_id, NOW + timedelta(days=1))
    return first, again[0], later


async def _refresh(database: Database, tenant_id: UUID, segment_id: UUID, at: datetime) -> tuple[float, int]:
    async with database.transaction(tenant_id, actor="job:segments", at=at) as tx:
        began = time.perf_counter()
        refreshed = await refresh(tx, segment_id)
        return time.perf_counter() - began, refreshed.entered + refreshed.left


def _section(
    counted: list[Counted], asked: list[Asked], first: float, again: float, later: tuple[float, int]
) -> str:
    rows = "\n".join(
        f"| {each.what} | {each.members:,} | {each.median_ms:,.0f} | {each.slowest_ms:,.0f} |"
        for each in counted
    )
    few = "\n".join(f"| {each.what} | {each.asked_ms:,.0f} | {each.selected_ms:,.0f} |" for each in asked)
    return f"""## Segments

{MEMBERS:,} members with {MEMBERS * DAYS_EACH:,} days of purchases, {MEMBERS * RECEIPTS_EACH:,} receipts of nine
lines, {WAITING:,} of which are not added up yet, each with a stamp, {MEMBERS * 2:,} lots,
{MEMBERS * EVENTS_EACH:,} reviews and {MEMBERS // 2 + MEMBERS * LETTERS_EACH:,} letters; each audience counted
{TIMES} times. The goal is {GOAL_SECONDS} s.

| Audience | Members | Median, ms | Slowest, ms |
|---|---:|---:|---:|
{rows}

Before {ASKED} letters are sent it is asked whether their members are in the audience still, of each from facts. Beside
it is what selecting all who are in it takes; both find the same. The median of {TIMES} times, each of other members.

| Audience | Asked of {ASKED}, ms | All selected, ms |
|---|---:|---:|
{few}

A segment of half the members is filled in {first:.1f} s, refreshed in {again:.1f} s when nobody has moved, and in
{later[0]:.1f} s when {later[1]:,} have.
"""


def run(cluster: Cluster) -> str:
    return asyncio.run(measure(cluster))
