"""Reads of programmes, their versions and members' standings in them."""

from collections import OrderedDict
from collections.abc import Mapping
from datetime import date
from uuid import UUID

from asyncpg import Record

from plushka.domain.businesses.queries import get_business
from plushka.domain.programs import standings
from plushka.domain.programs.model import (
    PROGRAMS_MAX,
    ProgramCard,
    ProgramChoice,
    PublishedVersion,
    Standing,
    TierStanding,
    UnknownProgram,
    UnknownVersion,
)
from plushka.domain.programs.versions import (
    FIRST_PROGRAM,
    Versions,
    decode_program,
    find_known_in_force,
    note_one_in_force,
)
from plushka.engine.local_time import moment
from plushka.engine.purchase import Place
from plushka.engine.tiers import discount_gained_bp, next_review, next_tier, own_tier
from plushka.engine.version import Version
from plushka.platform.database import Tx
from plushka.platform.errors import Fact

VERSIONS_MAX = 100
REMEMBERED_MAX = 500
"""Versions that a process remembers; the least recently used gives way."""
_remembered = OrderedDict[tuple[UUID, UUID], PublishedVersion]()
"""By tenant and id."""
_KNOWN = "program"
"""Where a transaction knows the first programme."""

_SELECT_VERSIONS = """
    select id, program_id, number, valid_from, published_at, published_by, body
    from program_versions where tenant_id = $1
"""


async def get_program_id(tx: Tx) -> UUID:
    """Return the business's first programme, read once in a transaction: it serves where no other is chosen.

    :raises UnknownProgram: it has none yet
    """
    program_id = await find_program_id(tx)
    if program_id is None:
        raise UnknownProgram
    return program_id


async def find_program_id(tx: Tx) -> UUID | None:
    """Return the business's first programme, as ``get_program_id`` does; None before there is one."""
    known: UUID | None = tx.known.get(_KNOWN)
    if known is not None:
        return known
    program_id: UUID | None = await tx.fetchval(
        f"-- programs.get_program_id\n{FIRST_PROGRAM}",
        tx.tenant_id,
    )
    note_first_program(tx, program_id)
    return program_id


def note_first_program(tx: Tx, program_id: UUID | None) -> None:
    """Let the transaction know the business's first programme, as another of its statements was told."""
    if program_id is not None:
        # The first one stays the first.
        tx.known[_KNOWN] = program_id


async def get_program(tx: Tx, program_id: UUID) -> ProgramCard:
    """Return a programme by id.

    :raises UnknownProgram: the business has none of this id
    """
    row = await tx.fetchrow(
        """
        -- programs.get_program
        select id, name, description, picture_digest, created_at from programs where tenant_id = $1 and id = $2
        """,
        tx.tenant_id,
        program_id,
    )
    if row is None:
        raise UnknownProgram
    return ProgramCard(**row)


async def list_programs(tx: Tx) -> list[ProgramCard]:
    """Return the business's programmes, the first one first: it serves where no other is chosen."""
    rows = await tx.fetch(
        """
        -- programs.list_programs
        select id, name, description, picture_digest, created_at from programs where tenant_id = $1
        order by created_at, id
        limit $2
        """,
        tx.tenant_id,
        PROGRAMS_MAX,
    )
    return [ProgramCard(**row) for row in rows]


async def list_choices(tx: Tx) -> list[ProgramChoice]:
    """Return the business's programmes, the first one first, each with its version in force at ``tx.at``."""
    rows = await tx.fetch(
        """
        -- programs.list_choices
        select p.id, p.name, v.id as version_id
        from programs p
        left join lateral (
            select id from program_versions
            where tenant_id = $1 and program_id = p.id and valid_from <= $2
            order by valid_from desc, number desc
            limit 1
        ) v on true
        where p.tenant_id = $1
        order by p.created_at, p.id
        limit $3
        """,
        tx.tenant_id,
        tx.at,
        PROGRAMS_MAX,
    )
    return [ProgramChoice(**row) for row in rows]


async def get_current_version(tx: Tx) -> PublishedVersion | None:
    """Return the version of the business's first programme in force at ``tx.at``; None before the first one is."""
    row = await tx.fetchrow(
        f"""
        -- programs.get_current_version
        {_SELECT_VERSIONS} and program_id = ({FIRST_PROGRAM}) and valid_from <= $2
        order by valid_from desc, number desc
        limit 1
        """,
        tx.tenant_id,
        tx.at,
    )
    return None if row is None else _published(row)


async def find_version_in_force(tx: Tx, program_id: UUID) -> PublishedVersion | None:
    """Return the version of a programme in force at ``tx.at``; None before the first one is.

    A transaction asks once which it is, and a process reads it once: a version never changes.
    """
    known_id = find_known_in_force(tx, program_id)
    if known_id is not None:
        remembered = _remembered.get((tx.tenant_id, known_id))
        return _remember(tx, remembered or await get_version(tx, known_id))
    row = await tx.fetchrow(
        f"""
        -- programs.find_version_in_force
        {_SELECT_VERSIONS} and program_id = $2 and valid_from <= $3
        order by valid_from desc, number desc
        limit 1
        """,
        tx.tenant_id,
        program_id,
        tx.at,
    )
    if row is None:
        return None
    note_one_in_force(tx, program_id, row["id"])
    return _remember(tx, _remembered.get((tx.tenant_id, row["id"])) or _published(row))


