"""Who asked to be deleted, known by fingerprints alone (docs/decisions/0077).

They get no advertising that they did not ask for anew, and no second welcome within a year.
"""

from collections.abc import Collection, Mapping
from datetime import timedelta
from uuid import UUID

from plushka.domain.members.channels import Address
from plushka.platform.database import Tx

WELCOME_AGAIN_AFTER = timedelta(days=365)
"""From the deletion."""


async def suppress(tx: Tx, member_ids: Collection[UUID]) -> None:
    """Note by what these members are known, before it is destroyed."""
    marks = await _list_marks(tx, member_ids)
    await tx.execute(
        """
        -- members.suppress
        insert into suppressions (tenant_id, fingerprint, welcome_from, created_at)
        select $1, fingerprint, $2, $3 from unnest($4::bytea[]) as fingerprint
        on conflict (tenant_id, fingerprint) do update set no_offers = true, welcome_from = $2
        """,
        tx.tenant_id,
        tx.at + WELCOME_AGAIN_AFTER,
        tx.at,
        [tx.fingerprint(mark) for mark in {mark for marks_of in marks.values() for mark in marks_of}],
    )


async def was_welcomed_lately(tx: Tx, member_id: UUID, *, accounts: Collection[Address] = ()) -> bool:
    """Tell whether a member, who comes from these ``accounts``, deleted themselves within the year."""
    if not await _has_any(tx):
        return False
    marks = await _list_marks(tx, [member_id])
    was_welcomed: bool = await tx.fetchval(
        """
        -- members.was_welcomed_lately
        select exists (
            select from suppressions
            where tenant_id = $1 and fingerprint = any($2::bytea[]) and welcome_from > $3
        )
        """,
        tx.tenant_id,
        [tx.fingerprint(mark) for mark in (*marks.get(member_id, ()), *map(_mark_of, accounts))],
        tx.at,
    )
    return was_welcomed


async def list_welcomed_lately(tx: Tx, member_ids: Collection[UUID]) -> frozenset[UUID]:
    """Return those of the members who deleted themselves within the year."""
    if not await _has_any(tx):
        return frozenset()
    of_member = {
        member_id: {tx.fingerprint(mark) for mark in marks}
        for member_id, marks in (await _list_marks(tx, member_ids)).items()
    }
    rows = await tx.fetch(
        """
        -- members.list_welcomed_lately
        select fingerprint from suppressions
        where tenant_id = $1 and fingerprint = any($2::bytea[]) and welcome_from > $3
        """,
        tx.tenant_id,
        [fingerprint for fingerprints in of_member.values() for fingerprint in fingerprints],
        tx.at,
    )
    back = {row["fingerprint"] for row in rows}
    return frozenset(member_id for member_id, marks in of_member.items() if marks & back)


async def list_suppressed(tx: Tx, member_ids: Collection[UUID]) -> frozenset[UUID]:
    """Return those of the members who can agree to advertising by their own hand only."""
    if not await _has_any(tx):
        return frozenset()
    of_member = {
        member_id: {tx.fingerprint(mark) for mark in marks}
        for member_id, marks in (await _list_marks(tx, member_ids)).items()
    }
    rows = await tx.fetch(
        """
        -- members.list_suppressed
        select fingerprint from suppressions where tenant_id = $1 and fingerprint = any($2::bytea[]) and no_offers
        """,
        tx.tenant_id,
        [fingerprint for fingerprints in of_member.values() for fingerprint in fingerprints],
    )
    suppressed = {row["fingerprint"] for row in rows}
    return frozenset(member_id for member_id, marks in of_member.items() if marks & suppressed)


async def lift(tx: Tx, member_id: UUID) -> None:
    """Let a member agree to advertising again: they have asked for it themselves."""
    marks = (await _list_marks(tx, [member_id])).get(member_id, ())
    await tx.execute(
        """
        -- members.lift_suppression
        update suppressions set no_offers = false where tenant_id = $1 and fingerprint = any($2::bytea[])
        """,
        tx.tenant_id,
        [tx.fingerprint(mark) for mark in marks],
    )


async def _has_any(tx: Tx) -> bool:
    """Tell whether anybody of the business ever asked: most have nobody, and nothing more is looked up for them."""
    has_any: bool = await tx.fetchval(
        """
        -- members.has_suppressions
        select exists (select from suppressions where tenant_id = $1)
        """,
        tx.tenant_id,
    )
    return has_any


async def _list_marks(tx: Tx, member_ids: Collection[UUID]) -> Mapping[UUID, list[str]]:
    """Return by what members can be known again: phones, e-mails and accounts; a card's number names nobody."""
    rows = await tx.fetch(
        """
        -- members.list_marks
        select member_id, kind || ':' || value as mark from identities
        where tenant_id = $1 and member_id = any($2::uuid[]) and kind in ('phone', 'email')
        union all
        select member_id, messenger || ':' || external_id from channel_addresses
        where tenant_id = $1 and member_id = any($2::uuid[])
        """,
        tx.tenant_id,
        list(member_ids),
    )
    marks: dict[UUID, list[str]] = {}
    for row in rows:
        marks.setdefault(row["member_id"], []).append(row["mark"])
    return marks


def _mark_of(account: Address) -> str:
    return f"{account.messenger}:{account.external_id}"
