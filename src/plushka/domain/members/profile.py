"""What is written of a member: the profile, by what they would rather be written to, and tags."""

from datetime import timedelta
from uuid import UUID

from plushka.domain.audit import operations as audit
from plushka.domain.members.channels import Channel
from plushka.domain.members.model import (
    BIRTHDAY_CHANGES_AFTER_DAYS,
    NAME_LENGTH_MAX,
    TAG_LENGTH_MAX,
    TAGS_MAX,
    BirthdayChangedLately,
    BirthdayInFuture,
    DiscountOutOfRange,
    Member,
    Profile,
    Source,
    TextMissing,
    TextTooLong,
    TooManyTags,
)
from plushka.domain.members.store import lock_member
from plushka.platform.database import Tx
from plushka.platform.errors import Fact
from plushka.platform.i18n import BASIS_POINTS


async def edit_profile(
    tx: Tx, member_id: UUID, profile: Profile, *, birthday_reason: str | None = None
) -> None:
    """Write a member's profile; what differs is audited. A ``birthday_reason`` overrides the rule of once a year.

    :raises BirthdayChangedLately: the birthday was changed within the year, and no reason is given (S15)
    :raises Invalid: a field that no member can have
    """
    before = await lock_member(tx, member_id)
    _check(tx, profile)
    _check_birthday(tx, before, profile, birthday_reason)
    is_replaced = before.birthday is not None and profile.birthday != before.birthday
    await tx.execute(
        """
        -- members.edit_profile
        update members
        set name = $3, sex = $4, birthday = $5, personal_discount_bp = $6, birthday_changed_at = $7
        where tenant_id = $1 and id = $2
        """,
        tx.tenant_id,
        member_id,
        profile.name,
        profile.sex,
        profile.birthday,
        profile.personal_discount_bp,
        tx.at if is_replaced else before.birthday_changed_at,
    )
    changes = _differences(before, profile)
    if changes:
        reason = birthday_reason if "birthday" in changes else None
        await audit.record(
            tx, action="member.edit", subject=f"member:{member_id}", changes=changes, reason=reason
        )


async def prefer_channel(tx: Tx, member_id: UUID, channel: Channel | None, *, source: Source) -> None:
    """Write by ``channel`` first from now on, wherever it leads to the member; None: as the business has it.

    ``source`` is the door by which they have said so. It agrees to nothing. Safe to repeat.
    """
    before = (await lock_member(tx, member_id)).preferred_channel
    if channel == before:
        return
    await tx.execute(
        """
        -- members.prefer_channel
        update members set preferred_channel = $3 where tenant_id = $1 and id = $2
        """,
        tx.tenant_id,
        member_id,
        channel,
    )
    await audit.record(
        tx,
        action="member.prefer",
        subject=f"member:{member_id}",
        door=source,
        changes={"preferred_channel": (before, channel)},
    )


async def add_tag(tx: Tx, member_id: UUID, tag: str) -> None:
    """Tag a member; nothing happens when they are, in whatever capitals.

    :raises TooManyTags: they have as many as one can have
    """
    tag = " ".join(tag.split())
    if not tag:
        raise TextMissing(field="tag")
    if len(tag) > TAG_LENGTH_MAX:
        raise TextTooLong(field="tag", length_max=TAG_LENGTH_MAX)
    member = await lock_member(tx, member_id)
    if tag.lower() in map(str.lower, member.tags):
        return
    if len(member.tags) >= TAGS_MAX:
        raise TooManyTags(field="tag", tags_max=TAGS_MAX)
    await _write_tags(tx, member_id, (*member.tags, tag))
    await audit.record(tx, action="member.tag", subject=f"member:{member_id}", tag=tag)


async def remove_tag(tx: Tx, member_id: UUID, tag: str) -> None:
    """Take a tag from a member; nothing happens when they have it not."""
    member = await lock_member(tx, member_id)
    if tag in member.tags:
        await _write_tags(tx, member_id, tuple(other for other in member.tags if other != tag))
        await audit.record(tx, action="member.untag", subject=f"member:{member_id}", tag=tag)


async def _write_tags(tx: Tx, member_id: UUID, tags: tuple[str, ...]) -> None:
    await tx.execute(
        """
        -- members.write_tags
        update members set tags = $3 where tenant_id = $1 and id = $2
        """,
        tx.tenant_id,
        member_id,
        sorted(tags, key=str.lower),
    )


def _check(tx: Tx, profile: Profile) -> None:
    if not profile.name.strip():
        raise TextMissing(field="name")
    if len(profile.name) > NAME_LENGTH_MAX:
        raise TextTooLong(field="name", length_max=NAME_LENGTH_MAX)
    if not 0 <= profile.personal_discount_bp <= BASIS_POINTS:
        raise DiscountOutOfRange(field="personal_discount_bp")
    if profile.birthday is not None and profile.birthday > tx.at.date():
        raise BirthdayInFuture(field="birthday")


def _check_birthday(tx: Tx, before: Member, profile: Profile, reason: str | None) -> None:
    changed_at = before.birthday_changed_at
    if profile.birthday == before.birthday or changed_at is None or reason:
        return
    free_at = changed_at + timedelta(days=BIRTHDAY_CHANGES_AFTER_DAYS)
    if tx.at < free_at:
        raise BirthdayChangedLately(field="birthday", free_on=free_at.date().isoformat())


def _differences(before: Member, after: Profile) -> dict[str, tuple[Fact, Fact]]:
    pairs = {
        name: (_fact(getattr(before, name)), _fact(getattr(after, name)))
        for name in Profile.__struct_fields__
    }
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


def _fact(value: object) -> Fact:
    return value if value is None or isinstance(value, int) else str(value)
