"""A push service that is none, with the browsers that have subscribed there: it opens what only they can read."""

import json
import secrets
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any

import http_ece
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from msgspec import Struct, field

from plushka.demo.gateways.arrived import Answer, Arrived, Fault, Pretended, answered

PUSH_PREFIX = "/push"


class Browser(Struct):
    """A browser that has subscribed: its keys, and the business's that it was given."""

    name: str
    key: ec.EllipticCurvePrivateKey
    auth: bytes
    application_key: str

    def keys(self) -> dict[str, str]:
        """Return what it introduces itself with."""
        point = self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return {"p256dh": _encoded(point), "auth": _encoded(self.auth)}


class FakePush(Pretended):
    """Browsers by the last part of their endpoints; the headers of what came are kept in ``headers``."""

    address: str = ""
    browsers: dict[str, Browser] = field(default_factory=dict)
    headers: list[dict[str, str]] = field(default_factory=list)

    def routes(self) -> list[web.RouteDef]:
        return [web.post(f"{PUSH_PREFIX}/{{name}}", answered(self._take_in))]

    def subscribe(self, name: str, application_key: str) -> tuple[str, dict[str, str]]:
        """Let a browser subscribe and return its endpoint and keys."""
        browser = Browser(
            name, ec.generate_private_key(ec.SECP256R1()), secrets.token_bytes(16), application_key
        )
        self.browsers[name] = browser
        return f"{self.address}{PUSH_PREFIX}/{name}", browser.keys()

    async def _take_in(self, request: web.Request) -> web.Response:
        await self.fail_if_told()
        browser = self.browsers.get(request.match_info["name"])
        if browser is None:
            raise Answer(Fault(410))
        self.headers.append({name.lower(): value for name, value in request.headers.items()})
        if not _is_signed(
            request.headers.get("authorization", ""), browser.application_key, str(request.url.origin())
        ):
            raise Answer(Fault(403, body="VAPID"))
        if (
            request.headers.get("content-encoding") != "aes128gcm"
            or not request.headers.get("ttl", "").isdigit()
        ):
            raise Answer(Fault(400))
        opened: Any = json.loads(
            http_ece.decrypt(await request.read(), private_key=browser.key, auth_secret=browser.auth)
        )
        self.take(
            Arrived(
                "push",
                browser.name,
                opened["body"],
                title=opened["title"],
                link=opened.get("url", ""),
                image=opened.get("image", ""),
            )
        )
        return web.Response(status=201)


def _is_signed(authorization: str, application_key: str, origin: str) -> bool:
    """Tell whether a token is of the key that the browser was given, for this service, and not over (RFC 8292)."""
    scheme, _, rest = authorization.partition(" ")
    parts = dict(part.strip().split("=", 1) for part in rest.split(",") if "=" in part)
    token, key = parts.get("t", ""), parts.get("k", "")
    if scheme != "vapid" or key != application_key or token.count(".") != 2:  # noqa: PLR2004  parts of a JWT
        return False
    signed, _, signature = token.rpartition(".")
    raw = _decoded(signature)
    half = len(raw) // 2
    der = encode_dss_signature(int.from_bytes(raw[:half], "big"), int.from_bytes(raw[half:], "big"))
    public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), _decoded(key))
    public.verify(der, signed.encode(), ec.ECDSA(SHA256()))
    claims = json.loads(_decoded(signed.partition(".")[2]))
    return bool(
        claims["aud"] == origin and claims["exp"] > time.time() and claims["sub"].startswith("mailto:")
    )


def _decoded(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _encoded(content: bytes) -> str:
    return urlsafe_b64encode(content).rstrip(b"=").decode()
