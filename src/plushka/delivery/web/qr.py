"""QR codes on pages, on paper and as files."""

from io import BytesIO
from typing import Literal

import segno
from litestar import Response
from markupsafe import Markup

_FILE_SCALE = 20
_MEDIA_TYPES = {"png": "image/png", "svg": "image/svg+xml"}


def draw_qr(text: str, *, border: int = 2) -> Markup:
    """Return a QR as an inline drawing, dark on white in every theme: scanners want it so.

    On paper, which is white around it, it needs no ``border``.
    """
    drawn = _make(text).svg_inline(
        border=border, omitsize=True, svgclass=None, lineclass=None, dark="#000", light="#fff"
    )
    return Markup(drawn)  # noqa: S704  made of squares alone


def qr_file(text: str, name: str, kind: Literal["png", "svg"]) -> Response[bytes]:
    """Return a QR to be downloaded as ``name`` with the ending of its ``kind``."""
    file = BytesIO()
    _make(text).save(file, kind=kind, scale=_FILE_SCALE, border=4)
    headers = {
        "content-disposition": f'attachment; filename="{name}.{kind}"',
        "x-content-type-options": "nosniff",
        "content-security-policy": "default-src 'none'",
    }
    return Response(file.getvalue(), media_type=_MEDIA_TYPES[kind], headers=headers)


def _make(text: str) -> segno.QRCode:
    return segno.make(text, error="m", micro=False)
