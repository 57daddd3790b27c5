"""The address that a code's QR holds: it opens the member's app with the code put by."""

from urllib.parse import quote
from uuid import UUID

from plushka.delivery.office.context import OfficeRequest
from plushka.delivery.office.settings.links import link_url
from plushka.domain.coupons.codes import LINK


def code_url(request: OfficeRequest, tenant_id: UUID, code: str) -> str:
    """Return where a code of a business is put by."""
    return link_url(request, f"/app/{tenant_id}{LINK}{quote(code, safe='')}")
