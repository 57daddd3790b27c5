"""Before the first receipt every page of reports says so, with what to do; afterwards none does."""

from datetime import timedelta

import httpx
import pytest
from tests.conftest import SetClock
from tests.office.conftest import signed_in
from tests.pos.conftest import Cast

from plushka.app import Plushka
from plushka.delivery.jobs.folding import fold_tenant
from plushka.delivery.jobs.grouping import group_now
from plushka.delivery.office.reports.registry import MAKERS
from plushka.platform.database import Database

PAGES = (
    "/reports", "/reports/sales", "/reports/buyers", "/reports/branches", "/reports/mechanics", "/reports/payback",
    "/reports/points", "/reports/rfm", "/reports/future", "/reports/constructor",
)  # fmt: skip
SAID = "Чеков ещё не было"


async def test_a_business_that_has_sold_nothing_reads_why_all_is_empty_and_what_to_do(
    app: Plushka, staff: dict[str, str], database: Database, cast: Cast, clock: SetClock
) -> None:
    # The nights that have passed have written down months and groups without anybody.
    clock.advance(timedelta(days=70))
    await group_now(database, clock, cast.anna.tenant_id)
    async with signed_in(app, staff["owner"]) as anna:
        for path in PAGES:
            page = (await anna.get(path)).text
            assert SAID in page, path
            assert 'href="/settings/tills"' in page, path
        for name in MAKERS:
            block = await anna.get(f"/reports/blocks/{name}?period=all")
            assert block.status_code == httpx.codes.OK, name
            assert "data-chart=" not in block.text, name
            assert "<tbody" not in block.text, name


async def test_who_may_not_connect_tills_is_not_sent_there(app: Plushka, staff: dict[str, str]) -> None:
    async with signed_in(app, staff["accountant"]) as browser:
        page = (await browser.get("/reports")).text
    assert SAID in page
    assert 'href="/settings/tills"' not in page


@pytest.mark.usefixtures("shop")
async def test_after_the_first_receipt_nothing_is_said(
    anna: httpx.AsyncClient, database: Database, cast: Cast, clock: SetClock
) -> None:
    await fold_tenant(database, clock, cast.anna.tenant_id)
    for path in PAGES:
        assert SAID not in (await anna.get(path)).text, path
