"""The list of receipts: as they come, filtered, page by page, and as a file."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.response import Redirect

from plushka.delivery.office.context import OfficeRequest
from plushka.delivery.office.exporting import leave_export
from plushka.delivery.office.receipt_rows import receipt_rows
from plushka.delivery.office.receipts.asked import Asked
from plushka.delivery.office.receipts.mechanics import list_choices
from plushka.delivery.office.receipts.telling import chips
from plushka.delivery.office.reports.telling import told_value
from plushka.delivery.office.visit import Visit
from plushka.delivery.web.address import id_of
from plushka.domain.businesses.queries import list_branches
from plushka.domain.insights.receipts.export import KIND
from plushka.domain.insights.receipts.found import (
    Found,
    ReceiptRow,
    list_cashiers,
    list_new_receipts,
    list_receipts,
    sum_receipts_within,
)
from plushka.domain.insights.reports.ratio import Ratio
from plushka.platform.database import Tx

PAGE_ROWS = 50
NEW_ROWS_MAX = 200
CASHIERS_OF = timedelta(days=90)
"""Whom the list of cashiers offers: those of the last quarter."""
SUMS_AT_ONCE_MS = 700
"""So long a page waits for what all that is found comes to; what takes longer comes after it."""
SUMS_AFTER_MS = 15_000
"""So long that is then waited for: reports share the connections by which it is added up."""


@get("/receipts", opt={"action": "receipts.read"})
async def show_receipts(visit: NamedDependency[Visit], request: OfficeRequest) -> Response[str]:
    """Show the latest receipts, or those before the one named ``before``."""
    asked, before = Asked.of(request.query_params), id_of(request.query_params, "before")
    where = asked.filter(visit)
    is_fragment = "hx-request" in request.headers
    async with visit.reading() as tx:
        rows = await list_receipts(tx, where, before=before, limit=PAGE_ROWS + 1)
        values = await _listed(tx, rows, asked, visit)
        if is_fragment:
            return visit.fragment("receipts/page.html", **values)
        branches = await list_branches(tx)
        cashiers = await list_cashiers(tx, since=visit.today - CASHIERS_OF)
        mechanics = await list_choices(tx, asked.mechanic, visit)
        told = await chips(tx, asked, mechanics, visit)
        # All of them together tell nothing that the summary would not.
        found = None if asked.is_empty else await sum_receipts_within(tx, where, milliseconds=SUMS_AT_ONCE_MS)
    return visit.page(
        "receipts/list.html",
        section="receipts",
        asked=asked,
        branches=branches,
        cashiers=cashiers,
        mechanics=mechanics,
        chips=told,
        found=_found(found, visit) if found else [],
        sums_url="" if found or asked.is_empty else asked.url("/receipts/sums"),
        is_first_page=before is None,
        live_url=asked.url("/receipts/new"),
        export_url=asked.url("/receipts/exports"),
        may_export=visit.may("receipts.export"),
        **values,
    )


@get("/receipts/sums", opt={"action": "receipts.read"})
async def show_sums(visit: NamedDependency[Visit], request: OfficeRequest) -> Response[str]:
    """Return what all that the filters find comes to, giving way to tills, or that it is too much to be added up."""
    where = Asked.of(request.query_params).filter(visit)
    async with visit.reporting() as tx:
        found = await sum_receipts_within(tx, where, milliseconds=SUMS_AFTER_MS)
    too_many = visit.words.gettext("There are too many receipts to add them up here: choose fewer days.")
    return visit.fragment(
        "receipts/sums.html", found=_found(found, visit) if found else [too_many], sums_url=""
    )


@get("/receipts/new", opt={"action": "receipts.read"})
async def show_new_receipts(visit: NamedDependency[Visit], request: OfficeRequest) -> Response[str]:
    """Return the rows that came since the one named ``after``, with some of the last seconds before it."""
    where = Asked.of(request.query_params).filter(visit)
    async with visit.reading() as tx:
        rows = await list_new_receipts(
            tx, where, after=id_of(request.query_params, "after"), limit=NEW_ROWS_MAX
        )
        receipts = await receipt_rows(tx, rows, visit)
    return visit.fragment("receipts/rows.html", receipts=receipts)


@post("/receipts/exports", opt={"action": "receipts.export"})
async def export(visit: NamedDependency[Visit], request: OfficeRequest) -> Redirect:
    """Have what the filters find written to a file."""
    where = Asked.of(request.query_params).filter(visit)
    file_name = visit.words.gettext("receipts-{date}.csv", date=visit.today.isoformat())
    return await leave_export(visit, KIND, where, file_name=file_name)


async def _listed(tx: Tx, rows: Sequence[ReceiptRow], asked: Asked, visit: Visit) -> dict[str, Any]:
    shown = rows[:PAGE_ROWS]
    return {
        "receipts": await receipt_rows(tx, shown, visit),
        "more_url": asked.url("/receipts", before=shown[-1].id) if len(rows) > PAGE_ROWS else "",
    }


def _found(found: Found, visit: Visit) -> list[str]:
    """Return sums of what the filters find, those that figures of reports are compared with."""
    gettext, ngettext, figures = visit.words.gettext, visit.words.ngettext, visit.figures
    told = [
        ngettext(
            "Found: {count} receipt, {money} paid in money",
            "Found: {count} receipts, {money} paid in money",
            found.receipts,
            count=figures.number(found.receipts),
            money=figures.money(found.revenue_minor),
        )
    ]
    if found.members:
        told.append(
            ngettext(
                "They are of {count} member.",
                "They are of {count} members.",
                found.members,
                count=figures.number(found.members),
            )
        )
    if found.score is not None and found.receipts:
        mean = Ratio(found.score, found.receipts)
        told.append(gettext("Average rating: {score}", score=told_value(mean, "decimal", visit)))
    if found.given_back_minor is not None:
        told.append(gettext("Given back in these days: {money}", money=figures.money(found.given_back_minor)))
    return told
