"""The page of figures: how much a business sells can be read from it, so it is not for everybody."""

from secrets import compare_digest

from litestar import Request, Response, get
from litestar.datastructures import State
from litestar.status_codes import HTTP_401_UNAUTHORIZED, HTTP_403_FORBIDDEN

from plushka.platform.addresses import is_loopback
from plushka.platform.metrics import CONTENT_TYPE, exposition

_FORWARDED = frozenset(
    {"forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip"}
)


@get("/metrics", sync_to_thread=False)
def show_metrics(request: Request[object, object, State]) -> Response[bytes]:
    """Tell the figures of all web processes to who has the operator's token.

    Where there is none (``app.state.metrics_token``), to this machine itself, but not to others through its proxy.
    """
    token: str | None = request.app.state.metrics_token
    if token is not None and not _has(request, token):
        return Response(
            b"Send the token of PLUSHKA_METRICS_TOKEN as Authorization: Bearer.\n",
            status_code=HTTP_401_UNAUTHORIZED,
            headers={"www-authenticate": "Bearer"},
            media_type="text/plain",
        )
    if token is None and not _is_from_here(request):
        return Response(
            b"Only this machine itself may ask. For others set PLUSHKA_METRICS_TOKEN.\n",
            status_code=HTTP_403_FORBIDDEN,
            media_type="text/plain",
        )
    return Response(exposition(), media_type=CONTENT_TYPE)


def _has(request: Request[object, object, State], token: str) -> bool:
    kind, _, presented = request.headers.get("authorization", "").partition(" ")
    return kind.lower() == "bearer" and compare_digest(presented.encode(), token.encode())


def _is_from_here(request: Request[object, object, State]) -> bool:
    client = request.client
    return client is not None and is_loopback(client.host) and _FORWARDED.isdisjoint(request.headers.keys())
