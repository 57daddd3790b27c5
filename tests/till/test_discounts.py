"""A programme of discounts at the till page (F163)."""

from msgspec import structs
from playwright.async_api import expect
from tests.pos.conftest import CASHBACK
from tests.till.conftest import PHONE, Desk, find, sell

from plushka.domain.programs.operations import publish
from plushka.domain.programs.queries import list_programs
from plushka.engine.program import Requirement, TierRule, Tiers


async def test_what_lacks_to_the_next_discount_is_told(desk: Desk) -> None:
    tiers = Tiers(
        (
            TierRule("card", "Карта", discount_bp=300),
            TierRule("regular", "Постоянный", (Requirement("spend", 4_170_00),), discount_bp=750),
        )
    )
    async with desk.database.transaction(
        desk.cast.anna.tenant_id, actor="test:discounts", at=desk.clock.now()
    ) as tx:
        (program,) = await list_programs(tx)
        rules = structs.replace(CASHBACK, earning=(), tiers=tiers)
        await publish(tx, program_id=program.id, program=rules, valid_from=tx.at)
    async with desk.till() as till:
        await till.post("/v1/members", json={"phone": PHONE})
    page = await desk.open(await desk.device())

    await find(page, PHONE)
    await sell(page, "1000")
    await expect(page.locator("[data-slip]")).to_contain_text("До скидки 7,5 %: 3 200 ₽")
    await page.locator("#next").click()
    await find(page, PHONE)

    told = page.locator("[data-member]")
    await expect(told).to_contain_text("Карта, до скидки 7,5\u00a0% осталось 3\u00a0200\u00a0₽")
