"""A member orders a certificate in the app and pays for it at a till, which sells it by the order's number.

An order is a certificate that is made and not sold: it holds no money until the till has taken it.
"""

from datetime import timedelta
from uuid import UUID

from plushka.domain.certificates.certificate import Certificate, nominal_of
from plushka.domain.certificates.issuing import insert_certificates
from plushka.domain.certificates.model import CertificateTypeRetired, TooManyCertificateOrders
from plushka.domain.certificates.store import SELECT_CERTIFICATES, certificate_from
from plushka.domain.certificates.types import get_type
from plushka.domain.members.store import lock_members
from plushka.platform.database import Tx

OPEN_MAX = 3
"""Orders of one member that wait for a till."""
SHOWN_FOR = timedelta(days=7)
"""Later an order is shown no more; whoever has kept its number can still pay for it."""


async def order(tx: Tx, member_id: UUID, *, type_id: UUID, amount_minor: int) -> str:
    """Make a certificate that waits for its money, and return its number.

    :raises UnknownCertificateType: the business has no such kind
    :raises CertificateTypeRetired: no more are made of it
    :raises UnknownMember: they are gone, or were merged into another meanwhile
    :raises TooManyCertificateOrders: the member has too many that wait
    :raises Invalid: an amount that the kind is not sold for
    """
    kind = await get_type(tx, type_id)
    if kind.retired_at is not None:
        raise CertificateTypeRetired(field="type")
    nominal_minor = nominal_of(kind, None, amount_minor)
    await lock_members(tx, [member_id])
    if len(await list_open_orders(tx, member_id)) >= OPEN_MAX:
        raise TooManyCertificateOrders(field="type", orders_max=OPEN_MAX)
    (number,) = await insert_certificates(tx, type_id=kind.id, count=1, nominal_minor=nominal_minor)
    await tx.execute(
        """
        -- certificates.order
        insert into certificate_orders (tenant_id, certificate_id, member_id, ordered_at)
        select $1, id, $3, $4 from certificates where tenant_id = $1 and number = $2
        """,
        tx.tenant_id,
        number,
        member_id,
        tx.at,
    )
    return number


async def list_open_orders(tx: Tx, member_id: UUID) -> list[Certificate]:
    """Return the certificates that a member has ordered and not paid for, the latest first."""
    rows = await tx.fetch(
        f"""
        -- certificates.list_open_orders
        {SELECT_CERTIFICATES} and c.sold_at is null and c.blocked_at is null and c.id in (
            select o.certificate_id from certificate_orders o
            join members m on m.tenant_id = $1 and m.id = o.member_id
            where o.tenant_id = $1 and (m.id = $2 or m.merged_into = $2) and o.ordered_at > $3
        )
        order by c.id desc limit $4
        """,  # noqa: S608  constants only
        tx.tenant_id,
        member_id,
        tx.at - SHOWN_FOR,
        OPEN_MAX,
    )
    return [certificate_from(row) for row in rows]


async def find_orderer(tx: Tx, certificate_id: UUID) -> UUID | None:
    """Return who has ordered a certificate; None: nobody has, or they are deleted."""
    member_id: UUID | None = await tx.fetchval(
        """
        -- certificates.find_orderer
        select coalesce(m.merged_into, m.id)
        from certificate_orders o join members m on m.tenant_id = $1 and m.id = o.member_id
        where o.tenant_id = $1 and o.certificate_id = $2
        """,
        tx.tenant_id,
        certificate_id,
    )
    return member_id
