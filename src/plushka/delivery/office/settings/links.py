"""Links that are shown once, for somebody to send on."""

from plushka.delivery.office.context import OfficeRequest


def link_url(request: OfficeRequest, path: str) -> str:
    """Return the whole address of ``path`` at the site that this person is at."""
    return f"{request.url.scheme}://{request.headers['host']}{path}"
