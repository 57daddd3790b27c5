"""What a member has in the programme that messages speak of."""

from datetime import date, datetime, timedelta
from uuid import UUID

from msgspec import Struct

from plushka.domain.businesses.model import Business
from plushka.domain.ledger.model import WalletView
from plushka.domain.ledger.queries import list_wallets
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
    wallets = await list_wallets(tx, member_id)
    if not wallets:
        return None
    first = await get_program_id(tx)
    program_id = first if first in wallets else next(iter(wallets))
    version = await find_version_in_force(tx, program_id)
    standing = (await list_standings(tx, [member_id], program_id=program_id)).get(member_id)
    tiers = version.program.tiers.tiers if version and version.program.tiers else ()
    names = {tier.id: tier.name for tier in tiers}
    good_until, burning = next_to_burn(wallets[program_id], tx.at, business.time_zone, within=BURNING_WITHIN)
    return Holdings(
        program_id=program_id,
        wallet=wallets[program_id],
        scale=version.program.point.scale if version else 0,
        tier=names.get(standing.tier or "", "") if standing else "",
        burning=burning,
        good_until=good_until,
    )


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
