"""The conditions of all kinds."""

from collections.abc import Sequence
from uuid import UUID

from plushka.domain.segments.conditions.accounts import InProgram, of_account
from plushka.domain.segments.conditions.events import of_events
from plushka.domain.segments.conditions.owners import merged, owner
from plushka.domain.segments.conditions.profile import of_profile
from plushka.domain.segments.conditions.purchases import OfPurchases, of_purchases
from plushka.domain.segments.conditions.query import ALWAYS, Query, within
from plushka.domain.segments.conditions.reactions import of_campaigns
from plushka.domain.segments.conditions.stamps import of_stamps
from plushka.domain.segments.lifetime.model import WHOLE_BP
from plushka.engine.audience import (
    All,
    Any,
    Audience,
    Campaign,
    CouponHeld,
    ExpectedSpend,
    Group,
    Happened,
    Not,
    ProbablyLeft,
    Rfm,
    Stamped,
)
from plushka.engine.conditions import Segment


def asked(leaf: Audience, query: Query) -> str:  # noqa: C901, PLR0911, PLR0912 - one case a kind
    """Return what one condition asks of a member, never null; ``nesting`` puts them together."""
    match leaf:
        case CouponHeld(ids=ids):
            return query.has(_HELD.format(coupons=query.place(list(ids), "uuid[]")))
        case Happened():
            return of_events(leaf, query)
        case Group(ids=ids):
            return f'coalesce({_scored(query)}."group" = any({query.place(list(ids), "text[]")}), false)'
        case Rfm():
            return _rfm(leaf, query)
        case ProbablyLeft():
            left = f"({WHOLE_BP} - {_foreseen(query)}.alive_bp) / 100"
            return within(left, leaf.percent_min, leaf.percent_max, query)
        case ExpectedSpend():
            expected = f"{_foreseen(query)}.{leaf.within}_minor"
            return within(expected, leaf.min_minor, leaf.max_minor, query)
        case Segment(ids=ids):
            return _segments(ids, query)
        case Campaign():
            return of_campaigns(leaf, query)
        case Stamped():
            return of_stamps(leaf, query)
        case _ if isinstance(leaf, InProgram):
            return of_account(leaf, query)
        case _ if isinstance(leaf, OfPurchases):
            return of_purchases(leaf, query)
        case All() | Any() | Not():
            raise TypeError(leaf)
        case _:
            return of_profile(leaf, query)


_HELD = f"""
    select held.member_id from (
        select {owner("c.member_id")} as member_id, c.key from coupon_codes c {merged("c.member_id")}
        where c.tenant_id = $1 and c.member_id is not null and c.coupon_id = any({{coupons}})
          and c.uses_max is distinct from 0
        union all
        select {owner("k.member_id")} as member_id, k.key from kept_codes k {merged("k.member_id")}
        join coupon_codes c on c.tenant_id = $1 and c.key = k.key and c.coupon_id = any({{coupons}})
        where k.tenant_id = $1 and c.uses_max is distinct from 0
    ) as held left join (
        select {owner("u.member_id")} as member_id, u.key from coupon_uses u {merged("u.member_id")}
        where u.tenant_id = $1 and u.undone_at is null
    ) as used on used.key = held.key and used.member_id = held.member_id
    where used.key is null
"""


def _scored(query: Query) -> str:
    return query.join('select member_id, "group", r, f, m from member_groups where tenant_id = $1')


def _rfm(leaf: Rfm, query: Query) -> str:
    scored = _scored(query)
    parts = [f"{scored}.member_id is not null"]
    for column, wanted in (("r", leaf.r), ("f", leaf.f), ("m", leaf.m)):
        if wanted:
            parts.append(f"coalesce({scored}.{column} = any({query.place(list(wanted), 'int[]')}), false)")
    return f"({' and '.join(parts)})"


def _foreseen(query: Query) -> str:
    return query.join(
        "select member_id, alive_bp, soon_minor, year_minor from member_lifetimes where tenant_id = $1"
    )


def _segments(ids: Sequence[str], query: Query) -> str:
    """Return whether a member is in one of the segments: of conditions as they hold now, of lists as they are kept."""
    parts = []
    lists = [UUID(one) for one in ids if query.definitions.get(one, ALWAYS) is None]
    if lists:
        # A member who was merged is in the lists of both.
        parts.append(
            query.has(
                "select coalesce(x.merged_into, x.id) as member_id from segment_members s"
                " join members x on x.tenant_id = $1 and x.id = s.member_id"
                f" where s.tenant_id = $1 and s.segment_id = any({query.place(lists, 'uuid[]')})"
            )
        )
    parts += [
        query.has(query.compiled(audience), is_each_once=True)
        for one in ids
        if (audience := query.definitions.get(one)) is not None
    ]
    return f"({' or '.join(parts)})" if parts else "false"
