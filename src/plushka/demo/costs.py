"""What the demo's owners pay for their programmes, as they would have written it down."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from types import MappingProxyType
from uuid import UUID

from plushka.demo.business import ACTOR, TENANT_ID
from plushka.demo.cafe import business as cafe
from plushka.domain.insights.payback.costs import list_costs, save_cost
from plushka.domain.insights.payback.model import QUARTER, Cost, Span, quarter_of
from plushka.engine.expiry import add_months
from plushka.platform.database import Database
from plushka.platform.ids import new_id

QUARTERS = 4
_LINES: Mapping[UUID, Sequence[tuple[str, int, Span]]] = MappingProxyType(
    {
        TENANT_ID: (("Подписка", 150_00, QUARTER), ("Печать карт и наклеек", 40_00, 1)),
        cafe.TENANT_ID: (("Подписка", 4_500_00, QUARTER), ("Печать карт и наклеек", 1_200_00, 1)),
    }
)
"""By business: what for, how much in minor units, and over how many months."""


async def write_costs(database: Database, tenant_id: UUID, at: datetime, today: date) -> None:
    """Write the lines of this quarter and of those before it down, unless somebody has written any."""
    async with database.transaction(tenant_id, actor=ACTOR, at=at) as tx:
        if await list_costs(tx):
            return
        for place in range(QUARTERS):
            first = add_months(quarter_of(today)[0], -3 * place)
            for name, amount_minor, months in _LINES[tenant_id]:
                await save_cost(tx, Cost(new_id(), name, amount_minor, first, months, covers_messages=False))
