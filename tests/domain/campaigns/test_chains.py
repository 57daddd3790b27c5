"""Ready journeys are drafts with templates, which lack nothing but what the business has to choose.

F106, F111, F168–F170, F236, F237.
"""

from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID

import pytest
from msgspec import structs
from tests.conftest import SetClock
from tests.domain.messages.next_message import take_next
from tests.domain.messages.recipients import connect_bots, connect_gateways
from tests.domain.purchases.test_commit import CASHBACK
from tests.domain.shop import Shop, open_shop

from plushka.delivery.jobs.journeys import lead_tenant
from plushka.domain.campaigns.journeys.chains import CHAINS, Key, begin_chain
from plushka.domain.campaigns.journeys.publishing import publish
from plushka.domain.campaigns.journeys.soundness import problems_of
from plushka.domain.campaigns.journeys.writing import save_draft
from plushka.domain.coupons.operations import set_stopped
from plushka.domain.coupons.queries import list_coupons
from plushka.domain.members.channels import Address, bind_address
from plushka.domain.members.consents import note_consent
from plushka.domain.members.dates import add_date
from plushka.domain.messages.composing import compose
from plushka.domain.messages.templates.checking import list_risks
from plushka.domain.messages.templates.happenings import example_fields, list_telling_kinds
from plushka.domain.messages.templates.model import Template
from plushka.domain.messages.templates.store import find_templates, list_templates
from plushka.domain.messages.templates.text import fill
from plushka.domain.messages.templates.variables import examples
from plushka.domain.programs.drafts import get_draft, publish_draft
from plushka.domain.programs.queries import get_program_id
from plushka.engine.audience import Reachable
from plushka.engine.journeys.parts import Message
from plushka.engine.journeys.plan import walk
from plushka.platform.database import Database, Tx
from plushka.platform.i18n import LANGUAGES, Language


@pytest.fixture
async def shop(database: Database, clock: SetClock) -> AsyncIterator[Shop]:
    async with open_shop(database, clock, CASHBACK) as shop:
        yield shop


async def test_a_win_back_brings_its_coupons_and_the_draft_of_what_their_codes_give(shop: Shop) -> None:
    async with shop.tx() as tx:
        card = await begin_chain(tx, "win_back", makes_offers=True)
        assert {problem.code for problem in await problems_of(tx, card.draft)} == {"coupon_gives_nothing"}
        draft = await get_draft(tx, await get_program_id(tx))
        assert [promotion.name for promotion in draft.program.promotions] == [
            "15 % за возвращение",
            "25 % лично для вас",
        ]
        again = await begin_chain(tx, "win_back", makes_offers=True)
        assert (await get_draft(tx, draft.program_id)).revision == draft.revision, "they are there already"
        await publish_draft(tx, draft.program_id, mark=draft.mark, against=draft.began_from or 0)
        assert await problems_of(tx, card.draft) == await problems_of(tx, again.draft) == ()
        (code,) = [coupon for coupon in await list_coupons(tx) if coupon.name == "15 % за возвращение"]
        await set_stopped(tx, code.id, is_stopped=True)
        assert {problem.code for problem in await problems_of(tx, card.draft)} == {"unknown_coupon"}


async def test_thanks_ask_to_rate_the_very_purchase(shop: Shop, clock: SetClock) -> None:
    async with shop.tx() as tx:
        begun = await begin_chain(tx, "thanks")
        card = await save_draft(
            tx, begun.id, structs.replace(begun.draft, control_bp=0), revision=begun.revision
        )
        await publish(tx, card.id, revision=card.revision)
    member_id = await shop.enroll()
    async with shop.tx() as tx:
        await connect_bots(tx)
        await bind_address(tx, member_id, Address("telegram", "1"), language="ru")
        await note_consent(tx, member_id, "marketing", is_given=True, source="office")
    first = (await shop.buy("1", 100_00, member=member_id)).receipt
    await lead_tenant(shop.database, clock, shop.caller.tenant_id)
    await shop.buy("2", 100_00, member=member_id)
    clock.advance(timedelta(hours=2))
    await lead_tenant(shop.database, clock, shop.caller.tenant_id)

    async with shop.tx() as tx:
        message = await take_next(tx, "telegram", purpose="marketing")
        assert message is not None
        ((_, composed),) = await compose(tx, [message])
    assert composed.message.rows[0][4].action == f"rate:5:{first.id.hex}"


SAID: dict[Key, dict[str, str]] = {
    "win_back": {
        "мы давно не виделись. Дарим 200 бонусов": "we have not met for a while. 200 points",
        "скидка по коду A7K2-9XQM": "a discount for you by the code A7K2-9XQM",
        "личный код A7K2-9XQM": "This code is yours alone: A7K2-9XQM",
    },
    "birthday": {
        "ваш день рождения! К покупке вас ждёт подарок": "your birthday is near! A gift waits for you",
        "ваш день рождения! Дарим 200 бонусов": "your birthday is near! 200 points",
    },
    "close_dates": {
        "день рождения близкого вам человека: Маша. Дарим 200": "somebody close to you is near: Mary. 200 points"
    },
    "welcome": {"рады знакомству": "nice to meet you", "скучаем": "we miss you"},
    "abandoned_cart": {
        "вы выбрали: Кофе в зёрнах, Фильтры. Корзина на 1\xa0500\xa0₽": "The cart of ₽1,500 waits for you",
        "корзина на 1\xa0500\xa0₽ всё ещё ваша. Дарим 200 бонусов": "still yours. 200 points",
    },
    "burn_reminder": {"50 бонусов сгорит 24 марта": "50 points will burn 24 March"},
    "second_purchase": {"уже при следующей покупке": "spend them on your next purchase"},
    "miss_you": {"скучаем": "we miss you"},
    "thanks": {"спасибо за покупку": "thank you for your purchase"},
}
"""What the letters of each ready journey say, in Russian and in English, in their order."""


