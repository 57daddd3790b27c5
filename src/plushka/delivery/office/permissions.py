"""Role × action: who may do what in the office. Every route names its action in ``opt``."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import get_args
from uuid import UUID

from plushka.domain.staff.model import OwnRole, Role, Session, StaffMember
from plushka.domain.staff.roles import Rights

MARGIN = "reports.margin"
"""What goods cost and what is left of the price, wherever it is told."""
VISIT = "visit"
"""What a stranger may do: see the sign-in page, sign in, choose a language."""

EVERYBODY: frozenset[Role] = frozenset(get_args(Role))

ACTIONS: Mapping[str, frozenset[Role]] = MappingProxyType(
    {
        "session.leave": EVERYBODY,
        "tasks.read": EVERYBODY,
        "search.read": EVERYBODY,
        "businesses.enter": EVERYBODY,
        "businesses.found": frozenset({"owner"}),
        "checklist.hide": frozenset({"owner", "manager"}),
        "summary.read": frozenset({"owner", "manager", "marketer", "accountant"}),
        "receipts.read": EVERYBODY,
        "receipts.export": frozenset({"owner", "manager", "accountant"}),
        "receipts.margin": frozenset({"owner", "manager", "accountant"}),
        "chats.read": frozenset({"owner", "manager", "marketer", "cashier"}),
        "chats.answer": frozenset({"owner", "manager", "marketer", "cashier"}),
        "members.read": EVERYBODY,
        "members.enroll": frozenset({"owner", "manager", "marketer", "cashier"}),
        "members.edit": frozenset({"owner", "manager"}),
        "members.birthday": frozenset({"owner"}),
        "members.note": frozenset({"owner", "manager", "marketer", "cashier"}),
        "members.consent": frozenset({"owner", "manager", "marketer"}),
        "members.adjust": frozenset({"owner", "manager"}),
        "members.tag": frozenset({"owner", "manager", "marketer"}),
        "members.bulk": frozenset({"owner", "manager"}),
        "members.export": frozenset({"owner", "manager"}),
        "members.import": frozenset({"owner", "manager"}),
        "members.approve": frozenset({"owner", "manager"}),
        "members.extend": frozenset({"owner", "manager"}),
        "members.tier": frozenset({"owner", "manager"}),
        "members.block": frozenset({"owner", "manager"}),
        "members.merge": frozenset({"owner", "manager"}),
        "events.read": frozenset({"owner", "manager", "marketer"}),
        "events.note": frozenset({"owner", "manager", "marketer"}),
        "events.cancel": frozenset({"owner", "manager"}),
        "events.export": frozenset({"owner", "manager"}),
        "events.declare": frozenset({"owner", "manager", "marketer"}),
        "programs.read": EVERYBODY,
        "programs.edit": frozenset({"owner", "manager", "marketer"}),
        "programs.try": frozenset({"owner", "manager", "marketer"}),
        "programs.publish": frozenset({"owner", "manager"}),
        "coupons.read": frozenset({"owner", "manager", "marketer"}),
        "coupons.change": frozenset({"owner", "manager", "marketer"}),
        "coupons.export": frozenset({"owner", "manager", "marketer"}),
        "groups.read": frozenset({"owner", "manager", "marketer", "accountant"}),
        "groups.change": frozenset({"owner", "manager", "marketer"}),
        "referrals.read": frozenset({"owner", "manager", "marketer", "accountant"}),
        "referrals.export": frozenset({"owner", "manager", "marketer"}),
        "partners.read": frozenset({"owner", "manager", "marketer"}),
        "partners.change": frozenset({"owner", "manager"}),
        "partners.hand": frozenset({"owner", "manager", "marketer"}),
        "rewards.read": frozenset({"owner", "manager", "marketer"}),
        "rewards.change": frozenset({"owner", "manager", "marketer"}),
        "rewards.export": frozenset({"owner", "manager", "marketer"}),
        "certificates.read": frozenset({"owner", "manager", "accountant"}),
        "certificates.issue": frozenset({"owner", "manager"}),
        "certificates.sell": frozenset({"owner", "manager"}),
        "certificates.change": frozenset({"owner", "manager"}),
        "certificates.print": frozenset({"owner", "manager"}),
        "certificates.export": frozenset({"owner", "manager"}),
        "links.read": frozenset({"owner", "manager", "marketer"}),
        "links.change": frozenset({"owner", "manager", "marketer"}),
        "campaigns.read": frozenset({"owner", "manager", "marketer", "accountant"}),
        "campaigns.change": frozenset({"owner", "manager", "marketer"}),
        "campaigns.send": frozenset({"owner", "manager"}),
        "campaigns.export": frozenset({"owner", "manager"}),
        "segments.read": frozenset({"owner", "manager", "marketer"}),
        "segments.change": frozenset({"owner", "manager", "marketer"}),
        "segments.import": frozenset({"owner", "manager", "marketer"}),
        "reports.read": frozenset({"owner", "manager", "marketer", "accountant"}),
        "reports.advice": frozenset({"owner", "manager", "marketer"}),
        "reports.margin": frozenset({"owner", "manager", "accountant"}),
        "reports.export": frozenset({"owner", "manager", "accountant"}),
        "payback.costs": frozenset({"owner", "manager", "accountant"}),
        "points.accounts": frozenset({"owner", "manager", "accountant"}),
        "points.export": frozenset({"owner", "manager", "accountant"}),
        "journal.read": frozenset({"owner", "manager", "accountant"}),
        "journal.export": frozenset({"owner", "manager", "accountant"}),
        "ledger.read": frozenset({"owner", "manager", "accountant"}),
        "ledger.verify": frozenset({"owner", "manager", "accountant"}),
        "account.own": EVERYBODY,
        "account.secure": EVERYBODY,
        "settings.read": frozenset({"owner", "manager", "marketer", "accountant"}),
        "settings.change": frozenset({"owner", "manager"}),
        "settings.limits": frozenset({"owner"}),
        "settings.sign_in": frozenset({"owner"}),
        "settings.consents": frozenset({"owner", "manager"}),
        "branding.change": frozenset({"owner", "manager", "marketer"}),
        "branches.read": frozenset({"owner", "manager", "marketer", "accountant"}),
        "branches.open": frozenset({"owner", "manager"}),
        "branches.change": frozenset({"owner", "manager"}),
        "products.read": frozenset({"owner", "manager", "marketer", "accountant"}),
        "products.change": frozenset({"owner", "manager"}),
        "products.export": frozenset({"owner", "manager", "accountant"}),
        "templates.read": frozenset({"owner", "manager", "marketer"}),
        "templates.change": frozenset({"owner", "manager", "marketer"}),
        "tills.read": frozenset({"owner", "manager"}),
        "tills.change": frozenset({"owner", "manager"}),
        "bots.read": frozenset({"owner", "manager", "marketer"}),
        "bots.change": frozenset({"owner", "manager"}),
        "channels.read": frozenset({"owner", "manager", "marketer"}),
        "channels.change": frozenset({"owner", "manager"}),
        "sandbox.open": frozenset({"owner", "manager"}),
        "staff.read": frozenset({"owner", "manager"}),
        "staff.change": frozenset({"owner", "manager"}),
        "staff.roles": frozenset({"owner"}),
        "audit.read": frozenset({"owner", "manager"}),
        "audit.export": frozenset({"owner", "manager"}),
    }
)


OWING = frozenset({"session.leave", "account.secure", "businesses.enter"})
"""All that somebody may do who owes a second factor: make one, or be elsewhere."""

PERSONAL = OWING | {"account.own", "search.read", "tasks.read"}
"""What everybody may do about themselves, whatever their role: no role is made of it."""

WHOLE_BUSINESS = frozenset(
    {
        "audit.export",
        "audit.read",
        "bots.change",
        "bots.read",
        "branches.open",
        "campaigns.change",
        "campaigns.export",
        "campaigns.read",
        "campaigns.send",
        "certificates.change",
        "certificates.export",
        "certificates.issue",
        "certificates.print",
        "certificates.read",
        "certificates.sell",
        "channels.change",
        "channels.read",
        "events.cancel",
        "events.export",
        "events.read",
        "groups.change",
        "groups.read",
        "journal.export",
        "journal.read",
        "ledger.read",
        "ledger.verify",
        "partners.change",
        "payback.costs",
        "points.accounts",
        "points.export",
        "products.change",
        "programs.try",
        "reports.advice",
        "sandbox.open",
        "segments.change",
        "segments.import",
        "segments.read",
        "settings.change",
        "settings.limits",
        "settings.consents",
        "settings.sign_in",
        "staff.roles",
    }
)
"""What concerns every branch at once: not for who is restricted to some of them."""


def may(session: Session, action: str) -> bool:
    """Tell whether somebody may do ``action``.

    :raises KeyError: an action that the table does not have
    """
    roles = ACTIONS[action]
    if session.owes_second_factor:
        return action in OWING
    if action in PERSONAL:
        return True
    if session.branch_ids and action in WHOLE_BUSINESS:
        return False
    return _is_held(session, action, roles) and (
        session.at_home is None or _is_held(session.at_home, action, roles)
    )


def _is_held(person: Session | StaffMember, action: str, roles: frozenset[Role]) -> bool:
    return action in person.own_role.actions if person.own_role else person.role in roles


def rights_of(
    role: Role | None, own_role: OwnRole | None = None, branch_ids: frozenset[UUID] = frozenset()
) -> Rights:
    """Return all that somebody may do in such a position."""
    if own_role is not None:
        return Rights(own_role.actions, branch_ids)
    return Rights(frozenset(action for action, roles in ACTIONS.items() if role in roles), branch_ids)


def rights_of_person(person: StaffMember) -> Rights:
    """Return all that somebody who works here may do."""
    return rights_of(person.role, person.own_role, person.branch_ids)


def actions_of_person(person: StaffMember) -> frozenset[str]:
    """Return what somebody who works here may do when nobody is at a screen: a schedule acts in their name."""
    if person.dismissed_at is not None or (person.needs_second_factor and not person.has_second_factor):
        return frozenset()
    actions = rights_of_person(person).actions
    return actions - WHOLE_BUSINESS if person.branch_ids else actions


def rights_of_session(session: Session) -> Rights:
    """Return all that somebody may do, and so the most that they may give to others."""
    rights = rights_of(session.role, session.own_role, session.branch_ids)
    if session.at_home is None:
        return rights
    return Rights(rights.actions & rights_of_person(session.at_home).actions, rights.branch_ids)
