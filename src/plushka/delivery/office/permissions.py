"""Role × action: who may do what in the office. Every route names its action in ``opt``."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import get_args

from plushka.domain.staff.model import Role

VISIT = "visit"
"""What a stranger may do: see the sign-in page, sign in, choose a language."""

EVERYBODY: frozenset[Role] = frozenset(get_args(Role))

ACTIONS: Mapping[str, frozenset[Role]] = MappingProxyType(
    {
        "session.leave": EVERYBODY,
        "tasks.read": EVERYBODY,
        "businesses.enter": EVERYBODY,
        "summary.read": frozenset({"owner", "manager", "marketer", "accountant"}),
        "receipts.read": EVERYBODY,
        "receipts.export": frozenset({"owner", "manager", "accountant"}),
        "members.read": EVERYBODY,
        "members.adjust": frozenset({"owner", "manager"}),
        "program.read": EVERYBODY,
        "journal.read": frozenset({"owner", "manager", "accountant"}),
        "journal.export": frozenset({"owner", "manager", "accountant"}),
        "ledger.read": frozenset({"owner", "manager", "accountant"}),
        "ledger.verify": frozenset({"owner", "manager", "accountant"}),
    }
)


def may(role: Role, action: str) -> bool:
    """Tell whether ``role`` may do ``action``.

    :raises KeyError: an action that the table does not have
    """
    return role in ACTIONS[action]
