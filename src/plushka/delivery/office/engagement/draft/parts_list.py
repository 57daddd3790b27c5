"""What the buttons beside rules, promotions, cards and occasions do: order, one less and back, one more, a pause."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from msgspec import Struct, structs

from plushka.delivery.office.engagement.draft.desk import Desk
from plushka.delivery.office.engagement.draft.new_cards import CARD_NAMES, new_card
from plushka.delivery.office.engagement.draft.new_occasions import OCCASION_NAMES, new_occasion
from plushka.delivery.office.engagement.draft.new_promotions import PROMOTION_NAMES, new_promotion
from plushka.delivery.office.engagement.draft.new_rules import RULE_NAMES, new_rule
from plushka.domain.programs.model import Draft, RemovedPart
from plushka.domain.programs.telling.model import RuleTelling
from plushka.domain.programs.telling.program import describe_program
from plushka.engine.program import EarningRule, Occasion, Program, Promotion, StampCard
from plushka.platform.i18n import Translator
from plushka.platform.ids import new_id

Part = EarningRule | Promotion | StampCard | Occasion


@dataclass(frozen=True, slots=True)
class PartList:
    """A list of a programme: ``kind`` is what its buttons and its pages call one part."""

    kind: Literal["rule", "promotion", "card", "occasion"]
    field: Literal["earning", "promotions", "cards", "occasions"]
    names: Mapping[str, str]
    begin: Callable[[str, str, Translator, date], Part]
    parts_max: int = 500


LISTS = (
    PartList("rule", "earning", RULE_NAMES, new_rule),
    PartList("promotion", "promotions", PROMOTION_NAMES, new_promotion),
    PartList("card", "cards", CARD_NAMES, new_card, parts_max=50),
    PartList("occasion", "occasions", OCCASION_NAMES, new_occasion, parts_max=50),
)


class Rearranged(Struct, frozen=True):
    """The draft after a button; ``new``: the part that was added, of this ``kind``."""

    program: Program
    removed: tuple[RemovedPart, ...]
    kind: str = ""
    new: Part | None = None


class PartRow(Struct, frozen=True):
    """A part as its list shows it, in its place also when it was taken out."""

    part: Part
    told: RuleTelling
    is_removed: bool
    is_first: bool
    is_last: bool


def rearranged(do: str, desk: Desk) -> Rearranged | None:
    """Return the draft after the button ``do``; None where it is another's button."""
    verb, _, rest = do.partition(":")
    kind, _, action = verb.partition(".")
    for each in LISTS:
        if each.kind == kind:
            return _rearranged(each, action, rest, desk)
    return None


def _rearranged(each: PartList, action: str, rest: str, desk: Desk) -> Rearranged:
    parts: list[Part] = list(getattr(desk.program, each.field))
    removed = desk.draft.removed
    place = next((place for place, part in enumerate(parts) if part.id == rest), None)
    new: Part | None = None
    match action:
        case "new" if rest in each.names and len(parts) < each.parts_max:
            new = each.begin(rest, _new_id(each), desk.words, desk.visit.today)
            parts.append(new)
        case "copy" if place is not None and len(parts) < each.parts_max:
            new = _copy(each, parts[place], desk.words)
            parts.insert(place + 1, new)
        case "remove" if place is not None:
            removed = (*removed, _removed(place, parts.pop(place)))
        case "return" if place is None and len(parts) < each.parts_max:
            parts, removed = _put_back(each, rest, desk.draft)
        case "up" if place:
            parts[place - 1], parts[place] = parts[place], parts[place - 1]
        case "down" if place is not None and place + 1 < len(parts):
            parts[place], parts[place + 1] = parts[place + 1], parts[place]
        case "pause" | "resume" | "end" if place is not None:
            parts[place] = _stopped(parts[place], action, desk.visit.today)
        case _:
            pass
    program = structs.replace(desk.program, **{each.field: tuple(parts)})
    return Rearranged(program, removed, each.kind, new)


def part_rows(desk: Desk, field: str) -> list[PartRow]:
    """Return the parts of a list of the draft and, where they stood, those that were taken out of it."""
    each = next((each for each in LISTS if each.field == field), None)
    if each is None:
        return []
    parts = _in_their_places(each, desk.draft)
    told = _told(each, [part for part, _ in parts], desk)
    order = [part.id for part in getattr(desk.program, each.field)]
    return [
        PartRow(
            part=part,
            told=told[part.id],
            is_removed=is_removed,
            is_first=[part.id] == order[:1],
            is_last=[part.id] == order[-1:],
        )
        for part, is_removed in parts
    ]


def _new_id(each: PartList) -> str:
    return f"{each.kind}-{new_id().hex[-8:]}"


def _copy(each: PartList, part: Part, words: Translator) -> Part:
    copied = structs.replace(part, id=_new_id(each), name=words.gettext("{name}, copy", name=part.name)[:200])
    # A copy is looked over before it takes part in anything.
    return copied if isinstance(copied, EarningRule) else structs.replace(copied, is_paused=True)


def _stopped(part: Part, action: str, today: date) -> Part:
    """Return the part paused or going on; one that ends has today as its last day, or its first to come."""
    match part:
        case Promotion() if action == "end":
            return structs.replace(part, last_on=max(today, part.first_on or today))
        case Promotion() | StampCard() | Occasion() if action != "end":
            return structs.replace(part, is_paused=action == "pause")
        case _:
            return part


def _removed(place: int, part: Part) -> RemovedPart:
    if isinstance(part, Promotion):
        return RemovedPart(place, promotion=part)
    if isinstance(part, StampCard):
        return RemovedPart(place, card=part)
    if isinstance(part, Occasion):
        return RemovedPart(place, occasion=part)
    return RemovedPart(place, rule=part)


def _told(each: PartList, parts: list[Part], desk: Desk) -> Mapping[str, RuleTelling]:
    program = structs.replace(desk.program, **{each.field: tuple(parts)})
    telling = describe_program(program, language=desk.visit.look.language, names=desk.names)
    return {told.rule: told for told in getattr(telling, each.field)}


def _put_back(each: PartList, part_id: str, draft: Draft) -> tuple[list[Part], tuple[RemovedPart, ...]]:
    parts = [
        part for part, is_removed in _in_their_places(each, draft) if not is_removed or part.id == part_id
    ]
    left = [
        removed
        for removed in draft.removed
        if (found := _part_in(each, removed)) is None or found.id != part_id
    ]
    return parts, tuple(left)


def _part_in(each: PartList, removed: RemovedPart) -> Part | None:
    part: Part | None = getattr(removed, each.kind)
    return part


def _in_their_places(each: PartList, draft: Draft) -> list[tuple[Part, bool]]:
    """Return the parts, those that were taken out (True) among them: put back from the latest to the first."""
    parts: list[tuple[Part, bool]] = [(part, False) for part in getattr(draft.program, each.field)]
    for removed in reversed(draft.removed):
        part = _part_in(each, removed)
        if part is not None:
            parts.insert(removed.place, (part, True))
    return parts
