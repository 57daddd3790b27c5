"""The address that a code's QR holds: it opens the member's app with the code put by."""

from urllib.parse import quote

from plushka.delivery.office.context import OfficeRequest
from plushka.delivery.office.settings.links import link_url
from plushka.delivery.office.visit import Visit
from plushka.domain.coupons.codes import LINK


def code_url(request: OfficeRequest, visit: Visit, code: str) -> str:
    """Return where a code of this business is put by."""
    return link_url(request, f"/app/{visit.business.tenant_id}{LINK}{quote(code, safe='')}")
