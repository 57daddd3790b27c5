"""The built stylesheets, scripts and icons, served from memory under names that hold their hash."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import msgspec
from litestar import Request, Response, get
from litestar.datastructures import State
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

FOLDER = Path(__file__).parent / "static"
PREFIX = "/static/"
# The name changes with the content, so a copy is good for as long as a browser cares to keep it.
_FOREVER = "public, max-age=31536000, immutable"
_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".wasm": "application/wasm",
}


class AssetsMissing(Exception):
    """The static files were not built: ``make assets`` builds them."""


@dataclass(frozen=True, slots=True)
class Asset:
    """A file and its compressed twins, by the name of the encoding."""

    content_type: str
    plain: bytes
    encoded: Mapping[str, bytes]


@dataclass(frozen=True, slots=True)
class Assets:
    """All static files by hashed name; ``url`` finds one by the name that templates use."""

    by_name: Mapping[str, Asset]
    manifest: Mapping[str, str]

    def url(self, name: str) -> str:
        """Return the path of ``name`` as it was built.

        :raises KeyError: the build makes no such file
        """
        return PREFIX + self.manifest[name]


@cache
def load_assets() -> Assets:
    """Read the built files, once a process.

    :raises AssetsMissing: there are none
    """
    try:
        manifest = msgspec.json.decode((FOLDER / "manifest.json").read_bytes(), type=dict[str, str])
    except FileNotFoundError as error:
        raise AssetsMissing(f"No static files in {FOLDER}: run make assets") from error
    return Assets({name: _read(FOLDER / name) for name in manifest.values()}, manifest)


def _read(path: Path) -> Asset:
    return Asset(
        content_type=_TYPES[path.suffix],
        plain=path.read_bytes(),
        encoded={
            "br": path.with_name(f"{path.name}.br").read_bytes(),
            "gzip": path.with_name(f"{path.name}.gz").read_bytes(),
        },
    )


@get("/static/{name:str}", opt={"action": "visit"}, sync_to_thread=False)
def serve_asset(name: FromPath[str], request: Request[object, object, State]) -> Response[bytes]:
    """Return a static file in the best encoding that the browser takes."""
    asset = load_assets().by_name.get(name)
    if asset is None:
        raise NotFoundException
    accepted = {
        part.partition(";")[0].strip() for part in request.headers.get("accept-encoding", "").split(",")
    }
    encoding = next((known for known in asset.encoded if known in accepted), None)
    headers = {"cache-control": _FOREVER, "vary": "accept-encoding"}
    if encoding is None:
        return Response(asset.plain, media_type=asset.content_type, headers=headers)
    headers["content-encoding"] = encoding
    return Response(asset.encoded[encoding], media_type=asset.content_type, headers=headers)
