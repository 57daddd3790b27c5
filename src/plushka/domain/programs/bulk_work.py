"""What is done to many members at once: a tag, points; each a task whose input are their ids."""

from collections.abc import Mapping
from uuid import UUID

from plushka.domain.audit import operations as audit
from plushka.domain.businesses.queries import get_business
from plushka.domain.members.tagging import tag_many, untag_many
from plushka.domain.programs.giving import count, give_many, same_for_each, take_back_many
from plushka.domain.programs.model import UnknownProgram
from plushka.domain.programs.queries import find_asked_version
from plushka.domain.tasks.ids import pack_ids, unpack_ids
from plushka.domain.tasks.running import Run, Step
from plushka.platform.errors import Fact

TAG, UNTAG, GIVE, TAKE = "members.tag", "members.untag", "members.give", "members.take"
TAKE_BACK = "members.take_back"
STEP_MEMBERS = 500


async def tag(run: Run) -> Mapping[str, Fact]:
    """Give the ``tag`` to the members; the output are the ids of those who had it not, to undo by."""
    return await _change_tags(run, is_given=True)


async def untag(run: Run) -> Mapping[str, Fact]:
    """Take the ``tag`` from the members; the output are the ids of those who had it."""
    return await _change_tags(run, is_given=False)


async def change_points(run: Run) -> Mapping[str, Fact]:
    """Give each member ``points`` with the ``reason``, below zero take them; who has fewer is left alone."""
    ids = unpack_ids(await run.read_input())
    points, reason = int(run.task.arguments["points"] or 0), str(run.task.arguments["reason"])
    short = int(run.task.cursor or 0)
    while run.task.done < len(ids):
        async with run.step() as step:
            business = await get_business(step.tx)
            version = await find_asked_version(step.tx, run.task.arguments)
            if version is None:
                raise UnknownProgram
            part = ids[step.done : step.done + STEP_MEMBERS]
            results = await give_many(
                step.tx,
                same_for_each(part, points, cause=run.task.id),
                business=business,
                version=version,
                kind="adjustment",
                reason=reason,
                life_days=_number(run, "life_days"),
                receipt_share_bp=_number(run, "receipt_share_bp"),
            )
            short += count(results)[1]
            _advance(step, len(part), len(ids), cursor=str(short))
            if step.done == len(ids):
                await audit.record(
                    step.tx,
                    action="points.bulk",
                    subject=f"task:{run.task.id}",
                    points=points,
                    reason=reason,
                    members=len(ids) - short,
                    program_id=str(version.program_id),
                )
    booked = len(ids) - short
    return {"count": booked, "short": short, "points": abs(points) * booked}


async def take_back(run: Run) -> Mapping[str, Fact]:
    """Take from the members what they still have of the points that the task ``given`` gave them."""
    ids = unpack_ids(await run.read_input())
    given, reason = UUID(str(run.task.arguments["given"])), str(run.task.arguments["reason"])
    touched, points = map(int, (run.task.cursor or "0 0").split())
    while run.task.done < len(ids):
        async with run.step() as step:
            business = await get_business(step.tx)
            version = await find_asked_version(step.tx, run.task.arguments)
            if version is None:
                raise UnknownProgram
            part = ids[step.done : step.done + STEP_MEMBERS]
            taken = await take_back_many(
                step.tx,
                part,
                given=given,
                cause=run.task.id,
                business=business,
                version=version,
                reason=reason,
            )
            touched += len(taken)
            points -= sum(change.points for change in taken)
            _advance(step, len(part), len(ids), cursor=f"{touched} {points}")
            if step.done == len(ids):
                await audit.record(
                    step.tx,
                    action="points.take_back",
                    subject=f"task:{run.task.id}",
                    points=points,
                    reason=reason,
                    members=touched,
                    program_id=str(version.program_id),
                )
    return {"count": touched, "points": points}


def _number(run: Run, name: str) -> int | None:
    value = run.task.arguments.get(name)
    return None if value is None else int(value)


async def _change_tags(run: Run, *, is_given: bool) -> Mapping[str, Fact]:
    ids = unpack_ids(await run.read_input())
    tag_text = str(run.task.arguments["tag"])
    change = tag_many if is_given else untag_many
    changed = int(run.task.cursor or 0)
    while run.task.done < len(ids):
        async with run.step() as step:
            part = ids[step.done : step.done + STEP_MEMBERS]
            touched = await change(step.tx, part, tag_text)
            changed += len(touched)
            step.output += pack_ids(touched)
            _advance(step, len(part), len(ids), cursor=str(changed))
            if step.done == len(ids):
                await audit.record(
                    step.tx,
                    action=run.task.kind,
                    subject=f"task:{run.task.id}",
                    tag=tag_text,
                    members=changed,
                )
    return {"count": changed, "same": len(ids) - changed}


def _advance(step: Step, count_done: int, total: int, *, cursor: str) -> None:
    step.done += count_done
    step.total = total
    step.cursor = cursor
