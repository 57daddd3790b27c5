"""Carts on a site that members leave: who is reminded, when, of what, and when nobody is any more."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from msgspec import structs
from tests.conftest import SetClock
from tests.domain.campaigns.road import Road
from tests.domain.campaigns.telling import deliver, tellable
from tests.domain.purchases.test_commit import CASHBACK
from tests.domain.shop import open_shop

from plushka.domain.bots.leaving import delete_member
from plushka.domain.campaigns.journeys.chains import begin_chain
from plushka.domain.campaigns.journeys.looking_back import list_met
from plushka.domain.campaigns.journeys.model import JourneyUnsound
from plushka.domain.campaigns.journeys.publishing import publish
from plushka.domain.campaigns.journeys.soundness import problems_of
from plushka.domain.campaigns.journeys.telling import Voice, tell_trigger
from plushka.domain.campaigns.journeys.writing import create_journey, save_draft
from plushka.domain.events.carts.model import Cart, CartEnd, CartItem, ToldCart
from plushka.domain.events.carts.operations import end_cart, fill_cart
from plushka.domain.members.merges import merge_people
from plushka.domain.messages.composing import Composed, compose
from plushka.domain.messages.taking import take
from plushka.domain.messages.templates.model import Body, Draft, TemplateButton, Words
from plushka.domain.messages.templates.store import create_template
from plushka.engine.journeys.parts import (
    EachTime,
    GoalPurchase,
    Journey,
    Message,
    OnCart,
    OnPurchase,
    TagMember,
    Wait,
)
from plushka.engine.occasion_parts import FieldTest
from plushka.platform.database import Database

NOON = datetime.fromisoformat("2026-03-10T12:00:00+03:00")
LINK = "https://shop.example.ru/cart/1"
NOTED = Journey("Ц", OnCart(60), (TagMember("t", "ушёл"),), again=EachTime(), at_once=5)


@pytest.fixture
async def road(database: Database, clock: SetClock) -> AsyncIterator[Road]:
    clock.at = NOON
    async with open_shop(database, clock, CASHBACK) as shop:
        yield Road(shop, clock)


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


async def fill(
    road: Road,
    member_id: UUID,
    *,
    number: str = "1",
    at: datetime | None = None,
    sum_minor: int = 1890_00,
    goods: Sequence[str] = ("Кофе", "Фильтры"),
    link: str = LINK,
) -> Cart:
    items = [CartItem(name) for name in goods]
    told = ToldCart(number, member_id, road.shop.caller.till_id, at or road.clock.at, sum_minor, items, link)
    async with road.shop.tx() as tx:
        return (await fill_cart(tx, told, currency="RUB"))[0]


async def end(road: Road, member_id: UUID, outcome: CartEnd, *, number: str = "1") -> None:
    async with road.shop.tx() as tx:
        await end_cart(tx, ToldCart(number, member_id, road.shop.caller.till_id, road.clock.at), outcome)


async def go_at(road: Road, at: datetime) -> None:
    road.clock.at = at
    await road.go()


async def ready(road: Road) -> UUID:
    """Publish the ready journey with nobody held out."""
    async with road.shop.tx() as tx:
        card = await begin_chain(tx, "abandoned_cart")
        saved = await save_draft(
            tx, card.id, structs.replace(card.draft, control_bp=0), revision=card.revision
        )
        await publish(tx, card.id, revision=saved.revision)
    return card.id


async def told(road: Road, channel: Any = "telegram") -> list[Composed]:
    """Return the letters that wait now, in words; they stay in flight."""
    async with road.shop.tx() as tx:
        return [composed for _, composed in await compose(tx, await take(tx, channel, "marketing", 10))]


async def test_a_cart_is_left_when_nothing_came_for_an_hour_and_each_change_moves_the_hour(
    road: Road,
) -> None:
    card = await road.begin(NOTED)
    member_id = await road.shop.enroll()
    cart = await fill(road, member_id)
    await go_at(road, NOON + minutes(59))
    await fill(road, member_id, sum_minor=1_00)
    await go_at(road, NOON + minutes(118))
    assert await road.keys(card.id) == []

    await go_at(road, NOON + minutes(119))
    await go_at(road, NOON + minutes(120))
    assert await road.keys(card.id) == [f"cart:{cart.id}"]
    await fill(road, member_id, sum_minor=2_00)
    await go_at(road, NOON + minutes(240))
    assert await road.keys(card.id) == [f"cart:{cart.id}"]


async def test_what_is_filled_after_an_order_is_another_cart_and_begins_it_again(road: Road) -> None:
    card = await road.begin(NOTED)
    member_id = await road.shop.enroll()
    await fill(road, member_id)
    await go_at(road, NOON + minutes(60))
    await end(road, member_id, "ordered")
    road.clock.at += minutes(1)
    await fill(road, member_id)
    await go_at(road, NOON + minutes(121))
    assert len(await road.keys(card.id)) == 2


@pytest.mark.parametrize("how", ["ordered", "emptied", "bought", "bought by its number", "deleted"])
async def test_nobody_is_reminded_of_a_cart_that_is_over(road: Road, how: str) -> None:
    card = await road.begin(NOTED)
    member_id = await road.shop.enroll()
    await fill(road, member_id)
    road.clock.at += minutes(30)
    match how:
        case "ordered" | "emptied":
            await end(road, member_id, how)
        case "bought":
            await road.shop.buy("1", 100_00, member=member_id)
        case "bought by its number":
            await road.shop.buy("1", 100_00, cart="1")
        case _:
            async with road.shop.tx() as tx:
                await delete_member(tx, member_id)

    await go_at(road, NOON + minutes(61))
    assert await road.keys(card.id) == []


async def test_who_bought_before_the_cart_was_filled_is_reminded(road: Road) -> None:
    card = await road.begin(NOTED)
    member_id = await road.shop.enroll()
    await road.shop.buy("1", 100_00, member=member_id)
    road.clock.at += minutes(1)
    await fill(road, member_id)
    await go_at(road, NOON + minutes(61))
    assert len(await road.keys(card.id)) == 1


async def test_what_is_told_late_is_met_late_and_after_three_days_not_at_all(road: Road) -> None:
    card = await road.begin(NOTED)
    late, too_late = await tellable(road.shop, 2)
    await go_at(road, NOON + timedelta(days=10))
    await fill(road, late, number="late", at=road.clock.at - timedelta(days=2))
    await fill(road, too_late, number="too late", at=road.clock.at - timedelta(days=3, minutes=61))
    await go_at(road, road.clock.at + minutes(1))
    async with road.shop.tx() as tx:
        began = await tx.fetch("select member_id from journey_runs where journey_id = $1", card.id)
    assert [row["member_id"] for row in began] == [late]


async def test_only_carts_of_which_what_is_asked_holds_begin_it(road: Road) -> None:
    trigger = OnCart(5, (FieldTest("sum", at_least=1000_00), FieldTest("count", at_most=2)))
    card = await road.begin(structs.replace(NOTED, trigger=trigger))
    cheap, fitting, full = await tellable(road.shop, 3)
    await fill(road, cheap, number="1", sum_minor=999_99)
    await fill(road, fitting, number="2", sum_minor=1000_00)
    await fill(road, full, number="3", sum_minor=1000_00, goods=("а", "б", "в"))
    await go_at(road, NOON + minutes(5))
    assert [await road.runs(card.id, each) for each in (cheap, fitting, full)] == [[], [("passed", None)], []]


async def test_the_ready_journey_reminds_after_an_hour_and_after_a_day_and_stops_when_they_buy(
    road: Road,
) -> None:
    journey_id = await ready(road)
    buys, does_not = await tellable(road.shop, 2)
    await fill(road, buys, number="1")
    await fill(road, does_not, number="2", link="")
    await go_at(road, NOON + minutes(60))
    first = await told(road)
    assert [letter.plain for letter in first] == [
        "Гость, вы выбрали: Кофе, Фильтры. Корзина на 1\xa0890\xa0₽ ждёт вас, мы её сохранили."
    ] * 2
    assert [[button.link for row in letter.message.rows for button in row] for letter in first] == [
        [LINK, ""],
        [""],  # the way to unsubscribe: nothing leads back to a cart without a link
    ]

    await road.until(NOON + timedelta(hours=23, minutes=59), every=timedelta(hours=1))
    assert await road.given(does_not) == []
    await road.shop.buy("1", 100_00, member=buys)
    await go_at(road, NOON + timedelta(hours=24))
    assert await road.runs(journey_id, buys) == [("goal", None)]
    assert [points for _, points in await road.given(does_not)] == [100]
    assert await road.given(buys) == []
    (second,) = await told(road)
    assert "корзина на 1\xa0890\xa0₽ всё ещё ваша. Дарим 100 бонусов" in second.plain.replace(
        "100\xa0", "100 "
    )


async def test_a_letter_says_what_lies_in_the_cart_when_it_goes(road: Road) -> None:
    await ready(road)
    (member_id,) = await tellable(road.shop, 1)
    await fill(road, member_id)
    await go_at(road, NOON + minutes(60))
    await fill(road, member_id, sum_minor=2000_50, goods=("<b>Чай</b> & мёд", "а", "б", "в", "г"))
    (letter,) = await told(road)
    assert "вы выбрали: <b>Чай</b> & мёд, а, б и ещё 2. Корзина на 2\xa0000,50\xa0₽" in letter.plain
    assert "&lt;b&gt;Чай&lt;/b&gt; &amp; мёд" in letter.message.text


@pytest.mark.parametrize("how", ["ordered", "emptied", "bought"])
async def test_whose_cart_is_over_in_the_night_is_not_reminded_in_the_morning(road: Road, how: str) -> None:
    journey_id = await ready(road)
    road.clock.at = NOON + timedelta(hours=9)
    over, left = await tellable(road.shop, 2)
    await fill(road, over, number="1")
    await fill(road, left, number="2")
    await go_at(road, road.clock.at + minutes(60))
    assert await deliver(road.shop) == []
    match how:
        case "ordered" | "emptied":
            await end(road, over, how)
        case _:
            await road.shop.buy("1", 100_00, member=over)

    road.clock.at = datetime.fromisoformat("2026-03-11T09:00:00+03:00")
    assert [letter.member_id for letter in await deliver(road.shop)] == [left]
    await go_at(road, road.clock.at)
    ended = ("left", None) if how == "emptied" else ("goal", None)
    assert await road.runs(journey_id, over) == [ended]
    assert [state for state, _ in await road.runs(journey_id, left)] == ["active"]


async def test_a_cart_that_is_over_ends_its_run_also_where_the_journey_has_no_goal(road: Road) -> None:
    card = await road.begin(structs.replace(NOTED, steps=(Wait("w", days=5), TagMember("t", "дошёл"))))
    member_id = await road.shop.enroll()
    await fill(road, member_id)
    await go_at(road, NOON + minutes(60))
    assert await road.runs(card.id) == [("active", "w")]
    await road.shop.buy("1", 100_00, member=member_id)
    await go_at(road, NOON + minutes(70))
    assert await road.runs(card.id) == [("left", None)]


async def test_an_hour_is_an_hour_when_the_clock_is_put_forward(road: Road) -> None:
    async with road.shop.tx() as tx:
        await tx.execute(
            "update businesses set time_zone = 'Europe/Berlin' where tenant_id = $1", tx.tenant_id
        )
    night = datetime.fromisoformat("2026-03-29T01:30:00+01:00")
    road.clock.at = night
    card = await road.begin(NOTED)
    member_id = await road.shop.enroll()
    await fill(road, member_id)
    await go_at(road, night + minutes(59))
    assert await road.keys(card.id) == []
    await go_at(road, night + minutes(60))
    assert len(await road.keys(card.id)) == 1


async def test_of_a_card_that_was_joined_the_kept_one_is_reminded_and_its_purchase_counts(road: Road) -> None:
    card = await road.begin(NOTED)
    kept, joined = await tellable(road.shop, 2)
    cart = await fill(road, joined)
    async with road.shop.tx() as tx:
        await merge_people(tx, kept_id=kept, merged_id=joined)
    assert (await fill(road, kept, at=NOON + minutes(1))).id == cart.id
    await go_at(road, NOON + minutes(61))
    assert await road.runs(card.id, kept) == [("passed", None)]


async def test_a_text_that_names_what_a_cart_does_not_have_keeps_it_from_being_published(road: Road) -> None:
    async with road.shop.tx() as tx:
        body = Body(
            {"ru": Words("{event.sum} {event.colour} {event.size|M}")},
            (TemplateButton({"ru": "Назад"}, "https://shop.ru/cart/{event.number}"),),
        )
        template = await create_template(tx, Draft("Письмо", "marketing", body))
        steps = (Message("m", str(template)),)
        (problem,) = await problems_of(tx, Journey("Ц", OnCart(), steps))
        assert (problem.code, problem.facts) == ("letter_lacks", {"what": "{event.colour}"})
        (problem,) = await problems_of(tx, Journey("Ц", OnPurchase(), steps))
        assert problem.facts == {"what": "{event.colour}, {event.sum}"}
        with pytest.raises(JourneyUnsound):
            await publish(tx, (await create_journey(tx, Journey("Ц", OnCart(), steps))).id, revision=1)
        (problem,) = await problems_of(
            tx, structs.replace(NOTED, trigger=OnCart(60, (FieldTest("x", at_least=1),)))
        )
        assert problem.code == "field_cannot_be_so"


async def test_who_left_a_cart_lately_is_counted_before_it_is_published(road: Road) -> None:
    left, bought_later, bought_at_once = await tellable(road.shop, 3)
    for place, member_id in enumerate((left, bought_later, bought_at_once)):
        await fill(road, member_id, number=str(place))
    road.clock.at += minutes(30)
    await road.shop.buy("1", 100_00, member=bought_at_once)
    road.clock.at += minutes(60)
    await road.shop.buy("2", 100_00, member=bought_later)
    road.clock.at += timedelta(days=20)
    async with road.shop.tx() as tx:
        met = await list_met(tx, road.shop.reference.versions, structs.replace(NOTED, goal=GoalPurchase()))
    assert set(met) == {left, bought_later}


async def test_carts_whose_fields_are_asked_for_are_counted_alone_and_by_what_was_told_last(
    road: Road,
) -> None:
    small, large, grown = await tellable(road.shop, 3)
    await fill(road, small, number="1", sum_minor=999_99)
    await fill(road, large, number="2", sum_minor=1000_00)
    await fill(road, grown, number="3", sum_minor=500_00)
    road.clock.at += minutes(90)
    await fill(road, grown, number="3", sum_minor=1500_00)
    road.clock.at += timedelta(days=2)
    trigger = OnCart(60, (FieldTest("sum", at_least=1000_00),))
    async with road.shop.tx() as tx:
        met = await list_met(tx, road.shop.reference.versions, structs.replace(NOTED, trigger=trigger))
    assert set(met) == {large, grown}


@pytest.mark.parametrize(
    ("trigger", "ru", "en"),
    [
        (OnCart(), "Корзина на сайте без покупки 1 час", "A cart on the site is left for 1 hour"),
        (OnCart(90), "Корзина на сайте без покупки 90 минут", "A cart on the site is left for 90 minutes"),
        (
            OnCart(120, (FieldTest("sum", at_least=1000_00),)),
            "Корзина на сайте без покупки 2 часа, если «Сумма корзины» не меньше 1\xa0000\xa0₽",
            "A cart on the site is left for 2 hours where “Sum of the cart” is ₽1,000 or more",
        ),
    ],
)
def test_it_is_told_what_begins_it(trigger: OnCart, ru: str, en: str) -> None:
    assert tell_trigger(trigger, Voice("ru", "RUB")) == ru
    assert tell_trigger(trigger, Voice("en", "RUB")) == en
