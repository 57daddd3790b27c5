"""The facts that an audience asks for, and nothing besides."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from msgspec import structs

from plushka.domain.businesses.queries import get_business
from plushka.domain.programs.queries import find_program_id
from plushka.domain.segments.definitions import Definitions, read_definitions
from plushka.domain.segments.facts.besides import (
    read_consents,
    read_coupons,
    read_dates,
    read_events,
    read_forecasts,
    read_friends,
    read_lists,
    read_scores,
    read_ways,
)
from plushka.domain.segments.facts.purchases import read_accounts, read_days, read_receipts
from plushka.domain.segments.facts.reactions import read_reactions
from plushka.engine import audience as a
from plushka.engine.audience import Audience
from plushka.engine.audience_check import walk
from plushka.engine.audience_facts import MemberFacts
from plushka.engine.audience_holds import holds
from plushka.platform.database import Tx

MEMBERS_MAX = 1000
_NO_PROGRAM = UUID(int=0)
_OF_ACCOUNTS = (a.Tier, a.Balance, a.Pending, a.Debt, a.Burning, a.Stamped)
_OF_DAYS = (a.Purchases, a.Spend, a.AverageReceipt, a.LastPurchase, a.NeverBought, a.Campaign)


async def read_facts(
    tx: Tx, audience: Audience, member_ids: Collection[UUID], *, without_codes: Collection[str] = ()
) -> dict[UUID, MemberFacts]:
    """Return what ``audience`` asks of each of ``member_ids``; who is merged or erased is left out.

    Coupons' codes among ``without_codes`` count as not given yet.
    """
    business = await get_business(tx)
    zone = ZoneInfo(business.time_zone)
    definitions = await read_definitions(tx, audience)
    nodes = [node for each in _all_of(audience, definitions) for _, node, _ in walk(each)]
    main_program = _NO_PROGRAM
    if any(isinstance(node, _OF_ACCOUNTS) for node in nodes):
        main_program = await find_program_id(tx) or _NO_PROGRAM
    ids = list(member_ids)[:MEMBERS_MAX]
    found: dict[UUID, dict[str, Any]] = {
        row["id"]: {
            "enrolled_on": row["enrolled_at"].astimezone(zone).date(),
            "main_program": main_program,
            "sex": row["sex"],
            "birthday": row["birthday"],
            "tags": frozenset(row["tags"]),
            "source": row["source"],
            "link": row["link_id"],
            "language": row["language"] or business.language,
            "preferred_channel": row["preferred_channel"],
            "is_blocked": row["blocked_at"] is not None,
            "came_by_friend": row["invited_by"] is not None,
        }
        for row in await tx.fetch(
            """
            -- segments.facts_of_members
            select id, enrolled_at, sex, birthday, tags, source, link_id, language, blocked_at, invited_by,
                   preferred_channel
            from members where tenant_id = $1 and id = any($2) and merged_into is null and erased_at is null
            """,
            tx.tenant_id,
            ids,
        )
    }
    today = tx.at.astimezone(zone).date()
    parts = await _read_parts(
        tx, nodes, ids, zone, first_on=_first_day(nodes, today), without_codes=without_codes
    )
    for name, by_member in parts.items():
        for member_id, value in by_member.items():
            if member_id in found:
                found[member_id][name] = value
    lists = await read_lists(tx, ids) if definitions else {}
    return {
        member_id: _with_segments(
            MemberFacts(**values), definitions, lists.get(member_id, frozenset()), today
        )
        for member_id, values in found.items()
    }


def _all_of(audience: Audience, definitions: Definitions) -> Iterator[Audience]:
    yield audience
    yield from (each for each in definitions.values() if each is not None)


def _first_day(nodes: Sequence[Audience], today: date) -> date | None:
    """Return the day from which on receipts are asked for; None: from the beginning."""
    spans = [node.days for node in nodes if isinstance(node, a.Bought | a.BoughtAt)]
    known = [days for days in spans if days is not None]
    return today - timedelta(days=max(known) - 1) if known and len(known) == len(spans) else None


async def _read_parts(  # noqa: C901 - one case a part
    tx: Tx,
    nodes: Sequence[Audience],
    ids: list[UUID],
    zone: ZoneInfo,
    *,
    first_on: date | None,
    without_codes: Collection[str],
) -> dict[str, Mapping[UUID, Any]]:
    """Return the parts of ``MemberFacts`` that conditions look at; receipts of ``first_on`` and later."""
    parts: dict[str, Mapping[UUID, Any]] = {}

    def is_asked(*kinds: type[Any]) -> bool:
        return any(isinstance(node, kinds) for node in nodes)

    if is_asked(*_OF_ACCOUNTS):
        parts["accounts"] = await read_accounts(
            tx, ids, zone, with_burns=is_asked(a.Burning), with_cards=is_asked(a.Stamped)
        )
    if is_asked(*_OF_DAYS):
        parts["days"] = await read_days(tx, ids)
    if is_asked(a.Friends):
        parts["friends"] = await read_friends(tx, ids)
    if is_asked(a.CloseDate):
        parts["dates"] = await read_dates(tx, ids)
    if is_asked(a.Bought, a.BoughtAt):
        parts["receipts"] = await read_receipts(tx, ids, first_on)
    if is_asked(a.Reachable, a.Consent):
        parts |= await _read_said(tx, ids, with_channels=is_asked(a.Reachable))
    if is_asked(a.CouponHeld):
        parts["coupons"] = await read_coupons(tx, ids, without_codes)
    if is_asked(a.Happened):
        parts["events"] = await read_events(tx, ids, zone)
    if reactions := {node.reaction for node in nodes if isinstance(node, a.Campaign)}:
        parts["reactions"] = await read_reactions(tx, ids, zone, reactions)
    if is_asked(a.Group, a.Rfm):
        scores = await read_scores(tx, ids)
        parts["group"] = {each: group for each, (group, _) in scores.items()}
        parts["scores"] = {each: known for each, (_, known) in scores.items()}
    if is_asked(a.ProbablyLeft, a.ExpectedSpend):
        parts["forecast"] = await read_forecasts(tx, ids)
    return parts


async def _read_said(tx: Tx, ids: list[UUID], *, with_channels: bool) -> dict[str, Mapping[UUID, Any]]:
    parts: dict[str, Mapping[UUID, Any]] = {}
    if with_channels:
        parts["open_channels"], said = await read_ways(tx, ids)
    else:
        said = await read_consents(tx, ids)
    parts["consents"] = {each: frozenset(given) for each, (given, _) in said.items()}
    parts["refused"] = {each: frozenset(refused) for each, (_, refused) in said.items()}
    return parts


def _with_segments(
    facts: MemberFacts, definitions: Definitions, lists: frozenset[str], today: date
) -> MemberFacts:
    """Return the facts with the segments that the member is in; those that stand on others are found after them."""
    known = structs.replace(facts, segments=lists)
    for _ in definitions:
        found = {one for one, each in definitions.items() if each is not None and holds(each, known, today)}
        known = structs.replace(facts, segments=lists | found)
    return known
