"""Segments of both businesses of the demo: what their owners ask for most, and a list."""

from datetime import datetime
from uuid import UUID

from plushka.demo.business import ACTOR
from plushka.domain.segments.lists import add_members
from plushka.domain.segments.operations import create_segment
from plushka.domain.segments.queries import find_top_spend, list_segments
from plushka.domain.segments.selecting import list_members
from plushka.engine.audience import (
    All,
    Any,
    Audience,
    AverageReceipt,
    Birthday,
    Burning,
    LastPurchase,
    Not,
    Purchases,
    Reachable,
    Spend,
)
from plushka.engine.conditions import Segment
from plushka.platform.database import Database

TOP_BP, YEAR_DAYS = 10_00, 365
LISTED = 12

SEGMENTS: tuple[tuple[str, Audience], ...] = (
    ("Купили один раз", Purchases(count_min=1, count_max=1)),
    ("Не были 30 дней", LastPurchase(days_min=30)),
    ("День рождения на этой неделе", Birthday(days_max=7)),
    ("Бонусы сгорят за неделю", Burning(days=7)),
    ("Постоянные", Purchases(count_min=3, days=30)),
    ("Можно написать в Telegram или MAX", Reachable(("telegram", "max"))),
)


async def make_segments(database: Database, tenant_id: UUID, at: datetime) -> None:
    """Make the segments of a business unless it has some."""
    async with database.transaction(tenant_id, actor=ACTOR, at=at) as tx:
        if await list_segments(tx, also_archived=True):
            return
        for name, audience in SEGMENTS:
            await create_segment(tx, name=name, audience=audience)
        top = Spend(
            min_minor=max(1, await find_top_spend(tx, share_bp=TOP_BP, days=YEAR_DAYS)), days=YEAR_DAYS
        )
        best = await create_segment(tx, name="Тратят больше всех", audience=top)
        gone = All((Segment((str(best),)), LastPurchase(days_min=14)))
        await create_segment(tx, name="Лучшие, которых давно не было", audience=gone)
        seldom = All(
            (
                Any((Purchases(count_min=1, count_max=2), AverageReceipt(max_minor=300_00))),
                Not(Segment((str(best),))),
            )
        )
        await create_segment(tx, name="Заходят редко или берут по мелочи", audience=seldom)
        tasters = await create_segment(tx, name="Позвали на дегустацию", audience=None)
        await add_members(tx, tasters, await list_members(tx, top, LISTED))
