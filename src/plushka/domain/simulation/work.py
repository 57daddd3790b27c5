"""The replay as long work: shares of members in processes of their own, steps that commit what is finished."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from math import inf
from time import monotonic
from uuid import UUID

import msgspec
from msgspec import Struct

from plushka.domain.ledger.operations import settle_due as settle_points
from plushka.domain.rewards.buying import settle_due as settle_rewards
from plushka.domain.simulation.hands import Job, get_ready, replay_one
from plushka.domain.simulation.operations import save_answer, save_lines
from plushka.domain.simulation.planning import Plan, make_plan
from plushka.domain.simulation.queries import are_few, get_simulation
from plushka.domain.simulation.question import Answer, Line, Question
from plushka.domain.simulation.shares import WAS, Share
from plushka.domain.tasks.running import Run
from plushka.platform.crew import Crew
from plushka.platform.errors import Fact

FEW_RECEIPTS = 3_000
"""So many are replayed in this process before others would have started."""
STEP_SECONDS = 1
"""How far it is is saved so often: who watches sees it, and no more than that is lost when it is stopped."""


class Progress(Struct):
    """How far it is: ``done`` are the places of shares whose answers are in ``answer``."""

    plan: Plan
    done: list[int]
    answer: Answer


_decode = msgspec.json.Decoder(Progress).decode


async def simulate(run: Run, *, crew_size: int | None = None) -> Mapping[str, Fact]:
    """Replay what the task's simulation asks for; ``crew_size`` None: as the machine has processors."""
    simulation_id = UUID(str(run.task.arguments["simulation"]))
    await _book_what_is_due(run)
    async with run.step() as step:
        question = (await get_simulation(step.tx, simulation_id)).question
        is_small = await are_few(step.tx, question, FEW_RECEIPTS)
    job = Job(simulation_id, run.tenant_id, run.task.actor, question.span.until_at, question)
    async with Crew(run.database, size=0 if is_small else crew_size) as crew:
        # Processes start and read what all shares need while the shares are planned.
        crew.begin(get_ready, job)
        progress = await _begin(run, question)
        lines = await _go_on(run, crew, job, progress)
    async with run.step() as step:
        await save_lines(step.tx, simulation_id, lines)
        await save_answer(step.tx, simulation_id, progress.answer)
        step.total = step.done = progress.answer.course(WAS).receipts
        step.cursor = "done"
    return {"count": run.task.done, "members": progress.answer.members, "simulation": str(simulation_id)}


async def _begin(run: Run, question: Question) -> Progress:
    """Return how far it is: with nothing done, or where it was stopped."""
    if run.task.cursor:
        return _decode(run.task.cursor)
    async with run.step() as step:
        progress = Progress(await make_plan(step.tx, question), [], Answer())
        step.total = progress.plan.receipts
        step.cursor = msgspec.json.encode(progress).decode()
    return progress


async def _go_on(run: Run, crew: Crew, job: Job, progress: Progress) -> list[Line]:
    """Have the shares replayed that are left, and save how far it is: at first, then every now and then.

    Return the members' lines that are not saved yet.
    """
    weights, saved_at, unsaved = progress.plan.weights, -inf, 0
    lines: list[Line] = []
    async for place, answer in _replayed(crew, job, progress):
        progress.answer.add(answer)
        progress.done.append(place)
        lines += answer.lines
        unsaved += weights[place]
        if monotonic() - saved_at >= STEP_SECONDS:
            async with run.step() as step:
                await save_lines(step.tx, job.simulation_id, lines)
                step.done += unsaved
                step.cursor = msgspec.json.encode(progress).decode()
            saved_at, unsaved, lines = monotonic(), 0, []
    return lines


async def _book_what_is_due(run: Run) -> None:
    """Book what has come due, as a job does each quarter of an hour: else the journal is behind the proof."""
    for settle in (settle_points, settle_rewards):
        settled = True
        while settled:
            async with run.database.transaction(run.tenant_id, actor="job:settle", at=run.clock.now()) as tx:
                settled = await settle(tx) > 0


async def _replayed(crew: Crew, job: Job, progress: Progress) -> AsyncIterator[tuple[int, Answer]]:
    """Yield the answers as they come; only as many shares are given away as there are hands, and one more."""
    done, bounds = set(progress.done), progress.plan.bounds
    waiting = [(place, share) for place, share in enumerate(progress.plan.shares) if place not in done]
    waiting.reverse()
    at_work: set[asyncio.Task[tuple[int, Answer]]] = set()
    try:
        while waiting or at_work:
            while waiting and len(at_work) <= crew.size:
                place, share = waiting.pop()
                at_work.add(asyncio.create_task(_replay(crew, job, place, share, bounds)))
            finished, at_work = await asyncio.wait(at_work, return_when=asyncio.FIRST_COMPLETED)
            for task in finished:
                yield task.result()
    finally:
        for task in at_work:
            task.cancel()


async def _replay(
    crew: Crew, job: Job, place: int, share: Share, bounds: Sequence[int]
) -> tuple[int, Answer]:
    return place, await crew.do(replay_one, job, share, bounds=bounds, checks=place == 0)
