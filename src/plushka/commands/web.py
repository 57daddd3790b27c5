"""``plushka web``: the HTTP server alone."""

import asyncio
import os
import socket
import sys
from typing import Annotated

import uvicorn
from cyclopts import Parameter

from plushka.platform import logs
from plushka.platform.operating import NeedsOperator
from plushka.platform.postgres.access import running
from plushka.platform.processes import Command, supervise
from plushka.platform.settings import Settings

BACKLOG = 2048
GRACE_SECONDS = 10


class PortUnavailable(NeedsOperator):
    """The address cannot be listened on; the message says which and why."""


def web(*, socket_handle: Annotated[int | None, Parameter(show=False)] = None) -> None:
    """Serve HTTP on PLUSHKA_HOST:PLUSHKA_PORT with PLUSHKA_WORKERS processes, on a migrated database."""
    settings = Settings.from_environment()
    logs.configure(settings.environment)
    os.environ["DATABASE_URL"] = running(settings)
    if socket_handle is not None:
        _serve(socket.socket(fileno=socket_handle))
        return
    with listen(settings.host, settings.port) as listener:
        if settings.web_workers == 1:
            _serve(listener)
        else:
            asyncio.run(supervise(web_children(listener, settings.web_workers, dict(os.environ))))


def listen(host: str, port: int) -> socket.socket:
    """Open the socket that all web processes share; while one restarts, connections wait in its backlog."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=BACKLOG)
    except OSError as error:
        raise PortUnavailable(
            f"Cannot listen on {host}:{port} ({error.strerror}). Set PLUSHKA_PORT or PLUSHKA_HOST."
        ) from error


def web_children(listener: socket.socket, count: int, environ: dict[str, str]) -> list[Command]:
    """Return ``count`` web processes on ``listener``, each with a database pool of its own."""
    handle = listener.fileno()
    arguments = [sys.executable, "-m", "plushka", "web", "--socket-handle", str(handle)]
    return [
        Command(f"web-{number}", arguments, environ=environ, handles=[handle])
        for number in range(1, count + 1)
    ]


def _serve(listener: socket.socket) -> None:
    config = uvicorn.Config(
        "plushka.app:create_app",
        factory=True,
        loop="uvloop",
        http="httptools",
        log_config=None,
        access_log=False,
        server_header=False,
        # On by itself it would believe every proxy on this machine; whom to believe is a setting (``app.py``).
        proxy_headers=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    uvicorn.Server(config).run(sockets=[listener])
