"""The demo's ways in: the owner's password and the tills' keys, kept in the data folder for its owner's eyes only."""

import os
from pathlib import Path
from uuid import UUID

import msgspec
from msgspec import Struct

from plushka.platform import data_folder
from plushka.platform.addresses import is_loopback
from plushka.platform.settings import Environment, Settings


class TillAccess(Struct, frozen=True):
    """A till of a branch, with the secret of its API key."""

    till_id: UUID
    key: str


class Access(Struct, frozen=True):
    """Made once, with the business. ``tills`` are by the code of their branch.

    ``loaded`` is how many of the year's last baskets have been loaded, the whole load through. ``cafe`` are the
    tills of the coffee shop, also by branch, and ``cafe_is_loaded`` tells whether all of its year is.
    """

    email: str
    password: str
    tills: dict[str, TillAccess]
    loaded: int = 0
    cafe: dict[str, TillAccess] = {}
    cafe_is_loaded: bool = False


def is_open(settings: Settings) -> bool:
    """Tell whether the demo is here, where nobody but this machine can ask: then its fakes and short ways in are."""
    return is_private(settings) and find(settings) is not None


def is_private(settings: Settings) -> bool:
    """Tell whether nobody but the person at this machine can ask."""
    return settings.environment is Environment.LOCAL and is_loopback(settings.host)


def folder(settings: Settings) -> Path:
    """Return the demo's own folder, made if missing and closed to others."""
    data_folder.create(settings.data_folder)
    path = settings.data_folder / "demo"
    path.mkdir(mode=0o700, exist_ok=True)
    return path


def find(settings: Settings) -> Access | None:
    """Return what was kept."""
    path = folder(settings) / "access.json"
    return msgspec.json.decode(path.read_bytes(), type=Access) if path.exists() else None


def keep(settings: Settings, access: Access) -> None:
    """Keep the ways in."""
    write_privately(folder(settings) / "access.json", msgspec.json.encode(access))


def write_privately(path: Path, content: bytes) -> None:
    """Replace a file at once, readable by its owner only; a kill at any moment leaves the old or the new one."""
    new = path.with_suffix(".new")
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)
