"""Telling once who brought a member. Each try is kept, with the reason where it was refused."""

from collections.abc import Collection
from datetime import timedelta
from uuid import UUID

from asyncpg import Record
from msgspec import Struct

from plushka.domain.audit import operations as audit
from plushka.domain.members.channels import Address, list_addresses
from plushka.domain.members.suppressions import was_welcomed_lately
from plushka.domain.programs.queries import find_version_in_force
from plushka.domain.programs.versions import list_in_force
from plushka.domain.referrals.codes import find_code_owner
from plushka.domain.referrals.model import NotBound, ReferralRefused, UnknownReferralCode, Way
from plushka.platform.database import Tx
from plushka.platform.ids import new_id

DEPTH_MAX = 1000
"""How far up a circle is looked for; no family of friends is that deep."""


class Tried(Struct, frozen=True):
    """What became of a try: ``reason`` says why not bound. ``referrer_id`` is who was named; None: nobody's code."""

    referrer_id: UUID | None
    reason: NotBound | None

    @property
    def bound_to(self) -> UUID | None:
        return self.referrer_id if self.reason is None else None


async def bind(
    tx: Tx,
    friend_id: UUID,
    *,
    way: Way,
    referrer_id: UUID | None = None,
    typed: str = "",
    accounts: Collection[Address] = (),
    device_of: UUID | None = None,
) -> Tried:
    """Bind a member to who brought them, by id or by the code that was ``typed``; the answer says why not, if not.

    Nothing is raised for what was named wrongly: no enrolment fails for it. ``accounts`` are those in messengers that
    the friend comes from, ``device_of`` is whose card is open on the device.
    """
    # One at a time for a business: two who name each other at one moment would both be bound.
    await tx.execute(
        "select pg_advisory_xact_lock(hashtextextended('referrals:' || $1::text, 0))", str(tx.tenant_id)
    )
    if referrer_id is None:
        referrer_id = await find_code_owner(tx, typed)
    if referrer_id is None:
        await _note(tx, friend_id, None, way, "unknown_code")
        return Tried(None, "unknown_code")
    friend = await _read(tx, friend_id)
    referrer = await _read(tx, referrer_id)
    reason = await _why_not(tx, friend, referrer, accounts=accounts, device_of=device_of)
    await _note(tx, friend["id"], referrer["id"], way, reason)
    if reason is None:
        await tx.execute(
            """
            -- referrals.bind
            update members set invited_by = $3 where tenant_id = $1 and id = $2
            """,
            tx.tenant_id,
            friend["id"],
            referrer["id"],
        )
        if way == "till":
            await audit.record(
                tx, action="member.invited", subject=f"member:{friend['id']}", by=str(referrer["id"])
            )
    return Tried(referrer["id"], reason)


async def bind_or_refuse(
    tx: Tx, friend_id: UUID, *, way: Way, referrer_id: UUID | None = None, typed: str = ""
) -> Tried:
    """Bind as ``bind`` does, for who asks for nothing else; the same again is no mistake.

    What is refused the caller raises by ``refusal_of`` once the try is committed: it is to be kept.
    """
    named = referrer_id or await find_code_owner(tx, typed)
    if named is not None and named == await find_referrer(tx, friend_id):
        return Tried(named, None)
    return await bind(tx, friend_id, way=way, referrer_id=named, typed=typed)


def refusal_of(reason: NotBound, *, field: str) -> UnknownReferralCode | ReferralRefused:
    """Return the refusal of a member who was not bound."""
    if reason == "unknown_code":
        return UnknownReferralCode(field=field)
    return ReferralRefused(field=field, reason=reason)


async def can_be_bound(tx: Tx, friend_id: UUID) -> bool:
    """Tell whether it can still be told who brought a member, so that it is worth asking."""
    friend = await _read(tx, friend_id)
    return friend["invited_by"] is None and not friend["has_bought"] and not await _is_late(tx, friend)


