"""Who tries codes of coupons or of friends at random in the app waits: wrong ones are counted by address (S8)."""

from datetime import timedelta

from plushka.domain.coupons.model import TooManyCodeTries
from plushka.platform.database import Tx
from plushka.platform.ids import new_id

NETWORK_MAX = 20
WINDOW = timedelta(minutes=10)
"""Of wrong codes of an address that are counted."""


async def check_tries(tx: Tx, network: str) -> None:
    """:raises TooManyCodeTries: the address has tried too many wrong codes."""
    tried = await tx.fetchval(
        """
        -- coupons.count_tries
        select count(*) from coupon_tries where tenant_id = $1 and network = $2 and at > $3
        """,
        tx.tenant_id,
        network,
        tx.at - WINDOW,
    )
    if tried >= NETWORK_MAX:
        raise TooManyCodeTries


async def note_wrong(tx: Tx, network: str) -> None:
    """Count a wrong code, and forget those that are no longer counted."""
    await tx.execute(
        """
        -- coupons.forget_tries
        delete from coupon_tries where tenant_id = $1 and at <= $2
        """,
        tx.tenant_id,
        tx.at - WINDOW,
    )
    await tx.execute(
        """
        -- coupons.note_wrong
        insert into coupon_tries (tenant_id, id, network, at) values ($1, $2, $3, $4)
        """,
        tx.tenant_id,
        new_id(),
        network,
        tx.at,
    )
