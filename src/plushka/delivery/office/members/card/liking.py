"""What a member's purchases say of them: their group, tags by rules, and what to suggest."""

from typing import Any
from uuid import UUID

from plushka.delivery.office.visit import Visit
from plushka.domain.segments.auto_tags.operations import list_automatic
from plushka.domain.segments.lifecycle.queries import find_group
from plushka.domain.segments.lifecycle.words import GROUP_WORDS
from plushka.domain.segments.lifetime.keeping import find_lifetime
from plushka.domain.segments.lifetime.model import WHOLE_BP
from plushka.domain.segments.suggestions.model import Suggestion
from plushka.domain.segments.suggestions.suggesting import suggest
from plushka.platform.database import Tx

SUGGESTED_MAX = 3


async def liking_of(tx: Tx, member_id: UUID, visit: Visit) -> dict[str, Any]:
    found = (await suggest(tx, [member_id], each=SUGGESTED_MAX)).get(member_id, ())
    return {
        "automatic_tags": await list_automatic(tx, member_id),
        "suggested": [(one.name, _why(one, visit)) for one in found],
    }


async def group_fact(tx: Tx, member_id: UUID, visit: Visit) -> list[tuple[str, str]]:
    """Return the group with its scores and of what time it is; nothing of who has joined since then."""
    found = await find_group(tx, member_id)
    if found is None:
        return []
    words = visit.words
    scores = f" (R{found.r} F{found.f} M{found.m})" if found.r else ""
    told = words.gettext(
        "{group}, as of {day}",
        group=f"{words.gettext(GROUP_WORDS[found.group])}{scores}",
        day=visit.figures.day(found.as_of),
    )
    return [(words.gettext("Group"), told)]


async def forecast_fact(tx: Tx, member_id: UUID, visit: Visit) -> list[tuple[str, str]]:
    """Return what the model expects of the member within a year; nothing where it expects nothing of anybody."""
    found = await find_lifetime(tx, member_id)
    if found is None or not visit.may("reports.read"):
        return []
    words = visit.words
    left = (
        None
        if found.alive_bp is None
        else visit.figures.percent((WHOLE_BP - found.alive_bp + 50) // 100 * 100)
    )
    if found.year_minor is None:
        told = words.gettext("has left with a chance of {chance}", chance=left) if left else ""
    elif left is None:
        told = words.gettext("{money} within a year", money=visit.figures.money(found.year_minor))
    else:
        told = words.gettext(
            "{money} within a year, has left with a chance of {chance}",
            money=visit.figures.money(found.year_minor),
            chance=left,
        )
    return [(words.gettext("Forecast of a model"), told)] if told else []


def _why(one: Suggestion, visit: Visit) -> str:
    words = visit.words
    if one.since_on is not None:
        return words.gettext("a favourite, not bought since {day}", day=visit.figures.day(one.since_on))
    return words.gettext("often bought with “{name}”", name=one.beside or "")
