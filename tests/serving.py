"""Ports of this machine, for servers of ours and for what is none of ours, which ours speak to."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from socket import SO_REUSEADDR, SOL_SOCKET, socket
from typing import Any

from aiohttp import web

_KEPT: list[socket] = []


def free_port() -> int:
    """Return a port of this machine that nobody listens on, and that nobody else is given while this process lives.

    A server of ours comes seconds later, and another time after it was killed; other tests ask for ports meanwhile.
    """
    kept = socket()
    # Bound and not listened on, it leaves the port to whoever names it, and the system gives it to nobody who does not.
    kept.setsockopt(SOL_SOCKET, SO_REUSEADDR, 1)
    kept.bind(("127.0.0.1", 0))
    _KEPT.append(kept)
    port: int = kept.getsockname()[1]
    return port


@asynccontextmanager
async def serving(routes: Iterable[web.RouteDef], *middlewares: Any) -> AsyncIterator[str]:
    """Serve until the end of the block and yield the address."""
    app = web.Application(middlewares=middlewares)
    app.add_routes(routes)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()
