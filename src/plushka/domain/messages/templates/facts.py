"""The values of a member's own variables, as they are now; only those that a text names are looked up."""

from collections.abc import Collection, Mapping, Sequence
from fractions import Fraction
from uuid import UUID

from msgspec import Struct

from plushka.domain.businesses.model import Business
from plushka.domain.members.first_names import first_name
from plushka.domain.members.queries import list_card_numbers, list_names
from plushka.domain.messages.holdings import Holdings, list_holdings
from plushka.domain.messages.templates.variables import REFERRAL_LINK
from plushka.domain.programs.queries import find_version_in_force, get_standing
from plushka.domain.programs.telling.tiers import tell_metric
from plushka.domain.programs.telling.voice import Voice
from plushka.domain.programs.versions import Versions, rewards_friends
from plushka.domain.purchases.queries import list_last_branches
from plushka.domain.referrals.invitations import link_of
from plushka.domain.rewards.model import MemberCard
from plushka.domain.rewards.queries import list_cards
from plushka.domain.segments.suggestions.suggesting import suggest
from plushka.platform.database import Tx
from plushka.platform.i18n import (
    Language,
    format_date,
    format_money,
    format_number,
    format_points,
    translator,
)

_NAMES = frozenset({"name", "first_name"})
_HELD = frozenset({"balance", "burning", "burns_on", "tier"})
_AHEAD = frozenset({"next_tier", "to_next_tier", "tier_review"})
_CARD = frozenset({"card_number"})
_STAMPS = frozenset({"stamps_left"})


class Asked(Struct, frozen=True):
    """Of whom the values of which variables are asked, and in which language they are to be told.

    ``called`` is what the member is called, where it is known.
    """

    member_id: UUID
    names: frozenset[str]
    language: Language
    called: str | None = None


async def list_own_values(
    tx: Tx, asked: Sequence[Asked], *, business: Business, versions: Versions, app_url: str = ""
) -> list[Mapping[str, str]]:
    """Return the values for each of ``asked``, in words; one that the member does not have is left out.

    What is kept of members is read of all at once.
    """

    def who_names(names: Collection[str]) -> set[UUID]:
        return {each.member_id for each in asked if not each.names.isdisjoint(names)}

    unnamed = {each.member_id for each in asked if each.called is None and not each.names.isdisjoint(_NAMES)}
    called = await list_names(tx, unnamed) if unnamed else {}
    branches = await list_last_branches(tx, ids) if (ids := who_names(("branch",))) else {}
    suggested = await suggest(tx, list(ids)) if (ids := who_names(("suggestion",))) else {}
    held = await list_holdings(tx, ids, business) if (ids := who_names(_HELD | _AHEAD | _STAMPS)) else {}
    cards = await list_card_numbers(tx, ids) if (ids := who_names(_CARD)) else {}
    # An address without a host leads nowhere from a friend's phone.
    can_invite = (
        bool(who_names((REFERRAL_LINK,))) and "://" in app_url and await rewards_friends(tx, versions)
    )
    told: list[Mapping[str, str]] = []
    for each in asked:
        values = {"business": business.name, "app_link": app_url}
        values["name"] = called.get(each.member_id, "") if each.called is None else each.called
        values["first_name"] = first_name(values["name"])
        values["card_number"] = cards.get(each.member_id, "")
        values[REFERRAL_LINK] = link_of(each.member_id, app_url) if can_invite else ""
        values["branch"] = branches.get(each.member_id, "")
        values["suggestion"] = next((one.name for one in suggested.get(each.member_id, ())), "")
        holdings = held.get(each.member_id)
        if holdings is None:
            values["balance"] = format_points(0, 0, each.language)
        else:
            values |= _of_holdings(holdings, each.language)
            if not _AHEAD.isdisjoint(each.names):
                values |= await _ahead(tx, each.member_id, holdings, each.language, versions)
            if not _STAMPS.isdisjoint(each.names):
                cards_filled = await list_cards(
                    tx, each.member_id, versions=versions, program_id=holdings.program_id
                )
                values["stamps_left"] = _tell_left(cards_filled, business.currency, each.language)
        told.append({name: value for name, value in values.items() if value and name in each.names})
    return told


def _of_holdings(held: Holdings, language: Language) -> dict[str, str]:
    values = {
        "balance": format_points(held.wallet.balance.available, held.scale, language),
        "tier": held.tier,
    }
    if held.good_until is not None:
        values["burning"] = format_points(held.burning, held.scale, language)
        values["burns_on"] = format_date(held.good_until, language, form="day")
    return values


def _tell_left(cards: Sequence[MemberCard], currency: str, language: Language) -> str:
    """Return what is missing on the card that is the nearest to its reward; of equals, the programme's first."""
    if not cards:
        return ""
    nearest = max(cards, key=lambda card: Fraction(card.have, card.needed) - card.ahead)
    left = nearest.ahead * nearest.needed + nearest.needed - nearest.have
    if nearest.counts == "spend":
        return format_money(left, currency, language, trim=True)
    return translator(language).ngettext(
        "{number}\u00a0stamp", "{number}\u00a0stamps", left, number=format_number(left, language)
    )


async def _ahead(
    tx: Tx, member_id: UUID, held: Holdings, language: Language, versions: Versions
) -> dict[str, str]:
    standing = await get_standing(tx, member_id, versions=versions, program_id=held.program_id)
    version = await find_version_in_force(tx, held.program_id)
    values: dict[str, str] = {}
    if standing.review_on is not None:
        values["tier_review"] = format_date(standing.review_on, language, form="day")
    if standing.next_tier is not None and version is not None:
        voice = Voice(program=version.program, language=language)
        missing = standing.next_tier.need - standing.next_tier.have
        values["next_tier"] = standing.next_tier_name or ""
        values["to_next_tier"] = tell_metric(standing.next_tier.metric, missing, voice)
    return values
