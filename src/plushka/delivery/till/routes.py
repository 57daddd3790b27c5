"""``/till``: the shell of the cashier's page, what makes it installable, and what keeps it without a network."""

import json
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib import resources
from typing import Any

from litestar import Request, Response, Router, get
from litestar.datastructures import State
from litestar.response import Redirect
from litestar.status_codes import HTTP_303_SEE_OTHER

from plushka.delivery.till.texts import texts
from plushka.delivery.web.assets import load_assets
from plushka.delivery.web.look import look_of
from plushka.delivery.web.pages import Pages
from plushka.platform.errors import NotFound
from plushka.platform.i18n import Language, translator

PAGES = Pages("plushka.delivery.till")
PATH = "/till"
SHELL_ASSETS = ("till.css", "till.js", "icons.svg", "favicon.svg")
"""Without these there is no page."""
CAMERA_ASSETS = ("till-codes.js", "till-codes.wasm")
"""For browsers that read no codes themselves; nothing else waits for them."""
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; worker-src 'self'; manifest-src 'self'; form-action 'none'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
"""As of our other pages, and besides: a reader of codes in WebAssembly, a service worker, a manifest."""

TillRequest = Request[object, object, State]


@dataclass(frozen=True, slots=True)
class Demo:
    """The way into the demo's till without typing: a key, and the PIN of all its cashiers."""

    key: str
    pin: str


@dataclass(frozen=True, slots=True)
class TillPage:
    """Given by the composition root as ``app.state.till_page``; ``demo`` only where nobody but this machine can ask."""

    demo: Demo | None = None


@get(PATH, sync_to_thread=False)
def show_till(request: TillRequest) -> Response[str]:
    """Show the page. It holds nothing of any business, so a device may keep it."""
    look = look_of(request.cookies, request.headers.get("accept-language", ""))
    demo = _page_of(request).demo
    assets = load_assets()
    settings = {
        "language": look.language,
        "texts": texts(look.language),
        "codes_script": assets.url("till-codes.js"),
        "codes_wasm": assets.url("till-codes.wasm"),
    }
    return PAGES.render(
        "till.html",
        look,
        {"settings": _in_script(settings), "demo_pin": demo.pin if demo else ""},
        headers={"content-security-policy": CONTENT_SECURITY_POLICY},
    )


@get(f"{PATH}/demo", sync_to_thread=False)
def open_demo(request: TillRequest) -> Redirect:
    """Open the demo's till. The key stands after the hash, which browsers send nowhere.

    :raises NotFound: where there is no demo, or others than this machine can ask
    """
    demo = _page_of(request).demo
    if demo is None:
        raise NotFound
    return Redirect(f"{PATH}#key={demo.key}", status_code=HTTP_303_SEE_OTHER)


@get(f"{PATH}/sw.js", sync_to_thread=False)
def serve_worker() -> Response[str]:
    """Return the service worker; another build is another worker, so the page renews itself."""
    return Response(
        _worker(),
        media_type="text/javascript; charset=utf-8",
        headers={"cache-control": "no-cache", "service-worker-allowed": PATH},
    )


@get(f"{PATH}/manifest.webmanifest", sync_to_thread=False)
def serve_manifest(request: TillRequest) -> Response[bytes]:
    """Return what makes the page an app on a device."""
    look = look_of(request.cookies, request.headers.get("accept-language", ""))
    return Response(
        json.dumps(_manifest(look.language), ensure_ascii=False).encode(),
        media_type="application/manifest+json",
        headers={"cache-control": "no-cache"},
    )


router = Router(
    path="/", route_handlers=[open_demo, serve_manifest, serve_worker, show_till], include_in_schema=False
)


def _page_of(request: TillRequest) -> TillPage:
    page: TillPage = request.app.state.till_page
    return page


def _in_script(value: Any) -> str:
    """Return JSON that cannot end the script element it stands in."""
    return json.dumps(value, ensure_ascii=False).replace("<", "\\u003c")


@cache
def _worker() -> str:
    assets = load_assets()
    source = resources.files("plushka.delivery.till").joinpath("worker.js").read_text(encoding="utf-8")
    shell = [assets.url(name) for name in SHELL_ASSETS]
    later = [assets.url(name) for name in CAMERA_ASSETS]
    version = sha256("".join([source, *shell, *later]).encode()).hexdigest()[:12]
    return f"const VERSION = {version!r};\nconst SHELL = {shell};\nconst LATER = {later};\n{source}"


def _manifest(language: Language) -> dict[str, Any]:
    words = translator(language)
    return {
        "id": PATH,
        "name": words.gettext("Plushka: till"),
        "short_name": words.gettext("Till"),
        "lang": language,
        "start_url": PATH,
        "scope": PATH,
        "display": "standalone",
        "orientation": "any",
        "background_color": "#faf7f2",
        "theme_color": "#b4531d",
        "icons": [
            {
                "src": load_assets().url("favicon.svg"),
                "sizes": "any",
                "type": "image/svg+xml",
                "purpose": "any",
            },
            {
                "src": load_assets().url("icon-512.png"),
                "sizes": "512x512",
                "type": "image/png",
                "purpose": "any maskable",
            },
        ],
    }
