"""Paying what is due for friends' purchases, and taking back what no longer is, under the lock of whoever gets it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from asyncpg import Record

from plushka.domain.ledger import bookkeeping
from plushka.domain.ledger.book import Book
from plushka.domain.ledger.bookkeeping import WalletKey
from plushka.domain.ledger.clawbacks import list_granted, list_repaid, list_taken
from plushka.domain.ledger.model import Cause, Clawback
from plushka.domain.programs.operations import lock_members
from plushka.domain.programs.versions import Versions
from plushka.domain.referrals.allotting import Claim, allot
from plushka.domain.referrals.model import Settled, Shortened
from plushka.engine.expiry import expires_at
from plushka.engine.local_time import moment
from plushka.engine.program import REFERRAL, Debt, ExpirySliding, Referral
from plushka.engine.purchase import Grant, Place
from plushka.engine.referral_parts import ReferralCaps
from plushka.engine.version import Version
from plushka.platform.database import Tx

BATCH = 100
"""Members looked up at once; each is settled in a transaction of their own, so that nobody waits for long."""


@dataclass(slots=True)
class _Row:
    """A row of ``referral_rewards``, on its way to what it should be."""

    id: UUID
    member_id: UUID
    friend_id: UUID
    level: int
    version_id: UUID
    month: date
    points_due: int
    points_allowed: int
    points_paid: int
    granted: int
    taken_back: int
    burned: int
    let_go: int
    reason: Shortened | None
    pays_at: datetime
    settle_at: datetime | None
    paid_at: datetime | None
    is_same_person: bool
    place: Place


async def list_due(tx: Tx) -> list[WalletKey]:
    """Return whose rows are to be looked at by now, some of them, who waits longest first."""
    rows = await tx.fetch(
        """
        -- referrals.list_due
        select holder.id as member_id, r.program_id
        from referral_rewards r cross join lateral (
            select coalesce(m.merged_into, m.id) as id from members m where m.tenant_id = $1 and m.id = r.member_id
            offset 0
        ) as holder
        where r.tenant_id = $1 and r.settle_at <= $2
        group by 1, 2
        order by min(r.settle_at), 1, 2
        limit $3
        """,
        tx.tenant_id,
        tx.at,
        BATCH,
    )
    return [WalletKey(row["member_id"], row["program_id"]) for row in rows]


async def settle(tx: Tx, versions: Versions, key: WalletKey) -> list[Settled]:
    """Pay and take back what is due to a member in a programme by now; return what changed.

    Repeated, it changes nothing. Who was merged into another meanwhile is left for the next time, under that other.
    """
    locked = await _lock(tx, key)
    if locked is None:
        return []
    bar, book = locked
    rows = await _lock_rows(tx, key)
    for row in rows:
        if row.pays_at <= tx.at and not row.granted and row.points_due:
            row.reason = _for_good(row.reason) or bar or ("same_person" if row.is_same_person else None)
    by_month: dict[date, list[_Row]] = defaultdict(list)
    compiled = {version_id: await versions.get(tx, version_id) for version_id in {r.version_id for r in rows}}
    for row in rows:
        by_month[row.month].append(row)
    for of_month in by_month.values():
        claims = [
            Claim(row.friend_id, row.points_due, _caps(compiled[row.version_id]), _for_good(row.reason))
            for row in of_month
        ]
        for row, allotted in zip(of_month, allot(claims), strict=True):
            row.points_allowed, row.reason = allotted.points, allotted.reason
    payable = [row for row in rows if row.pays_at <= tx.at and row.points_allowed != row.points_paid]
    before = {row.id: row.points_paid for row in payable}
    if payable and book is not None:
        await _move(tx, book, payable, compiled, key)
        await bookkeeping.save_books(tx, [book])
    for row in rows:
        row.settle_at = None if row.pays_at <= tx.at or not row.points_due else row.pays_at
    await _save(tx, rows)
    return [
        Settled(
            row.id,
            key.member_id,
            row.friend_id,
            row.level,
            row.points_paid - before[row.id],
            row.points_paid,
            compiled[row.version_id].program.point.scale,
            tx.at,
        )
        for row in payable
    ]


async def _lock(tx: Tx, key: WalletKey) -> tuple[Shortened | None, Book | None] | None:
    """Lock the wallet, and tell why nothing new is paid into it; a member who is gone may have none.

    None: they were merged into another meanwhile.
    """
    book: Book | None = (await lock_members(tx, {key: tx.at}))[key]
    state = await tx.fetchrow(
        """
        -- referrals.state_of_member
        select merged_into is not null as is_merged, erased_at is not null as is_gone,
               blocked_at is not null as is_blocked
        from members where tenant_id = $1 and id = $2
        """,
        tx.tenant_id,
        key.member_id,
    )
    if state is None or state["is_merged"]:
        return None
    if state["is_gone"]:
        return "gone", None if book is not None and book.is_moved else book
    if book is not None and book.is_moved:
        return None
    return ("blocked" if state["is_blocked"] else None), book


async def _lock_rows(tx: Tx, key: WalletKey) -> list[_Row]:
    """Lock the rows of all months in which something is due, in the order of booking."""
    rows = await tx.fetch(
        """
        -- referrals.lock_rewards
        with own as (
            select id from members where tenant_id = $1 and $2 in (id, merged_into)
        )
        select r.id, r.member_id, r.level, r.version_id, r.month, r.points_due, r.points_allowed,
               r.points_paid, r.granted, r.taken_back, r.burned, r.let_go, r.reason, r.pays_at, r.settle_at, r.paid_at,
               coalesce(f.merged_into, f.id) as friend_id, b.code as branch, b.time_zone, b.day_starts_minutes
        from referral_rewards r
        join members f on f.tenant_id = $1 and f.id = r.friend_id
        join receipts x on x.tenant_id = $1 and x.id = r.receipt_id
        join branches b on b.tenant_id = $1 and b.id = x.branch_id
        where r.tenant_id = $1 and r.program_id = $3 and r.member_id in (select id from own)
          and r.month in (
              select month from referral_rewards
              where tenant_id = $1 and program_id = $3 and member_id in (select id from own) and settle_at <= $4
          )
        order by r.receipt_id, r.level
        for no key update of r
        """,
        tx.tenant_id,
        key.member_id,
        key.program_id,
        tx.at,
    )
    return [_row(row, key) for row in rows]


def _row(row: Record, key: WalletKey) -> _Row:
    values = dict(row)
    place = Place(values.pop("branch"), values.pop("time_zone"), values.pop("day_starts_minutes"))
    return _Row(**values, place=place, is_same_person=values["friend_id"] == key.member_id)


def _for_good(reason: Shortened | None) -> Shortened | None:
    return reason if reason in {"blocked", "gone", "same_person"} else None


def _caps(version: Version) -> ReferralCaps:
    return _referral(version).caps


def _referral(version: Version) -> Referral:
    referral = version.program.referral
    assert referral is not None, version.id  # noqa: S101 - rows are written by versions that have one
    return referral


async def _move(
    tx: Tx, book: Book, rows: Sequence[_Row], compiled: Mapping[UUID, Version], key: WalletKey
) -> None:
    """Bring what was paid for each of the rows to what is allowed."""
    ids = [row.id for row in rows]
    granted = await list_granted(tx, ids)
    so_far = await list_taken(tx, ids)
    repaid = {}
    if any(one.owed for one in so_far.values()):
        repaid = await list_repaid(tx, key.member_id, program_id=key.program_id)
    mentioned = {lot_id for one in so_far.values() for lot_id in one.by_lot}
    await bookkeeping.load_lots(tx, [book], also={*granted.lot_ids, *mentioned, *repaid})
    book.settle(tx.at)
    for row in rows:
        version = compiled[row.version_id]
        cause = Cause(document_id=row.id, version_id=version.id, at=tx.at)
        clawback = book.claw_back(
            max(row.granted - row.points_allowed, 0),
            _with_repaid(so_far.get(row.id, Clawback()), repaid, burned=row.burned),
            receipt_id=row.id,
            burned=granted.burned.get(row.id, 0) + book.burned_now(row.id),
            debt=_debt(version),
            cause=cause,
        )
        if row.points_allowed > row.granted:
            grant = _grant(version, row.points_allowed - row.granted, row.place, tx.at)
            book.accrue(grant, earned_at=tx.at, cause=cause)
            row.granted = row.points_allowed
        row.taken_back, row.burned = clawback.taken(), clawback.burned
        row.let_go = row.granted - row.points_allowed - row.taken_back - row.burned
        row.points_paid = row.points_allowed
        row.paid_at = row.paid_at or tx.at


def _with_repaid(so_far: Clawback, repaid: Mapping[UUID, int], *, burned: int) -> Clawback:
    return Clawback(so_far.by_lot, so_far.owed, burned, dict(repaid) if so_far.owed else {})


def _debt(version: Version) -> Debt:
    """Return what is done where points are spent: the friend's return, booked long ago, cannot be refused for it."""
    debt = version.program.debt
    return Debt("clamp") if debt.policy == "refuse" else debt


