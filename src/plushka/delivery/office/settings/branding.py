"""How the business looks to its members: colour, logo and card, seen while they are chosen."""

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.status_codes import HTTP_422_UNPROCESSABLE_ENTITY

from plushka.delivery.office.context import OfficeRequest
from plushka.delivery.office.visit import Visit
from plushka.delivery.web.card import Card, draw_card
from plushka.delivery.web.forms import Form
from plushka.delivery.web.notices import sent_on
from plushka.delivery.web.pictures import ask_again, body_bytes_max, picture_response, sent_picture
from plushka.domain.businesses.branding import (
    CARD_STYLES,
    MOTTO_LENGTH_MAX,
    Branding,
    change_branding,
    find_logo,
    get_branding,
    remove_logo,
    set_logo,
)
from plushka.domain.businesses.colors import is_color, readable
from plushka.domain.businesses.pictures import LOGO
from plushka.platform.errors import Refusal
from plushka.platform.i18n import marked

_STYLES = {"plain": marked("one colour"), "waves": marked("with waves"), "bun": marked("with a swirl")}


@get("/settings/branding", opt={"action": "settings.read"})
async def show_branding(visit: NamedDependency[Visit]) -> Response[str]:
    async with visit.reading() as tx:
        branding = await get_branding(tx)
    return _page(visit, visit.form(), branding)


@post("/settings/branding", opt={"action": "branding.change"}, request_max_body_size=body_bytes_max(LOGO))
async def save_branding(visit: NamedDependency[Visit], request: OfficeRequest) -> Response[str] | Redirect:
    """Save colour, card and, if one was chosen, the logo: all of it or nothing."""
    form = await visit.typed(request)
    color, motto = form.text("color").lower(), form.text("motto", required=False, length_max=MOTTO_LENGTH_MAX)
    style = form.choice("card_style", CARD_STYLES)
    logo = None
    try:
        logo = await sent_picture(request, "logo", LOGO)
        if form.is_sound and style is not None:
            async with visit.writing() as tx:
                await change_branding(tx, color=color, card_style=style, motto=motto)
                if logo is not None:
                    await set_logo(tx, logo)
            return sent_on("/settings/branding", visit.words.gettext("Saved. Members will see it so."))
    except Refusal as refusal:
        # A file is no field that was typed, so its refusal is told where to go.
        form.refused(refusal, default=refusal.field or "")
    if logo is not None:
        ask_again(form, "logo", visit.words)
    async with visit.reading() as tx:
        branding = await get_branding(tx)
    return _page(visit, form, branding, status=HTTP_422_UNPROCESSABLE_ENTITY)


@post("/settings/branding/card", opt={"action": "branding.change"}, status_code=200)
async def preview_card(visit: NamedDependency[Visit], request: OfficeRequest) -> Response[str]:
    """Draw the card as the form has it now; nothing is saved."""
    form = await visit.typed(request)
    async with visit.reading() as tx:
        branding = await get_branding(tx)
    return visit.fragment("settings/card.html", **_preview(form, branding, visit))


@post("/settings/branding/logo/removal", opt={"action": "branding.change"})
async def remove(visit: NamedDependency[Visit]) -> Redirect:
    async with visit.writing() as tx:
        await remove_logo(tx)
    return sent_on("/settings/branding", visit.words.gettext("The logo is gone."))


@get("/settings/branding/logo/{digest:str}", opt={"action": "settings.read"})
async def show_logo(visit: NamedDependency[Visit], digest: FromPath[str]) -> Response[bytes]:
    """Return the logo.

    :raises NotFound: the business has none of this digest
    """
    async with visit.reading() as tx:
        logo = await find_logo(tx, digest) if digest else None
    return picture_response(logo, LOGO)


def _page(visit: Visit, form: Form, branding: Branding, *, status: int = 200) -> Response[str]:
    return visit.page(
        "settings/branding.html",
        section="settings",
        page="branding",
        status=status,
        form=form,
        branding=branding,
        styles=[(style, visit.words.gettext(title), "") for style, title in _STYLES.items()],
        motto_length_max=MOTTO_LENGTH_MAX,
        logo=LOGO,
        may_change=visit.may("branding.change"),
        **_preview(form, branding, visit),
    )


def _preview(form: Form, branding: Branding, visit: Visit) -> dict[str, object]:
    typed, style = form.value("color", branding.color).lower(), form.value("card_style", branding.card_style)
    color = typed if is_color(typed) else branding.color
    readable_color = readable(color)
    figures, words = visit.figures, visit.words
    card = Card(
        business=visit.business.name,
        motto=form.value("motto", branding.motto)[:MOTTO_LENGTH_MAX],
        color=color,
        style=style if style in CARD_STYLES else branding.card_style,
        logo_url=f"/settings/branding/logo/{branding.logo_digest}" if branding.logo_digest else "",
        name=words.gettext("Anna Ivanova"),
        balance=figures.points(850 * 10**figures.scale),
        number="2200 0001 2345",
        code="PLUSHKA-EXAMPLE",
    )
    is_darkened = readable_color.on_white != color
    return {
        "card": draw_card(card),
        "darkened": readable_color.on_white if is_darkened else "",
        "color": color,
    }
