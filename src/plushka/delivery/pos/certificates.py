"""Gift certificates at the till: what is on one, and selling one. Paying with one is a part of a purchase."""

from plushka.delivery.pos.answers import (
    CertificateOut,
    CertificateSoldOut,
    CertificateTypeOut,
    CertificateTypesOut,
)
from plushka.delivery.pos.endpoint import Answer, Call, endpoint
from plushka.delivery.pos.refusals import CertificateAmbiguous, MemberAmbiguous
from plushka.delivery.pos.requests import CertificateSaleIn, CertificateShown, Query
from plushka.domain.certificates.checking import check_certificate
from plushka.domain.certificates.model import (
    CertificateBlocked,
    CertificateMistyped,
    CertificatesLocked,
    CertificateSold,
    CertificateTypeRetired,
    NominalMissing,
    NominalOutOfRange,
    NominalUnknown,
    SaleDiffers,
    UnknownCertificate,
    UnknownCertificateType,
)
from plushka.domain.certificates.numbers import read_number
from plushka.domain.certificates.selling import Sale, sell_at_till
from plushka.domain.certificates.types import list_types
from plushka.domain.members.model import PhoneInvalid, UnknownMember
from plushka.domain.members.queries import find_people
from plushka.platform.errors import Refusal


@endpoint("GET /v1/certificates/types", scope="certificates")
async def show_certificate_types(call: Call[None, Query]) -> Answer[CertificateTypesOut]:
    """List the kinds of gift certificates that are sold."""
    async with call.transaction(read_only=True) as tx:
        kinds = [kind for kind in await list_types(tx) if kind.retired_at is None]
    return Answer(
        CertificateTypesOut(
            tuple(
                CertificateTypeOut(
                    id=kind.id,
                    name=kind.name,
                    nominals_minor=kind.nominals_minor,
                    amount_min_minor=kind.amount_min_minor,
                    amount_max_minor=kind.amount_max_minor,
                    is_used_in_parts=kind.is_used_in_parts,
                    needs_pin=kind.needs_pin,
                )
                for kind in kinds
            )
        )
    )


@endpoint(
    "POST /v1/certificates/check",
    scope="certificates",
    refusals=(UnknownCertificate, CertificateMistyped, CertificatesLocked),
    example={"certificate": "7ACE-HKMP-TX3Y", "pin": "4815"},
)
async def show_certificate(call: Call[CertificateShown, Query]) -> Answer[CertificateOut]:
    """Tell what is on a gift certificate, for who shows its number and PIN.

    A wrong number and a wrong PIN are answered alike. After five of them within a minute the till waits for
    ``retry_after_seconds``.
    """
    number = read_number(call.body.certificate, field="certificate")
    # What was refused is written down too: the next try counts it.
    async with call.transaction() as tx:
        answer = await check_certificate(
            tx, till_id=call.holder.till_id, network=call.network, number=number, pin=call.body.pin
        )
    if isinstance(answer, Refusal):
        raise answer
    return Answer(CertificateOut.of(answer, call.at))


@endpoint(
    "POST /v1/certificates/sales",
    scope="certificates",
    statuses=(201, 200),
    refusals=(
        UnknownCertificate,
        CertificateMistyped,
        CertificatesLocked,
        CertificateAmbiguous,
        CertificateSold,
        CertificateBlocked,
        CertificateTypeRetired,
        UnknownCertificateType,
        NominalUnknown,
        NominalOutOfRange,
        NominalMissing,
        SaleDiffers,
        UnknownMember,
        MemberAmbiguous,
        PhoneInvalid,
    ),
    example={"external_id": "7-C-000012", "certificate": "7ACE-HKMP-TX3Y"},
)
async def sell_certificate(call: Call[CertificateSaleIn, Query]) -> Answer[CertificateSoldOut]:
    """Sell a gift certificate: from now on its money is on it.

    Its price stands on your receipt as a line of the kind ``certificate``, which earns nothing. Safe to repeat with the
    same ``external_id`` and content.
    """
    body, member_id = call.body, None
    what = body.what()
    async with call.transaction() as tx:
        if body.member is not None:
            named = body.member.to_domain(country=call.holder.country)
            person = (await find_people(tx, {named})).get(named)
            if person is None:
                raise UnknownMember(field="member")
            member_id = person.id
        answer = await sell_at_till(
            tx,
            Sale(body.external_id, what, body.amount_minor, member_id),
            till_id=call.holder.till_id,
            network=call.network,
            zone=(await call.services.reference.places(tx)).business.time_zone,
        )
    if isinstance(answer, Refusal):
        raise answer
    return Answer(
        CertificateSoldOut(CertificateOut.of(answer.certificate, call.at), answer.pin),
        200 if answer.is_repeat else 201,
    )
