"""Making, changing and putting away segments of conditions and lists."""

from uuid import UUID

from asyncpg import UniqueViolationError

from plushka.domain.audit import operations as audit
from plushka.domain.businesses.queries import get_business
from plushka.domain.segments.definitions import as_id, decode_audience, encode_audience, segments_in
from plushka.domain.segments.model import (
    DEPTH_MAX,
    NAME_LENGTH_MAX,
    SEGMENTS_MAX,
    AudienceInvalid,
    NotConditions,
    SegmentCycle,
    SegmentInUse,
    SegmentNameMissing,
    SegmentNameTaken,
    SegmentNameTooLong,
    StoredSegment,
    TooManySegments,
    UnknownSegment,
)
from plushka.domain.segments.queries import get_segment, list_segments
from plushka.domain.segments.refreshing import Refreshed, lock, refresh
from plushka.domain.segments.telling.sentences import tell
from plushka.domain.segments.telling.teller import load_teller
from plushka.domain.segments.uses import list_uses
from plushka.engine.audience import Audience
from plushka.engine.audience_check import audience_problems
from plushka.platform.database import Tx
from plushka.platform.ids import new_id


async def create_segment(tx: Tx, *, name: str, audience: Audience | None) -> UUID:
    """Make a segment of conditions with the members it has now, or (``audience`` None) an empty list; return its id.

    :raises SegmentNameMissing: and so on: the name is no name, or another's
    :raises AudienceInvalid: the conditions say nonsense
    :raises UnknownSegment: they name a segment that there is none of
    :raises SegmentCycle: too many segments would stand on each other
    :raises TooManySegments: there are as many as a business may have
    """
    name = _checked_name(name)
    if len(await list_segments(tx)) >= SEGMENTS_MAX:
        raise TooManySegments(segments_max=SEGMENTS_MAX)
    segment_id = new_id()
    if audience is not None:
        await _check(tx, segment_id, audience)
    await _write(
        tx,
        """
        -- segments.create_segment
        insert into segments (tenant_id, id, name, audience, created_at, created_by)
        values ($1, $2, $3, $4, $5, $6)
        """,
        segment_id,
        name,
        None if audience is None else encode_audience(audience),
        tx.at,
        tx.actor,
    )
    await refresh(tx, segment_id)
    await audit.record(tx, action="segment.create", subject=f"segment:{segment_id}", name=name)
    return segment_id


async def change_segment(tx: Tx, segment_id: UUID, *, name: str, audience: Audience | None) -> Refreshed:
    """Give a segment another name and other conditions (None: it is a list), and bring its members up to them.

    :raises NotConditions: conditions of a list, or a segment of conditions without any
    """
    name = _checked_name(name)
    segment = await lock(tx, segment_id)
    if (audience is None) != (segment["audience"] is None):
        raise NotConditions(field="audience")
    before, after = segment["audience"], None
    if audience is not None:
        await _check(tx, segment_id, audience)
        after = encode_audience(audience)
    await _write(
        tx,
        """
        -- segments.change_segment
        update segments set name = $3, audience = $4 where tenant_id = $1 and id = $2
        """,
        segment_id,
        name,
        after,
    )
    known = None if before is None else decode_audience(before)
    changed = audience != known
    told: tuple[str | None, str | None] = (None, None)
    if changed and known is not None and audience is not None:
        teller = await load_teller(tx, (await get_business(tx)).language, known, audience)
        told = (tell(known, teller), tell(audience, teller))
    await audit.record(
        tx,
        action="segment.change",
        subject=f"segment:{segment_id}",
        name=name,
        changes={"name": (segment["name"], name), "conditions": told},
    )
    return await refresh(tx, segment_id, by_edit=changed)


