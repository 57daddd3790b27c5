"""Ratings in reports: by branch, cashier and month, in reports of one's own, and what is cancelled (F161)."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from html import unescape
from uuid import UUID

import httpx
from tests.conftest import SetClock
from tests.office.conftest import report, signed_in
from tests.office.reports.expected import table
from tests.office.reports.reading import listed, rows_of
from tests.pos.conftest import Cast, client_of

from plushka.app import Plushka
from plushka.domain.insights.advice.counting import count_figures
from plushka.domain.occasions.cancelling import cancel_event
from plushka.domain.occasions.rating import rate
from plushka.domain.programs.versions import Versions
from plushka.platform.database import Database

MARCH = "period=custom&from=2027-03-01&until=2027-03-31"
HX = {"hx-request": "true"}


async def test_ratings_are_told_by_branch_cashier_and_month(
    app: Plushka, cast: Cast, database: Database, clock: SetClock, staff: dict[str, str]
) -> None:
    clock.at = datetime(2027, 2, 10, 9, 0, tzinfo=UTC)
    versions = Versions()
    events: list[UUID] = []
    async with client_of(app, cast.anna.secret) as till:
        member = await report(till, "/v1/members", {"phone": "+79990000001", "name": "Клиент"})
        for number, (days, cashier, score) in enumerate(
            [(0, "Зоя", 5), (30, "Зоя", 5), (30, "Зоя", 4), (31, "Ида", 2), (32, "", 4), (33, "Ида", 1)]
        ):
            clock.at = datetime(2027, 2, 10, 9, 0, tzinfo=UTC) + timedelta(days=days)
            line = {"sku": "bread", "quantity_milli": 1000, "amount_minor": 100_00}
            body = {"external_id": str(number), "currency": "RUB", "lines": [line], "branch": "arbat",
                    "member": {"id": member["id"]}, **({"cashier": cashier} if cashier else {})}  # fmt: skip
            receipt = await report(till, "/v1/purchases", body)
            async with database.transaction(cast.anna.tenant_id, actor="test", at=clock.now()) as tx:
                rated = await rate(
                    tx, versions, member_id=UUID(str(member["id"])), receipt_id=UUID(str(receipt["id"])),
                    score=score, place="app",
                )  # fmt: skip
                events.append(rated.rating.event_id)
    async with database.transaction(cast.anna.tenant_id, actor="test", at=clock.now()) as tx:
        await cancel_event(tx, versions, events[-1], reason="не про нас")
        (branch,) = (await count_figures(tx)).rated
    assert (branch.ratings, branch.score, branch.ratings_before, branch.score_before) == (4, 15, 1, 5)
    async with signed_in(app, staff["owner"]) as anna:
        (arbat, every) = await table(anna, "ratings", MARCH + "&compare=none")
        # 5 + 4 + 2 + 4 of four ratings; one of them is low.
        assert arbat[1:4] == every[1:4] == [Decimal("3.75"), 4, 25]
        months = await table(anna, "rating_months", "period=custom&from=2027-02-01&until=2027-03-31")
        assert [row[1:] for row in months] == [[5, 1, 0], [Decimal("3.75"), 4, 25]]
        cashiers = {row[0]: row[2:] for row in await table(anna, "rating_cashiers", MARCH)}
        assert cashiers == {"Зоя": [Decimal("4.50"), 2, 0], "Ида": [2, 1, 100], "касса не назвала": [4, 1, 0]}
        compared = await table(anna, "ratings", MARCH + "&compare=previous")
        assert compared[0][4] == 5
        for block in ("ratings", "rating_cashiers", "rating_months"):
            await figures_are_of_the_receipts_that_they_lead_to(anna, block)
        page = (await anna.get(f"/reports/branches?{MARCH}")).text
        for block in ("ratings", "rating_cashiers", "rating_months"):
            assert f'id="block-{block}"' in page
            assert (
                await anna.get(f"/reports/blocks/{block}?{MARCH}", headers=HX)
            ).status_code == httpx.codes.OK


async def figures_are_of_the_receipts_that_they_lead_to(anna: httpx.AsyncClient, block: str) -> None:
    titles, rows = await rows_of(anna, block, MARCH)
    for row in rows:
        told = dict(zip(titles, row, strict=True))
        page = unescape((await anna.get(told["Средняя оценка"].href)).text).replace("\N{NO-BREAK SPACE}", " ")
        assert f"Средняя оценка: {told['Средняя оценка'].text}" in page, (block, row[0].text)
        rated = (await listed(anna, told["Оценки"].href)).receipts
        low = (await listed(anna, told["Низких"].href)).receipts if told["Низких"].href else 0
        assert (told["Оценки"].number, told["Низких"].number) == (rated, 100 * low / rated)
