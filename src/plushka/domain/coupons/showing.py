"""Codes shown at a till: which of them are good, and why the others are not."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple
from uuid import UUID

from asyncpg import Record
from msgspec import Struct

from plushka.domain.coupons.codes import find_key
from plushka.domain.coupons.counters import Key, keys_of, read_counters
from plushka.domain.coupons.model import LIMITS, CodeReason, Limits, ShownCode
from plushka.engine.spans import ShortSpan, since_of, until_of
from plushka.platform.database import Tx


class FoundCode(Struct, frozen=True):
    """A code that exists, with its coupon's terms; ``left`` None: it may be used any number of times.

    ``reserved_by`` are the tills that it is kept for, ``coupon_reserved_by`` those that any code of its coupon is.
    """

    key: str
    coupon_id: UUID
    coupon: str
    first_on: date | None
    last_on: date | None
    is_stopped: bool
    member_id: UUID | None
    limits: Limits
    left: int | None
    reserved_by: tuple[UUID, ...]
    coupon_reserved_by: tuple[UUID, ...]


class Showing(Struct, frozen=True):
    """Codes of one receipt: who shows them, where, and on which business day."""

    codes: tuple[str, ...]
    till_id: UUID
    member_id: UUID | None
    day: date


class OwnKey(NamedTuple):
    """What one member has used of a coupon, within a window."""

    member_id: UUID
    coupon_id: UUID
    span: ShortSpan
    since: date


@dataclass(slots=True)
class Codes:
    """The codes of the receipts of a transaction, counted down as receipts are decided one after another."""

    found: Mapping[str, FoundCode] = field(default_factory=dict)
    own: Counter[OwnKey] = field(default_factory=Counter)
    in_all: Counter[Key] = field(default_factory=Counter)
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
            key = find_key(one.code) or ""
            self.used_now[key] += 1
            self.own.update(_own_keys(self.found[key], showing))
            self.in_all.update(_keys(self.found[key], showing))

    def _reason(self, found: FoundCode, showing: Showing, coupons: Collection[UUID]) -> CodeReason | None:
        member_id, limits = showing.member_id, found.limits
        left = None if found.left is None else found.left - self.used_now[found.key]
        others = sum(till_id != showing.till_id for till_id in found.reserved_by)
        checks: tuple[tuple[CodeReason, bool], ...] = (
            ("code_repeated", found.coupon_id in coupons),
            ("coupon_stopped", found.is_stopped),
            ("coupon_not_begun", found.first_on is not None and showing.day < found.first_on),
            ("coupon_over", found.last_on is not None and showing.day > found.last_on),
            ("code_needs_member", member_id is None and bool(found.member_id or limits.of_member)),
            ("code_of_other_member", found.member_id not in {None, member_id}),
            *[
                (_MEMBER_REASONS[key.span], self.own[key] >= limits.of_member[key.span])
                for key in _own_keys(found, showing)
            ],
            ("code_used_up", left is not None and left <= 0),
            ("code_reserved", left is not None and left <= others),
            *self._in_all(found, showing),
        )
        return next((reason for reason, holds in checks if holds), None)

    def _in_all(self, found: FoundCode, showing: Showing) -> list[tuple[CodeReason, bool]]:
        """Return what bounds all members together; a use that another till has asked about counts as its."""
        lefts = {key: found.limits.of_all[key.span] - self.in_all[key] for key in _keys(found, showing)}
        others = len({till_id for till_id in found.coupon_reserved_by if till_id != showing.till_id})
        return [
            *[(_COUPON_REASONS[key.span], left <= 0) for key, left in lefts.items()],
            ("code_reserved", any(left <= others for left in lefts.values())),
        ]


_MEMBER_REASONS: Mapping[ShortSpan, CodeReason] = {
    "always": "member_limit_reached",
    "day": "member_limit_today",
    "month": "member_limit_this_month",
}
_COUPON_REASONS: Mapping[ShortSpan, CodeReason] = {
    "always": "coupon_used_up",
    "day": "coupon_used_up_today",
    "month": "coupon_used_up_this_month",
}


def _own_keys(found: FoundCode, showing: Showing) -> list[OwnKey]:
    if showing.member_id is None:
        return []
    return [
        OwnKey(showing.member_id, found.coupon_id, span, since_of(span, showing.day))
        for span in found.limits.of_member
    ]


def _keys(found: FoundCode, showing: Showing) -> list[Key]:
    return keys_of(found.coupon_id, found.limits.of_all, showing.day)


async def read_codes(tx: Tx, showings: Sequence[Showing], *, lock: bool) -> Codes | None:
    """Return what is known of the codes shown; None: none are.

    With ``lock`` their coupons keep their terms until the transaction ends, and codes of which only so many uses
    are left are locked, in order.
    """
    showings = [showing for showing in showings if showing.codes]
    keys = {key for showing in showings for code in showing.codes if (key := find_key(code))}
    if not showings:
        return None
    if lock and keys:
        await tx.execute(
            """
            -- coupons.hold_terms
            select id from coupons where tenant_id = $1 and id = any(array(
                select coupon_id from coupon_codes where tenant_id = $1 and key = any($2::text[])
            ))
            order by id
            for key share
            """,
            tx.tenant_id,
            sorted(keys),
        )
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
    met = [
        (code, showing)
        for showing in showings
        for typed in showing.codes
        if (code := found.get(find_key(typed) or "")) is not None
    ]
    return Codes(
        found,
        own=await _count_uses(tx, {key for one in met for key in _own_keys(*one)}),
        in_all=await read_counters(tx, [key for one in met for key in _keys(*one)], lock=lock),
    )


async def _find(tx: Tx, keys: Collection[str]) -> dict[str, FoundCode]:
    rows = await tx.fetch(
        f"""
        -- coupons.find_codes
        select c.key, c.coupon_id, k.name as coupon, k.first_on, k.last_on, k.is_stopped,
               coalesce(
                   (select m.merged_into from members m where m.tenant_id = $1 and m.id = c.member_id), c.member_id
               ) as member_id, c.uses_max - c.uses as left,
               array(
                   select r.till_id from code_reservations r
                   where r.tenant_id = $1 and r.key = c.key and r.until > $3
               ) as reserved_by,
               array(
                   select r.till_id from code_reservations r
                   where r.tenant_id = $1 and r.coupon_id = k.id and r.until > $3
                     and coalesce(k.uses_max, k.uses_max_a_day, k.uses_max_a_month) is not null
               ) as coupon_reserved_by,
               {", ".join(f"k.{limit} as limit_{limit}" for limit in LIMITS)}
        from coupon_codes c
        join coupons k on k.tenant_id = $1 and k.id = c.coupon_id
        where c.tenant_id = $1 and c.key = any($2::text[])
        """,  # noqa: S608  a constant
        tx.tenant_id,
        sorted(keys),
        tx.at,
    )
    return {row["key"]: _found(row) for row in rows}


def _found(row: Record) -> FoundCode:
    values = dict(row)
    limits = Limits(**{limit: values.pop(f"limit_{limit}") for limit in LIMITS})
    reserved, coupon_reserved = tuple(values.pop("reserved_by")), tuple(values.pop("coupon_reserved_by"))
    return FoundCode(limits=limits, reserved_by=reserved, coupon_reserved_by=coupon_reserved, **values)


async def _count_uses(tx: Tx, keys: Collection[OwnKey]) -> Counter[OwnKey]:
    """Return what members have used, cards merged into theirs among them; the locks of their wallets guard it."""
    if not keys:
        return Counter()
    rows = await tx.fetch(
        """
        -- coupons.count_uses
        with cards as materialized (
            select w.*, card_id
            from unnest($2::uuid[], $3::uuid[], $4::text[], $5::date[], $6::date[])
                as w (member_id, coupon_id, span, since, until)
            cross join lateral unnest(w.member_id || array(
                select m.id from members m where m.tenant_id = $1 and m.merged_into = w.member_id
            )) as card_id
        )
        select c.member_id, c.coupon_id, c.span, c.since, sum(used.uses)::bigint as uses
        from cards c cross join lateral (
            select count(*) as uses from coupon_uses u
            where u.tenant_id = $1 and u.member_id = c.card_id and u.coupon_id = c.coupon_id
              and u.undone_at is null and u.business_date >= c.since and u.business_date < c.until
        ) as used
        where used.uses > 0
        group by 1, 2, 3, 4
        """,
        tx.tenant_id,
        *zip(*keys, strict=True),
        [until_of(key.span, key.since) for key in keys],
    )
    return Counter(
        {OwnKey(row["member_id"], row["coupon_id"], row["span"], row["since"]): row["uses"] for row in rows}
    )
