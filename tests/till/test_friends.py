"""The code of a friend, told at the till page."""

from msgspec import structs
from playwright.async_api import expect
from tests.browsing import look
from tests.pos.conftest import CASHBACK
from tests.till.conftest import PHONE, Desk, find

from plushka.domain.members.model import Identity
from plushka.domain.programs.operations import enroll, publish
from plushka.domain.programs.queries import get_program_id
from plushka.domain.referrals.codes import code_of
from plushka.engine.program import Referral
from plushka.engine.referral_parts import FixedReward


async def test_a_friend_s_code_is_asked_for_with_the_phone_and_a_wrong_one_is_told(desk: Desk) -> None:
    async with desk.database.transaction(
        desk.cast.anna.tenant_id, actor="test:friends", at=desk.clock.now()
    ) as tx:
        rules = structs.replace(CASHBACK, referral=Referral((FixedReward(100),)))
        await publish(tx, program_id=await get_program_id(tx), program=rules, valid_from=tx.at)
        vera = await enroll(tx, name="Вера", identities=[Identity("phone", "+79990000001")])
        code = await code_of(tx, vera.id)
    page = await desk.open(await desk.device())

    await find(page, PHONE)
    await page.locator("#friend").fill(code)
    await look(page)
    await page.get_by_role("button", name="Завести карту").click()
    await expect(page.get_by_text("Карта заведена: её номер — телефон.")).to_be_visible()

    await page.get_by_role("button", name="Другой клиент").click()
    await find(page, "+79161234599")
    await page.locator("#friend").fill("0000")
    await page.get_by_role("button", name="Завести карту").click()
    await expect(page.get_by_text("Код друга не записан: такого кода нет.")).to_be_visible()
    async with desk.database.transaction(
        desk.cast.anna.tenant_id, actor="test:friends", at=desk.clock.now()
    ) as tx:
        bound = await tx.fetchval("select invited_by from members where invited_by is not null")
    assert bound == vera.id
