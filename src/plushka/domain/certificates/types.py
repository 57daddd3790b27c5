"""Kinds of certificates: what is sold, for how much, and how long it lives. A kind is never edited, only retired."""

from collections.abc import Sequence
from uuid import UUID

from plushka.domain.audit.operations import record
from plushka.domain.certificates.model import (
    AMOUNT_MAX_MINOR,
    LIFE_DAYS_MAX,
    LIFE_MONTHS_MAX,
    NAME_LENGTH_MAX,
    NOMINALS_MAX,
    TYPES_MAX,
    CertificateType,
    LifeOutOfRange,
    NominalMissing,
    NominalOutOfRange,
    TooManyCertificateTypes,
    UnknownCertificateType,
)
from plushka.domain.certificates.store import SELECT_TYPES, type_from
from plushka.domain.members.model import TextMissing, TextTooLong
from plushka.platform.database import Tx
from plushka.platform.ids import new_id


async def create_type(
    tx: Tx,
    *,
    name: str,
    nominals_minor: Sequence[int] = (),
    amount_min_minor: int | None = None,
    amount_max_minor: int | None = None,
    life_months: int | None = None,
    life_days: int | None = None,
    is_used_in_parts: bool = True,
    needs_pin: bool = True,
) -> CertificateType:
    """Let a kind of certificate be sold: for one of ``nominals_minor``, or without them for any amount within bounds.

    :raises Invalid: no name, no amount, a life that is too long
    :raises TooManyCertificateTypes: the business has ``TYPES_MAX``
    """
    name = " ".join(name.split())
    if not name:
        raise TextMissing(field="name")
    if len(name) > NAME_LENGTH_MAX:
        raise TextTooLong(field="name", length_max=NAME_LENGTH_MAX)
    nominals = tuple(sorted(set(nominals_minor)))
    _check_amounts(nominals, amount_min_minor, amount_max_minor)
    _check_life(life_months, life_days)
    created = CertificateType(
        id=new_id(),
        name=name,
        nominals_minor=nominals,
        amount_min_minor=None if nominals else amount_min_minor,
        amount_max_minor=None if nominals else amount_max_minor,
        life_months=life_months,
        life_days=life_days,
        is_used_in_parts=is_used_in_parts,
        needs_pin=needs_pin,
        created_at=tx.at,
    )
    if len(await list_types(tx)) >= TYPES_MAX:
        raise TooManyCertificateTypes(field="name", types_max=TYPES_MAX)
    await tx.execute(
        """
        -- certificates.create_type
        insert into certificate_types (
            tenant_id, id, name, nominals_minor, amount_min_minor, amount_max_minor, life_months, life_days,
            is_used_in_parts, needs_pin, created_at
        ) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
        """,
        tx.tenant_id,
        created.id,
        created.name,
        list(created.nominals_minor),
        created.amount_min_minor,
        created.amount_max_minor,
        created.life_months,
        created.life_days,
        created.is_used_in_parts,
        created.needs_pin,
        tx.at,
    )
    await record(tx, action="certificate_type.create", subject=f"certificate_type:{created.id}", name=name)
    return created


async def retire_type(tx: Tx, type_id: UUID) -> CertificateType:
    """Make no more certificates of a kind; those that were made go on. Safe to repeat.

    :raises UnknownCertificateType: the business has no such kind
    """
    found = await get_type(tx, type_id)
    if found.retired_at is None:
        await tx.execute(
            """
            -- certificates.retire_type
            update certificate_types set retired_at = $3 where tenant_id = $1 and id = $2 and retired_at is null
            """,
            tx.tenant_id,
            type_id,
            tx.at,
        )
        await record(
            tx, action="certificate_type.retire", subject=f"certificate_type:{type_id}", name=found.name
        )
    return found


async def get_type(tx: Tx, type_id: UUID) -> CertificateType:
    """:raises UnknownCertificateType: the business has no such kind."""
    found = next((one for one in await list_types(tx) if one.id == type_id), None)
    if found is None:
        raise UnknownCertificateType(field="type")
    return found


async def list_types(tx: Tx) -> list[CertificateType]:
    """Return all kinds, those that are sold first, by name."""
    rows = await tx.fetch(
        f"""
        -- certificates.list_types
        select {SELECT_TYPES} from certificate_types t
        where t.tenant_id = $1
        order by t.retired_at is not null, lower(t.name), t.id
        """,  # noqa: S608  constants only
        tx.tenant_id,
    )
    return [type_from(row) for row in rows]


def _check_amounts(nominals: Sequence[int], low: int | None, high: int | None) -> None:
    if nominals:
        if len(nominals) > NOMINALS_MAX or not 0 < nominals[0] <= nominals[-1] <= AMOUNT_MAX_MINOR:
            raise NominalOutOfRange(
                field="nominals",
                amount_min_minor=1,
                amount_max_minor=AMOUNT_MAX_MINOR,
                count_max=NOMINALS_MAX,
            )
        return
    if low is None or high is None:
        raise NominalMissing(field="nominals")
    if not 0 < low <= high <= AMOUNT_MAX_MINOR:
        raise NominalOutOfRange(field="amount_max", amount_min_minor=1, amount_max_minor=AMOUNT_MAX_MINOR)


def _check_life(months: int | None, days: int | None) -> None:
    if months is not None and not 1 <= months <= LIFE_MONTHS_MAX:
        raise LifeOutOfRange(field="life")
    if days is not None and (months is not None or not 1 <= days <= LIFE_DAYS_MAX):
        raise LifeOutOfRange(field="life")
