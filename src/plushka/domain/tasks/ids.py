"""The ids of many rows as the input or the output of a task."""

from collections.abc import Sequence
from uuid import UUID

ID_BYTES = 16


def pack_ids(ids: Sequence[UUID]) -> bytes:
    """Return ids as bytes; pieces put together are the whole."""
    return b"".join(each.bytes for each in ids)


def unpack_ids(content: bytes) -> list[UUID]:
    """Return the ids that ``pack_ids`` made into bytes."""
    return [UUID(bytes=content[start : start + ID_BYTES]) for start in range(0, len(content), ID_BYTES)]
