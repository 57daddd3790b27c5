"""The stamp cards that audiences may speak of."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from plushka.domain.programs.queries import find_version_in_force, list_programs
from plushka.engine.audience import Audience, Stamped
from plushka.engine.audience_check import walk
from plushka.platform.database import Tx

Needed = Mapping[UUID, Mapping[str, int]]
"""How many stamps fill each card of the rules in force, by programme, the business's first one first."""


async def read_needed(tx: Tx) -> Needed:
    needed: dict[UUID, dict[str, int]] = {}
    for card in await list_programs(tx):
        version = await find_version_in_force(tx, card.id)
        needed[card.id] = {each.id: each.needed for each in version.program.cards} if version else {}
    return needed


def asks_for_stamps(audiences: Iterable[Audience | None]) -> bool:
    """Tell whether a condition of them speaks of a stamp card."""
    return any(
        isinstance(node, Stamped)
        for audience in audiences
        if audience is not None
        for _, node, _ in walk(audience)
    )
