"""Making certificates: numbers and PINs that nobody has bought yet. A batch is long work, some at each step."""

from collections.abc import Mapping
from uuid import UUID

from msgspec import Struct

from plushka.domain.audit.operations import record
from plushka.domain.certificates.certificate import nominal_of
from plushka.domain.certificates.model import (
    BATCH_MAX,
    BatchOutOfRange,
    CertificateType,
    CertificateTypeRetired,
)
from plushka.domain.certificates.numbers import new_number
from plushka.domain.certificates.pins import new_salt
from plushka.domain.certificates.types import get_type
from plushka.domain.members.model import TextTooLong
from plushka.domain.tasks.operations import leave
from plushka.domain.tasks.running import Run
from plushka.platform.database import Tx
from plushka.platform.errors import Fact
from plushka.platform.ids import new_id

KIND = "certificates.issue"
STEP = 2000
NOTE_LENGTH_MAX = 100


class Batch(Struct, frozen=True):
    """Certificates to make: ``count`` of a kind, for ``nominal_minor``, or for what the sale will say."""

    id: UUID
    type_id: UUID
    nominal_minor: int | None
    count: int
    note: str


async def leave_batch(
    tx: Tx, *, type_id: UUID, nominal_minor: int | None, count: int, note: str = ""
) -> tuple[Batch, UUID]:
    """Leave the making of a batch, and return it with the task's id. ``nominal_minor`` None: the sale will say.

    :raises UnknownCertificateType: the business has no such kind
    :raises CertificateTypeRetired: no more are made of it
    :raises Invalid: an amount that the kind is not sold for, or too many
    """
    found = await get_type(tx, type_id)
    if found.retired_at is not None:
        raise CertificateTypeRetired(field="type")
    if nominal_minor is not None:
        nominal_of(found, None, nominal_minor)
    if not 1 <= count <= BATCH_MAX:
        raise BatchOutOfRange(field="count", count_max=BATCH_MAX)
    if len(note) > NOTE_LENGTH_MAX:
        raise TextTooLong(field="note", length_max=NOTE_LENGTH_MAX)
    batch = Batch(new_id(), type_id, nominal_minor, count, note)
    await _insert_batch(tx, batch)
    await record(
        tx,
        action="certificate.issue",
        subject=f"certificate_batch:{batch.id}",
        name=found.name,
        count=count,
    )
    arguments: dict[str, Fact] = {"batch": str(batch.id), "name": found.name, "certificates": count}
    return batch, await leave(tx, kind=KIND, arguments=arguments, total=count)


async def issue_batch(run: Run) -> Mapping[str, Fact]:
    """Make the certificates of the task's batch, ``STEP`` at a time."""
    batch_id = UUID(str(run.task.arguments["batch"]))
    while True:
        async with run.step() as step:
            batch = await _get_batch(step.tx, batch_id)
            count = min(STEP, batch.count - step.done)
            await insert_certificates(
                step.tx,
                type_id=batch.type_id,
                count=count,
                batch_id=batch.id,
                nominal_minor=batch.nominal_minor,
            )
            step.done += count
        if step.done >= batch.count:
            return {"count": step.done}


async def make_one(tx: Tx, kind: CertificateType) -> str:
    """Make a certificate that is sold at once, without a batch, and return its number.

    :raises CertificateTypeRetired: no more are made of this kind
    """
    if kind.retired_at is not None:
        raise CertificateTypeRetired(field="type")
    return (await insert_certificates(tx, type_id=kind.id, count=1))[0]


async def insert_certificates(
    tx: Tx, *, type_id: UUID, count: int, batch_id: UUID | None = None, nominal_minor: int | None = None
) -> list[str]:
    """Make certificates with numbers of their own, and return the numbers."""
    numbers: list[str] = []
    while len(numbers) < count:
        # Two alike in a business are as likely as a meteorite in it, and cost another draw.
        drawn = [new_number() for _ in range(count - len(numbers))]
        rows = await tx.fetch(
            """
            -- certificates.insert_certificates
            insert into certificates (tenant_id, id, number, type_id, batch_id, pin_salt, nominal_minor, created_at)
            select $1, new.id, new.number, $5, $6, new.pin_salt, $7, $8
            from unnest($2::uuid[], $3::text[], $4::bytea[]) as new (id, number, pin_salt)
            on conflict (tenant_id, number) do nothing
            returning number
            """,
            tx.tenant_id,
            [new_id() for _ in drawn],
            drawn,
            [new_salt() for _ in drawn],
            type_id,
            batch_id,
            nominal_minor,
            tx.at,
        )
        numbers += [row["number"] for row in rows]
    return numbers


async def _insert_batch(tx: Tx, batch: Batch) -> None:
    await tx.execute(
        """
        -- certificates.insert_batch
        insert into certificate_batches (tenant_id, id, type_id, nominal_minor, count, note, actor, created_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8)
        """,
        tx.tenant_id,
        batch.id,
        batch.type_id,
        batch.nominal_minor,
        batch.count,
        batch.note,
        tx.actor,
        tx.at,
    )


async def _get_batch(tx: Tx, batch_id: UUID) -> Batch:
    row = await tx.fetchrow(
        """
        -- certificates.get_batch
        select id, type_id, nominal_minor, count, note from certificate_batches where tenant_id = $1 and id = $2
        """,
        tx.tenant_id,
        batch_id,
    )
    if row is None:
        raise RuntimeError("a task names a batch that was committed with it")
    return Batch(**row)
