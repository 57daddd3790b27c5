"""Tiers: who stands where, what lifts them, and who would move if the draft were published."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.response import Redirect
from msgspec import Struct

from plushka.delivery.office.context import OfficeRequest
from plushka.delivery.office.engagement.tier_rows import DOT, tier_lines
from plushka.delivery.office.visit import Visit
from plushka.domain.members.queries import list_members_of_ids
from plushka.domain.programs.drafts import get_draft
from plushka.domain.programs.model import Draft, UnknownProgram
from plushka.domain.programs.move_work import KIND, weigh
from plushka.domain.programs.move_work import leave_preview as leave
from plushka.domain.programs.moves import PAGE_MAX, Moves, unpack
from plushka.domain.programs.standings import count_by_tier
from plushka.domain.programs.telling.tiers import tell_tiers
from plushka.domain.programs.telling.voice import Voice
from plushka.domain.tasks.queries import list_tasks
from plushka.engine.check import problems
from plushka.engine.program import Program
from plushka.platform.database import Tx


class MoveLine(Struct, frozen=True):
    """Members who would go from one tier to another; ``named`` are a few of them with their pages."""

    before: str
    before_colour: str
    after: str
    after_colour: str
    rises: bool
    members: str
    named: tuple[tuple[str, str], ...]


class Preview(Struct, frozen=True):
    """What is known of who would move. ``is_asked``: it is being counted; ``is_large``: it must be asked for."""

    moves: tuple[MoveLine, ...] = ()
    stay: str = ""
    is_known: bool = False
    is_asked: bool = False
    is_large: bool = False
    is_unsound: bool = False


@get("/engagement/tiers", opt={"action": "programs.read"})
async def show_tiers(visit: NamedDependency[Visit]) -> Response[str]:
    """Show the tiers of a programme, whether it is in force or still being written."""
    card = visit.program
    if card is None:
        return visit.page("engagement/tiers.html", section="engagement", page="tiers", card=None, programs=[])
    async with visit.reading() as tx:
        version, draft = visit.version, await get_draft(tx, card.id)
        program = version.program if version else draft.program
        counts = await count_by_tier(tx, program_id=card.id)
        preview = await _preview(tx, draft, program, sum(counts.values()), visit) if draft.revision else None
    told = tell_tiers(program.tiers, Voice(program, visit.look.language)) if program.tiers else {}
    return visit.page(
        "engagement/tiers.html",
        section="engagement",
        page="tiers",
        card=card,
        programs=visit.program_links("/engagement/tiers", among=visit.programs),
        tiers=tier_lines(program, counts, visit),
        told=[sentence for key, sentence in told.items() if not key.startswith("tier:")],
        preview=preview,
        may_edit=visit.may("programs.edit"),
    )


@post("/engagement/tiers/preview", opt={"action": "programs.edit"})
async def leave_preview(visit: NamedDependency[Visit], request: OfficeRequest) -> Redirect:
    """Have it counted who would move: the draft weighs every member."""
    form = await visit.typed(request)
    program_id = form.id("program")
    if program_id is None:
        raise UnknownProgram
    async with visit.writing() as tx:
        task_id = await leave(tx, program_id)
    return Redirect(f"/tasks/{task_id}", status_code=303)


async def _preview(tx: Tx, draft: Draft, before: Program, members: int, visit: Visit) -> Preview:
    if problems(draft.program):
        return Preview(is_unsound=True)
    if members <= PAGE_MAX:
        moves = await weigh(tx, draft.program, draft.program_id)
        return await _told(tx, moves, before, draft.program, visit)
    tasks = [
        task
        for task in await list_tasks(tx)
        if task.kind == KIND and task.arguments.get("mark") == draft.mark
    ]
    done = next((task for task in tasks if task.state == "done"), None)
    if done is not None:
        return await _told(tx, unpack(str(done.result["moves"])), before, draft.program, visit)
    return Preview(is_large=True, is_asked=any(task.is_open for task in tasks))


async def _told(tx: Tx, moves: Moves, before: Program, after: Program, visit: Visit) -> Preview:
    figures = visit.figures
    moved = {move: members for move, members in moves.counts.items() if move[0] != move[1]}
    stay = sum(members for move, members in moves.counts.items() if move not in moved)
    ids = [member for move in moved for member in moves.samples.get(move, ())]
    names = {member.id: member.name for member in await list_members_of_ids(tx, ids)} if ids else {}
    old, new = _names(before), _names(after)
    ranks = list(new)
    lines = [
        MoveLine(
            before=_name(move[0], old | new, visit),
            before_colour=(old | new).get(move[0], ("", DOT))[1],
            after=_name(move[1], new, visit),
            after_colour=new.get(move[1], ("", DOT))[1],
            rises=_rank(move[1], ranks) > _rank(move[0], ranks),
            members=figures.number(members),
            named=_links(moves.samples.get(move, ()), names),
        )
        for move, members in sorted(moved.items(), key=lambda each: -each[1])
    ]
    return Preview(moves=tuple(lines), stay=figures.number(stay), is_known=True)


def _links(members: Sequence[UUID], names: Mapping[UUID, str]) -> tuple[tuple[str, str], ...]:
    return tuple((f"/members/{member}", names[member]) for member in members if member in names)


def _names(program: Program) -> dict[str | None, tuple[str, str]]:
    tiers = program.tiers.tiers if program.tiers else ()
    return {tier.id: (tier.name, tier.colour or DOT) for tier in tiers}


def _name(tier: str | None, known: Mapping[str | None, tuple[str, str]], visit: Visit) -> str:
    return known[tier][0] if tier in known else tier or visit.words.gettext("no tier")


def _rank(tier: str | None, ranks: Sequence[str | None]) -> int:
    return ranks.index(tier) if tier in ranks else -1
