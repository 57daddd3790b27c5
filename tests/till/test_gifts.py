"""Stamps and gifts at the till page."""

from msgspec import structs
from playwright.async_api import expect
from tests.browsing import look
from tests.pos.conftest import CASHBACK
from tests.till.conftest import PHONE, Desk, find, sell

from plushka.domain.programs.operations import publish
from plushka.domain.programs.queries import list_programs
from plushka.domain.rewards.offering import create_offer
from plushka.domain.rewards.offers import OfferTerms
from plushka.engine.program import StampCard
from plushka.engine.stamp_parts import Gift, Visits


async def test_a_gift_is_won_found_by_its_code_given_and_taken_back(desk: Desk) -> None:
    card = StampCard(
        "coffee", "Кофейная карта", 2, Gift("Кофе в подарок", 30), counts=Visits(once_a_day=False)
    )
    async with desk.database.transaction(
        desk.cast.anna.tenant_id, actor="test:stamps", at=desk.clock.now()
    ) as tx:
        (program,) = await list_programs(tx)
        rules = structs.replace(CASHBACK, cards=(card,))
        await publish(tx, program_id=program.id, program=rules, valid_from=tx.at)
    async with desk.till() as till:
        await till.post("/v1/members", json={"phone": PHONE})
    page = await desk.open(await desk.device())

    await find(page, PHONE)
    await expect(page.locator("[data-member]")).to_contain_text("Кофейная карта: 0 из 2")
    await sell(page, "250")
    await page.locator("#next").click()
    await find(page, PHONE)
    await expect(page.locator("[data-member]")).to_contain_text("Кофейная карта: 1 из 2")
    await sell(page, "250")
    await expect(page.locator("[data-slip]")).to_contain_text("Подарок: Кофе в подарок")
    await page.locator("#next").click()

    async with desk.till() as till:
        (gift,) = (await till.get("/v1/members", params={"phone": PHONE})).json()["rewards"]
    await find(page, f"{gift['code'][:4]}-{gift['code'][4:]}".lower())
    await expect(page.locator("[data-gifts]")).to_contain_text("Кофе в подарок")
    await look(page)
    await page.get_by_role("button", name="Выдать").click()
    await expect(page.locator("[data-gifts]")).to_be_hidden()
    await expect(page.get_by_text("Выдано: Кофе в подарок.")).to_be_visible()

    await page.get_by_role("button", name="Отменить выдачу").click()
    await expect(page.locator("[data-gifts]")).to_contain_text("Кофе в подарок")
    await desk.check_the_ledger()


async def test_a_reward_is_got_for_points_and_given(desk: Desk) -> None:
    async with desk.database.transaction(
        desk.cast.anna.tenant_id, actor="test:rewards", at=desk.clock.now()
    ) as tx:
        (program,) = await list_programs(tx)
        await create_offer(tx, program_id=program.id, terms=OfferTerms("Кружка", 5), stock=1)
        await create_offer(tx, program_id=program.id, terms=OfferTerms("Фен", 5000))
    async with desk.till() as till:
        await till.post("/v1/members", json={"phone": PHONE})
    page = await desk.open(await desk.device())
    await find(page, PHONE)
    await sell(page, "250")
    await page.locator("#next").click()

    await find(page, PHONE)
    await page.get_by_role("button", name="Награды за бонусы").click()
    await expect(page.locator("[data-offers]")).to_contain_text("не хватает")
    await page.get_by_role("button", name="Получить", exact=True).click()
    await expect(page.locator("[data-gifts]")).to_contain_text("Кружка")
    await page.get_by_role("button", name="Выдать").click()
    await expect(page.get_by_text("Выдано: Кружка.")).to_be_visible()
    await desk.check_the_ledger()
