"""Selling certificates: one that was made before, by its number, or a new one of a kind, which gets a number now."""

from hashlib import sha256
from uuid import UUID

import msgspec
from msgspec import Struct

from plushka.domain.audit.operations import record
from plushka.domain.certificates.certificate import Certificate
from plushka.domain.certificates.issuing import make_one
from plushka.domain.certificates.model import CertificatesLocked, SaleDiffers, UnknownCertificate
from plushka.domain.certificates.ordering import find_orderer
from plushka.domain.certificates.pins import pin_of
from plushka.domain.certificates.queries import get_certificate
from plushka.domain.certificates.store import lock_numbers, lock_one, save
from plushka.domain.certificates.tries import begin_try, locked, note_wrong
from plushka.domain.certificates.types import get_type
from plushka.platform.database import Tx
from plushka.platform.ids import new_id


class Sale(Struct, frozen=True, omit_defaults=True):
    """A sale that a till reports under its own number, unique for ever (S7).

    ``what``: the number of a certificate that was made before, or the id of the kind of a new one.
    """

    external_id: str
    what: str | UUID
    amount_minor: int | None = None
    member_id: UUID | None = None


class Sold(Struct, frozen=True):
    """A certificate as it is now. ``pin`` is told of one that was made by this sale: nobody has printed it."""

    certificate: Certificate
    pin: str | None
    is_repeat: bool = False


async def sell_at_till(
    tx: Tx, sale: Sale, *, till_id: UUID, network: str, zone: str
) -> Sold | UnknownCertificate | CertificatesLocked:
    """Sell a certificate. Safe to repeat. A wrong number is returned, not raised, so that the try is kept.

    :raises CertificatesLocked: too many wrong numbers were tried
    :raises SaleDiffers: the number of the sale was that of another one
    :raises Refusal: it cannot be sold, or not for this amount
    """
    await begin_try(tx, till_id=till_id, network=network)
    digest = sha256(msgspec.json.encode(sale)).digest()
    known = await _find_sale(tx, till_id, sale.external_id)
    if known is not None:
        certificate_id, known_digest = known
        if known_digest != digest:
            raise SaleDiffers(field="external_id")
        return _sold(tx, await get_certificate(tx, certificate_id), sale, is_repeat=True)
    number = await make_one(tx, await get_type(tx, sale.what)) if isinstance(sale.what, UUID) else sale.what
    certificate = (await lock_numbers(tx, [number])).get(number)
    if certificate is None:
        wait = await note_wrong(tx, till_id=till_id, network=network)
        return locked(wait) if wait else UnknownCertificate(field="certificate")
    sale_id, member_id = new_id(), sale.member_id or await find_orderer(tx, certificate.id)
    certificate.sell(sale.amount_minor, at=tx.at, zone=zone, member_id=member_id, document_id=sale_id)
    await tx.execute(
        """
        -- certificates.sell_at_till
        insert into certificate_sales (tenant_id, id, certificate_id, till_id, external_id, digest, at)
        values ($1, $2, $3, $4, $5, $6, $7)
        """,
        tx.tenant_id,
        sale_id,
        certificate.id,
        till_id,
        sale.external_id,
        digest,
        tx.at,
    )
    await save(tx, [certificate])
    return _sold(tx, certificate, sale, is_repeat=False)


async def sell_in_office(
    tx: Tx, certificate_id: UUID, *, amount_minor: int | None, member_id: UUID | None, zone: str
) -> Certificate:
    """Sell a certificate that was made before, by hand.

    :raises Refusal: it cannot be sold, or not for this amount
    """
    certificate = await lock_one(tx, certificate_id)
    member_id = member_id or await find_orderer(tx, certificate.id)
    certificate.sell(amount_minor, at=tx.at, zone=zone, member_id=member_id, document_id=None)
    await save(tx, [certificate])
    await record(
        tx, action="certificate.sell", subject=f"certificate:{certificate.id}", number=certificate.number
    )
    return certificate


def _sold(tx: Tx, certificate: Certificate, sale: Sale, *, is_repeat: bool) -> Sold:
    pin = (
        pin_of(tx, certificate.pin_salt)
        if isinstance(sale.what, UUID) and certificate.type.needs_pin
        else None
    )
    return Sold(certificate, pin, is_repeat)


async def _find_sale(tx: Tx, till_id: UUID, external_id: str) -> tuple[UUID, bytes] | None:
    row = await tx.fetchrow(
        """
        -- certificates.find_sale
        select certificate_id, digest from certificate_sales
        where tenant_id = $1 and till_id = $2 and external_id = $3
        """,
        tx.tenant_id,
        till_id,
        external_id,
    )
    return None if row is None else (row["certificate_id"], row["digest"])
