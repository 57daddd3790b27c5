"""What came of a broadcast: whose purchase is whose, in which window, what returns take away (0092, S22)."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from tests.conftest import SetClock
from tests.domain.campaigns.behind import come_to
from tests.domain.campaigns.telling import begun, deliver, tellable, worked
from tests.domain.purchases.test_commit import CASHBACK
from tests.domain.shop import Shop, open_shop

from plushka.delivery.jobs.campaigning import count_tenant
from plushka.domain.campaigns.figures import Counted, Figures, list_figures, list_to_count
from plushka.domain.campaigns.listing import CampaignFilter, list_broadcasts, sum_broadcasts
from plushka.domain.campaigns.model import LetterPlan, Variant
from plushka.domain.insights.campaigns.letters import LetterFilter
from plushka.domain.insights.constructor.model import Filter
from plushka.domain.members.model import Identity
from plushka.domain.purchases.model import ReturnLine, ReturnRequest
from plushka.domain.purchases.returning import return_purchase
from plushka.platform.database import Database
from plushka.platform.ids import new_id

NOON = datetime.fromisoformat("2026-03-10T12:00:00+03:00")


@pytest.fixture
async def shop(database: Database, clock: SetClock) -> AsyncIterator[Shop]:
    clock.at = NOON
    async with open_shop(database, clock, CASHBACK) as shop:
        yield shop


async def buy(shop: Shop, number: int, external_id: str, amount_minor: int) -> UUID:
    committed = await shop.buy(external_id, amount_minor, member=Identity("phone", f"+7999{number:07}"))
    return committed.receipt.id


async def told(shop: Shop, **plan: object) -> UUID:
    campaign_id = await begun(shop, **plan)
    await worked(shop, campaign_id)
    await deliver(shop)
    await worked(shop, campaign_id)
    return campaign_id


async def counted(shop: Shop, campaign_id: UUID) -> list[Counted]:
    await count_tenant(shop.database, shop.clock, shop.caller.tenant_id)
    async with shop.tx() as tx:
        return await list_figures(tx, campaign_id)


async def total(shop: Shop, campaign_id: UUID) -> Figures:
    figures = (await counted(shop, campaign_id))[0].figures
    of_it = Filter("campaign", (str(campaign_id),))
    await come_to(shop, figures, LetterFilter(campaign_id, arrived=True), "campaigns", [of_it])
    return figures


async def test_the_first_purchase_within_the_window_counts_and_only_it(shop: Shop, clock: SetClock) -> None:
    await tellable(shop, 4)
    await buy(shop, 1, "before", 90000)
    clock.at += timedelta(minutes=1)
    campaign_id = await told(shop, window_days=7)
    clock.at += timedelta(days=1)
    await buy(shop, 1, "first", 10000)
    await buy(shop, 1, "second", 20000)
    await buy(shop, 2, "other", 30000)
    clock.at += timedelta(days=7)
    await buy(shop, 3, "too late", 50000)

    figures = await total(shop, campaign_id)
    assert (figures.addressed, figures.sent, figures.purchases) == (4, 4, 2)
    assert (figures.revenue_minor, figures.positions) == (40000, 2)
    assert (figures.conversion_bp, figures.average_minor) == (5000, 20000)


async def test_who_comes_on_a_later_day_within_a_month_has_come_again(shop: Shop, clock: SetClock) -> None:
    await tellable(shop, 4)
    campaign_id = await told(shop)
    clock.at += timedelta(days=1)
    for number in range(1, 5):
        await buy(shop, number, f"first {number}", 10000)
    await buy(shop, 1, "the same day", 10000)
    clock.at += timedelta(days=10)
    await buy(shop, 2, "again", 20000)
    await buy(shop, 2, "and again", 20000)
    await buy(shop, 3, "brought back", 20000)
    async with shop.tx() as tx:
        receipt_id = await tx.fetchval(
            "select id from receipts where tenant_id = $1 and external_id = 'brought back'", tx.tenant_id
        )
        request = ReturnRequest("r", receipt_id, (ReturnLine(0, 1000),))
        await return_purchase(tx, shop.reference, shop.caller, request)
    assert (await total(shop, campaign_id)).came_again == 1
    clock.at += timedelta(days=21)
    await buy(shop, 4, "a month later", 20000)

    figures = await total(shop, campaign_id)
    assert (figures.purchases, figures.came_again, figures.revenue_minor) == (4, 1, 40000)


async def test_the_last_letter_before_a_purchase_has_it(shop: Shop, clock: SetClock) -> None:
    await tellable(shop, 2)
    first = await told(shop)
    clock.at += timedelta(days=1)
    await buy(shop, 1, "by the first", 10000)
    clock.at += timedelta(days=1)
    second = await told(shop, name="Вторая")
    clock.at += timedelta(hours=1)
    await buy(shop, 1, "by the second", 20000)
    await buy(shop, 2, "by the second too", 40000)
    clock.at += timedelta(hours=1)

    assert (await total(shop, first)).revenue_minor == 10000
    assert (await total(shop, second)).revenue_minor == 60000
    async with shop.tx() as tx:
        rows = await list_broadcasts(tx, CampaignFilter())
        count, together = await sum_broadcasts(tx, CampaignFilter())
        named, one = await sum_broadcasts(tx, CampaignFilter(text="втор"))
    assert [row.name for row in rows] == ["Вторая", "Март"]
    assert (count, together.revenue_minor, together.conversion_bp) == (2, 70000, 7500)
    assert (named, one.revenue_minor) == (1, 60000)


async def test_what_came_back_was_never_bought(shop: Shop, clock: SetClock) -> None:
    await tellable(shop, 2)
    campaign_id = await told(shop)
    clock.at += timedelta(hours=1)
    whole, part = await buy(shop, 1, "whole", 10000), await buy(shop, 2, "part", 10000)
    clock.at += timedelta(hours=1)
    assert (await total(shop, campaign_id)).purchases == 2
    async with shop.tx() as tx:
        for receipt_id, quantity in ((whole, 1000), (part, 250)):
            await return_purchase(
                tx,
                shop.reference,
                shop.caller,
                ReturnRequest(f"r-{quantity}", receipt_id, (ReturnLine(0, quantity),)),
            )
    clock.at += timedelta(hours=1)
    figures = await total(shop, campaign_id)
    assert (figures.purchases, figures.revenue_minor) == (1, 7500)


async def test_figures_are_cut_by_text_sex_and_channel_and_stand_after_a_month(
    shop: Shop, clock: SetClock
) -> None:
    members = await tellable(shop, 4)
    async with shop.tx() as tx:
        await tx.execute(
            "update members set sex = 'female' where tenant_id = $1 and id = any($2::uuid[])",
            tx.tenant_id,
            members[:3],
        )
    campaign_id = await told(shop, letter=LetterPlan((Variant("A", new_id(), 1), Variant("B", new_id(), 1))))
    clock.at += timedelta(hours=1)
    await buy(shop, 1, "one", 10000)
    clock.at += timedelta(hours=1)
    found = {(one.cut, one.value): one.figures for one in await counted(shop, campaign_id)}
    assert {key: figures.sent for key, figures in found.items()} == {
        ("total", ""): 4,
        ("variant", "A"): 2,
        ("variant", "B"): 2,
        ("sex", "female"): 3,
        ("sex", ""): 1,
        ("channel", "telegram"): 4,
        ("tier", ""): 4,
    }
    assert found["sex", "female"].purchases == 1
    async with shop.tx() as tx:
        assert await list_to_count(tx) == []
    for days, is_counted in ((1, True), (20, True), (40, False)):
        clock.at = NOON + timedelta(days=days)
        async with shop.tx() as tx:
            assert (await list_to_count(tx) == [campaign_id]) is is_counted