async def archive_segment(tx: Tx, segment_id: UUID) -> None:
    """Put a segment away: it is offered nowhere and followed no more.

    :raises SegmentInUse: something stands on it; ``by`` and ``name`` say what, ``count`` how many things there are
    """
    segment = await lock(tx, segment_id)
    if uses := await list_uses(tx, segment_id):
        raise SegmentInUse(by=uses[0].kind, name=uses[0].name, count=len(uses))
    await tx.execute(
        """
        -- segments.archive_segment
        update segments set archived_at = $3 where tenant_id = $1 and id = $2 and archived_at is null
        """,
        tx.tenant_id,
        segment_id,
        tx.at,
    )
    await audit.record(tx, action="segment.archive", subject=f"segment:{segment_id}", name=segment["name"])


async def restore_segment(tx: Tx, segment_id: UUID) -> None:
    """Take a segment out of the archive; who came and went meanwhile did so by this.

    :raises SegmentNameTaken: another has got its name meanwhile
    """
    segment = await lock(tx, segment_id)
    await _write(
        tx,
        """
        -- segments.restore_segment
        update segments set archived_at = null where tenant_id = $1 and id = $2
        """,
        segment_id,
    )
    await refresh(tx, segment_id, by_edit=True)
    await audit.record(tx, action="segment.restore", subject=f"segment:{segment_id}", name=segment["name"])


async def _write(tx: Tx, statement: str, segment_id: UUID, *values: object) -> None:
    try:
        await tx.execute(statement, tx.tenant_id, segment_id, *values)
    except UniqueViolationError as error:
        raise SegmentNameTaken(field="name") from error


def _checked_name(name: str) -> str:
    name = " ".join(name.split())
    if not name:
        raise SegmentNameMissing(field="name")
    if len(name) > NAME_LENGTH_MAX:
        raise SegmentNameTooLong(field="name", length_max=NAME_LENGTH_MAX)
    return name


async def check_audience(tx: Tx, audience: Audience) -> None:
    """Refuse conditions that say nonsense, or that name segments which there are none of.

    :raises AudienceInvalid: ``problem`` says what is wrong, ``field`` at which of them
    :raises UnknownSegment: they name a segment that there is none of
    """
    await _check(tx, None, audience, lock="")


async def _check(
    tx: Tx, segment_id: UUID | None, audience: Audience, *, lock: str = "for no key update"
) -> None:
    problem = next(audience_problems(audience), None)
    if problem is not None:
        raise AudienceInvalid(field=problem.path or "audience", problem=problem.code)
    named = set(segments_in(audience))
    if not named:
        return
    # Two who let their segments stand on each other at once come one after the other.
    rows = await tx.fetch(
        f"""
        -- segments.list_all
        select id, audience::text from segments where tenant_id = $1 order by id {lock}
        """,  # noqa: S608  a constant
        tx.tenant_id,
    )
    known = {row["id"]: row["audience"] for row in rows}
    standing = {
        one: set() if audience is None else set(segments_in(decode_audience(audience)))
        for one, audience in known.items()
    }
    ids = {as_id(one) for one in named}
    if not ids <= known.keys():
        raise UnknownSegment(field="audience")
    height, below = 1, ids
    while below:
        height += 1
        if segment_id in below or height > DEPTH_MAX:
            raise SegmentCycle(field="audience", height_max=DEPTH_MAX)
        below = {as_id(one) for each in below if each is not None for one in standing.get(each, ())}


async def copy_segment(tx: Tx, segment_id: UUID, *, name: str) -> UUID:
    """Make a segment of the same conditions, or a list of the same members, and return its id."""
    original: StoredSegment = await get_segment(tx, segment_id)
    copy_id = await create_segment(tx, name=name, audience=original.audience)
    if original.audience is None:
        await tx.execute(
            """
            -- segments.copy_members
            insert into segment_members (tenant_id, segment_id, member_id, since)
            select tenant_id, $3, member_id, $4 from segment_members where tenant_id = $1 and segment_id = $2
            """,
            tx.tenant_id,
            segment_id,
            copy_id,
            tx.at,
        )
        await refresh(tx, copy_id)
    return copy_id
