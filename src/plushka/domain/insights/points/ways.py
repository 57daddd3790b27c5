"""The ways by which points come to members and leave them; what moves between a member's own accounts is none."""

from collections.abc import Collection
from typing import Literal, get_args

Way = Literal[
    "issued",
    "granted_back",
    "given",
    "forgiven",
    "restored",
    "spent",
    "burned",
    "reversed",
    "taken",
    "forfeited",
]
WAYS: tuple[Way, ...] = get_args(Way)
COMING: frozenset[Way] = frozenset({"issued", "granted_back", "given", "forgiven", "restored"})
"""These add to what members have less what they owe; the others take away."""
OWN = ("pending", "available", "held", "debt")
"""A member's accounts; ``moved`` is between two cards and comes to nothing."""

_FROM: dict[str, Way] = {
    "issued": "issued",
    "reversed": "granted_back",
    "adjusted": "given",
    "forgiven": "forgiven",
    "spent": "restored",
}
_TO: dict[str, Way] = {
    "spent": "spent",
    "burned": "burned",
    "reversed": "reversed",
    "adjusted": "taken",
    "forfeited": "forfeited",
}


def way_of(debit: str, credit: str) -> Way | None:
    """Return the way of a movement, None where it stays within a member's accounts."""
    return _FROM.get(debit) or _TO.get(credit)


def accounts_of(ways: Collection[Way]) -> tuple[list[str], list[str]]:
    """Return the accounts that movements of these ways leave, and those that they go to: one or the other tells it."""
    return (
        [account for account, way in _FROM.items() if way in ways],
        [account for account, way in _TO.items() if way in ways],
    )


def sign(way: Way) -> int:
    return 1 if way in COMING else -1
