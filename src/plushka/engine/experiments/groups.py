"""Who is held out: a salted hash of a member's id, so that anybody can recompute a group later (S20)."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from typing import Final
from uuid import UUID

from msgspec import Struct

CONTROL_MAX_BP: Final = 50_00
CONTROL_DEFAULT_BP: Final = 10_00
"""What nobody is held out of can never be told from what would have happened anyway."""
"""The most that may be held out: at a half an effect is seen best, and beyond it only less is sold."""

BP: Final = 100_00
NEVER_BOUGHT: Final = 0
"""The stratum of members who have not bought; those who have are in strata 1 to 5, by what they paid."""

BLOCK: Final = 20
"""Of so many of a stratum who come one by one the exact share is held out: at a tenth, two of each twenty."""

_QUINTILES: Final = 5
_TICKETS: Final = 1 << 64


class Assigned(Struct, frozen=True):
    """A member's place in an experiment; with ``stratum`` stored, ``held_out`` finds the same group again."""

    member_id: UUID
    stratum: int
    is_control: bool


def ticket(salt: str, member_id: UUID) -> int:
    """Return the member's number in the draw of ``salt``: the first 64 bits of SHA-256 over the salt and the id."""
    return int.from_bytes(sha256(salt.encode() + member_id.bytes).digest()[:8])


def ticket_bound(control_bp: int) -> int:
    """Return the number below which tickets are held out; at most ``CONTROL_MAX_BP`` are, so it fits 64 bits."""
    return -(-_TICKETS * control_bp // BP)


def group_of(salt: str, member_id: UUID, control_bp: int) -> bool:
    """Tell whether a member is held out, whoever else takes part.

    Raising ``control_bp`` only adds members to the control group, lowering it only lets some go.
    """
    return ticket(salt, member_id) < ticket_bound(control_bp)


def share_of(members: int, control_bp: int) -> int:
    """Return how many of ``members`` are held out when exactly their share is, rounded half up."""
    return (members * control_bp * 2 + BP) // (BP * 2)


def bounds_of(values: Iterable[int | None]) -> tuple[int, ...]:
    """Return the least values of the second to the fifth quintile of those that are known."""
    known = sorted(value for value in values if value is not None)
    return tuple(known[len(known) * part // _QUINTILES] for part in range(1, _QUINTILES)) if known else ()


def stratum_of(value: int | None, bounds: Sequence[int]) -> int:
    """Return the stratum of a member who has paid ``value`` (None: has never bought), by bounds of ``bounds_of``."""
    return NEVER_BOUGHT if value is None else 1 + bisect_right(bounds, value)


def held_out(strata: Iterable[tuple[UUID, int]], salt: str, control_bp: int) -> frozenset[UUID]:
    """Return the members held out: of each stratum its share, those with the lowest tickets.

    Shares are whole members, rounded so that all strata together hold out their exact share (half up). The same
    members in the same strata give the same groups, in whatever order they come.
    """
    by_stratum: dict[int, list[tuple[int, UUID]]] = defaultdict(list)
    for member_id, stratum in strata:
        by_stratum[stratum].append((ticket(salt, member_id), member_id))
    chosen: set[UUID] = set()
    seen = 0
    for stratum in sorted(by_stratum):
        tickets = sorted(by_stratum[stratum])
        before, seen = share_of(seen, control_bp), seen + len(tickets)
        chosen.update(member_id for _, member_id in tickets[: share_of(seen, control_bp) - before])
    return frozenset(chosen)


def assign(members: Sequence[tuple[UUID, int | None]], salt: str, control_bp: int) -> list[Assigned]:
    """Draw the groups of members with what each has paid lately (None: has never bought), in the members' order."""
    bounds = bounds_of(value for _, value in members)
    strata = [(member_id, stratum_of(value, bounds)) for member_id, value in members]
    chosen = held_out(strata, salt, control_bp)
    return [Assigned(member_id, stratum, member_id in chosen) for member_id, stratum in strata]


class Tally(Struct, frozen=True, array_like=True):
    """How many of a stratum have come, and how many of its last ``BLOCK``, if that is not full, are held out."""

    come: int = 0
    held: int = 0


def draw_on(
    members: Iterable[tuple[UUID, int]], salt: str, control_bp: int, tallies: Mapping[int, Tally]
) -> tuple[list[Assigned], dict[int, Tally]]:
    """Draw members who come one by one, with their strata, and return the tallies after them.

    Of each block of a stratum its share is held out, whom, their tickets say: the fewer places are left and the more
    of them are owed, the higher a ticket may be. Drawn in one go or in many, by the same order, groups are the same.
    """
    after = dict(tallies)
    drawn: list[Assigned] = []
    for member_id, stratum in members:
        tally = after.get(stratum, Tally())
        begin = tally.come - tally.come % BLOCK
        places = begin + BLOCK - tally.come
        share = share_of(begin + BLOCK, control_bp) - share_of(begin, control_bp)
        owed = min(places, max(0, share - tally.held))
        is_control = ticket(salt, member_id) * places < owed * _TICKETS
        held = 0 if places == 1 else tally.held + is_control
        after[stratum] = Tally(tally.come + 1, held)
        drawn.append(Assigned(member_id, stratum, is_control))
    return drawn, after
