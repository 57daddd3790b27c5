"""Visits invented for half of those whom one broadcast reached: what it caused is known, so the proof can be tried."""

from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from asyncpg import Record
from msgspec import structs

from plushka.demo.access import TillAccess
from plushka.demo.broadcasts import PAST, Past
from plushka.demo.cafe import menu
from plushka.demo.cafe.cashiers import on_shift
from plushka.demo.cafe.year import SATURDAY, TIME_ZONE
from plushka.domain.campaigns.model import WINDOW_DAYS
from plushka.domain.members.model import Identity
from plushka.domain.purchases.history import load_history
from plushka.domain.purchases.model import Caller, Purchase
from plushka.domain.purchases.reference import Reference
from plushka.domain.purchases.situation import Item
from plushka.platform.database import Tx

_NEWS, _TWO_TEXTS, *_OTHERS = PAST
ANSWERED = structs.replace(_NEWS, control_bp=25_00, invented="имитация: половина получивших зашла лишний раз")
"""A quarter is left alone, so that what was invented is proven whoever is drawn."""
BROADCASTS: tuple[Past, ...] = (ANSWERED, structs.replace(_TWO_TEXTS, control_bp=30_00), *_OTHERS)
"""The second has a control group of more than a hundred too, and nothing was invented for it."""
_ANSWER_SHARE = 0.5
_DAYS = WINDOW_DAYS - 1
"""After the letter, each of them within the days that are counted for it."""
_HOURS = range(9, 20)
_BRANCH = "1"


async def answer(tx: Tx, tills: Mapping[str, TillAccess]) -> int:
    """Let half of those whom the broadcast reached come once more than they would have; return how many did.

    Their receipts are told late, as by a till that was away; told again, nothing comes of it.
    """
    told = await _list_told(tx)
    caller = Caller(tenant_id=tx.tenant_id, till_id=tills[_BRANCH].till_id, branch=_BRANCH)
    items = [Item(caller, purchase) for row in told if (purchase := _visit(row)) is not None]
    loaded = await load_history(tx, Reference(), sorted(items, key=lambda item: item.purchase.external_id))
    for _, refusal in loaded.refused:
        raise refusal
    return loaded.booked


async def _list_told(tx: Tx) -> list[Record]:
    return await tx.fetch(
        """
        -- demo.list_told
        select i.value as card, r.posted_at
        from campaigns c
        join campaign_recipients r on r.tenant_id = $1 and r.campaign_id = c.id and r.posted_at is not null
        join identities i on i.tenant_id = $1 and i.member_id = r.member_id and i.kind = 'card'
        where c.tenant_id = $1 and c.name = $2
          and exists (
              select from outgoing o
              where o.tenant_id = $1 and o.campaign_id = c.id and o.member_id = r.member_id and o.state = 'delivered'
          )
        order by i.value
        """,
        tx.tenant_id,
        ANSWERED.full_name,
    )


def _visit(told: Record) -> Purchase | None:
    """Return the visit of somebody who was told; the same card always does the same."""
    draw = Random(f"cafe answer {told['card']}")  # noqa: S311
    if draw.random() >= _ANSWER_SHARE:
        return None
    day = told["posted_at"].astimezone(ZoneInfo(TIME_ZONE)).date() + timedelta(days=1 + draw.randrange(_DAYS))
    clock = time(draw.choice(_HOURS), draw.randrange(60), draw.randrange(60))
    at = datetime.combine(day, clock, ZoneInfo(TIME_ZONE)).astimezone(UTC)
    is_weekend = day.weekday() >= SATURDAY
    return Purchase(
        external_id=f"N-{told['card']}",
        lines=menu.basket(draw, hour=clock.hour, month=day.month, is_weekend=is_weekend),
        occurred_at=at,
        currency=menu.CURRENCY,
        member=Identity("card", told["card"]),
        cashier=on_shift(_BRANCH, day),
    )
