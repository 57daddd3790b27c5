"""What a link that is dead, or never was, shows: all look alike, so that nothing can be learnt by trying."""

from litestar import Response
from litestar.status_codes import HTTP_404_NOT_FOUND

from plushka.delivery.office.admission import look_of_stranger
from plushka.delivery.office.context import PAGES, OfficeRequest
from plushka.domain.programs.telling.refusals import refusal_sentence
from plushka.platform.i18n import translator


def dead_link(request: OfficeRequest, code: str) -> Response[str]:
    """Return the page that tells the refusal ``code`` and whom to ask."""
    look = look_of_stranger(request)
    return PAGES.render(
        "account/dead_link.html",
        look,
        {
            "text": refusal_sentence(code, {}, look.language),
            "advice": translator(look.language).gettext("Ask the one who sent it for another."),
            "path": "/sign-in",
        },
        status=HTTP_404_NOT_FOUND,
    )
