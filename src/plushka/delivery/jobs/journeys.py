"""Members begin journeys and go on in them; other systems are told; business by business."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from uuid import UUID

import structlog

from plushka.domain.campaigns.journeys.entering import enter_some, enter_together, list_due
from plushka.domain.campaigns.journeys.goals import end_reached
from plushka.domain.campaigns.journeys.moving import move_some
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

    A business without a journey that runs pays one look into an index. What is done for all journeys together and
    fails is done for each by itself, so that one journey that fails stops no other.
    """
    failures: list[Exception] = []
    running, left = await _begin_together(database, clock, tenant_id)
    for journey_id, after in left.items():
        await _try(failures, journey_id, lambda: _let_begin(database, clock, tenant_id, journey_id, after))  # noqa: B023
    if running:
        await _go_on(database, clock, tenant_id, running, failures)
    if failures:
        raise ExceptionGroup(f"{len(failures)} journeys failed", failures)


async def _begin_together(
    database: Database, clock: Clock, tenant_id: UUID
) -> tuple[Sequence[UUID], Mapping[UUID, UUID | None]]:
    """Let members begin; return the journeys that run, and those that are not done with, as ``enter_together`` does."""
    try:
        async with database.transaction(tenant_id, actor="job:journeys", at=clock.now()) as tx:
            return await enter_together(tx, _versions)
    except Exception as failure:  # noqa: BLE001  whichever it was of fails once more by itself, and is told of
        log.warning("journeys_begun_apart", tenant_id=str(tenant_id), why=repr(failure))
    async with database.transaction(tenant_id, actor="job:journeys", at=clock.now(), read_only=True) as tx:
        running = await list_running(tx)
        return [card.id for card in running], {card.id: None for card in await list_due(tx, running)}


async def _let_begin(
    database: Database, clock: Clock, tenant_id: UUID, journey_id: UUID, after: UUID | None
) -> None:
    last, is_first = after, True
    while is_first or last is not None:
        is_first = False
        async with database.transaction(tenant_id, actor="job:journeys", at=clock.now()) as tx:
            last, _ = await enter_some(tx, _versions, journey_id, after=last)


async def _go_on(
    database: Database, clock: Clock, tenant_id: UUID, journey_ids: Sequence[UUID], failures: list[Exception]
) -> None:
    """Let those who are due go on, and end the runs that have what they are for."""
    asks_for_goals = clock.now().minute % GOALS_EVERY_MINUTES == 0
    try:
        await _move(database, clock, tenant_id, journey_ids, asks_for_goals=asks_for_goals)
    except Exception as failure:  # noqa: BLE001  whichever it was of fails once more below, and is told of
        log.warning("journeys_moved_apart", tenant_id=str(tenant_id), why=repr(failure))
        for journey_id in journey_ids:
            await _try(
                failures,
                journey_id,
                lambda: _move(database, clock, tenant_id, [journey_id], asks_for_goals=asks_for_goals),  # noqa: B023
            )


async def _move(
    database: Database, clock: Clock, tenant_id: UUID, journey_ids: Sequence[UUID], *, asks_for_goals: bool
) -> None:
    is_more = True
    while is_more:
        async with database.transaction(
            tenant_id, actor="job:journeys", at=clock.now(), plans_once=True
        ) as tx:
            is_more = await move_some(tx, journey_ids) >= STEP_RUNS
            if asks_for_goals and not is_more:
                # At the end: it locks runs, behind which nothing is locked any more.
                await end_reached(tx, journey_ids)


async def _try(failures: list[Exception], journey_id: UUID, work: Callable[[], Awaitable[None]]) -> None:
    try:
        await work()
    except Exception as failure:
        log.exception("journey_failed", journey_id=str(journey_id))
        failures.append(failure)
