"""Advice on the dashboard: from purchases to a sentence with numbers, to a draft, put away and back (F123)."""

import re
from datetime import timedelta

import httpx
import pytest
from msgspec import json
from tests.conftest import SetClock
from tests.office.conftest import Shop, email_of, plain, signed_in
from tests.pos.conftest import Cast

from plushka.app import Plushka
from plushka.delivery.jobs.advising import advise_tenant
from plushka.delivery.jobs.folding import fold_tenant
from plushka.delivery.jobs.grouping import group_now
from plushka.domain.audit.queries import list_entries
from plushka.domain.businesses.queries import list_branches
from plushka.domain.insights.advice.counting import count_figures, find_counted
from plushka.domain.insights.advice.model import Figures, SoldBranch
from plushka.domain.members.model import Identity
from plushka.domain.programs.operations import enroll
from plushka.platform.database import Database

PATH = "/reports/advice"


async def keep(database: Database, clock: SetClock, cast: Cast, figures: Figures) -> None:
    """Let these figures be those that were counted last."""
    async with database.transaction(cast.anna.tenant_id, actor="test:advice", at=clock.now()) as tx:
        await tx.execute(
            "insert into advice_runs (tenant_id, figures, counted_at) values ($1, $2, $3)",
            tx.tenant_id,
            json.encode(figures).decode(),
            tx.at,
        )


async def actions(database: Database, clock: SetClock, cast: Cast) -> set[str]:
    async with database.transaction(cast.anna.tenant_id, actor="test:advice", at=clock.now()) as tx:
        return {entry.action for entry in await list_entries(tx, limit=50)}


@pytest.mark.usefixtures("shop")
async def test_the_figures_are_counted_from_purchases_and_members(
    database: Database, cast: Cast, clock: SetClock
) -> None:
    tenant_id = cast.anna.tenant_id
    async with database.transaction(tenant_id, actor="test:anna", at=clock.now()) as tx:
        for number in range(3):
            await enroll(tx, name=f"Клиент {number}", identities=[Identity("phone", f"+7999000020{number}")])
        await tx.execute("update members set birthday = '1990-06-01' where name like 'Клиент%'")
    clock.at += timedelta(days=65)
    await group_now(database, clock, tenant_id)
    await fold_tenant(database, clock, tenant_id)
    await advise_tenant(database, clock, tenant_id)
    async with database.transaction(tenant_id, actor="test:anna", at=clock.now()) as tx:
        counted = await find_counted(tx)
    assert counted is not None
    figures = counted.figures
    # Varvara, 65 days ago, twice; she cannot be written to, and bought within 90 days.
    assert (figures.falling, figures.recent_buyers, figures.unreachable) == (1, 1, 1)
    # 14 May; the birthdays of three are within 30 days. The programme gives nothing for them.
    assert (figures.birthdays, figures.greets) == (3, False)
    assert figures.liability_points == 90
    assert figures.liability_points_before == 0
    assert figures.revenue_minor > 0 == figures.revenue_minor_before
    assert figures.branches == ()

    clock.at += timedelta(hours=4)
    await advise_tenant(database, clock, tenant_id)
    async with database.transaction(tenant_id, actor="test:anna", at=clock.now()) as tx:
        assert await find_counted(tx) == counted


@pytest.mark.usefixtures("shop")
async def test_before_anything_is_counted_it_can_be_had_at_once(anna: httpx.AsyncClient) -> None:
    assert "нажмите «Посчитать сейчас»" in (await anna.get(PATH)).text
    answer = await anna.post(f"{PATH}/refresh", follow_redirects=True)
    assert "Рекомендации посчитаны заново" in answer.text
    assert "правилам нечего сказать" in (await anna.get(PATH)).text


@pytest.mark.usefixtures("shop")
async def test_sleeping_vips_become_a_draft_of_a_broadcast_to_them(
    anna: httpx.AsyncClient, database: Database, cast: Cast, clock: SetClock
) -> None:
    await keep(database, clock, cast, Figures(vips=210, vips_asleep=43))
    page = plain((await anna.get(PATH, headers={"hx-request": "true"})).text)
    assert "43 клиента VIP из 210 не были 60 дней" in page
    assert "VIP — пятая часть покупателей" in page
    assert "<nav" not in page

    draft = await anna.post(f"{PATH}/vip_asleep/begin", follow_redirects=True)
    assert draft.url.path.endswith("/edit")
    assert "VIP: не были 60 дней" in draft.text
    assert '<option value="reactivation" selected>' in draft.text
    segments = (await anna.get("/campaigns/segments")).text
    assert segments.count("VIP: не были 60 дней") == 1
    # Once more: another draft to the same segment.
    await anna.post(f"{PATH}/vip_asleep/begin")
    assert (await anna.get("/campaigns/segments")).text.count("VIP: не были 60 дней") == 1
    assert {"campaign.create", "segment.create"} <= await actions(database, clock, cast)


