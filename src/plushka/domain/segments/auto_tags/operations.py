"""Rules of automatic tags, as their owners make, change and end them."""

from uuid import UUID

from asyncpg import Record

from plushka.domain.audit import operations as audit
from plushka.domain.members.tagging import read_tag
from plushka.domain.segments.auto_tags.model import (
    RULES_MAX,
    AutoTag,
    AutoTagExists,
    AutoTagRuleWrong,
    Holds,
    Rule,
    TooManyAutoTags,
    UnknownAutoTag,
    decode_rule,
    encode_rule,
)
from plushka.domain.segments.auto_tags.tagging import apply_rule, take_all_off
from plushka.domain.segments.definitions import segments_in
from plushka.engine.audience_check import audience_problems
from plushka.platform.database import Tx
from plushka.platform.ids import new_id


async def list_auto_tags(tx: Tx) -> list[AutoTag]:
    """Return the rules by their tags."""
    rows = await tx.fetch(
        """
        -- segments.list_auto_tags
        select t.id, t.tag, t.rule, t.created_at, t.refreshed_at, count(a.member_id) as members
        from auto_tags t left join auto_tagged a on a.tenant_id = $1 and a.auto_tag_id = t.id
        where t.tenant_id = $1
        group by t.tenant_id, t.id
        order by lower(t.tag)
        limit $2
        """,
        tx.tenant_id,
        RULES_MAX,
    )
    return [_auto_tag(row) for row in rows]


async def get_auto_tag(tx: Tx, auto_tag_id: UUID) -> AutoTag:
    """Return a rule.

    :raises UnknownAutoTag: the business has none of this id
    """
    row = await tx.fetchrow(
        """
        -- segments.get_auto_tag
        select id, tag, rule, created_at, refreshed_at,
               (select count(*) from auto_tagged where tenant_id = $1 and auto_tag_id = $2) as members
        from auto_tags where tenant_id = $1 and id = $2
        """,
        tx.tenant_id,
        auto_tag_id,
    )
    if row is None:
        raise UnknownAutoTag
    return _auto_tag(row)


async def list_automatic(tx: Tx, member_id: UUID) -> list[str]:
    """Return which of a member's tags rules have put on."""
    rows = await tx.fetch(
        """
        -- segments.list_automatic
        select t.tag from auto_tagged a join auto_tags t on t.tenant_id = $1 and t.id = a.auto_tag_id
        where a.tenant_id = $1 and a.member_id = $2
        """,
        tx.tenant_id,
        member_id,
    )
    return [row["tag"] for row in rows]


async def add_auto_tag(tx: Tx, *, tag: str, rule: Rule) -> AutoTag:
    """Make a rule and put its tag on whom it is true of.

    :raises AutoTagExists: another rule has the tag, in whatever capitals
    :raises AutoTagRuleWrong: it asks for nothing that there is
    """
    tag = read_tag(tag)
    await _check(tx, rule)
    if len(await list_auto_tags(tx)) >= RULES_MAX:
        raise TooManyAutoTags(rules_max=RULES_MAX)
    made = AutoTag(id=new_id(), tag=tag, rule=rule, members=0, created_at=tx.at, refreshed_at=None)
    added = await tx.fetchval(
        """
        -- segments.add_auto_tag
        insert into auto_tags (tenant_id, id, tag, rule, created_at) values ($1, $2, $3, $4, $5)
        on conflict do nothing
        returning true
        """,
        tx.tenant_id,
        made.id,
        tag,
        encode_rule(rule),
        tx.at,
    )
    if not added:
        raise AutoTagExists(field="tag", tag=tag)
    await audit.record(tx, action="auto_tag.make", subject=f"auto_tag:{made.id}", tag=tag)
    await apply_rule(tx, made)
    return await get_auto_tag(tx, made.id)


async def change_auto_tag(tx: Tx, auto_tag_id: UUID, *, rule: Rule) -> AutoTag:
    """Let the tag follow another rule from now on. Its name stays: who wants another one makes another rule.

    :raises UnknownAutoTag: the business has none of this id
    :raises AutoTagRuleWrong: it asks for nothing that there is
    """
    before = await get_auto_tag(tx, auto_tag_id)
    await _check(tx, rule)
    if rule == before.rule:
        return before
    await tx.execute(
        """
        -- segments.change_auto_tag
        update auto_tags set rule = $3 where tenant_id = $1 and id = $2
        """,
        tx.tenant_id,
        auto_tag_id,
        encode_rule(rule),
    )
    await audit.record(tx, action="auto_tag.change", subject=f"auto_tag:{auto_tag_id}", tag=before.tag)
    await apply_rule(tx, await get_auto_tag(tx, auto_tag_id))
    return await get_auto_tag(tx, auto_tag_id)


async def end_auto_tag(tx: Tx, auto_tag_id: UUID) -> int:
    """End a rule and take its tag off all on whom it has put it; return of how many.

    :raises UnknownAutoTag: the business has none of this id
    """
    ended = await get_auto_tag(tx, auto_tag_id)
    tagged = await take_all_off(tx, ended)
    await tx.execute(
        """
        -- segments.forget_tagged
        delete from auto_tagged where tenant_id = $1 and auto_tag_id = $2
        """,
        tx.tenant_id,
        auto_tag_id,
    )
    await tx.execute(
        """
        -- segments.end_auto_tag
        delete from auto_tags where tenant_id = $1 and id = $2
        """,
        tx.tenant_id,
        auto_tag_id,
    )
    await audit.record(tx, action="auto_tag.end", subject=f"auto_tag:{auto_tag_id}", tag=ended.tag)
    return tagged.taken_off


async def _check(tx: Tx, rule: Rule) -> None:
    if not isinstance(rule, Holds):
        return
    if problem := next(audience_problems(rule.audience), None):
        raise AutoTagRuleWrong(field="rule", reason=problem.code)
    known = await tx.fetchval(
        """
        -- segments.count_known
        select count(*) from segments where tenant_id = $1 and id::text = any($2::text[]) and archived_at is null
        """,
        tx.tenant_id,
        list(set(segments_in(rule.audience))),
    )
    if known < len(set(segments_in(rule.audience))):
        raise AutoTagRuleWrong(field="rule", reason="segment_not_found")


def _auto_tag(row: Record) -> AutoTag:
    return AutoTag(**{**row, "rule": decode_rule(row["rule"])})
