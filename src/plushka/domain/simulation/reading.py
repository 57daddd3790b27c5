"""Reads the past of some members: what happened to them within a span, in the order in which it was booked."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import partial
from operator import itemgetter
from typing import NamedTuple
from uuid import UUID

import msgspec
from asyncpg import Record
from msgspec import Struct, structs

from plushka.domain.simulation.baskets import read_basket
from plushka.domain.simulation.earlier import decided
from plushka.domain.simulation.past import (
    Closed,
    EarlierSale,
    Event,
    Extended,
    Given,
    Past,
    Sale,
    State,
    Taken,
    TierSet,
    Was,
)
from plushka.domain.simulation.setting import Setting
from plushka.engine.local_time import moment_once
from plushka.engine.purchase import Grant
from plushka.platform.database import Tx

_MILLISECONDS_SHIFT = 80
"""An identifier begins with 48 bits of milliseconds: of one moment, what was booked first has the smaller ones."""


class Members(Struct, frozen=True, tag="members"):
    """All members whose ids are from ``first`` to ``last``."""

    first: UUID
    last: UUID


BY_REVIEW = frozenset({"review", "manual_tier_ended"})
NOT_BY_HAND = frozenset({"purchase", "return", "freed", "import"}) | BY_REVIEW
"""Why a tier has changed, besides what somebody wrote who set it."""


class _Spent(Struct):
    points: int
    points_max: int


class _Outcome(Struct):
    """Of a stored outcome how many points were spent, and of how many."""

    redeemed: _Spent | None = None


_decode_state = msgspec.json.Decoder(State).decode
_decode_spent = msgspec.json.Decoder(_Outcome).decode
_NOTHING_SPENT = _Spent(0, 0)
_first_columns = itemgetter(*range(7))
"""What places a row of ``read_sales``: by number, since names are looked up one by one."""

Place = tuple[datetime, int, datetime, int, UUID, str]
"""Where an event stands in the past: what a member was given for joining comes before their first purchase; of one
moment of booking, receipts that are told late come last, in their own order."""


Sold = tuple[Place, Record, EarlierSale | None]
"""The row of a receipt in its place; with how it was decided, where it is of a day before the span."""


async def read_sales(tx: Tx, setting: Setting, members: Members) -> dict[UUID, list[Sold]]:
    """Return the receipts of members booked since the start."""
    from_on = setting.span.from_on
    rows = await tx.fetch(
        """
        -- simulation.read_sales
        select r.id, r.member_id, r.received_at, r.occurred_at, r.business_date, r.till_id, r.external_id,
               r.branch_id, r.version_id, r.basket, r.member_state, r.cost_minor, r.amount_minor, r.discount_minor,
               r.payable_minor, r.refunded_minor, r.earned_points,
               case when r.redeemed_points > 0 or r.business_date < $6 then r.outcome end as outcome
        from receipts r
        where r.tenant_id = $1 and r.member_id between $2 and $3 and r.received_at >= $4
          and r.version_id = any($5::uuid[])
        """,
        tx.tenant_id,
        members.first,
        members.last,
        setting.span.start_at,
        list(setting.versions),
        from_on,
    )
    found: dict[UUID, list[Sold]] = defaultdict(list)
    for row in rows:
        receipt_id, member_id, booked_at, occurred_at, day, till_id, external_id = _first_columns(row)
        rank = 1 if occurred_at == booked_at else 2
        place = booked_at, rank, occurred_at, receipt_id.int >> _MILLISECONDS_SHIFT, till_id, external_id
        found[member_id].append((place, row, decided(row) if day < from_on else None))
    return found


def sale_of(row: Record, setting: Setting) -> Sale:
    """Return the receipt of a row of ``read_sales``: its columns come in that order, and none is looked up by name."""
    receipt_id, member_id, received_at, occurred_at, day, _, _, branch_id, version_id, *told = row
    written, state, cost_minor, amount, discount, payable, refunded, earned_points, outcome = told
    basket, goods = read_basket(written)
    shown = moment_once(occurred_at, basket.place)
    comes_back = receipt_id in setting.backs
    if comes_back:
        basket = structs.replace(basket, lines=goods.lines)
    spent = (_decode_spent(outcome).redeemed or _NOTHING_SPENT) if outcome else _NOTHING_SPENT
    return Sale(
        receipt_id,
        received_at,
        occurred_at,
        shown,
        # The day that rules look at, where it is the same: whatever is remembered by day finds it at once.
        shown.business_date if shown.business_date == day else day,
        branch_id,
        version_id,
        basket,
        goods,
        _decode_state(state) if state and member_id else None,
        cost_minor,
        Was(amount, discount, payable, refunded, earned_points),
        spent.points,
        spent.points_max,
        comes_back,
    )


def place_of(at: datetime, document_id: UUID, *, comes_first: bool = False) -> Place:
    """Return where an event that is no receipt stands."""
    return (at, 0 if comes_first else 1, at, document_id.int >> _MILLISECONDS_SHIFT, document_id, "")


async def read_movements(
    tx: Tx, setting: Setting, wallets: Mapping[UUID, UUID], receipt_ids: Iterable[UUID]
) -> dict[UUID, list[tuple[Place, Event]]]:
    """Return what moved points besides purchases and returns, by member; ``wallets`` names the member of each."""
    rows = await tx.fetch(
        """
        -- simulation.read_movements
        select p.wallet_id, p.document_id, p.kind, p.debit, p.at, p.points, a.kind as reason,
               l.activates_at, l.sliding_days, l.receipt_share_bp,
               coalesce(
                   (
                       select x.expires_before from extensions x
                       where x.tenant_id = $1 and x.lot_id = l.id order by x.at limit 1
                   ),
                   l.expires_at
               ) as expires_at
        from postings p
        left join adjustments a on a.tenant_id = $1 and a.id = p.document_id
        -- One by one: there are few, which the planner does not know, and it would read all lots for them.
        left join lateral (
            select * from lots
            where tenant_id = $1 and id = p.lot_id and p.debit in ('issued', 'adjusted')
            limit 1
        ) as l on true
        where p.tenant_id = $1 and p.wallet_id = any($2::uuid[]) and p.at >= $3 and p.at < $5
          -- A subselect is hashed, whatever the plan: thousands of documents are looked up at once.
          and p.document_id not in (select unnest($4::uuid[]))
          and p.kind in ('accrue', 'adjust', 'redeem', 'restore', 'forgive', 'forfeit', 'claw_back', 'grant_back')
        order by p.at, p.id
        """,
        tx.tenant_id,
        list(wallets),
        setting.span.start_at,
        [*receipt_ids, *[back.id for backs in setting.backs.values() for back in backs]],
        setting.span.until_at,
    )
    by_document: dict[tuple[UUID, UUID, datetime, str], list[Record]] = defaultdict(list)
    for row in rows:
        by_document[wallets[row["wallet_id"]], row["document_id"], row["at"], _how(row)].append(row)
    events: dict[UUID, list[tuple[Place, Event]]] = defaultdict(list)
    for (member_id, document_id, at, how), moved in by_document.items():
        event = _moved(document_id, at, how, moved)
        is_first = isinstance(event, Given) and event.is_welcome
        events[member_id].append((place_of(at, document_id, comes_first=is_first), event))
    return events


_HOW = {
    "accrue": "given",
    "redeem": "gift",
    "restore": "gift",
    "forgive": "forgiven",
    "forfeit": "closed",
    "claw_back": "reversed",
    "grant_back": "reversed",
}


def _how(row: Record) -> str:
    if row["kind"] == "adjust":
        return "given" if row["debit"] == "adjusted" else "hand"
    return _HOW[row["kind"]]


def _moved(document_id: UUID, at: datetime, how: str, rows: Sequence[Record]) -> Event:
    if how == "given":
        lots = [
            Grant(
                points=row["points"],
                activates_at=row["activates_at"],
                expires_at=row["expires_at"],
                rules=(),
                sliding_days=row["sliding_days"],
                receipt_share_bp=row["receipt_share_bp"],
            )
            for row in rows
        ]
        is_welcome = rows[0]["reason"] == "welcome"
        return Given(document_id, at, rows[0]["kind"], tuple(lots), is_welcome)
    if how == "closed":
        return Closed(at)
    back = {"restore", "grant_back"}
    return Taken(
        document_id,
        at,
        how,
        sum([-row["points"] if row["kind"] in back else row["points"] for row in rows]),
    )


class TierBefore(NamedTuple):
    """The tier that a member had when the span began, since when, and whether it was set by hand."""

    tier: str | None
    since: datetime
    is_manual: bool


async def read_tiers(
    tx: Tx, setting: Setting, members: Members
) -> tuple[dict[UUID, TierBefore], dict[UUID, list[tuple[Place, Event]]]]:
    """Return members' tiers as of the start, of those that have changed by then, and what set them within the span.

    What purchases and returns bring is for the rules to say.
    """
    rows = await tx.fetch(
        """
        -- simulation.read_tiers
        select id, member_id, tier_after, reason, at from tier_changes
        where tenant_id = $1 and member_id between $2 and $3 and program_id = $4 and at < $5
        order by member_id, at, id
        """,
        tx.tenant_id,
        members.first,
        members.last,
        setting.program_id,
        setting.span.until_at,
    )
    before: dict[UUID, TierBefore] = {}
    events: dict[UUID, list[tuple[Place, Event]]] = defaultdict(list)
    for row in rows:
        member_id, reason = row["member_id"], row["reason"]
        if row["at"] < setting.span.start_at:
            known = before.get(member_id)
            # A purchase lifts a tier that was set by hand, and leaves it what it is.
            keeps_hand = reason == "purchase" and known is not None and known.is_manual
            is_manual = keeps_hand or reason not in NOT_BY_HAND
            before[member_id] = TierBefore(row["tier_after"], row["at"], is_manual)
        elif reason not in {"purchase", "return"}:
            event = TierSet(row["at"], row["tier_after"], reason not in NOT_BY_HAND, reason in BY_REVIEW)
            events[member_id].append((place_of(row["at"], row["id"]), event))
    return before, events


def extensions_of(setting: Setting, wallets: Mapping[UUID, UUID]) -> dict[UUID, list[tuple[Place, Event]]]:
    """Return whose points were prolonged by hand, by member; what a return prolongs comes with it."""
    events: dict[UUID, list[tuple[Place, Event]]] = defaultdict(list)
    for each in setting.prolonged:
        member_id = wallets.get(each.wallet_id)
        if (
            member_id is not None
            and each.at < setting.span.until_at
            and each.reason not in {"return", "gift"}
        ):
            event = Extended(each.document_id, each.at, each.after, each.reason)
            events[member_id].append((place_of(each.at, each.document_id), event))
    return events


def in_order(past: Past, placed: list[tuple[Place, Event | Record]], setting: Setting) -> None:
    """Let the past be told in the order in which it was booked; receipts are rows as yet."""
    placed.sort(key=itemgetter(0))
    past.tell = partial(_tell, setting, [each for _, each in placed])


def _tell(setting: Setting, events: Sequence[Event | Record]) -> list[Event]:
    return [sale_of(each, setting) if isinstance(each, Record) else each for each in events]
