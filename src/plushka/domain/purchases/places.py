"""Which branch a till speaks of, and which programme serves it."""

from plushka.domain.businesses.model import Branch
from plushka.domain.programs.model import Serving
from plushka.domain.programs.serving import get_serving
from plushka.domain.purchases.model import Caller, UnknownBranch
from plushka.domain.purchases.reference import Places, Reference
from plushka.platform.database import Tx


def branch_of(caller: Caller, named: str | None, places: Places) -> Branch:
    """Return the branch the till is bound to, or for a till of no branch the one the request names.

    :raises UnknownBranch: there is none of this code, or it is not the till's
    """
    code = named or caller.branch
    if code is None or code not in places.branches or (caller.branch is not None and code != caller.branch):
        raise UnknownBranch(field="branch")
    return places.branches[code]


async def find_branch(tx: Tx, reference: Reference, caller: Caller, named: str | None) -> Branch | None:
    """Return the branch as ``branch_of`` does; None: the till has none and the request names none.

    :raises UnknownBranch: there is none of the code ``named``, or it is not the till's
    """
    code = named or caller.branch
    if code is None:
        return None
    return branch_of(caller, named, await reference.places(tx, branch=code))


async def serving_of(tx: Tx, reference: Reference, caller: Caller, named: str | None) -> Serving:
    """Return the programme that serves the till's branch now; the first one where no branch is known.

    :raises UnknownBranch: there is none of the code ``named``, or it is not the till's
    """
    branch = await find_branch(tx, reference, caller, named)
    return await get_serving(tx, branch.id if branch else None)
