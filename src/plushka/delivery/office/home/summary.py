"""The summary: how today goes, beside yesterday and the fortnight."""

from collections.abc import Sequence
from datetime import date, time, timedelta
from typing import Any
from urllib.parse import urlencode

from litestar import Response, get
from litestar.di import NamedDependency
from msgspec import Struct

from plushka.delivery.office.home.chart import Chart, bars
from plushka.delivery.office.home.checklist import checklist_items
from plushka.delivery.office.members.card.head import told_name
from plushka.delivery.office.receipt_rows import receipt_rows
from plushka.delivery.office.visit import Visit
from plushka.domain.businesses.model import DAY_STARTS_MINUTES
from plushka.domain.insights.checklist import read_checklist
from plushka.domain.insights.model import DayFigures
from plushka.domain.insights.queries import list_days
from plushka.domain.insights.receipts.found import ReceiptFilter, list_receipts
from plushka.domain.ledger.queries import list_verifications
from plushka.domain.ledger.verify import Verification
from plushka.domain.members.queries import count_members
from plushka.domain.members.stopping import list_stopped

DAYS_SHOWN = 14
RECEIPTS_SHOWN = 8


class Figure(Struct, frozen=True):
    """A number of today; ``before`` is yesterday's, ``note`` what the number is of."""

    title: str
    value: str
    before: str
    note: str = ""


@get("/", opt={"action": "summary.read"})
async def show_home(visit: NamedDependency[Visit]) -> Response[str]:
    today = visit.business_day
    async with visit.reading() as tx:
        days = await list_days(
            tx,
            first_on=today - timedelta(days=DAYS_SHOWN - 1),
            last_on=today,
            program_id=visit.program_id,
        )
        rows = await list_receipts(tx, ReceiptFilter(), limit=RECEIPTS_SHOWN)
        receipts = await receipt_rows(tx, rows, visit)
        members = await count_members(tx)
        verifications = await list_verifications(tx, limit=1)
        checklist = await read_checklist(tx)
        alarmed = await list_stopped(tx) if visit.may("members.read") else []
    return visit.page(
        "home/summary.html",
        section="home",
        programs=visit.program_links("/"),
        today=_told(today, visit),
        may_see_reports=visit.may("reports.read"),
        figures=_figures(days, today, visit, of_points=visit.program_name),
        checklist=checklist_items(checklist, visit),
        members=visit.figures.number(members),
        alarmed=[(f"/members/{member.id}", told_name(member)) for member in alarmed],
        chart=_chart(days, today, visit),
        report_url=_report_url(today, visit),
        receipts=receipts,
        **_ledger(verifications, visit),
    )


def _told(today: date, visit: Visit) -> str:
    """Return what day it is; after midnight, that the shop's one is not over yet."""
    day = visit.figures.day(today)
    if today == visit.today:
        return visit.words.gettext("Today, {date}", date=day)
    ends_at = time(DAY_STARTS_MINUTES // 60, DAY_STARTS_MINUTES % 60).strftime("%H:%M")
    return visit.words.gettext("The business day of {date}, which ends at {time}", date=day, time=ends_at)


def _figures(days: Sequence[DayFigures], today: date, visit: Visit, *, of_points: str) -> list[Figure]:
    """Return the numbers of today; ``of_points`` names the programme whose points they are, if there are several."""
    figures, words = visit.figures, visit.words
    by_day = {day.business_date: day for day in days}
    now = by_day.get(today) or DayFigures(today, 0, 0, 0, 0, 0)
    before = by_day.get(today - timedelta(days=1)) or DayFigures(today, 0, 0, 0, 0, 0)
    with_card = (
        words.gettext("{share} with a card", share=figures.ratio(now.receipts_with_member, now.receipts))
        if now.receipts
        else ""
    )
    return [
        Figure(
            words.gettext("Receipts"),
            figures.number(now.receipts),
            figures.number(before.receipts),
            with_card,
        ),
        Figure(
            words.gettext("Paid in money"),
            figures.money(now.revenue_minor),
            figures.money(before.revenue_minor),
            words.gettext("less refunds"),
        ),
        Figure(
            words.gettext("Points earned"),
            figures.points_number(now.earned_points),
            figures.points_number(before.earned_points),
            of_points,
        ),
        Figure(
            words.gettext("Points spent"),
            figures.points_number(now.redeemed_points),
            figures.points_number(before.redeemed_points),
            of_points,
        ),
    ]


def _chart(days: Sequence[DayFigures], today: date, visit: Visit) -> Chart | None:
    if not days:
        return None
    by_day = {day.business_date: day.revenue_minor for day in days}
    shown = [today - timedelta(days=back) for back in reversed(range(DAYS_SHOWN))]
    return bars(
        [(visit.figures.day_of_month(day), by_day.get(day, 0)) for day in shown], tell=visit.figures.money
    )


def _report_url(today: date, visit: Visit) -> str:
    """Return the same days as a report, which is taken away as a picture and as a table."""
    if not visit.may("reports.read"):
        return ""
    days = {"period": "custom", "from": today - timedelta(days=DAYS_SHOWN - 1), "until": today}
    return f"/reports/blocks/sales_days?{urlencode(days)}"


def _ledger(verifications: Sequence[Verification], visit: Visit) -> dict[str, Any]:
    latest = next(iter(verifications), None)
    return {
        "may_see_ledger": visit.may("ledger.read"),
        "verified_at": visit.figures.moment(latest.finished_at) if latest else "",
        "differences": len(latest.differences) if latest else 0,
    }
