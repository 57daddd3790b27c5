"""The member's card as a picture: the same in the office's preview, the app and messages."""

from typing import Any

import segno
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from msgspec import Struct, structs

from plushka.domain.businesses.branding import CardStyle
from plushka.domain.businesses.colors import mixed, readable

_QR_SIDE = 74
_BORDER = 2


class Card(Struct, frozen=True):
    """What stands on a card: finished texts; ``code`` is what its QR carries."""

    business: str
    motto: str
    color: str
    style: CardStyle
    logo_url: str
    name: str
    balance: str
    number: str
    code: str


_templates = Environment(
    loader=PackageLoader("plushka.delivery.web"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def draw_card(card: Card) -> Markup:
    """Return the card as an SVG element. Colours are attributes: a page of ours allows no inline style."""
    text = readable(card.color).on_color
    drawn = _templates.get_template("card.svg").render(
        **structs.asdict(card),
        text=text,
        lighter=mixed(card.color, "#ffffff", 14),
        darker=mixed(card.color, "#000000", 14),
        **_qr(card.code),
    )
    # Rendered with autoescape: texts in it cannot become elements.
    return Markup(drawn)  # noqa: S704


def _qr(code: str) -> dict[str, Any]:
    qr = segno.make(code, error="m", micro=False)
    side = qr.symbol_size(border=_BORDER)[0]
    dark = [
        (column, row)
        for row, line in enumerate(qr.matrix_iter(border=_BORDER))
        for column, is_dark in enumerate(line)
        if is_dark
    ]
    path = "".join(f"M{column} {row}h1v1h-1z" for column, row in dark)
    return {"qr_path": path, "qr_scale": f"{_QR_SIDE / side:.4f}", "qr_side": side}
