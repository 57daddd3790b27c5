"""What a web process of the tests does; a module by its name, so that a process that was just begun finds it."""

import os
from multiprocessing import get_context

import uvicorn

FORKING = get_context("forkserver")
"""Processes begin with the product read: a server starts in a tenth of the time."""
FORKING.set_forkserver_preload(["plushka.app", "uvicorn"])


def serve(environ: dict[str, str], port: int) -> None:
    """Serve on the port until the process is killed."""
    os.environ.update(environ)
    uvicorn.run("plushka.app:create_app", factory=True, port=port, log_level="warning")
