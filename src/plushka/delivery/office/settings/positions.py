"""The part of a form that says as what somebody works: their role and their branches."""

from uuid import UUID

from msgspec import Struct

from plushka.delivery.office.permissions import rights_of
from plushka.delivery.office.settings.own_branches import own_branches
from plushka.delivery.office.visit import Visit
from plushka.delivery.web.forms import Form
from plushka.domain.businesses.model import Branch
from plushka.domain.staff.model import OwnRole, Position
from plushka.domain.staff.roles import Rights, check_rights, list_roles
from plushka.domain.staff.words import ROLE_WORDS
from plushka.platform.database import Tx
from plushka.platform.i18n import Translator

EVERYWHERE, SOME = "everywhere", "some"


class Offer(Struct, frozen=True):
    """What may be chosen: ``roles`` as triples of value, name and explanation, those that this person may give."""

    roles: list[tuple[str, str, str]]
    branches: list[tuple[str, str]]
    may_give_all: bool


async def offer(tx: Tx, visit: Visit) -> Offer:
    """Return the positions that this person may give."""
    own, words = visit.rights, visit.words
    roles = [
        (str(role), words.gettext(name), words.gettext(explanation))
        for role, (name, explanation) in ROLE_WORDS.items()
        if own.cover(rights_of(role, branch_ids=own.branch_ids))
    ]
    roles += [
        (str(role.id), role.name, words.gettext("a role of your own"))
        for role in await list_roles(tx)
        if own.cover(rights_of(None, role, own.branch_ids))
    ]
    branches: tuple[Branch, ...] = await own_branches(tx, visit)
    return Offer(
        roles=roles,
        branches=[(str(branch.id), branch.name) for branch in branches],
        may_give_all=not own.branch_ids,
    )


def read_position(form: Form, offered: Offer, words: Translator) -> Position:
    """Return the position chosen; what is not offered is a problem at its field."""
    chosen = form.choice("role", [value for value, _, _ in offered.roles])
    places = form.choice("places", [EVERYWHERE, SOME], default=EVERYWHERE)
    branch_ids: frozenset[UUID] = frozenset()
    if places == SOME or not offered.may_give_all:
        known = {value for value, _ in offered.branches}
        branch_ids = frozenset(UUID(value) for value in form.values("branches") if value in known)
        if not branch_ids:
            form.fail("branches", words.gettext("Choose at least one branch."))
    if chosen in ROLE_WORDS:
        return Position(role=chosen, branch_ids=branch_ids)
    return Position(own_role_id=UUID(chosen) if chosen else None, branch_ids=branch_ids)


def check_position(visit: Visit, position: Position, own_roles: tuple[OwnRole, ...], *others: Rights) -> None:
    """Refuse to give a position beyond one's own rights, or to somebody who may do more (``others``).

    :raises ExceedsOwnRights: when it is
    """
    own_role = next((role for role in own_roles if role.id == position.own_role_id), None)
    check_rights(visit.rights, rights_of(position.role, own_role, position.branch_ids), *others)
