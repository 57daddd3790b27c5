"""Statements that lock certificates and write what was done to them."""

from collections.abc import Collection, Sequence
from uuid import UUID

from asyncpg import Record

from plushka.domain.certificates.certificate import Certificate
from plushka.domain.certificates.model import CertificateType, UnknownCertificate
from plushka.platform.database import Tx
from plushka.platform.ids import new_id

SELECT_TYPES = """
    t.id as type_id, t.name, t.nominals_minor, t.amount_min_minor, t.amount_max_minor, t.life_months, t.life_days,
    t.is_used_in_parts, t.needs_pin, t.created_at as type_created_at, t.retired_at
"""
SELECT_CERTIFICATES = f"""
    select c.id, c.number, c.pin_salt, c.nominal_minor, c.balance_minor, c.member_id, c.created_at, c.sold_at,
           c.expires_at, c.blocked_at, {SELECT_TYPES}
    from certificates c
    join certificate_types t on t.tenant_id = c.tenant_id and t.id = c.type_id
    where c.tenant_id = $1
"""  # noqa: S608  constants only


def type_from(row: Record) -> CertificateType:
    """Return the kind of a row with ``SELECT_TYPES``."""
    return CertificateType(
        id=row["type_id"],
        name=row["name"],
        nominals_minor=tuple(row["nominals_minor"]),
        amount_min_minor=row["amount_min_minor"],
        amount_max_minor=row["amount_max_minor"],
        life_months=row["life_months"],
        life_days=row["life_days"],
        is_used_in_parts=row["is_used_in_parts"],
        needs_pin=row["needs_pin"],
        created_at=row["type_created_at"],
        retired_at=row["retired_at"],
    )


def certificate_from(row: Record) -> Certificate:
    """Return the certificate of a row of ``SELECT_CERTIFICATES``."""
    return Certificate(
        id=row["id"],
        number=row["number"],
        type=type_from(row),
        pin_salt=row["pin_salt"],
        nominal_minor=row["nominal_minor"],
        balance_minor=row["balance_minor"],
        member_id=row["member_id"],
        created_at=row["created_at"],
        sold_at=row["sold_at"],
        expires_at=row["expires_at"],
        blocked_at=row["blocked_at"],
    )


async def lock_numbers(tx: Tx, numbers: Collection[str]) -> dict[str, Certificate]:
    """Lock certificates in the order of their ids and return those that there are, by number."""
    rows = await tx.fetch(
        f"""
        -- certificates.lock_numbers
        {SELECT_CERTIFICATES} and c.number = any($2)
        order by c.id
        for no key update of c
        """,
        tx.tenant_id,
        list(numbers),
    )
    return {row["number"]: certificate_from(row) for row in rows}


async def lock_ids(tx: Tx, ids: Collection[UUID]) -> dict[UUID, Certificate]:
    """Lock certificates in the order of their ids and return them by id."""
    rows = await tx.fetch(
        f"""
        -- certificates.lock_ids
        {SELECT_CERTIFICATES} and c.id = any($2)
        order by c.id
        for no key update of c
        """,
        tx.tenant_id,
        list(ids),
    )
    return {row["id"]: certificate_from(row) for row in rows}


async def lock_one(tx: Tx, certificate_id: UUID) -> Certificate:
    """:raises UnknownCertificate: the business has none of this id."""
    found = await lock_ids(tx, [certificate_id])
    if certificate_id not in found:
        raise UnknownCertificate(field="certificate")
    return found[certificate_id]


async def save(tx: Tx, certificates: Sequence[Certificate]) -> None:
    """Write what was done to certificates that are locked: the rows, and each movement."""
    changed = [certificate for certificate in certificates if certificate.movements]
    if not changed:
        return
    await tx.execute(
        """
        -- certificates.save
        update certificates c
        set nominal_minor = new.nominal_minor, balance_minor = c.balance_minor + new.moved_minor,
            member_id = new.member_id, sold_at = new.sold_at, expires_at = new.expires_at, blocked_at = new.blocked_at
        from unnest(
            $2::uuid[], $3::bigint[], $4::bigint[], $5::uuid[], $6::timestamptz[], $7::timestamptz[], $8::timestamptz[]
        ) as new (id, nominal_minor, moved_minor, member_id, sold_at, expires_at, blocked_at)
        where c.tenant_id = $1 and c.id = new.id
        """,
        tx.tenant_id,
        [c.id for c in changed],
        [c.nominal_minor for c in changed],
        [sum(movement.amount_minor for movement in c.movements) for c in changed],
        [c.member_id for c in changed],
        [c.sold_at for c in changed],
        [c.expires_at for c in changed],
        [c.blocked_at for c in changed],
    )
    moved = [(certificate.id, movement) for certificate in changed for movement in certificate.movements]
    await tx.execute(
        """
        -- certificates.save_movements
        insert into certificate_movements (
            tenant_id, id, certificate_id, kind, amount_minor, balance_minor, document_id, reason, expires_at, actor, at
        )
        select $1, new.id, new.certificate_id, new.kind, new.amount_minor, new.balance_minor, new.document_id,
               new.reason, new.expires_at, $10, $11
        from unnest(
            $2::uuid[], $3::uuid[], $4::text[], $5::bigint[], $6::bigint[], $7::uuid[], $8::text[], $9::timestamptz[]
        ) as new (id, certificate_id, kind, amount_minor, balance_minor, document_id, reason, expires_at)
        """,
        tx.tenant_id,
        [new_id() for _ in moved],
        [certificate_id for certificate_id, _ in moved],
        [movement.kind for _, movement in moved],
        [movement.amount_minor for _, movement in moved],
        [movement.balance_minor for _, movement in moved],
        [movement.document_id for _, movement in moved],
        [movement.reason for _, movement in moved],
        [movement.expires_at for _, movement in moved],
        tx.actor,
        tx.at,
    )
    for certificate in changed:
        certificate.movements.clear()
