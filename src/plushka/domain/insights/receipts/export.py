"""Receipts as a file: a line a receipt, the earliest first."""

from collections.abc import Mapping
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from plushka.domain.businesses.queries import get_business
from plushka.domain.insights.receipts.found import ReceiptFilter, ReceiptRow, list_receipts, sum_receipts
from plushka.domain.programs.queries import find_scales
from plushka.domain.tasks.running import Run
from plushka.domain.tasks.tables import NO_MORE, Piece, write_table
from plushka.platform.csv_files import Cell
from plushka.platform.database import Tx
from plushka.platform.errors import Fact
from plushka.platform.i18n import Language, currency_decimals, marked

KIND = "receipts.export"
STEP_ROWS = 5000

_COLUMNS = (
    marked("Date and time"),
    marked("Receipt number"),
    marked("Branch"),
    marked("Cashier"),
    marked("Member"),
    marked("Member's id"),
    marked("Amount"),
    marked("Discount"),
    marked("Points spent"),
    marked("Paid in money"),
    marked("Refunded"),
    marked("Points earned"),
    marked("Rating from 1 to 5"),
)


async def export_receipts(run: Run) -> Mapping[str, Fact]:
    """Write what the filter of the task finds: ``filter`` is JSON, ``language`` that of the reader."""
    where = msgspec.json.decode(str(run.task.arguments["filter"]), type=ReceiptFilter)

    async def count(tx: Tx) -> int:
        return (await sum_receipts(tx, where)).receipts

    async def piece(tx: Tx, cursor: str, _: Language) -> Piece:
        last = UUID(cursor) if cursor else None
        rows = await list_receipts(tx, where, after=last, limit=STEP_ROWS, earliest_first=True)
        if not rows:
            return NO_MORE
        money, scales = currency_decimals((await get_business(tx)).currency), await find_scales(tx)
        cells = [_cells(row, money=money, points=scales[row.program_id]) for row in rows]
        return Piece(cells, str(rows[-1].id))

    return await write_table(run, _COLUMNS, count=count, piece=piece)


def _cells(row: ReceiptRow, *, money: int, points: int) -> list[Cell]:
    return [
        row.occurred_at.astimezone(ZoneInfo(row.time_zone)),
        row.external_id,
        row.branch_name,
        row.cashier,
        row.member_name,
        str(row.member_id) if row.member_id else "",
        Decimal(row.amount_minor).scaleb(-money),
        Decimal(row.discount_minor).scaleb(-money),
        Decimal(row.redeemed_points).scaleb(-points),
        Decimal(row.payable_minor).scaleb(-money),
        Decimal(row.refunded_minor).scaleb(-money),
        Decimal(row.earned_points).scaleb(-points),
        row.score,
    ]
