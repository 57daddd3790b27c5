"""A tag given to many members at once, or taken from them."""

from collections.abc import Sequence
from uuid import UUID

from plushka.domain.members.model import TAG_LENGTH_MAX, TAGS_MAX, TextMissing, TextTooLong
from plushka.platform.database import Tx


def read_tag(text: str) -> str:
    """Return a tag as it is written down.

    :raises Invalid: it is empty or too long
    """
    tag = " ".join(text.split())
    if not tag:
        raise TextMissing(field="tag")
    if len(tag) > TAG_LENGTH_MAX:
        raise TextTooLong(field="tag", length_max=TAG_LENGTH_MAX)
    return tag


async def tag_many(tx: Tx, member_ids: Sequence[UUID], tag: str) -> list[UUID]:
    """Tag members and return whom: not those who have it, in whatever capitals, nor who has ``TAGS_MAX``."""
    rows = await tx.fetch(
        """
        -- members.tag_many
        update members
        set tags = array(select each from unnest(tags || $3::text) as each order by lower(each))
        where tenant_id = $1 and id = any($2) and merged_into is null and erased_at is null and cardinality(tags) < $4
          and lower($3) <> all(select lower(each) from unnest(tags) as each)
        returning id
        """,
        tx.tenant_id,
        member_ids,
        tag,
        TAGS_MAX,
    )
    return [row["id"] for row in rows]


async def untag_many(tx: Tx, member_ids: Sequence[UUID], tag: str) -> list[UUID]:
    """Take a tag from members and return from whom: not those who have it not."""
    rows = await tx.fetch(
        """
        -- members.untag_many
        update members set tags = array_remove(tags, $3::text)
        where tenant_id = $1 and id = any($2) and tags @> array[$3::text]
        returning id
        """,
        tx.tenant_id,
        member_ids,
        tag,
    )
    return [row["id"] for row in rows]
