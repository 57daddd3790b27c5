"""The business's colour on the pages of the app, and who may show them in a frame."""

from base64 import b64encode
from collections.abc import Mapping
from hashlib import sha256

from markupsafe import Markup

from plushka.domain.businesses.colors import WHITE, readable, readable_on

DARK_PAPER = "#231f1c"
"""What text stands on by night (assets/css/theme.css)."""
_SCRIPT_OF_MAX = "https://st.max.ru"
"""MAX has no other way to its buttons; asked for in MAX alone (assets/js/app/hosts/max.js)."""
_MESSENGERS = (
    "https://web.telegram.org https://*.telegram.org https://web.max.ru https://max.ru "
    "https://vk.com https://*.vk.com https://vk.ru https://*.vk.ru"
)
"""Web clients that open mini apps in a frame. No session of a browser reaches one: cookies of others are not sent."""


def style_of(color: str) -> Markup:
    """Return the rules that bring ``color``, a hex one, to a page: as ground, and as a shade that can be read."""
    shades = readable(color)
    by_night = readable_on(color, DARK_PAPER)
    day = f"--color-primary:{shades.on_white};--color-primary-content:{WHITE}"
    night = f"--color-primary:{by_night};--color-primary-content:{DARK_PAPER}"
    # A colour has been checked to be one, so nothing else can stand in the rules.
    return Markup(  # noqa: S704
        f":root{{--brand:{color};--brand-content:{shades.on_color}}}"
        f':root,:root[data-theme="plushka"]{{{day}}}'
        f':root[data-theme="plushka-dark"]{{{night}}}'
        f"@media(prefers-color-scheme:dark){{:root:not([data-theme]){{{night}}}}}"
    )


def headers_of(style: str, also_framed_by: str = "") -> Mapping[str, str]:
    """Return what a browser may do on a page with this ``style``: our files, these rules, frames as above.

    ``also_framed_by`` is one more address that may show the page in a frame, empty: none.
    """
    digest = b64encode(sha256(style.encode()).digest()).decode()
    return {
        "content-security-policy": (
            f"default-src 'none'; script-src 'self' {_SCRIPT_OF_MAX}; style-src 'self' 'sha256-{digest}'; "
            "img-src 'self' data:; connect-src 'self'; worker-src 'self'; manifest-src 'self'; "
            "form-action 'self'; base-uri 'none'; "
            f"frame-ancestors {_MESSENGERS} {also_framed_by}".rstrip()
        )
    }
