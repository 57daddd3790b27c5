"""What is on a certificate, for who shows its number and PIN at a till."""

from uuid import UUID

from plushka.domain.certificates.certificate import Certificate
from plushka.domain.certificates.model import CertificatesLocked, UnknownCertificate
from plushka.domain.certificates.pins import is_right
from plushka.domain.certificates.queries import find_by_number
from plushka.domain.certificates.tries import begin_try, locked, note_wrong
from plushka.platform.database import Tx


async def check_certificate(
    tx: Tx, *, till_id: UUID, network: str, number: str, pin: str | None
) -> Certificate | UnknownCertificate | CertificatesLocked:
    """Return the certificate of this number and PIN; a wrong one is returned, not raised, so that the try is kept.

    :raises CertificatesLocked: too many wrong ones were tried
    """
    await begin_try(tx, till_id=till_id, network=network)
    certificate = await find_by_number(tx, number)
    if certificate is not None and opens(tx, certificate, pin):
        return certificate
    wait = await note_wrong(tx, till_id=till_id, network=network)
    return locked(wait) if wait else UnknownCertificate(field="certificate")


def opens(tx: Tx, certificate: Certificate, pin: str | None) -> bool:
    """Tell whether who knows the number and this PIN may look at the certificate and pay with it."""
    return not certificate.type.needs_pin or is_right(tx, certificate.pin_salt, pin)
