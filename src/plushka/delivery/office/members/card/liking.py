"""What a member's purchases say of them: their group, tags by rules, and what to suggest."""

from typing import Any
from uuid import UUID

from plushka.delivery.office.visit import Visit
from plushka.domain.segments.auto_tags.operations import list_automatic
from plushka.domain.segments.lifecycle.queries import find_group
from plushka.domain.segments.lifecycle.words import GROUP_WORDS
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


def _why(one: Suggestion, visit: Visit) -> str:
    words = visit.words
    if one.since_on is not None:
        return words.gettext("a favourite, not bought since {day}", day=visit.figures.day(one.since_on))
    return words.gettext("often bought with “{name}”", name=one.beside or "")
