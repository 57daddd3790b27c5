"""The replay as long work: shares of members in processes of their own, each finished share a step that commits."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from uuid import UUID

import msgspec
from msgspec import Struct

from plushka.domain.ledger.operations import settle_due as settle_points
from plushka.domain.rewards.buying import settle_due as settle_rewards
from plushka.domain.simulation.hands import Job, replay_one
from plushka.domain.simulation.operations import save_answer
from plushka.domain.simulation.planning import Plan, make_plan
from plushka.domain.simulation.queries import get_simulation
from plushka.domain.simulation.question import Answer
from plushka.domain.simulation.shares import WAS, Share
from plushka.domain.tasks.running import Run
from plushka.platform.crew import Crew
from plushka.platform.errors import Fact

FEW_RECEIPTS = 3_000
"""So many are replayed in this process before others would have started."""


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
        simulation = await get_simulation(step.tx, simulation_id)
        question = simulation.question
        if step.cursor:
            progress = _decode(step.cursor)
        else:
            progress = Progress(await make_plan(step.tx, question), [], Answer())
            step.total = progress.plan.receipts
            step.cursor = msgspec.json.encode(progress).decode()
        job = Job(
            simulation_id,
            run.tenant_id,
            run.task.actor,
            question.span.until_at,
            question,
            progress.plan.bounds,
        )
    shares, weights = progress.plan.shares, progress.plan.weights
    left = [(place, share) for place, share in enumerate(shares) if place not in progress.done]
    size = 0 if progress.plan.receipts <= FEW_RECEIPTS else crew_size
    async with Crew(run.database, size=size) as crew:
        async for place, answer in _replayed(crew, job, left):
            async with run.step() as step:
                progress.answer.add(answer)
                progress.done.append(place)
                step.done += weights[place]
                step.cursor = msgspec.json.encode(progress).decode()
    async with run.step() as step:
        await save_answer(step.tx, simulation_id, progress.answer)
        step.total = step.done = progress.answer.course(WAS).receipts
        step.cursor = "done"
    return {"count": run.task.done, "members": progress.answer.members, "simulation": str(simulation_id)}


async def _book_what_is_due(run: Run) -> None:
    """Book what has come due, as a job does each quarter of an hour: else the journal is behind the proof."""
    for settle in (settle_points, settle_rewards):
        settled = True
        while settled:
            async with run.database.transaction(run.tenant_id, actor="job:settle", at=run.clock.now()) as tx:
                settled = await settle(tx) > 0


async def _replayed(
    crew: Crew, job: Job, shares: Sequence[tuple[int, Share]]
) -> AsyncIterator[tuple[int, Answer]]:
    """Yield the answers as they come; only as many shares are given away as there are hands, and one more."""
    waiting = list(reversed(shares))
    at_work: set[asyncio.Task[tuple[int, Answer]]] = set()
    try:
        while waiting or at_work:
            while waiting and len(at_work) <= crew.size:
                place, share = waiting.pop()
                at_work.add(asyncio.create_task(_replay(crew, job, place, share)))
            finished, at_work = await asyncio.wait(at_work, return_when=asyncio.FIRST_COMPLETED)
            for task in finished:
                yield task.result()
    finally:
        for task in at_work:
            task.cancel()


async def _replay(crew: Crew, job: Job, place: int, share: Share) -> tuple[int, Answer]:
    return place, await crew.do(replay_one, job, share, checks=place == 0)