def _remember(tx: Tx, version: PublishedVersion) -> PublishedVersion:
    key = (tx.tenant_id, version.id)
    _remembered[key] = version
    _remembered.move_to_end(key)
    if len(_remembered) > REMEMBERED_MAX:
        _remembered.popitem(last=False)
    return version


async def find_asked_version(tx: Tx, arguments: Mapping[str, Fact]) -> PublishedVersion | None:
    """Return the version in force of the programme that a task was left for, ``program_id`` of its arguments.

    A task that names none is about the business's first one.
    """
    program_id = arguments.get("program_id")
    if program_id is None:
        return await get_current_version(tx)
    return await find_version_in_force(tx, UUID(str(program_id)))


async def find_latest_version(tx: Tx, program_id: UUID) -> PublishedVersion | None:
    """Return the version that was published last, in force or not yet; None before the first."""
    row = await tx.fetchrow(
        f"""
        -- programs.find_latest_version
        {_SELECT_VERSIONS} and program_id = $2
        order by number desc
        limit 1
        """,
        tx.tenant_id,
        program_id,
    )
    return None if row is None else _published(row)


async def find_scales(tx: Tx) -> dict[UUID, int]:
    """Return the scale of the points of each programme that has been published; it never changes."""
    rows = await tx.fetch(
        """
        -- programs.find_scales
        select program_id, coalesce((body #>> '{point,scale}')::integer, 0) as scale
        from program_versions where tenant_id = $1 and number = 1
        """,
        tx.tenant_id,
    )
    return {row["program_id"]: row["scale"] for row in rows}


async def get_version(tx: Tx, version_id: UUID) -> PublishedVersion:
    """Return a version by id.

    :raises UnknownVersion: the business has none of this id
    """
    row = await tx.fetchrow(
        f"-- programs.get_version\n{_SELECT_VERSIONS} and id = $2",
        tx.tenant_id,
        version_id,
    )
    if row is None:
        raise UnknownVersion
    return _published(row)


async def list_versions(tx: Tx, program_id: UUID) -> list[PublishedVersion]:
    """Return a programme's latest versions, newest first."""
    rows = await tx.fetch(
        f"""
        -- programs.list_versions
        {_SELECT_VERSIONS} and program_id = $2
        order by number desc
        limit $3
        """,
        tx.tenant_id,
        program_id,
        VERSIONS_MAX,
    )
    return [_published(row) for row in rows]


async def list_tier_names(tx: Tx, member_id: UUID) -> dict[UUID, str]:
    """Return what the member's tier is called by the rules in force, by programme; none where there is no tier."""
    rows = await tx.fetch(
        """
        -- programs.list_tier_names
        select s.program_id, tier.body ->> 'name' as name
        from standings s
        cross join lateral (
            select body from program_versions
            where tenant_id = $1 and program_id = s.program_id and valid_from <= $3
            order by valid_from desc, number desc
            limit 1
        ) version
        cross join lateral jsonb_array_elements(version.body #> '{tiers,tiers}') as tier (body)
        where s.tenant_id = $1 and s.member_id = $2 and tier.body ->> 'id' = s.tier
        """,
        tx.tenant_id,
        member_id,
        tx.at,
    )
    return {row["program_id"]: row["name"] for row in rows}


async def get_standing(
    tx: Tx, member_id: UUID, *, versions: Versions, program_id: UUID | None = None
) -> TierStanding:
    """Return the member's tier and the way to the next one, as of the business's day at ``tx.at``.

    Without ``program_id`` they are those in the business's first programme.
    """
    program_id = program_id or await get_program_id(tx)
    current = await find_version_in_force(tx, program_id)
    standing = (await standings.list_standings(tx, [member_id], program_id=program_id)).get(member_id)
    if current is None or standing is None:
        return TierStanding(None, None, None, False, None, None)
    version = await versions.get(tx, current.id)
    business = await get_business(tx)
    today = moment(tx.at, Place(branch="", time_zone=business.time_zone)).business_date
    totals = await standings.list_totals(tx, version=version, standings=[standing], days=[today])
    progress = next_tier(version, standing.tier, totals[member_id])
    names = {tier.id: tier.name for tier in current.program.tiers.tiers} if current.program.tiers else {}
    return TierStanding(
        tier=standing.tier,
        tier_name=names.get(standing.tier) if standing.tier else None,
        since=standing.tier_since,
        is_manual=standing.tier_is_manual,
        next_tier=progress,
        next_tier_name=names.get(progress.tier) if progress else None,
        next_discount_bp=discount_gained_bp(current.program, progress.tier) if progress else 0,
        own_tier=own_tier(version, standing.tier, totals[member_id]),
        review_on=_review_on(version, standing, business.time_zone, today),
        until=standing.tier_until,
    )


def _review_on(version: Version, standing: Standing, zone: str, today: date) -> date | None:
    since = (
        moment(standing.tier_since, Place(branch="", time_zone=zone)).business_date
        if standing.tier_since
        else today
    )
    dates = next_review(version, since, today)
    return dates.falls_on if dates else None


def _published(row: Record) -> PublishedVersion:
    return PublishedVersion(
        id=row["id"],
        program_id=row["program_id"],
        number=row["number"],
        valid_from=row["valid_from"],
        published_at=row["published_at"],
        published_by=row["published_by"],
        program=decode_program(row["body"]),
    )