def _grant(version: Version, points: int, place: Place, at: datetime) -> Grant:
    referral = _referral(version)
    expiry = referral.expiry or version.program.expiry
    cap = referral.grant_cap
    return Grant(
        points=points,
        activates_at=at,
        expires_at=expires_at(expiry, moment(at, place).business_date, place.time_zone),
        rules=(REFERRAL,),
        sliding_days=expiry.days if isinstance(expiry, ExpirySliding) else None,
        receipt_share_bp=cap.receipt_share_bp if cap else None,
    )


async def _save(tx: Tx, rows: Sequence[_Row]) -> None:
    await tx.execute(
        """
        -- referrals.save_rewards
        update referral_rewards r
        set points_allowed = new.points_allowed, points_paid = new.points_paid, granted = new.granted,
            taken_back = new.taken_back, burned = new.burned, let_go = new.let_go, reason = new.reason,
            settle_at = new.settle_at, paid_at = new.paid_at
        from unnest(
            $2::uuid[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[], $8::bigint[], $9::text[],
            $10::timestamptz[], $11::timestamptz[]
        ) as new (
            id, points_allowed, points_paid, granted, taken_back, burned, let_go, reason, settle_at, paid_at
        )
        where r.tenant_id = $1 and r.id = any($2::uuid[]) and r.id = new.id
        """,
        tx.tenant_id,
        [row.id for row in rows],
        [row.points_allowed for row in rows],
        [row.points_paid for row in rows],
        [row.granted for row in rows],
        [row.taken_back for row in rows],
        [row.burned for row in rows],
        [row.let_go for row in rows],
        [row.reason for row in rows],
        [row.settle_at for row in rows],
        [row.paid_at for row in rows],
    )