@pytest.mark.usefixtures("shop")
async def test_sales_that_fall_are_told_beside_the_figures_of_sales_and_lead_to_a_remedy(
    anna: httpx.AsyncClient, database: Database, cast: Cast, clock: SetClock
) -> None:
    async with database.transaction(cast.anna.tenant_id, actor="test:advice", at=clock.now()) as tx:
        branch = (await list_branches(tx))[0]
    sold = SoldBranch(branch.name, branch.id, 300, 1_500_00, 300, 2_000_00)
    await keep(database, clock, cast, Figures(vips=210, vips_asleep=43, sold=(sold,)))
    page = (await anna.get("/reports/sales")).text
    assert f'hx-get="{PATH}?of=sales"' in page
    of_sales = (await anna.get(f"{PATH}?of=sales", headers={"hx-request": "true"})).text
    told = plain(of_sales)
    assert f"«{branch.name}»: выручка упала на 25 %, до 1 500,00 ₽ с 2 000,00 ₽" in told
    assert "Средний чек упал на 25 %, до 5,00 ₽ с 6,67 ₽" in told
    assert "VIP" not in told
    assert "VIP" in (await anna.get(PATH)).text
    assert "/draft/promotions" in of_sales

    begin = re.search(rf'action="({PATH}/branch_revenue/begin[^"]+)"', of_sales)
    assert begin is not None
    draft = await anna.post(begin[1], follow_redirects=True)
    assert draft.url.path.endswith("/edit")
    assert f"«{branch.name}»: не были 28 дней" in draft.text
    for wrong in ("", "?branch=x", f"?branch={cast.eve.till_id}"):
        answer = await anna.post(f"{PATH}/branch_revenue/begin{wrong}")
        assert answer.status_code == httpx.codes.NOT_FOUND, wrong


@pytest.mark.usefixtures("shop")
async def test_sales_are_counted_in_whole_weeks_up_to_yesterday(
    database: Database, cast: Cast, clock: SetClock
) -> None:
    tenant_id = cast.anna.tenant_id
    for days, expected in (
        (0, (0, 0)),
        (1, (2900_00, 0)),
        (28, (2900_00, 0)),
        (29, (0, 2900_00)),
        (57, (0, 0)),
    ):
        at = clock.at + timedelta(days=days)
        await fold_tenant(database, clock, tenant_id)
        async with database.transaction(tenant_id, actor="test:anna", at=at) as tx:
            sold = (await count_figures(tx)).sold
        found = (
            sum(each.revenue_minor for each in sold),
            sum(each.revenue_minor_before for each in sold),
        )
        assert found == expected, days


JOURNEYS = {
    "win_back": "Возвращение 30 / 60 / 90",
    "second_purchase": "Вторая покупка",
    "points_burning": "Бонусы скоро сгорят",
    "birthdays": "День рождения",
}


@pytest.mark.usefixtures("shop")
async def test_a_journey_that_is_missing_is_begun_as_a_draft(
    anna: httpx.AsyncClient, database: Database, cast: Cast, clock: SetClock
) -> None:
    nothing_runs = Figures(
        falling=50, first_buyers=30, bought_once=20, burning_members=30, burning_points=900, birthdays=12
    )
    await keep(database, clock, cast, nothing_runs)
    page = (await anna.get(PATH)).text
    for rule, name in JOURNEYS.items():
        assert f"Взять цепочку «{name}»" in page
        journey = await anna.post(f"{PATH}/{rule}/begin", follow_redirects=True)
        assert journey.url.path.startswith("/campaigns/journeys/")
        assert name in journey.text
    assert "journey.create" in await actions(database, clock, cast)


@pytest.mark.usefixtures("shop")
async def test_advice_is_put_away_and_taken_back_by_undo(
    app: Plushka, anna: httpx.AsyncClient, database: Database, cast: Cast, clock: SetClock
) -> None:
    await keep(database, clock, cast, Figures(falling=50, recent_buyers=100, unreachable=80))
    assert "80 покупателям из 100 нельзя написать" in plain((await anna.get(PATH)).text)
    answer = await anna.post(f"{PATH}/unreachable/put-away?subject=", follow_redirects=True)
    assert "Убрано до 9 апреля" in plain(answer.text)
    assert f'action="{PATH}/unreachable/take-back?subject="' in answer.text
    page = plain((await anna.get(PATH)).text)
    assert "нельзя написать" not in page
    assert "50 клиентов перестали приходить" in page
    assert "1 рекомендация убрана" in page

    await anna.post(f"{PATH}/unreachable/take-back?subject=")
    assert "нельзя написать" in (await anna.get(PATH)).text
    assert {"advice.put_away", "advice.take_back"} <= await actions(database, clock, cast)

    await anna.post(f"{PATH}/unreachable/put-away?subject=")
    clock.at += timedelta(days=30)
    async with signed_in(app, email_of("owner")) as browser:
        assert "нельзя написать" in (await browser.get(PATH)).text


@pytest.mark.usefixtures("shop")
async def test_what_no_rule_says_cannot_be_begun(anna: httpx.AsyncClient) -> None:
    for path in ("nothing/begin", "liability/begin", "nothing/put-away", "nothing/take-back"):
        assert (await anna.post(f"{PATH}/{path}")).status_code == httpx.codes.NOT_FOUND, path


@pytest.mark.usefixtures("staff")
async def test_an_accountant_is_advised_nothing(app: Plushka, shop: Shop) -> None:  # noqa: ARG001
    async with signed_in(app, email_of("accountant")) as browser:
        assert PATH not in (await browser.get("/reports")).text
        assert (await browser.get(PATH)).status_code == httpx.codes.FORBIDDEN
