"""Telling members of points that burn soon, once for each day on which some burn."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from plushka.domain.businesses.model import Business
from plushka.domain.ledger.queries import list_wallets
from plushka.domain.messages.contents import BurnsSoon
from plushka.domain.messages.holdings import next_to_burn
from plushka.domain.messages.outgoing import Notice, tell_members
from plushka.domain.programs.queries import find_scales
from plushka.platform.database import Tx

TOLD_BEFORE = timedelta(days=7)
MEMBERS_AT_ONCE = 200


async def tell_of_burning(tx: Tx, business: Business, *, after: UUID | None) -> UUID | None:
    """Leave notices for the next members after the one of id ``after``; return the last of them, None: all are done.

    Safe to repeat: a notice is left once for each wallet and day.
    """
    member_ids = await _list_candidates(tx, after)
    scales = await find_scales(tx)
    notices = []
    for member_id in member_ids:
        for program_id, wallet in (await list_wallets(tx, member_id)).items():
            good_until, points = next_to_burn(wallet, tx.at, business.time_zone, within=TOLD_BEFORE)
            if good_until is not None:
                content = BurnsSoon(points=points, good_until=good_until, scale=scales.get(program_id, 0))
                notices.append(Notice(member_id, f"burn:{wallet.id}:{good_until}", content))
    await tell_members(tx, notices)
    return member_ids[-1] if member_ids else None


async def _list_candidates(tx: Tx, after: UUID | None) -> Sequence[UUID]:
    """Return members who can be written to and have a lot that may burn soon; a purchase may have carried it on."""
    rows = await tx.fetch(
        """
        -- bots.list_burning
        select distinct a.member_id
        from channel_addresses a
        join wallets w on w.tenant_id = $1 and w.member_id = a.member_id
        join lots l on l.tenant_id = $1 and l.wallet_id = w.id
        where a.tenant_id = $1 and a.state = 'open' and ($2::uuid is null or a.member_id > $2)
          and l.pending + l.available + l.held > 0 and l.available > 0 and l.expires_at <= $3
        order by a.member_id
        limit $4
        """,
        tx.tenant_id,
        after,
        tx.at + TOLD_BEFORE,
        MEMBERS_AT_ONCE,
    )
    return [row["member_id"] for row in rows]
