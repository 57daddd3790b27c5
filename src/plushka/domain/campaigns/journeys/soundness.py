"""Whether a journey can be published: it makes sense, and all that it names is there."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from uuid import UUID

from msgspec import Struct, structs

from plushka.domain.events.asking import is_askable
from plushka.domain.events.carts.model import CART
from plushka.domain.events.kinds import list_kinds
from plushka.domain.events.model import EventKind
from plushka.domain.messages.templates.checking import find_missing
from plushka.domain.messages.templates.store import find_templates
from plushka.domain.messages.templates.variables import FIELD_PREFIX
from plushka.domain.programs.versions import Versions, list_in_force
from plushka.domain.segments.definitions import segments_in
from plushka.engine.check_conditions import Problem
from plushka.engine.journeys.check import journey_problems
from plushka.engine.journeys.parts import (
    GiveCoupon,
    GivePoints,
    GoalEvent,
    Journey,
    JourneyTrigger,
    Message,
    OnCart,
    OnSegmentEntered,
    OnSegmentLeft,
    OnStamps,
    OnTierUp,
)
from plushka.engine.journeys.plan import audiences, walk
from plushka.engine.occasion_parts import FieldTest, OnCloseDate, OnEvent
from plushka.platform.database import Tx

_versions = Versions()


class Known(Struct, frozen=True):
    """What journeys can name, by id; of what is retired, stopped or put away nothing.

    ``coupons_taken`` are those of whose codes something in force knows.
    """

    templates: frozenset[str]
    coupons: frozenset[str]
    coupons_taken: frozenset[str]
    segments: frozenset[str]
    events: Mapping[str, EventKind]
    cards: frozenset[str]
    tiers: frozenset[str]


async def problems_of(tx: Tx, journey: Journey, *, allows_http: bool = False) -> tuple[Problem, ...]:
    """Return why a journey cannot be published; nothing: it can."""
    known = await load_known(tx)
    return (
        *journey_problems(journey, allows_http=allows_http),
        *_unknown(journey, known),
        *await _unsaid(tx, journey, known.events),
    )


async def load_known(tx: Tx) -> Known:
    """Return what journeys of the business can name now."""
    events = await list_kinds(tx)
    cards: set[str] = set()
    tiers: set[str] = set()
    taken: set[str] = set()
    for mark in await list_in_force(tx):
        version = await _versions.get(tx, mark.id)
        cards |= {plan.card.id for plan in version.cards}
        tiers |= {plan.id for plan in version.tiers if plan.id is not None}
        taken |= frozenset[str]().union(*version.coupons_by_part.values())
    return Known(
        templates=await _ids(tx, "templates", "archived_at is null"),
        coupons=await _ids(tx, "coupons", "not is_stopped"),
        coupons_taken=frozenset(taken),
        segments=await _ids(tx, "segments", "archived_at is null"),
        events={kind.name: kind for kind in events if kind.retired_at is None},
        cards=frozenset(cards),
        tiers=frozenset(tiers),
    )


async def _ids(tx: Tx, table: str, where: str) -> frozenset[str]:
    rows = await tx.fetch(
        f"""
        -- journeys.list_known
        select id from {table} where tenant_id = $1 and {where}
        """,  # noqa: S608  constants from above
        tx.tenant_id,
    )
    return frozenset(str(row["id"]) for row in rows)


def _unknown(journey: Journey, known: Known) -> Iterator[Problem]:
    yield from _trigger(journey.trigger, known)
    if isinstance(journey.goal, GoalEvent):
        yield from _event("goal", journey.goal.event, journey.goal.where, known)
    for path, audience in audiences(journey):
        if not all(_has(known.segments, named) for named in segments_in(audience)):
            yield Problem(path, "unknown_segment")
    for path, step, _ in walk(journey.steps):
        match step:
            case Message(template=template) if template and not _has(known.templates, template):
                yield Problem(f"{path}.template", "unknown_template")
            case GiveCoupon(coupon=coupon) if coupon and not _has(known.coupons, coupon):
                yield Problem(f"{path}.coupon", "unknown_coupon")
            case GiveCoupon(coupon=coupon) if coupon and not _has(known.coupons_taken, coupon):
                yield Problem(f"{path}.coupon", "coupon_gives_nothing")
            case _:
                pass


def kind_of(trigger: JourneyTrigger, events: Mapping[str, EventKind]) -> EventKind | None:
    """Return the kind of the event that begins a journey; None: it begins with none, or there are none such."""
    match trigger:
        case OnCart():
            return CART
        case OnEvent(event=event):
            return events.get(event)
        case _:
            return None


async def _unsaid(tx: Tx, journey: Journey, events: Mapping[str, EventKind]) -> list[Problem]:
    """Find letters that name what no step before them gives, or are not of the kind that their template is."""
    steps = list(walk(journey.steps))
    ids = {
        template: UUID(template)
        for _, step, _ in steps
        if isinstance(step, Message) and (template := step.template)
    }
    templates = await find_templates(tx, list(ids.values()))
    given = {"whose"} if isinstance(journey.trigger, OnCloseDate) else set()
    if (kind := kind_of(journey.trigger, events)) is not None:
        given |= {FIELD_PREFIX + field.name for field in kind.fields}
    found = []
    for path, step, _ in steps:
        match step:
            case GivePoints():
                given.add("points")
            case GiveCoupon():
                given.add("coupon")
            case Message(template=template) if template and ids[template] in templates:
                missing = find_missing(templates[ids[template]], given)
                names = sorted({problem.what for problem in missing})
                if names:
                    what = ", ".join(f"{{{name}}}" for name in names)
                    found.append(Problem(f"{path}.template", "letter_lacks", {"what": what}))
                if step.purpose != templates[ids[template]].purpose:
                    found.append(Problem(f"{path}.template", "letter_of_another_kind"))
            case _:
                pass
    return found


async def with_purpose(tx: Tx, letter: Message) -> Message:
    """Return a letter that advertises unless its template says that it does not."""
    template = (await find_templates(tx, [UUID(letter.template)])).get(UUID(letter.template))
    return structs.replace(letter, purpose=template.purpose if template is not None else "marketing")


def _trigger(trigger: JourneyTrigger, known: Known) -> Iterator[Problem]:
    match trigger:
        case OnSegmentEntered(segment=segment) | OnSegmentLeft(segment=segment):
            if not _has(known.segments, segment):
                yield Problem("trigger.segment", "unknown_segment")
        case OnStamps(card=card):
            if card not in known.cards:
                yield Problem("trigger.card", "unknown_card", {"name": card})
        case OnTierUp(tiers=tiers):
            for tier in tiers:
                if tier not in known.tiers:
                    yield Problem("trigger.tiers", "unknown_tier", {"name": tier})
        case OnEvent(event=event, where=where):
            yield from _event("trigger", event, where, known)
        case OnCart(where=where):
            yield from _tests("trigger", CART, where)
        case _:
            pass


def _event(path: str, event: str, where: Sequence[FieldTest], known: Known) -> Iterator[Problem]:
    kind = known.events.get(event)
    if kind is None:
        yield Problem(f"{path}.event", "unknown_event", {"name": event})
        return
    yield from _tests(path, kind, where)


def _tests(path: str, kind: EventKind, where: Sequence[FieldTest]) -> Iterator[Problem]:
    for place, test in enumerate(where):
        if not is_askable(test, kind):
            yield Problem(f"{path}.where[{place}]", "field_cannot_be_so", {"name": test.field})


def _has(ids: Collection[str], named: str) -> bool:
    try:
        return str(UUID(named)) in ids
    except ValueError:
        return False
