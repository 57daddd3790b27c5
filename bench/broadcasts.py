"""A broadcast to 100,000 members is counted, planned, left for sending, settled, told of."""

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable
from uuid import UUID

from bench.bot import connect_telegram
from bench.shop import enroll_many, open_shop
from plushka.demo.business import read_program
from plushka.domain.campaigns.announcing import announce
from plushka.domain.campaigns.audiences import Who, composed
from plushka.domain.campaigns.estimating import estimate
from plushka.domain.campaigns.figures import count_figures
from plushka.domain.campaigns.model import LetterPlan, Plan, PointsOffered, Variant
from plushka.domain.campaigns.offers import STEP_MEMBERS
from plushka.domain.campaigns.operations import copy_broadcast, create_broadcast, launch
from plushka.domain.campaigns.progress import get_progress
from plushka.domain.campaigns.queries import get_campaign
from plushka.domain.campaigns.running import advance
from plushka.domain.campaigns.waves import WAITING_MAX, WAVE_MAX
from plushka.domain.insights.campaigns.sight import look_ahead
from plushka.domain.messages.templates.model import Body, Draft, Words
from plushka.domain.messages.templates.store import create_template
from plushka.platform.clock import SystemClock
from plushka.platform.database import APPLICATION_ROLE, Database, Tx
from plushka.platform.postgres.cluster import Cluster

MEMBERS = 100_000
GOAL_PLANNED_SECONDS = 20
GIVEN = 5_000

_REACHABLE = """
    insert into channel_addresses (tenant_id, messenger, external_id, member_id, language, created_at, seen_at)
    select tenant_id, 'telegram', id::text, id, 'ru', enrolled_at, enrolled_at from members where tenant_id = $1
"""
_AGREED = """
    insert into consents (tenant_id, id, member_id, kind, is_given, source, actor, at)
    select tenant_id, gen_random_uuid(), id, 'marketing', hashtext(id::text) % 10 <> 0, 'till', 'bench', enrolled_at
    from members where tenant_id = $1
"""
_SENT = """
    update outgoing set state = 'sent', finished_at = $2, taken_at = $2, attempts = 1
    where tenant_id = $1 and state = 'waiting'
"""


Step = Callable[[Callable[[Tx], Awaitable[object]]], Awaitable[float]]
Row = tuple[str, float, str]


def run(cluster: Cluster) -> str:
    """Measure; some two minutes."""
    return asyncio.run(_measure(cluster))


async def _measure(cluster: Cluster) -> str:
    program = read_program()
    database = await Database.connect(cluster.dsn, connections_max=2)
    shop = await open_shop(database, program)
    await enroll_many(database, shop, program, MEMBERS)
    async with database.transaction(shop.tenant_id, actor="bench", at=SystemClock().now()) as tx:
        await connect_telegram(tx)
        await tx.execute(_REACHABLE, tx.tenant_id)
        await tx.execute(_AGREED, tx.tenant_id)
        await tx.execute("set local role none")
        await tx.execute("analyze members, identities, channel_addresses, consents, wallets, standings")
        await tx.execute(f"set local role {APPLICATION_ROLE}")
        template_id = await create_template(tx, Draft("B", "marketing", Body({"ru": Words("{points}")})))
        plan = Plan(
            name="Bench",
            audience=composed(Who()),
            offer=PointsOffered(shop.program_id, 100),
            letter=LetterPlan((Variant("A", template_id, 7), Variant("B", template_id, 3))),
        )
        campaign_id = await create_broadcast(tx, plan)
        await launch(tx, campaign_id)

    async def step(work: Callable[[Tx], Awaitable[object]]) -> float:
        began = time.perf_counter()
        async with database.transaction(shop.tenant_id, actor="bench", at=SystemClock().now()) as tx:
            await work(tx)
        took = time.perf_counter() - began
        print(f"{took:.2f} s", file=sys.stderr, flush=True)
        return took

    counted = await step(lambda tx: _read(tx, plan))
    planned = await step(lambda tx: advance(tx, campaign_id))
    left = sum([await step(lambda tx: advance(tx, campaign_id)) for _ in range(WAITING_MAX // WAVE_MAX)])
    async with database.transaction(shop.tenant_id, actor="bench", at=SystemClock().now()) as tx:
        await tx.execute(_SENT, tx.tenant_id, tx.at)
    given = sum([await step(lambda tx: advance(tx, campaign_id)) for _ in range(GIVEN // STEP_MEMBERS)])
    watched = await step(lambda tx: get_progress(tx, campaign_id))

    async def figures(tx: Tx) -> None:
        await count_figures(tx, await get_campaign(tx, campaign_id))

    told_of = await step(figures)

    announcement = await _announcement(step)
    await database.close()
    rows: tuple[Row, ...] = (
        (
            "counted before the start: audience, channels, consents, what its control group can prove",
            counted,
            "",
        ),
        ("planned: chosen, drawn into strata and texts, written down", planned, f"{GOAL_PLANNED_SECONDS}"),
        (f"{WAITING_MAX:,} letters left for sending, in waves of {WAVE_MAX:,}", left, ""),
        (f"points given to {GIVEN:,} who were told, {STEP_MEMBERS} a transaction", given, ""),
        ("how far it is, as its page asks every three seconds", watched, ""),
        ("what came of it, by text, channel, sex and tier", told_of, ""),
        *announcement,
    )
    table = "\n".join(f"| {what} | {seconds:.2f} | {goal} |" for what, seconds, goal in rows)
    return f"## Broadcasts\n\n| | seconds | goal |\n|---|---:|---|\n{table}\n"


async def _read(tx: Tx, plan: Plan) -> None:
    """Work out what the page from which a broadcast is begun tells of it."""
    found = await estimate(tx, plan)
    await look_ahead(tx, found.addressed, control_bp=plan.control_bp, window_days=plan.window_days)


async def _announcement(step: Step) -> tuple[Row, ...]:
    """Announce the programme to all members by a click, and once more to those who were not told."""
    written: list[UUID] = []

    async def click(tx: Tx) -> None:
        written.append((await announce(tx)).id)
        await _read(tx, await get_campaign(tx, written[-1]))

    async def again(tx: Tx) -> None:
        written.append(await copy_broadcast(tx, written[0], name="Again"))
        await _read(tx, await get_campaign(tx, written[-1]))

    async def plan_it(tx: Tx) -> None:
        await launch(tx, written[-1])
        await advance(tx, written[-1])

    clicked = await step(click)
    announced = await step(plan_it)
    announced_left = sum(
        [await step(lambda tx: advance(tx, written[0])) for _ in range(WAITING_MAX // WAVE_MAX)]
    )
    clicked_again = await step(again)
    announced_again = await step(plan_it)
    return (
        ("the programme announced by a click: written, and counted as above", clicked, ""),
        ("planned", announced, f"{GOAL_PLANNED_SECONDS}"),
        (f"{WAITING_MAX:,} of its letters left for sending", announced_left, ""),
        ("announced once more: written and counted, whoever knows left out", clicked_again, ""),
        ("planned, for those of the control group alone", announced_again, f"{GOAL_PLANNED_SECONDS}"),
    )
