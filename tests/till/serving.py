"""What a web process of the tests does; a module by its name, so that a process that was just begun finds it."""

import os
from multiprocessing import get_context

import uvicorn

from plushka.platform.settings import Settings

FORKING = get_context("forkserver")
"""Processes begin with the product read and put together: a server starts in a tenth of the time."""
FORKING.set_forkserver_preload(["tests.till.ready", "uvicorn"])


def serve(environ: dict[str, str], port: int) -> None:
    """Serve on the port until the process is killed."""
    # It is there: the process that this one is forked from has read it.
    from tests.till.ready import APPLICATION

    os.environ.update(environ)
    APPLICATION.settings = Settings.from_environment()
    uvicorn.run(APPLICATION, port=port, log_level="warning")
