"""Codes shown at a till: which of them are good, and why the others are not."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from msgspec import Struct

from plushka.domain.coupons.codes import find_key
from plushka.domain.coupons.model import CodeReason, ShownCode
from plushka.platform.database import Tx


class FoundCode(Struct, frozen=True):
    """A code that exists, with its coupon's terms; ``left`` None: it may be used any number of times.

    ``reserved_by`` are the tills that it is kept for.
    """

    key: str
    coupon_id: UUID
    coupon: str
    first_on: date | None
    last_on: date | None
    is_stopped: bool
    member_id: UUID | None
    uses_per_member: int | None
    left: int | None
    reserved_by: tuple[UUID, ...]


class Showing(Struct, frozen=True):
    """Codes of one receipt: who shows them, where, and on which business day."""

    codes: tuple[str, ...]
    till_id: UUID
    member_id: UUID | None
    day: date


@dataclass(slots=True)
class Codes:
    """The codes of the receipts of a transaction, counted down as receipts are decided one after another."""

    found: Mapping[str, FoundCode] = field(default_factory=dict)
    used_by_member: Counter[tuple[UUID, UUID]] = field(default_factory=Counter)
    """How often a member (first) has used a coupon."""
    used_now: Counter[str] = field(default_factory=Counter)

    def look_at(self, showing: Showing) -> tuple[ShownCode, ...]:
        """Return each code with the reason why it is not good, if there is one."""
        shown = []
        coupons: set[UUID] = set()
        for code in showing.codes:
            key = find_key(code)
            found = self.found.get(key) if key else None
            if found is None:
                shown.append(ShownCode(code, None, None, "code_unknown"))
                continue
            reason = self._reason(found, showing, coupons)
            if reason is None:
                coupons.add(found.coupon_id)
            shown.append(ShownCode(code, found.coupon_id, found.coupon, reason))
        return tuple(shown)

    def note(self, showing: Showing, used: Iterable[ShownCode]) -> None:
        """Count what a receipt that was decided has used."""
        for one in used:
            self.used_now[find_key(one.code) or ""] += 1
            if showing.member_id is not None and one.coupon_id is not None:
                self.used_by_member[showing.member_id, one.coupon_id] += 1

    def _reason(self, found: FoundCode, showing: Showing, coupons: Collection[UUID]) -> CodeReason | None:
        member_id, most = showing.member_id, found.uses_per_member
        left = None if found.left is None else found.left - self.used_now[found.key]
        others = sum(till_id != showing.till_id for till_id in found.reserved_by)
        checks: tuple[tuple[CodeReason, bool], ...] = (
            ("code_repeated", found.coupon_id in coupons),
            ("coupon_stopped", found.is_stopped),
            ("coupon_not_begun", found.first_on is not None and showing.day < found.first_on),
            ("coupon_over", found.last_on is not None and showing.day > found.last_on),
            ("code_needs_member", member_id is None and bool(found.member_id or most)),
            ("code_of_other_member", found.member_id not in {None, member_id}),
            (
                "member_limit_reached",
                most is not None
                and member_id is not None
                and self.used_by_member[member_id, found.coupon_id] >= most,
            ),
            ("code_used_up", left is not None and left <= 0),
            ("code_reserved", left is not None and left <= others),
        )
        return next((reason for reason, holds in checks if holds), None)


async def read_codes(tx: Tx, showings: Sequence[Showing], *, lock: bool) -> Codes | None:
    """Return what is known of the codes shown; None: none are.

    With ``lock`` codes of which only so many uses are left are locked, in order, until the transaction ends.
    """
    showings = [showing for showing in showings if showing.codes]
    keys = {key for showing in showings for code in showing.codes if (key := find_key(code))}
    if not showings:
        return None
    if lock and keys:
        await tx.execute(
            """
            -- coupons.lock_codes
            select key from coupon_codes
            where tenant_id = $1 and key = any($2::text[]) and uses_max is not null
            order by key
            for no key update
            """,
            tx.tenant_id,
            sorted(keys),
        )
    found = await _find(tx, keys)
    members = {showing.member_id for showing in showings if showing.member_id is not None}
    limited = {code.coupon_id for code in found.values() if code.uses_per_member is not None}
    used = await _count_uses(tx, members, limited) if members and limited else Counter()
    return Codes(found, used)


async def _find(tx: Tx, keys: Collection[str]) -> dict[str, FoundCode]:
    rows = await tx.fetch(
        """
        -- coupons.find_codes
        select c.key, c.coupon_id, k.name as coupon, k.first_on, k.last_on, k.is_stopped,
               coalesce(m.merged_into, c.member_id) as member_id, k.uses_per_member, c.uses_max - c.uses as left,
               array(
                   select r.till_id from code_reservations r
                   where r.tenant_id = $1 and r.key = c.key and r.until > $3
               ) as reserved_by
        from coupon_codes c
        join coupons k on k.tenant_id = $1 and k.id = c.coupon_id
        left join members m on m.tenant_id = $1 and m.id = c.member_id
        where c.tenant_id = $1 and c.key = any($2::text[])
        """,
        tx.tenant_id,
        sorted(keys),
        tx.at,
    )
    return {row["key"]: FoundCode(**{**row, "reserved_by": tuple(row["reserved_by"])}) for row in rows}


async def _count_uses(
    tx: Tx, members: Collection[UUID], coupons: Collection[UUID]
) -> Counter[tuple[UUID, UUID]]:
    rows = await tx.fetch(
        """
        -- coupons.count_uses
        select coalesce(m.merged_into, m.id) as member_id, u.coupon_id, count(*) as uses
        from coupon_uses u join members m on m.tenant_id = $1 and m.id = u.member_id
        where u.tenant_id = $1 and u.coupon_id = any($3::uuid[]) and u.undone_at is null
          and (m.id = any($2::uuid[]) or m.merged_into = any($2::uuid[]))
        group by 1, 2
        """,
        tx.tenant_id,
        list(members),
        list(coupons),
    )
    return Counter({(row["member_id"], row["coupon_id"]): row["uses"] for row in rows})
