"""What the segments are that an audience names, and those that these name."""

from collections.abc import Iterator, Mapping
from uuid import UUID

import msgspec

from plushka.engine.audience import All, Any, Audience, Not
from plushka.engine.conditions import Segment
from plushka.platform.database import Tx

Definitions = Mapping[str, Audience | None]
"""By the segment's id: its conditions, or None of one that is a list. A segment that there is none of is left out."""

decode_audience = msgspec.json.Decoder(Audience).decode


def encode_audience(audience: Audience) -> str:
    return msgspec.json.encode(audience).decode()


def segments_in(audience: Audience) -> Iterator[str]:
    """Return the ids of the segments that an audience names itself."""
    match audience:
        case All(of=parts) | Any(of=parts):
            for part in parts:
                yield from segments_in(part)
        case Not(of=part):
            yield from segments_in(part)
        case Segment(ids=ids):
            yield from ids
        case _:
            pass


async def read_definitions(tx: Tx, audience: Audience) -> dict[str, Audience | None]:
    """Return the definitions of all segments that an audience stands on, whichever way."""
    known: dict[str, Audience | None] = {}
    wanted = set(segments_in(audience))
    while wanted:
        rows = await tx.fetch(
            """
            -- segments.read_definitions
            select id, audience from segments where tenant_id = $1 and id = any($2)
            """,
            tx.tenant_id,
            [segment_id for one in wanted if (segment_id := as_id(one)) is not None],
        )
        found = {
            str(row["id"]): None if row["audience"] is None else decode_audience(row["audience"])
            for row in rows
        }
        known |= found
        wanted = {
            one for audience in found.values() if audience is not None for one in segments_in(audience)
        } - known.keys()
    return known


def as_id(text: str) -> UUID | None:
    """Return an id that a condition names, None where it is no id of a segment at all."""
    try:
        return UUID(text)
    except ValueError:
        return None
