"""Who would move between tiers if a draft were published: counted in pages, so that it is bounded at any size."""

from collections import Counter
from datetime import date
from uuid import UUID

import msgspec
from msgspec import Struct

from plushka.domain.programs import standings
from plushka.engine.tiers import expected_tier
from plushka.engine.version import Version
from plushka.platform.database import Tx

PAGE_MAX = 5_000
"""Members whose tiers one statement weighs: 0.8 s where each bought on twenty days of the window."""
SAMPLES_MAX = 5
"""Members who are named for a move."""

Move = tuple[str | None, str | None]


class Moves(Struct, frozen=True):
    """Members counted by (tier now, tier to be), a few of each by id, and the last one seen; None: all are."""

    counts: dict[Move, int]
    samples: dict[Move, tuple[UUID, ...]]
    last: UUID | None


class _Packed(Struct, frozen=True, array_like=True):
    """A move as text: what stays behind a task between its steps."""

    before: str | None
    after: str | None
    members: int
    samples: tuple[UUID, ...] = ()


_decode = msgspec.json.Decoder(tuple[tuple[_Packed, ...], UUID | None]).decode


def pack(moves: Moves) -> str:
    """Return ``moves`` as text."""
    rows = [_Packed(*move, members, moves.samples.get(move, ())) for move, members in moves.counts.items()]
    return msgspec.json.encode((rows, moves.last)).decode()


def unpack(text: str) -> Moves:
    """Return what ``pack`` has written."""
    rows, last = _decode(text)
    return Moves(
        counts={(row.before, row.after): row.members for row in rows},
        samples={(row.before, row.after): row.samples for row in rows if row.samples},
        last=last,
    )


NOBODY = Moves(counts={}, samples={}, last=None)


async def count_moves(
    tx: Tx, version: Version, *, program_id: UUID, on: date, so_far: Moves = NOBODY
) -> Moves:
    """Weigh the next ``PAGE_MAX`` members as of the business day ``on`` and return ``so_far`` with them."""
    page = await standings.list_page(tx, program_id=program_id, after=so_far.last, limit=PAGE_MAX)
    totals = await standings.list_totals(tx, version=version, standings=page, days=[on] * len(page))
    counts: Counter[Move] = Counter(so_far.counts)
    samples = {move: list(members) for move, members in so_far.samples.items()}
    for standing in page:
        tier = expected_tier(
            version, standing.tier, totals[standing.member_id], is_manual=standing.tier_is_manual
        )
        move = standing.tier, tier
        counts[move] += 1
        if standing.tier != tier and len(named := samples.setdefault(move, [])) < SAMPLES_MAX:
            named.append(standing.member_id)
    return Moves(
        counts=dict(counts),
        samples={move: tuple(members) for move, members in samples.items()},
        last=page[-1].member_id if len(page) == PAGE_MAX else None,
    )
