"""Putting a rule's tag on its members and taking it off the others; what people have put on stays."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from msgspec import Struct

from plushka.domain.members.model import TAGS_MAX
from plushka.domain.segments.auto_tags.holders import holders
from plushka.domain.segments.auto_tags.model import AutoTag
from plushka.platform.database import Tx

MERGE_UNDONE_WITHIN = timedelta(hours=24)
"""For so long a merge can be undone (purchases/merging.py), and its members' rows stay where they are."""
_NOBODY = "select null::uuid as member_id where false"


class Tagged(Struct, frozen=True):
    """On how many members a tag was put, and off how many it was taken."""

    put_on: int
    taken_off: int


async def apply_rule(tx: Tx, auto_tag: AutoTag) -> Tagged:
    """Let those have the rule's tag by it of whom it is true now, and nobody else.

    Safe to repeat; nothing happens where the rule has been ended. Who has the tag by hand keeps it and is not the
    rule's; who has as many tags as one may have gets none; a tag that was taken off by hand comes back while the rule
    is true. Tags are compared in whatever capitals.
    """
    if not await _lock(tx, auto_tag.id):
        return Tagged(put_on=0, taken_off=0)
    await _follow_merges(tx, auto_tag)
    args: list[Any] = [tx.tenant_id]
    chosen = await holders(tx, auto_tag.rule, args)
    tagged = await _set(tx, auto_tag, chosen, args)
    await tx.execute(
        """
        -- segments.note_tagged
        update auto_tags set refreshed_at = $3 where tenant_id = $1 and id = $2
        """,
        tx.tenant_id,
        auto_tag.id,
        tx.at,
    )
    return tagged


async def take_all_off(tx: Tx, auto_tag: AutoTag) -> Tagged:
    """Take the rule's tag off all on whom it has put it."""
    await _lock(tx, auto_tag.id)
    await _follow_merges(tx, auto_tag)
    return await _set(tx, auto_tag, _NOBODY, [tx.tenant_id])


async def _set(tx: Tx, auto_tag: AutoTag, chosen: str, args: list[Any]) -> Tagged:
    place = len(args)
    rule, tag, most, at = (f"${place + each}" for each in range(1, 5))
    row = await tx.fetchrow(
        f"""
        -- segments.set_tags
        with chosen as materialized (
            select distinct member_id from ({chosen}) as asked
        ), put as (
            update members m
            set tags = array(select each from unnest(m.tags || {tag}::text) as each order by lower(each))
            from chosen c
            where m.tenant_id = $1 and m.id = c.member_id and m.merged_into is null and m.erased_at is null
              and lower({tag}) <> all(select lower(each) from unnest(m.tags) as each)
              and cardinality(m.tags) < {most}::integer
            returning m.id
        ), noted as (
            insert into auto_tagged (tenant_id, auto_tag_id, member_id, since)
            select $1, {rule}::uuid, id, {at}::timestamptz from put
            on conflict do nothing
        ), dropped as (
            delete from auto_tagged a using members m
            where a.tenant_id = $1 and a.auto_tag_id = {rule} and m.tenant_id = $1 and m.id = a.member_id
              and m.merged_into is null and not exists (select from chosen c where c.member_id = a.member_id)
            returning a.member_id
        ), taken as (
            update members m set tags = array_remove(m.tags, {tag}::text)
            from dropped d
            where m.tenant_id = $1 and m.id = d.member_id and m.tags @> array[{tag}::text]
            returning m.id
        )
        select (select count(*) from put) as put_on, (select count(*) from taken) as taken_off
        """,  # noqa: S608  composed of fixed parts
        *args,
        auto_tag.id,
        auto_tag.tag,
        TAGS_MAX,
        tx.at,
    )
    return Tagged(**dict(row or {}))


async def _follow_merges(tx: Tx, auto_tag: AutoTag) -> None:
    """Let the one who stayed have the tag by the rule if it came from the other, once a merge stands for good."""
    await tx.execute(
        """
        -- segments.follow_merges
        with merged as (
            delete from auto_tagged a using members m
            join merges g on g.tenant_id = $1 and g.merged_id = m.id and g.undone_at is null and g.at < $4
            where a.tenant_id = $1 and a.auto_tag_id = $2 and m.tenant_id = $1 and m.id = a.member_id
            returning m.merged_into as member_id, a.since,
                lower($3) in (
                    select lower(tag) from json_array_elements_text(coalesce(
                        case when json_typeof(g.record -> 'person') = 'object'
                             then g.record -> 'person' -> 'before' -> 'tags' end, '[]'
                    )) as tag
                ) as had
        )
        insert into auto_tagged (tenant_id, auto_tag_id, member_id, since)
        select $1, $2, member_id, min(since) from merged where not had group by member_id
        on conflict do nothing
        """,
        tx.tenant_id,
        auto_tag.id,
        auto_tag.tag,
        tx.at - MERGE_UNDONE_WITHIN,
    )


async def _lock(tx: Tx, rule_id: UUID) -> bool:
    """Wait for whoever else is at the rule; return whether there is still one."""
    is_there: bool | None = await tx.fetchval(
        """
        -- segments.lock_auto_tag
        select true from auto_tags where tenant_id = $1 and id = $2 for update
        """,
        tx.tenant_id,
        rule_id,
    )
    return is_there is not None
