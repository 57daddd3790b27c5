"""Slowing down those who guess passwords, however many processes they ask.

A try counts as failed from its beginning, until its password has proved right: checking one takes a while,
and of tries sent at the same moment all would pass before the first has failed. An e-mail is counted whether
it has an account or not, so that being slowed down tells nothing.
"""

from datetime import timedelta

from plushka.domain.staff.tokens import digest
from plushka.platform.database import GlobalTx
from plushka.platform.ids import new_id

WINDOW = timedelta(minutes=15)
FAILURES_OF_EMAIL_MAX = 5
FAILURES_OF_NETWORK_MAX = 30


async def begin_try(tx: GlobalTx, *, email: str, network: str) -> timedelta:
    """Count a try to sign in, unless it must wait; return how long, nothing: go ahead.

    Tries with the same e-mail or from the same network come one after another until ``tx`` ends.
    """
    email_hash = digest(email)
    await tx.execute(
        """
        -- staff.begin_try: lock
        select pg_advisory_xact_lock(key) from unnest($1::bigint[]) as key
        """,
        sorted(_lock_key(text) for text in (f"e-mail {email}", f"network {network}")),
    )
    full_since = await tx.fetchval(
        """
        -- staff.begin_try
        select greatest(
            (select at from sign_in_tries where email_hash = $1 and at > $3 order by at desc offset $4 limit 1),
            (select at from sign_in_tries where network = $2 and at > $3 order by at desc offset $5 limit 1)
        )
        """,
        email_hash,
        network,
        tx.at - WINDOW,
        FAILURES_OF_EMAIL_MAX - 1,
        FAILURES_OF_NETWORK_MAX - 1,
    )
    if full_since is not None:
        wait: timedelta = full_since + WINDOW - tx.at
        return wait
    await tx.execute(
        """
        -- staff.begin_try: count
        insert into sign_in_tries (id, email_hash, network, at) values ($1, $2, $3, $4)
        """,
        new_id(),
        email_hash,
        network,
        tx.at,
    )
    return timedelta(0)


async def count_tries(tx: GlobalTx, *, email: str) -> int:
    """Return how many tries with an e-mail count now."""
    count: int = await tx.fetchval(
        """
        -- staff.count_tries
        select count(*) from sign_in_tries where email_hash = $1 and at > $2
        """,
        digest(email),
        tx.at - WINDOW,
    )
    return count


async def forget_tries(tx: GlobalTx, *, email: str) -> None:
    """Forget the tries with an e-mail whose owner has come."""
    await tx.execute(
        """
        -- staff.forget_tries
        delete from sign_in_tries where email_hash = $1
        """,
        digest(email),
    )


def _lock_key(text: str) -> int:
    return int.from_bytes(digest(text)[:8], signed=True)
