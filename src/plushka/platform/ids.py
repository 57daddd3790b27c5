"""Identifiers: UUIDv7, made by the application, so that they sort by creation and need no sequence."""

from datetime import datetime
from uuid import UUID

from asyncpg.pgproto import pgproto
from uuid_utils import uuid7

_TIMESTAMP_SHIFT = 80
"""An identifier begins with 48 bits of milliseconds (RFC 9562)."""


def new_id() -> UUID:
    """Return an identifier that sorts after every earlier one made by this process.

    It is of the driver's kind, as those that are read: made in 0.2 µs instead of 0.7, and sent as it is.
    """
    return pgproto.UUID(uuid7().bytes)


def id_of(at: datetime) -> UUID:
    """Return a new identifier that sorts by a moment of the past."""
    nanoseconds = int(at.timestamp() * 1_000_000) * 1000
    return pgproto.UUID(uuid7(nanoseconds=nanoseconds).bytes)


def floor_of(at: datetime) -> UUID:
    """Return what sorts before every identifier made at ``at`` or later, and after every earlier one."""
    return UUID(int=int(at.timestamp() * 1000) << _TIMESTAMP_SHIFT)


def earlier(known: UUID, *, by_ms: int) -> UUID:
    """Return what sorts before every identifier made ``by_ms`` milliseconds before ``known`` or later."""
    return UUID(int=max(0, (known.int >> _TIMESTAMP_SHIFT) - by_ms) << _TIMESTAMP_SHIFT)
