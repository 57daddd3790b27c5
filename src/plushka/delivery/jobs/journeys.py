"""Members begin journeys and go on in them; other systems are told; business by business."""

from collections.abc import Awaitable, Callable, Collection, Sequence
from uuid import UUID

import structlog

from plushka.domain.campaigns.journeys.entering import enter_some, list_due, pass_over
from plushka.domain.campaigns.journeys.goals import end_reached, list_with_goals
from plushka.domain.campaigns.journeys.model import JourneyCard
from plushka.domain.campaigns.journeys.moving import list_with_due, move_some
from plushka.domain.campaigns.journeys.queries import list_running
from plushka.domain.campaigns.journeys.taking import STEP_RUNS
from plushka.domain.programs.versions import Versions
from plushka.platform.clock import Clock
from plushka.platform.database import Database

log = structlog.get_logger()

GOALS_EVERY_MINUTES = 10
"""How often those who wait are asked whether they have what the journey is for; who is due is asked each time."""

_versions = Versions()


async def lead_tenant(database: Database, clock: Clock, tenant_id: UUID) -> None:
    """Let members of the tenant begin and go on, some in each transaction; repeated, it does nothing more.

    A business without a journey that runs pays one look into an index. One journey that fails stops no other.
    """
    async with database.transaction(tenant_id, actor="job:journeys", at=clock.now(), read_only=True) as tx:
        running = await list_running(tx)
        due = await list_due(tx, running)
        asks_for_goals = running and clock.now().minute % GOALS_EVERY_MINUTES == 0
        with_goals = await list_with_goals(tx) if asks_for_goals else {}
    failures: list[Exception] = []
    passed = await _pass_over(database, clock, tenant_id, due) if due else set()
    for card in due:
        if card.id in passed:
            continue
        await _try(failures, card.id, lambda: _let_begin(database, clock, tenant_id, card.id))  # noqa: B023
    for journey_id, goals in with_goals.items():
        await _try(
            failures,
            journey_id,
            lambda: _end_reached(database, clock, tenant_id, journey_id, goals),  # noqa: B023
        )
    if running:
        await _move_all(database, clock, tenant_id, [card.id for card in running], failures)
    if failures:
        raise ExceptionGroup(f"{len(failures)} journeys failed", failures)


async def _pass_over(
    database: Database, clock: Clock, tenant_id: UUID, due: Sequence[JourneyCard]
) -> Collection[UUID]:
    """Return the journeys that nobody is to begin; where that cannot be told of all, none."""
    try:
        async with database.transaction(tenant_id, actor="job:journeys", at=clock.now()) as tx:
            return await pass_over(tx, _versions, due)
    except Exception as failure:  # noqa: BLE001  whichever it was of fails once more by itself, and is told of
        log.warning("journeys_looked_at_apart", tenant_id=str(tenant_id), why=repr(failure))
        return ()


async def _let_begin(database: Database, clock: Clock, tenant_id: UUID, journey_id: UUID) -> None:
    last, is_first = None, True
    while is_first or last is not None:
        is_first = False
        async with database.transaction(tenant_id, actor="job:journeys", at=clock.now()) as tx:
            last, _ = await enter_some(tx, _versions, journey_id, after=last)


async def _end_reached(
    database: Database, clock: Clock, tenant_id: UUID, journey_id: UUID, goals: Collection[str]
) -> None:
    async with database.transaction(tenant_id, actor="job:journeys", at=clock.now()) as tx:
        await end_reached(tx, journey_id, goals)


async def _move_all(
    database: Database, clock: Clock, tenant_id: UUID, journey_ids: Sequence[UUID], failures: list[Exception]
) -> None:
    """Move the journeys together; where that fails, each by itself, so that one that fails stops no other."""
    try:
        await _move(database, clock, tenant_id, journey_ids)
    except Exception as failure:  # noqa: BLE001  whichever it was of fails once more below, and is told of
        log.warning("journeys_moved_apart", tenant_id=str(tenant_id), why=repr(failure))
        async with database.transaction(
            tenant_id, actor="job:journeys", at=clock.now(), read_only=True
        ) as tx:
            with_due = await list_with_due(tx)
        for journey_id in with_due:
            await _try(failures, journey_id, lambda: _move(database, clock, tenant_id, [journey_id]))  # noqa: B023


async def _move(database: Database, clock: Clock, tenant_id: UUID, journey_ids: Sequence[UUID]) -> None:
    is_more = True
    while is_more:
        async with database.transaction(tenant_id, actor="job:journeys", at=clock.now()) as tx:
            is_more = await move_some(tx, journey_ids) >= STEP_RUNS


async def _try(failures: list[Exception], journey_id: UUID, work: Callable[[], Awaitable[None]]) -> None:
    try:
        await work()
    except Exception as failure:
        log.exception("journey_failed", journey_id=str(journey_id))
        failures.append(failure)
