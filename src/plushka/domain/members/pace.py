"""How often strangers of one network may enrol themselves, however many processes they ask.

Every try counts, whether the phone was known or not, so that being slowed down tells nothing.
"""

from datetime import timedelta

from plushka.platform.database import GlobalTx
from plushka.platform.ids import new_id

WINDOW = timedelta(minutes=15)
TRIES_MAX = 10


async def may_join(tx: GlobalTx, *, network: str) -> bool:
    """Count a try from ``network`` (``addresses.network_of``), unless there were too many lately.

    Tries from the same network come one after another until ``tx`` ends.
    """
    await tx.execute(
        """
        -- members.may_join: lock
        select pg_advisory_xact_lock(hashtextextended($1, 0))
        """,
        f"join {network}",
    )
    counted = await tx.fetchval(
        """
        -- members.may_join
        insert into join_tries (id, network, at)
        select $1, $2::text, $3::timestamptz
        where (select count(*) from join_tries where network = $2::text and at > $4) < $5
        returning true
        """,
        new_id(),
        network,
        tx.at,
        tx.at - WINDOW,
        TRIES_MAX,
    )
    return bool(counted)


async def forget_old_tries(tx: GlobalTx) -> None:
    """Remove the tries that no longer count."""
    await tx.execute(
        """
        -- members.forget_old_tries
        delete from join_tries where at <= $1
        """,
        tx.at - WINDOW,
    )
