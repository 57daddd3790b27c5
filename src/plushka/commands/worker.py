"""``plushka worker``: the jobs alone."""

import uvloop

from plushka import worker as root
from plushka.platform import logs
from plushka.platform.garbage import collect_seldom
from plushka.platform.postgres.access import running
from plushka.platform.settings import Settings


def worker() -> None:
    """Run the jobs of a migrated database."""
    settings = Settings.from_environment()
    logs.configure(settings.environment)
    collect_seldom()
    uvloop.run(root.run(running(settings), settings))
