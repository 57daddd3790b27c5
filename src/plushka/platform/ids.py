"""Identifiers: UUIDv7, made by the application, so that they sort by creation and need no sequence."""

from uuid import UUID

from uuid_utils.compat import uuid7


def new_id() -> UUID:
    """Return an identifier that sorts after every earlier one made by this process."""
    return uuid7()