async def _why_not(  # noqa: PLR0911 - one return a reason
    tx: Tx, friend: Record, referrer: Record, *, accounts: Collection[Address], device_of: UUID | None
) -> NotBound | None:
    if friend["id"] == referrer["id"]:
        return "self"
    if friend["invited_by"] is not None:
        return "bound"
    if referrer["blocked_at"] is not None or referrer["erased_at"] is not None:
        return "blocked"
    if await _is_above(tx, friend["id"], referrer["id"]):
        return "cycle"
    if device_of == referrer["id"]:
        return "same_device"
    own = {(each.messenger, each.external_id) for each in await list_addresses(tx, referrer["id"])}
    if any((each.messenger, each.external_id) in own for each in accounts):
        return "same_account"
    if friend["has_bought"]:
        return "bought"
    if await was_welcomed_lately(tx, friend["id"], accounts=accounts):
        return "came_back"
    return "late" if await _is_late(tx, friend) else None


async def _read(tx: Tx, member_id: UUID) -> Record:
    row = await tx.fetchrow(
        """
        -- referrals.read_member
        select m.id, m.invited_by, m.enrolled_at, m.blocked_at, m.erased_at,
               exists (select from standings s where s.tenant_id = $1 and s.member_id = m.id and s.purchases > 0)
                   or exists (select from receipts r where r.tenant_id = $1 and r.member_id = m.id) as has_bought
        from members m
        where m.tenant_id = $1
          and m.id = (select coalesce(merged_into, id) from members where tenant_id = $1 and id = $2)
        """,
        tx.tenant_id,
        member_id,
    )
    assert row is not None, member_id  # noqa: S101 - the caller has found them
    return row


async def find_referrer(tx: Tx, friend_id: UUID) -> UUID | None:
    """Return who brought a member; for who was merged into another, that other."""
    referrer: UUID | None = await tx.fetchval(
        """
        -- referrals.referrer_of
        select coalesce(r.merged_into, r.id)
        from members m
        join members r on r.tenant_id = $1 and r.id = m.invited_by
        where m.tenant_id = $1 and m.id = $2
        """,
        tx.tenant_id,
        friend_id,
    )
    return referrer


async def _is_above(tx: Tx, friend_id: UUID, referrer_id: UUID) -> bool:
    """Tell whether the friend has brought, at whatever distance, who is named as having brought them."""
    is_above: bool = await tx.fetchval(
        """
        -- referrals.is_above
        with recursive above (id, depth) as (
            select $3::uuid, 0
            union all
            select coalesce(r.merged_into, r.id), a.depth + 1
            from above a
            join members m on m.tenant_id = $1 and m.id = a.id
            join members r on r.tenant_id = $1 and r.id = m.invited_by
            where a.depth < $4
        )
        select exists (select from above where id = $2)
        """,
        tx.tenant_id,
        friend_id,
        referrer_id,
        DEPTH_MAX,
    )
    return is_above


async def _is_late(tx: Tx, friend: Record) -> bool:
    """Tell whether too many days have passed since the friend joined, by the programme that leaves most of them."""
    days = []
    for mark in await list_in_force(tx):
        version = await find_version_in_force(tx, mark.program_id)
        if version is not None and version.program.referral is not None:
            if version.program.referral.bind_within_days is None:
                return False
            days.append(version.program.referral.bind_within_days)
    return bool(days) and tx.at > friend["enrolled_at"] + timedelta(days=max(days) + 1)


async def _note(tx: Tx, friend_id: UUID, referrer_id: UUID | None, way: Way, reason: NotBound | None) -> None:
    await tx.execute(
        """
        -- referrals.note_try
        insert into referral_tries (tenant_id, id, friend_id, referrer_id, way, reason, actor, at)
        values ($1, $2, $3, $4, $5, $6, $7, $8)
        """,
        tx.tenant_id,
        new_id(),
        friend_id,
        referrer_id,
        way,
        reason,
        tx.actor,
        tx.at,
    )
