"""What a member has in the programme that messages speak of."""

from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta
from uuid import UUID

from msgspec import Struct

from plushka.domain.businesses.model import Business
from plushka.domain.ledger.model import WalletView
from plushka.domain.ledger.queries import list_wallets_of
from plushka.domain.programs.queries import find_version_in_force, get_program_id
from plushka.domain.programs.standings import list_standings
from plushka.engine.expiry import last_day
from plushka.platform.database import Tx

BURNING_WITHIN = timedelta(days=30)
"""What burns later than this is not worth a line yet."""


class Holdings(Struct, frozen=True):
    """A wallet with the programme's ``scale``; ``burning`` of it are good until the end of ``good_until``."""

    program_id: UUID
    wallet: WalletView
    scale: int
    tier: str
    burning: int
    good_until: date | None


async def find_holdings(tx: Tx, member_id: UUID, business: Business) -> Holdings | None:
    """Return what the member has in the business's first programme, or where they take part instead."""
    return (await list_holdings(tx, [member_id], business)).get(member_id)


async def list_holdings(tx: Tx, member_ids: Collection[UUID], business: Business) -> Mapping[UUID, Holdings]:
    """Return what members have, as ``find_holdings`` does; who takes part nowhere is left out."""
    wallets = await list_wallets_of(tx, member_ids)
    if not wallets:
        return {}
    # Who is in one programme alone needs no first one.
    first = await get_program_id(tx) if any(len(own) > 1 for own in wallets.values()) else None
    by_program: dict[UUID, dict[UUID, WalletView]] = {}
    for member_id, own in wallets.items():
        program_id = first if first is not None and first in own else next(iter(own))
        by_program.setdefault(program_id, {})[member_id] = own[program_id]
    held: dict[UUID, Holdings] = {}
    for program_id, of_members in by_program.items():
        version = await find_version_in_force(tx, program_id)
        tiers = version.program.tiers.tiers if version and version.program.tiers else ()
        standings = await list_standings(tx, list(of_members), program_id=program_id) if tiers else {}
        names = {tier.id: tier.name for tier in tiers}
        for member_id, wallet in of_members.items():
            standing = standings.get(member_id)
            good_until, burning = next_to_burn(wallet, tx.at, business.time_zone, within=BURNING_WITHIN)
            held[member_id] = Holdings(
                program_id=program_id,
                wallet=wallet,
                scale=version.program.point.scale if version else 0,
                tier=names.get(standing.tier or "", "") if standing else "",
                burning=burning,
                good_until=good_until,
            )
    return held


def next_to_burn(
    wallet: WalletView, at: datetime, time_zone: str, *, within: timedelta
) -> tuple[date | None, int]:
    """Return the last day of the points that burn next, if they burn ``within`` this time, and how many these are."""
    by_day: dict[date, int] = {}
    for lot in wallet.lots:
        if lot.available and lot.expires_at is not None and lot.expires_at <= at + within:
            day = last_day(lot.expires_at, time_zone)
            by_day[day] = by_day.get(day, 0) + lot.available
    first = min(by_day, default=None)
    return first, by_day[first] if first is not None else 0
