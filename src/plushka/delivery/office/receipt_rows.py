"""A receipt as a row, wherever receipts are listed."""

from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from msgspec import Struct

from plushka.delivery.office.visit import Visit
from plushka.delivery.web.figures import NOTHING, Figures
from plushka.domain.insights.receipts.found import ReceiptRow
from plushka.domain.programs.queries import find_scales
from plushka.platform.database import Tx


class ReceiptLine(Struct, frozen=True):
    """The texts of a row; time and day are by the clock of the branch."""

    id: UUID
    href: str
    number: str
    time: str
    day: str
    branch: str
    cashier: str
    member: str
    has_member: bool
    amount: str
    discount: str
    redeemed: str
    earned: str
    is_returned: bool
    score: int | None


async def receipt_rows(tx: Tx, rows: Sequence[ReceiptRow], visit: Visit) -> list[ReceiptLine]:
    """Return the rows as they are shown; points are told as those of the receipt's own programme."""
    scales = await find_scales(tx) if rows else {}
    return [_row(row, visit, visit.figures_of(scales[row.program_id])) for row in rows]


def _row(row: ReceiptRow, visit: Visit, figures: Figures) -> ReceiptLine:
    words = visit.words
    today = visit.at.astimezone(ZoneInfo(row.time_zone)).date()
    day = row.occurred_at.astimezone(ZoneInfo(row.time_zone)).date()
    return ReceiptLine(
        id=row.id,
        href=f"/receipts/{row.id}",
        number=row.external_id,
        time=figures.time(row.occurred_at, row.time_zone),
        day=_day_name(day, today, visit),
        branch=row.branch_name,
        cashier=row.cashier or NOTHING,
        member=row.member_name or words.gettext("without a card"),
        has_member=row.member_id is not None,
        amount=figures.money(row.amount_minor),
        discount=figures.money(-row.discount_minor) if row.discount_minor else NOTHING,
        redeemed=figures.points_or_nothing(-row.redeemed_points, signed=True),
        earned=figures.points_or_nothing(row.earned_points, signed=True),
        is_returned=row.refunded_minor > 0,
        score=row.score,
    )


def _day_name(day: date, today: date, visit: Visit) -> str:
    if day == today:
        return visit.words.gettext("today")
    if day == today - timedelta(days=1):
        return visit.words.gettext("yesterday")
    return visit.figures.day(day)
