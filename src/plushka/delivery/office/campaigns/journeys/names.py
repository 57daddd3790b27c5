"""What journeys of the business can name, with what people call it, for telling and for choosing."""

from collections.abc import Mapping
from dataclasses import replace

from msgspec import Struct

from plushka.delivery.office.visit import Visit
from plushka.domain.campaigns.journeys.telling import Voice
from plushka.domain.coupons.queries import list_coupons
from plushka.domain.events.kinds import list_kinds
from plushka.domain.events.model import EventKind, translated
from plushka.domain.messages.templates.store import list_templates
from plushka.domain.programs.queries import get_version
from plushka.domain.programs.versions import list_in_force
from plushka.domain.segments.queries import list_segments
from plushka.domain.segments.telling.sentences import tell_part
from plushka.domain.segments.telling.teller import load_teller
from plushka.engine.journeys.parts import Journey
from plushka.engine.journeys.plan import audiences
from plushka.engine.stamp_parts import Spend
from plushka.platform.database import Tx

Options = list[tuple[str, str]]


class Names(Struct, frozen=True):
    """Names by id, of what there is; in the order in which they are offered."""

    templates: Mapping[str, str]
    coupons: Mapping[str, str]
    segments: Mapping[str, str]
    events: Mapping[str, EventKind]
    cards: Mapping[str, str]
    goals: Mapping[str, str]
    tiers: Mapping[str, str]


async def load_names(tx: Tx, visit: Visit) -> Names:
    """Return the names of everything that a journey can name now."""
    cards: dict[str, str] = {}
    goals: dict[str, str] = {}
    tiers: dict[str, str] = {}
    for mark in await list_in_force(tx):
        program = (await get_version(tx, mark.id)).program
        for card in program.cards:
            (goals if isinstance(card.counts, Spend) else cards)[card.id] = card.name
        tiers |= {tier.id: tier.name for tier in (program.tiers.tiers if program.tiers else ())}
    kinds = [translated(kind, visit.words) for kind in await list_kinds(tx)]
    return Names(
        templates={str(each.id): each.name for each in await list_templates(tx)},
        coupons={str(each.id): each.name for each in await list_coupons(tx) if not each.is_stopped},
        segments={str(each.id): each.name for each in await list_segments(tx)},
        events={kind.name: kind for kind in kinds},
        cards=cards,
        goals=goals,
        tiers=tiers,
    )


async def load_voice(tx: Tx, visit: Visit, names: Names, *journeys: Journey) -> Voice:
    """Return how this person is told of journeys, with all that their conditions name; without one of no conditions."""
    asked = [audience for journey in journeys for _, audience in audiences(journey)]
    voice = Voice(
        language=visit.look.language,
        currency=visit.business.currency,
        scale=visit.figures.scale,
        templates=names.templates,
        coupons=names.coupons,
        segments=names.segments,
        events=names.events,
        cards=names.cards,
        goals=names.goals,
        tiers=names.tiers,
    )
    if not asked:
        return voice
    teller = await load_teller(tx, visit.look.language, *asked)
    return replace(voice, audience=lambda audience: tell_part(audience, teller))
