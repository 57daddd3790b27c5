"""Reads of certificates: one, its journal, a member's, and lists that filters find."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from plushka.domain.certificates.certificate import Certificate
from plushka.domain.certificates.model import MovementKind, State, UnknownCertificate
from plushka.domain.certificates.store import SELECT_CERTIFICATES, certificate_from
from plushka.platform.database import Tx

LIST_MAX = 50
OWN_MAX = 50
JOURNAL_MAX = 500

_IN_STATE = """
    and ($2::text is null or $2 = case
        when c.blocked_at is not null then 'blocked'
        when c.sold_at is null then 'new'
        when c.expires_at <= $3 then 'expired'
        when c.balance_minor > 0 then 'active'
        else 'spent'
    end)
"""


class JournalLine(Struct, frozen=True):
    """A movement as it was booked: ``receipt_id`` is that of the purchase, or of the one that was returned."""

    kind: MovementKind
    amount_minor: int
    balance_minor: int
    reason: str
    expires_at: datetime | None
    actor: str
    at: datetime
    receipt_id: UUID | None


class CertificateFilter(Struct, frozen=True, omit_defaults=True):
    """Which certificates to find; ``number`` is a whole one or how one begins."""

    state: State | None = None
    type_id: UUID | None = None
    batch_id: UUID | None = None
    number: str = ""


class Liability(Struct, frozen=True):
    """What the business owes by certificates of a kind that are sold and can be used, and what became of the others."""

    type_id: UUID
    name: str
    sold: int
    sold_minor: int
    spent_minor: int
    expired_minor: int
    owed: int
    owed_minor: int


async def find_by_number(tx: Tx, number: str) -> Certificate | None:
    """Return the certificate of a number in the form of ``numbers.read_number``."""
    row = await tx.fetchrow(
        f"""
        -- certificates.find_by_number
        {SELECT_CERTIFICATES} and c.number = $2
        """,
        tx.tenant_id,
        number,
    )
    return None if row is None else certificate_from(row)


async def get_certificate(tx: Tx, certificate_id: UUID) -> Certificate:
    """:raises UnknownCertificate: the business has none of this id."""
    row = await tx.fetchrow(
        f"""
        -- certificates.get_certificate
        {SELECT_CERTIFICATES} and c.id = $2
        """,
        tx.tenant_id,
        certificate_id,
    )
    if row is None:
        raise UnknownCertificate(field="certificate")
    return certificate_from(row)


async def list_certificates(
    tx: Tx, where: CertificateFilter, *, before: UUID | None = None, limit: int = LIST_MAX
) -> list[Certificate]:
    """Return what the filter finds, the newest first; ``before`` is the last of the page before."""
    rows = await tx.fetch(
        f"""
        -- certificates.list_certificates
        {SELECT_CERTIFICATES} {_IN_STATE}
            and ($4::uuid is null or c.type_id = $4)
            and ($5::uuid is null or c.batch_id = $5)
            and starts_with(c.number, $6)
            and ($7::uuid is null or c.id < $7)
        order by c.id desc
        limit $8
        """,
        tx.tenant_id,
        where.state,
        tx.at,
        where.type_id,
        where.batch_id,
        where.number,
        before,
        limit,
    )
    return [certificate_from(row) for row in rows]


async def count_certificates(tx: Tx, where: CertificateFilter) -> int:
    """Return how many the filter finds."""
    count: int = await tx.fetchval(
        f"""
        -- certificates.count_certificates
        select count(*) from certificates c
        where c.tenant_id = $1 {_IN_STATE}
            and ($4::uuid is null or c.type_id = $4)
            and ($5::uuid is null or c.batch_id = $5)
            and starts_with(c.number, $6)
        """,  # noqa: S608  constants only
        tx.tenant_id,
        where.state,
        tx.at,
        where.type_id,
        where.batch_id,
        where.number,
    )
    return count


async def list_of_member(tx: Tx, member_id: UUID) -> list[Certificate]:
    """Return a member's certificates that can be used, those that expire first first, with those of cards joined."""
    rows = await tx.fetch(
        f"""
        -- certificates.list_of_member
        {SELECT_CERTIFICATES}
            and c.member_id in (
                select id from members where tenant_id = $1 and (id = $2 or merged_into = $2)
            )
            and c.balance_minor > 0 and c.blocked_at is null and (c.expires_at is null or c.expires_at > $3)
        order by c.expires_at nulls last, c.id
        limit $4
        """,  # noqa: S608  constants only
        tx.tenant_id,
        member_id,
        tx.at,
        OWN_MAX,
    )
    return [certificate_from(row) for row in rows]


async def list_journal(tx: Tx, certificate_id: UUID) -> Sequence[JournalLine]:
    """Return the movements of a certificate, the latest first, at most ``JOURNAL_MAX``."""
    rows = await tx.fetch(
        """
        -- certificates.list_journal
        select m.kind, m.amount_minor, m.balance_minor, m.reason, m.expires_at, m.actor, m.at,
               case m.kind
                   when 'refund' then (
                       select r.receipt_id from returns r where r.tenant_id = $1 and r.id = m.document_id
                   )
                   when 'sell' then null
                   else m.document_id
               end as receipt_id
        from certificate_movements m
        where m.tenant_id = $1 and m.certificate_id = $2
        order by m.id desc
        limit $3
        """,
        tx.tenant_id,
        certificate_id,
        JOURNAL_MAX,
    )
    return [JournalLine(**row) for row in rows]


async def list_liability(tx: Tx) -> Sequence[Liability]:
    """Return, by kind, what was sold, what became of it, and what is still owed, blocked ones included."""
    rows = await tx.fetch(
        """
        -- certificates.list_liability
        with moved as (
            select certificate_id,
                   coalesce(sum(amount_minor) filter (where kind = 'sell'), 0) as sold_minor,
                   coalesce(-sum(amount_minor) filter (where kind in ('spend', 'refund')), 0) as spent_minor,
                   coalesce(-sum(amount_minor) filter (where kind in ('expire', 'reinstate', 'forfeit')), 0)
                       as lost_minor
            from certificate_movements where tenant_id = $1 group by certificate_id
        ), each as (
            select c.type_id, m.sold_minor, m.spent_minor, m.lost_minor, c.balance_minor,
                   c.expires_at is not null and c.expires_at <= $2 as is_past
            from certificates c join moved m on m.certificate_id = c.id
            where c.tenant_id = $1 and c.sold_at is not null
        )
        select t.id as type_id, t.name, count(*) as sold, sum(e.sold_minor)::bigint as sold_minor,
               sum(e.spent_minor)::bigint as spent_minor,
               sum(e.lost_minor + case when e.is_past then e.balance_minor else 0 end)::bigint as expired_minor,
               count(*) filter (where e.balance_minor > 0 and not e.is_past) as owed,
               coalesce(sum(e.balance_minor) filter (where not e.is_past), 0)::bigint as owed_minor
        from each e join certificate_types t on t.tenant_id = $1 and t.id = e.type_id
        group by t.id, t.name
        order by lower(t.name), t.id
        """,
        tx.tenant_id,
        tx.at,
    )
    return [Liability(**row) for row in rows]
