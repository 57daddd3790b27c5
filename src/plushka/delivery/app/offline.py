"""What a browser keeps for the home screen and for when there is no network."""

from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency

from plushka.delivery.app.admission import STRANGER
from plushka.delivery.app.context import PATH
from plushka.delivery.app.visit import Visit
from plushka.delivery.web.assets import load_assets


@get("/app/worker.js", sync_to_thread=False)
def serve_worker() -> Response[bytes]:
    """Return the service worker, under an address that stays: browsers look there whether it has changed."""
    assets = load_assets()
    name = assets.manifest["app-worker.js"]
    return Response(
        assets.by_name[name].plain,
        media_type="text/javascript",
        headers={
            "cache-control": "no-cache",
            "content-security-policy": "default-src 'none'; connect-src 'self'",
        },
    )


@get(f"{PATH}/manifest.webmanifest", opt={"who": STRANGER}, sync_to_thread=False)
def show_manifest(visit: NamedDependency[Visit]) -> Response[dict[str, Any]]:
    """Return how the app is called and looks on the home screen of a phone."""
    digest = visit.branding.logo_digest
    icon = f"{visit.home}/icon/{digest}/512" if digest else load_assets().url("icon-512.png")
    return Response(
        {
            "name": visit.business.name,
            "short_name": visit.business.name,
            "start_url": visit.home,
            "scope": visit.home,
            "display": "standalone",
            "theme_color": visit.branding.color,
            "icons": [{"src": icon, "sizes": "512x512", "type": "image/png", "purpose": "any maskable"}],
        },
        media_type="application/manifest+json",
    )


HANDLERS = [show_manifest]
