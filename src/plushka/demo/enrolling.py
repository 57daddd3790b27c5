"""Thousands of members are enrolled at once, each at a moment of their own: as at a till, but not one by one."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from msgspec import Struct

from plushka.domain.businesses.queries import get_business
from plushka.domain.ledger import bookkeeping
from plushka.domain.ledger.bulk import lock_many
from plushka.domain.ledger.model import Cause
from plushka.domain.members.model import Identity
from plushka.domain.programs.model import PublishedVersion, UnknownProgram
from plushka.domain.programs.queries import find_version_in_force, get_program_id
from plushka.engine.purchase import Place
from plushka.engine.welcome import welcome_grant
from plushka.platform.database import Tx
from plushka.platform.ids import new_id


class Newcomer(Struct, frozen=True):
    """Who is enrolled, and when."""

    at: datetime
    name: str
    birthday: date | None
    identities: tuple[Identity, ...]


async def enroll_all(tx: Tx, newcomers: Sequence[Newcomer]) -> list[UUID]:
    """Enroll them in the business's first programme, by its current version; return their ids, in their order.

    Writes what ``programs.operations.enroll`` would have written at each one's moment; nobody is known yet.

    :raises UnknownProgram: no version is in force
    """
    version = await find_version_in_force(tx, program_id := await get_program_id(tx))
    if version is None:
        raise UnknownProgram
    ids = [new_id() for _ in newcomers]
    await _write_members(tx, ids, newcomers)
    tiers = version.program.tiers
    await tx.execute(
        """
        -- demo.open_accounts
        with opened as (
            insert into wallets (tenant_id, id, member_id, program_id, created_at)
            select $1, wallet_id, member_id, $2, at
            from unnest($3::uuid[], $4::uuid[], $5::timestamptz[]) as new (wallet_id, member_id, at)
        )
        insert into standings (tenant_id, member_id, program_id, tier, tier_since)
        select $1, member_id, $2, $6, case when $6::text is not null then at end
        from unnest($4::uuid[], $5::timestamptz[]) as new (member_id, at)
        """,
        tx.tenant_id,
        program_id,
        [new_id() for _ in newcomers],
        ids,
        [one.at for one in newcomers],
        tiers.tiers[0].id if tiers else None,
    )
    if version.program.welcome is not None:
        await _welcome(tx, ids, newcomers, version)
    return ids


async def _write_members(tx: Tx, ids: Sequence[UUID], newcomers: Sequence[Newcomer]) -> None:
    await tx.execute(
        """
        -- demo.enroll_all
        insert into members (tenant_id, id, name, birthday, enrolled_at)
        select $1, new.* from unnest($2::uuid[], $3::text[], $4::date[], $5::timestamptz[]) as new
        """,
        tx.tenant_id,
        ids,
        [one.name for one in newcomers],
        [one.birthday for one in newcomers],
        [one.at for one in newcomers],
    )
    known = [
        (each.kind, each.value, member_id, one.at)
        for member_id, one in zip(ids, newcomers, strict=True)
        for each in one.identities
    ]
    await tx.copy("identities", columns=("kind", "value", "member_id", "created_at"), records=known)


async def _welcome(
    tx: Tx, ids: Sequence[UUID], newcomers: Sequence[Newcomer], version: PublishedVersion
) -> None:
    program, welcome = version.program, version.program.welcome
    assert welcome is not None  # noqa: S101  who calls has looked
    place = Place(branch="", time_zone=(await get_business(tx)).time_zone)
    books = await lock_many(tx, ids, program_id=version.program_id)
    given = [(new_id(), books[member_id], one.at) for member_id, one in zip(ids, newcomers, strict=True)]
    await tx.copy(
        "adjustments",
        columns=("id", "wallet_id", "kind", "points", "reason", "actor", "at"),
        records=[
            (document_id, book.wallet_id, "welcome", welcome.points, "welcome", tx.actor, at)
            for document_id, book, at in given
        ],
    )
    for document_id, book, at in given:
        cause = Cause(document_id=document_id, version_id=None, at=at)
        book.accrue(welcome_grant(program, welcome, place, at), earned_at=at, cause=cause, kind="accrue")
    await bookkeeping.save_books(tx, books.values(), in_bulk=True)
