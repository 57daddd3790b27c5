"""Tiers as pages list them: name, colour, and how many members stand there."""

from collections.abc import Mapping

from msgspec import Struct

from plushka.delivery.office.visit import Visit
from plushka.domain.programs.telling.tiers import tell_tiers
from plushka.domain.programs.telling.voice import Voice
from plushka.engine.program import Program

DOT = "#8a8178"
"""The colour of a tier that was given none."""


class TierLine(Struct, frozen=True):
    """A tier; ``percent`` is its share of all members, for a bar."""

    id: str
    name: str
    colour: str
    terms: str
    members: str
    share: str
    percent: int


def tier_lines(program: Program, counts: Mapping[str | None, int], visit: Visit) -> tuple[TierLine, ...]:
    """Return the tiers of ``program`` from the lowest up; members of tiers it no longer has count in the first."""
    if program.tiers is None:
        return ()
    known = {tier.id for tier in program.tiers.tiers}
    strays = sum(members for tier, members in counts.items() if tier not in known)
    total = sum(counts.values())
    told = tell_tiers(program.tiers, Voice(program, visit.look.language))
    lines = []
    for rank, tier in enumerate(program.tiers.tiers):
        members = counts.get(tier.id, 0) + (strays if rank == 0 else 0)
        lines.append(
            TierLine(
                id=tier.id,
                name=tier.name,
                colour=tier.colour or DOT,
                terms=told[f"tier:{tier.id}"],
                members=visit.figures.number(members),
                share=visit.figures.ratio(members, total),
                percent=members * 100 // total if total else 0,
            )
        )
    return tuple(lines)
