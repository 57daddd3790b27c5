"""Which rules are in force when, compiled once per process: a version never changes, so it never goes stale."""

from collections import OrderedDict
from datetime import datetime
from uuid import UUID

import msgspec

from plushka.domain.programs.model import UnknownVersion, VersionMark
from plushka.engine.program import Program
from plushka.engine.version import Version, compile_version
from plushka.platform.database import Tx

COMPILED_MAX = 1000
"""Compiled versions a process keeps; the least recently used gives way."""

_KNOWN = "versions in force"
"""Where a transaction knows them, by programme and moment."""
FIRST_PROGRAM = "select id from programs where tenant_id = $1 order by created_at, id limit 1"

_decode_ids = msgspec.json.Decoder(dict[UUID, UUID]).decode
decode_program = msgspec.json.Decoder(Program).decode


class Versions:
    """Compiled versions, by id. One per process."""

    def __init__(self) -> None:
        self._compiled: OrderedDict[UUID, Version] = OrderedDict()

    async def get(self, tx: Tx, version_id: UUID) -> Version:
        """Return a version of the tenant, compiled.

        :raises UnknownVersion: when the tenant has none of this id
        """
        version = self._compiled.get(version_id)
        if version is None:
            version = compile_version(version_id, await _load_program(tx, version_id))
            self._compiled[version_id] = version
            if len(self._compiled) > COMPILED_MAX:
                self._compiled.popitem(last=False)
        self._compiled.move_to_end(version_id)
        return version


def in_force(at: str) -> str:
    """Return a subquery that ``note_in_force`` reads, of the tenant ``$1`` and the moment in parameter ``at``."""
    return f"""
        select jsonb_object_agg(program_id, id) from (
            select distinct on (program_id) program_id, id from program_versions
            where tenant_id = $1 and valid_from <= {at}
            order by program_id, valid_from desc, number desc
        ) as marks
    """  # noqa: S608  the number of a parameter


def note_in_force(tx: Tx, told: str | None) -> None:
    """Let the transaction know which versions are in force, as another of its statements was told."""
    ids = _decode_ids(told) if told else {}
    tx.known.setdefault(_KNOWN, {}).update({(program_id, tx.at): each for program_id, each in ids.items()})


def note_one_in_force(tx: Tx, program_id: UUID, version_id: UUID) -> None:
    """Let the transaction know which version of one programme is in force."""
    tx.known.setdefault(_KNOWN, {})[program_id, tx.at] = version_id


def find_known_in_force(tx: Tx, program_id: UUID) -> UUID | None:
    """Return the version in force of a programme; None: the transaction does not know it."""
    ids: dict[tuple[UUID, datetime], UUID] = tx.known.get(_KNOWN, {})
    return ids.get((program_id, tx.at))


def forget_in_force(tx: Tx) -> None:
    """Let the transaction ask anew: it has published something."""
    tx.known.pop(_KNOWN, None)


async def list_in_force(tx: Tx) -> list[VersionMark]:
    """Return the mark of each programme's version in force at ``tx.at``, by programme."""
    rows = await tx.fetch(
        """
        -- programs.list_in_force
        select distinct on (program_id) id, program_id, number, valid_from
        from program_versions where tenant_id = $1 and valid_from <= $2
        order by program_id, valid_from desc, number desc
        """,
        tx.tenant_id,
        tx.at,
    )
    return [VersionMark(*row) for row in rows]


async def rewards_friends(tx: Tx, versions: Versions) -> bool:
    """Tell whether a programme in force gives anything for bringing a friend."""
    for mark in await list_in_force(tx):
        if (await versions.get(tx, mark.id)).referral is not None:
            return True
    return False


async def _load_program(tx: Tx, version_id: UUID) -> Program:
    body = await tx.fetchval(
        """
        -- programs.load_program
        select body from program_versions where tenant_id = $1 and id = $2
        """,
        tx.tenant_id,
        version_id,
    )
    if body is None:
        raise UnknownVersion
    return decode_program(body)
