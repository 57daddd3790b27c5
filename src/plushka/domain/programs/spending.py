"""Who may spend points, whatever on: asked before a wallet is locked, and told with a reason."""

from uuid import UUID

from plushka.domain.members.model import Identity, UnknownMember
from plushka.domain.members.queries import find_people
from plushka.domain.programs.standings import list_standings
from plushka.platform.database import Tx
from plushka.platform.errors import Conflict


class RedemptionRefused(Conflict):
    """No points can be spent here; ``reason`` says why: a code of ``engine.reasons``, or ``points_missing``."""

    code = "redemption_refused"


async def get_spender(tx: Tx, named: UUID | Identity, *, program_id: UUID) -> UUID:
    """Return the id of the member whom ``named`` means, who may spend points of the programme.

    :raises UnknownMember: it means none
    :raises RedemptionRefused: they are blocked, their spending is stopped, or they are enrolled by a link and have
        bought nothing yet
    """
    person = (await find_people(tx, {named})).get(named)
    if person is None:
        raise UnknownMember(field="member")
    if person.is_blocked:
        raise RedemptionRefused(field="member", reason="member_blocked")
    if person.is_spending_stopped:
        raise RedemptionRefused(field="member", reason="redemption_stopped")
    if person.is_unverified:
        standing = (await list_standings(tx, [person.id], program_id=program_id)).get(person.id)
        if standing is None or not standing.sums.purchases:
            raise RedemptionRefused(field="member", reason="redemption_unverified")
    return person.id
