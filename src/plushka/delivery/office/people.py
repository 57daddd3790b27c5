"""Who stands behind an actor."""

from plushka.domain.staff.queries import list_staff
from plushka.platform.database import Tx


async def load_actors(tx: Tx) -> dict[str, str]:
    """Return the names of the business's people by actor: ``staff:0192…``, or ``account:…`` while they came in."""
    people = await list_staff(tx)
    return {
        **{f"account:{person.account_id}": person.name for person in people},
        **{f"staff:{person.id}": person.name for person in people},
    }