@pytest.mark.parametrize("key", CHAINS)
async def test_a_ready_journey_speaks_of_its_own_occasion_and_says_nothing_that_it_does_not_know(
    tx: Tx, key: Key
) -> None:
    card = await begin_chain(tx, key)
    letters = dict.fromkeys(
        UUID(step.template) for _, step, _ in walk(card.draft.steps) if isinstance(step, Message)
    )
    templates = await find_templates(tx, letters)
    kinds = await list_telling_kinds(tx)

    def told(template: Template, language: Language) -> str:
        values = examples(language) | example_fields(kinds, language, "RUB")
        return fill(template.body.words[language].text, values)

    said = {language: [told(templates[each], language) for each in letters] for language in LANGUAGES}
    assert len(said["ru"]) == len(SAID[key])
    for (russian, english), in_russian, in_english in zip(
        SAID[key].items(), said["ru"], said["en"], strict=True
    ):
        assert russian in in_russian
        assert english in in_english
        assert ("ваш день рождения" in in_russian) == ("your birthday" in in_english) == (key == "birthday")
    assert [list_risks(templates[each].body, has_address=False) for each in letters] == [[] for _ in letters]
    assert not {each.code for each in await problems_of(tx, card.draft)} & {"letter_lacks"}


async def test_a_ready_journey_gives_points_to_nobody_who_cannot_be_told_of_them(
    shop: Shop, clock: SetClock
) -> None:
    async with shop.tx() as tx:
        begun = await begin_chain(tx, "close_dates")
        card = await save_draft(
            tx, begun.id, structs.replace(begun.draft, control_bp=0), revision=begun.revision
        )
        await publish(tx, card.id, revision=card.revision)
    told, unwilling, out_of_reach = [await shop.enroll(f"+7999000000{number}") for number in (1, 2, 3)]
    async with shop.tx() as tx:
        await connect_bots(tx)
        day = clock.at + timedelta(days=7)
        for number, member_id in enumerate((told, unwilling, out_of_reach)):
            await add_date(tx, member_id, whose="Маша", kind="birthday", month=day.month, day=day.day)
            if member_id != out_of_reach:
                await bind_address(tx, member_id, Address("telegram", str(number)), language="ru")
            if member_id != unwilling:
                await note_consent(tx, member_id, "marketing", is_given=True, source="office")
    clock.at = clock.at.replace(hour=11)
    await lead_tenant(shop.database, clock, shop.caller.tenant_id)
    available = [
        (await shop.wallet(member_id)).balance.available for member_id in (told, unwilling, out_of_reach)
    ]
    assert available == [300, 0, 0]


@pytest.mark.parametrize("key", ["win_back", "birthday", "close_dates", "second_purchase"])
async def test_ready_journeys_that_give_something_are_for_those_who_can_be_told(tx: Tx, key: Key) -> None:
    assert (await begin_chain(tx, key)).draft.audience == Reachable(("telegram", "max", "vk"))
    await connect_gateways(tx)
    audience = (await begin_chain(tx, key)).draft.audience
    assert audience == Reachable(("telegram", "max", "vk", "sms", "email"))


async def test_before_a_day_of_somebody_close_it_is_said_whose_it_is(shop: Shop, clock: SetClock) -> None:
    async with shop.tx() as tx:
        begun = await begin_chain(tx, "close_dates")
        card = await save_draft(
            tx, begun.id, structs.replace(begun.draft, control_bp=0), revision=begun.revision
        )
        await publish(tx, card.id, revision=card.revision)
    member_id = await shop.enroll()
    async with shop.tx() as tx:
        await connect_bots(tx)
        await bind_address(tx, member_id, Address("telegram", "1"), language="ru")
        await note_consent(tx, member_id, "marketing", is_given=True, source="office")
        day = clock.at + timedelta(days=7)
        for whose in ("Маша", "Пётр"):
            await add_date(tx, member_id, whose=whose, kind="birthday", month=day.month, day=day.day)
    clock.at = clock.at.replace(hour=11)
    await lead_tenant(shop.database, clock, shop.caller.tenant_id)
    async with shop.tx() as tx:
        message = await take_next(tx, "telegram", purpose="marketing")
        assert message is not None
        ((_, composed),) = await compose(tx, [message])
    assert composed.plain == (
        "Аня, скоро день рождения близкого вам человека: Маша, Пётр. "
        "Дарим 300\N{NO-BREAK SPACE}бонусов на праздник: они уже на карте."
    )


@pytest.mark.parametrize("key", CHAINS)
async def test_a_ready_journey_can_be_published_once_its_coupon_is_chosen(tx: Tx, key: Key) -> None:
    card = await begin_chain(tx, key)
    again = await begin_chain(tx, key)

    codes = {problem.code for problem in await problems_of(tx, card.draft)}
    assert codes == ({"coupon_missing"} if key == "win_back" else set())
    assert card.state == again.state == "draft"
    names = [template.name for template in await list_templates(tx)]
    assert len(names) == len(set(names)), "templates are taken again"
