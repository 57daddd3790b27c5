"""What questions of one's own cost by their plan, and what they take: those that are answered at once must be quick."""

import asyncio
from collections.abc import Mapping
from types import MappingProxyType

from msgspec import Struct, structs

from bench import processor
from bench.chain import RECEIPTS
from bench.shop import Shop
from plushka.delivery.office.permissions import ACTIONS
from plushka.domain.insights.constructor.answering import COST_AT_ONCE, TASK_SECONDS, answer, estimate
from plushka.domain.insights.constructor.examples import EXAMPLES
from plushka.domain.insights.constructor.model import Asker, Question, QuestionTooCostly, QuestionTooLong
from plushka.platform.clock import SystemClock
from plushka.platform.database import Database
from plushka.platform.postgres.cluster import Cluster
from plushka.platform.postgres.priority import WAITED_FOR

QUESTIONS: Mapping[str, Question] = MappingProxyType(
    {
        **{f"`{name}`": example.question for name, example in EXAMPLES.items()},
        **{
            f"`{name}` of {told}": structs.replace(EXAMPLES[name].question, span=span)
            for name in ("branches", "hours", "margin")
            for span, told in (("month", "a month"), ("quarter", "a quarter"), ("year", "a year"))
            if EXAMPLES[name].question.span != span
        },
    }
)
ASKER = Asker(frozenset(ACTIONS))


class Asked(Struct, frozen=True):
    """``cost`` in units of the planner, None: refused by it. ``seconds`` of the processor, None: not answered."""

    cost: int | None
    seconds: float | None = None
    groups: int = 0


def run(cluster: Cluster, shop: Shop) -> str:
    """Measure, and return the section."""
    asked = asyncio.run(_ask_all(cluster, shop))
    at_once = [
        each.seconds for each in asked.values() if each.cost and each.cost <= COST_AT_ONCE and each.seconds
    ]
    rows = "\n".join(f"| {name} | {_told(each)} |" for name, each in asked.items())
    return f"""## Questions

Questions of one's own, the ready ones and some of other periods, of {RECEIPTS:,} receipts: what the plan says that an
answer costs, and what it takes of PostgreSQL's processor. Up to {COST_AT_ONCE:,} units it is answered at once:
of these {len(at_once)} the slowest took {max(at_once, default=0):.1f} s.

| question | units of the plan | of the processor, s | groups | answered |
|---|---:|---:|---:|---|
{rows}
"""


async def _ask_all(cluster: Cluster, shop: Shop) -> dict[str, Asked]:
    database = await Database.connect_aside(
        cluster.dsn, connections_max=1, niceness=WAITED_FOR, statement_seconds_max=None
    )
    try:
        return {name: await _ask(database, shop, question) for name, question in QUESTIONS.items()}
    finally:
        await database.close()


async def _ask(database: Database, shop: Shop, question: Question) -> Asked:
    try:
        async with database.transaction(
            shop.tenant_id, actor="operator:bench", at=SystemClock().now(), read_only=True
        ) as tx:
            serving = [await tx.fetchval("select pg_backend_pid()")]
            cost = await estimate(tx, question, ASKER)
            before = processor.exact_seconds(serving)
            found = await answer(tx, question, ASKER, seconds=TASK_SECONDS)
            return Asked(cost, processor.exact_seconds(serving) - before, len(found.groups))
    except QuestionTooCostly:
        return Asked(None)
    except QuestionTooLong:
        return Asked(cost)


def _told(asked: Asked) -> str:
    if asked.cost is None:
        return "too many | | | never"
    took = "" if asked.seconds is None else f"{asked.seconds:.2f}"
    when = "at once" if asked.cost <= COST_AT_ONCE else "as a task"
    return f"{asked.cost:,} | {took} | {asked.groups:,} | {when}"
