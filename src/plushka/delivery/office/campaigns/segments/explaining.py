"""Why a member is in a segment or not: each of its conditions, told of the member by the engine."""

from msgspec import Struct

from plushka.delivery.office.members.finding import find_by_anything
from plushka.delivery.office.visit import Visit
from plushka.domain.segments.facts.reading import read_facts
from plushka.domain.segments.telling.sentences import tell
from plushka.domain.segments.telling.teller import load_teller
from plushka.engine.audience import All, Any, Audience, Not
from plushka.engine.audience_check import walk
from plushka.engine.audience_holds import holds
from plushka.platform.database import Tx

TYPED_MAX = 200


class Judged(Struct, frozen=True):
    """A condition, ``depth`` groups deep, and whether it holds."""

    text: str
    depth: int
    is_held: bool


class Explained(Struct, frozen=True):
    """What was asked; without ``name`` nobody is known by it."""

    asked: str
    name: str = ""
    href: str = ""
    is_in: bool = False
    conditions: tuple[Judged, ...] = ()


async def explain(tx: Tx, visit: Visit, audience: Audience, asked: str) -> Explained | None:
    """Return how the conditions stand for whoever is known by ``asked``; None: nothing was asked."""
    asked = asked.strip()[:TYPED_MAX]
    if not asked:
        return None
    member = await find_by_anything(tx, asked, country=visit.business.country)
    facts = (await read_facts(tx, audience, [member.id])).get(member.id) if member else None
    if member is None or facts is None:
        return Explained(asked)
    words, teller = visit.words, await load_teller(tx, visit.look.language, audience)

    def told(node: Audience) -> str:
        match node:
            case All():
                return words.gettext("All of these hold")
            case Any():
                return words.gettext("Any of these holds")
            case Not():
                return words.gettext("Except these")
            case _:
                return tell(node, teller)

    return Explained(
        asked=asked,
        name=member.name or asked,
        href=f"/members/{member.id}",
        is_in=holds(audience, facts, visit.today),
        conditions=tuple(
            Judged(told(node), depth - 1, holds(node, facts, visit.today))
            for _, node, depth in walk(audience)
        ),
    )
