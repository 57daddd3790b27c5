"""The values of a member's own variables, as they are now; only those that a text names are looked up."""

from collections.abc import Collection, Mapping
from uuid import UUID

from plushka.domain.businesses.model import Business
from plushka.domain.members.first_names import first_name
from plushka.domain.members.queries import get_member
from plushka.domain.messages.holdings import Holdings, find_holdings
from plushka.domain.programs.queries import find_version_in_force, get_standing
from plushka.domain.programs.telling.tiers import tell_metric
from plushka.domain.programs.telling.voice import Voice
from plushka.domain.programs.versions import Versions
from plushka.domain.purchases.queries import find_last_branch
from plushka.domain.segments.suggestions.suggesting import suggest
from plushka.platform.database import Tx
from plushka.platform.i18n import Language, format_date, format_points

_NAMES = frozenset({"name", "first_name"})
_HELD = frozenset({"balance", "burning", "burns_on", "tier"})
_AHEAD = frozenset({"next_tier", "to_next_tier"})


async def own_values(
    tx: Tx,
    member_id: UUID,
    names: Collection[str],
    *,
    business: Business,
    language: Language,
    versions: Versions,
    app_url: str = "",
) -> Mapping[str, str]:
    """Return the values of ``names``, in words; one that the member does not have is left out."""
    values = {"business": business.name, "app_link": app_url}
    if not _NAMES.isdisjoint(names):
        values["name"] = (await get_member(tx, member_id)).name
        values["first_name"] = first_name(values["name"])
    if "branch" in names:
        values["branch"] = await find_last_branch(tx, member_id)
    if "suggestion" in names:
        of_member = (await suggest(tx, [member_id])).get(member_id, ())
        values["suggestion"] = of_member[0].name if of_member else ""
    held = await find_holdings(tx, member_id, business) if not (_HELD | _AHEAD).isdisjoint(names) else None
    if held is not None:
        values |= _of_holdings(held, language)
        if not _AHEAD.isdisjoint(names):
            values |= await _ahead(tx, member_id, held, language, versions)
    elif "balance" in names:
        values["balance"] = format_points(0, 0, language)
    return {name: value for name, value in values.items() if value and name in names}


def _of_holdings(held: Holdings, language: Language) -> dict[str, str]:
    values = {
        "balance": format_points(held.wallet.balance.available, held.scale, language),
        "tier": held.tier,
    }
    if held.good_until is not None:
        values["burning"] = format_points(held.burning, held.scale, language)
        values["burns_on"] = format_date(held.good_until, language, form="day")
    return values


async def _ahead(
    tx: Tx, member_id: UUID, held: Holdings, language: Language, versions: Versions
) -> dict[str, str]:
    standing = await get_standing(tx, member_id, versions=versions, program_id=held.program_id)
    version = await find_version_in_force(tx, held.program_id)
    if standing.next_tier is None or version is None:
        return {}
    voice = Voice(program=version.program, language=language)
    missing = standing.next_tier.need - standing.next_tier.have
    return {
        "next_tier": standing.next_tier_name or "",
        "to_next_tier": tell_metric(standing.next_tier.metric, missing, voice),
    }
