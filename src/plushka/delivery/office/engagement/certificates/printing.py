"""A certificate on paper and as a picture for a messenger. Paper has the PIN: who looks at it stands in the trail."""

from uuid import UUID

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from plushka.delivery.office.context import OfficeRequest
from plushka.delivery.office.engagement.certificates.one import ONE
from plushka.delivery.office.engagement.certificates.rows import PATH, amounts_told, until_told
from plushka.delivery.office.visit import Visit
from plushka.delivery.web.qr import draw_qr
from plushka.domain.audit.operations import record
from plushka.domain.businesses.branding import get_branding
from plushka.domain.certificates.numbers import shown
from plushka.domain.certificates.pins import pin_of
from plushka.domain.certificates.queries import get_certificate
from plushka.domain.messages.model import Picture
from plushka.domain.messages.pictures import draw


@get(f"{ONE}/sheet", opt={"action": "certificates.print"})
async def show_sheet(
    visit: NamedDependency[Visit], certificate_id: FromPath[UUID], request: OfficeRequest
) -> Response[str]:
    """Show the certificate to be printed: of A4, or with ``size=a6`` of A6."""
    async with visit.writing() as tx:
        one = await get_certificate(tx, certificate_id)
        pin = pin_of(tx, one.pin_salt) if one.type.needs_pin else ""
        await record(
            tx, action="certificate.print", subject=f"certificate:{one.id}", number=shown(one.number)
        )
    return visit.fragment(
        "engagement/certificates/sheet.html",
        business=visit.business.name,
        size="a6" if request.query_params.get("size") == "a6" else "a4",
        back=f"{PATH}/{one.id}",
        amount=amounts_told(one.type, visit)
        if one.nominal_minor is None
        else visit.figures.money(one.nominal_minor),
        number=shown(one.number),
        pin=pin,
        until=until_told(one, visit),
        qr=draw_qr(one.number, border=0),
    )


@get(f"{ONE}/picture.png", opt={"action": "certificates.print"})
async def download_picture(visit: NamedDependency[Visit], certificate_id: FromPath[UUID]) -> Response[bytes]:
    """Draw the certificate for a messenger: its number and QR in the business's colour, without the PIN."""
    async with visit.reading() as tx:
        one = await get_certificate(tx, certificate_id)
        branding = await get_branding(tx)
    headers = {
        "content-disposition": f'attachment; filename="certificate-{shown(one.number)}.png"',
        "x-content-type-options": "nosniff",
        "content-security-policy": "default-src 'none'",
    }
    picture = draw(Picture(one.number, shown(one.number)), branding.color)
    return Response(picture, media_type="image/png", headers=headers)
