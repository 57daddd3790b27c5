"""``plushka migrate``."""

from plushka.platform.migrate import migrate as apply
from plushka.platform.postgres.access import available
from plushka.platform.settings import Settings


def migrate() -> None:
    """Bring the database to this version. Does nothing when it is there already."""
    with available(Settings.from_environment()) as dsn:
        applied = apply(dsn)
    print("\n".join(f"applied {name}" for name in applied) or "nothing to apply")
