"""What the app offers a member: promotions that are on, and codes that are theirs alone."""

from datetime import timedelta

from msgspec import structs
from tests.app.conftest import Person
from tests.conftest import SetClock
from tests.office.conftest import Shop, plain
from tests.pos.conftest import CASHBACK, Cast

from plushka.domain.coupons.model import Limits
from plushka.domain.coupons.operations import add_codes, create_coupon
from plushka.domain.programs.operations import publish
from plushka.engine.conditions import Brand, Coupon
from plushka.engine.price_effects import PercentOff
from plushka.engine.program import Promotion
from plushka.platform.database import Database


async def test_promotions_of_the_day_are_shown_and_a_code_to_whom_it_is_given(
    varvara: Person, shop: Shop, cast: Cast, database: Database, clock: SetClock
) -> None:
    assert "Сейчас для вас" not in (await varvara.get()).text
    async with database.transaction(cast.anna.tenant_id, actor="test:anna", at=clock.now()) as tx:
        own = await create_coupon(tx, name="Своим", limits=Limits(uses_per_code=1))
        await add_codes(tx, own, ["VARVARA-1"], member_id=shop.member_id)
        others = await create_coupon(tx, name="Прочим")
        await add_codes(tx, others, ["SECRET-2"])
        today = clock.now().date()
        spring = Promotion("spring", "Весенняя", PercentOff(20_00), last_on=today + timedelta(days=7))
        promotions = (
            spring,
            structs.replace(spring, id="paused", name="Стоящая", is_paused=True),
            structs.replace(spring, id="later", name="Будущая", first_on=today + timedelta(days=3)),
            structs.replace(spring, id="own", name="Личная", when=Coupon((own.key,))),
            structs.replace(spring, id="others", name="Чужая", when=Coupon((others.key,))),
        )
        program = structs.replace(CASHBACK, promotions=promotions)
        await publish(tx, program_id=shop.program_id, program=program, valid_from=tx.at)

    page = plain((await varvara.get()).text)

    assert "Весенняя" in page
    assert "Скидка 20 %" in page
    assert "Личная" in page
    assert "VARVARA-1" in page
    for absent in ("Стоящая", "Будущая", "Чужая", "SECRET-2"):
        assert absent not in page


async def test_of_many_goods_the_first_are_named_and_the_others_can_be_seen(
    varvara: Person, shop: Shop, cast: Cast, database: Database, clock: SetClock
) -> None:
    goods = tuple(f"Сорт {number}" for number in range(1, 9))
    tea = Promotion("tea", "Чай дешевле", PercentOff(20_00), lines=Brand(goods))
    async with database.transaction(cast.anna.tenant_id, actor="test:anna", at=clock.now()) as tx:
        program = structs.replace(CASHBACK, promotions=(tea,))
        await publish(tx, program_id=shop.program_id, program=program, valid_from=tx.at)

    brief, rest = plain((await varvara.get()).text).split("На что именно")

    assert "«Сорт 3» и ещё 5" in brief
    assert "«Сорт 4»" not in brief
    assert "«Сорт 7» и «Сорт 8»" in rest
