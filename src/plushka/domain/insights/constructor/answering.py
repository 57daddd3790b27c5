"""A question asked of the database: what it would cost, and its answer, within limits that protect the tills."""

import asyncio
from datetime import timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import asyncpg
import msgspec

from plushka.domain.businesses.model import DAY_STARTS_MINUTES
from plushka.domain.businesses.queries import get_business
from plushka.domain.insights.constructor.composing import Asked, Statement, check, compose
from plushka.domain.insights.constructor.model import (
    COLUMNS_MAX,
    GROUPS_MAX,
    Answer,
    Asker,
    Figure,
    Group,
    Question,
    QuestionTooCostly,
    QuestionTooLong,
    QuestionTooWide,
)
from plushka.domain.insights.constructor.naming import name_keys
from plushka.platform.database import Tx

COST_AT_ONCE = 200_000
"""Units of the planner up to which a question is answered while somebody waits: a second of a million receipts."""
COST_MAX = 40_000_000
"""Units beyond which it is refused."""
AT_ONCE_SECONDS, TASK_SECONDS = 8, 300
"""How long PostgreSQL works at a question, whatever its plan promised."""


async def prepare(tx: Tx, question: Question, asker: Asker) -> tuple[Statement, Asked]:
    """Return the statement of a question as of the business's day.

    :raises QuestionUnsound: it cannot be asked
    :raises QuestionDenied: it is not for this person
    """
    source = check(question, asker)
    zone = (await get_business(tx)).time_zone
    local = tx.at.astimezone(ZoneInfo(zone))
    today = (local - timedelta(minutes=DAY_STARTS_MINUTES)).date()
    asked = Asked(
        tenant_id=tx.tenant_id,
        period=question.period(today),
        today=local.date(),
        zone=zone,
        branch_ids=asker.branch_ids,
    )
    return compose(question, source, asked), asked


async def estimate(tx: Tx, question: Question, asker: Asker) -> int:
    """Return what the planner thinks that an answer costs, in its units.

    :raises QuestionTooCostly: more than ``COST_MAX``
    """
    statement, _ = await prepare(tx, question, asker)
    plan = msgspec.json.decode(await tx.fetchval(f"explain (format json) {statement.sql}", *statement.args))
    cost = int(plan[0]["Plan"]["Total Cost"])
    if cost > COST_MAX:
        raise QuestionTooCostly(cost=cost)
    return cost


async def answer(tx: Tx, question: Question, asker: Asker, *, seconds: int) -> Answer:
    """Return the answer; ``tx`` should be one that can only read, of the branches that the asker is kept to.

    :raises QuestionTooLong: it was not there after ``seconds``
    :raises QuestionTooWide: more columns than stand side by side, or more cells than are read
    """
    statement, asked = await prepare(tx, question, asker)
    await tx.execute("select set_config('statement_timeout', $1, true)", str(seconds * 1000))
    try:
        rows = await tx.fetch(statement.sql, *statement.args)
    except asyncpg.QueryCanceledError as error:
        raise QuestionTooLong(seconds=seconds) from error
    is_cut = len(rows) > GROUPS_MAX
    groups = tuple(_group(row, question) for row in rows[:GROUPS_MAX])
    columns = {group.column for group in groups if group.column is not None}
    if question.view == "pivot" and question.column and (is_cut or len(columns) > COLUMNS_MAX):
        raise QuestionTooWide(columns_max=COLUMNS_MAX)
    return Answer(
        question=question,
        groups=groups,
        names=await name_keys(tx, question, groups),
        counted_at=tx.at,
        period=None if question.span == "all" else (asked.period.from_on, asked.period.until_on),
        is_cut=is_cut,
    )


def _group(row: asyncpg.Record, question: Question) -> Group:
    count = len(question.dimensions)
    # The first dimension is the highest bit; a bit that is set is one that was summed over.
    present = [not row["level"] >> (count - 1 - place) & 1 for place in range(count)]
    rows = len(question.rows)
    keys = tuple(row[f"k{place}"] for place in range(rows) if present[place])
    column = row[f"k{rows}"] if question.column and present[rows] else None
    return Group(keys, column, tuple(_figure(row, place) for place in range(len(question.measures))))


def _figure(row: asyncpg.Record, place: int) -> Figure:
    return _whole(row[f"n{place}"]), _whole(row[f"d{place}"])


def _whole(value: Decimal | None) -> int | None:
    return None if value is None else int(value)


async def answer_until_stopped(
    tx: Tx, question: Question, asker: Asker, *, seconds: int, is_stopped: asyncio.Event
) -> Answer | None:
    """Return the answer, or None once ``is_stopped``: the statement is cancelled, and ``tx`` is of no use then."""
    answering = asyncio.ensure_future(answer(tx, question, asker, seconds=seconds))
    stopping = asyncio.ensure_future(is_stopped.wait())
    await asyncio.wait([answering, stopping], return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if not answering.done():
        answering.cancel()
        await asyncio.wait([answering])
        return None
    return answering.result()
