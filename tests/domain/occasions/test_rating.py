"""A purchase is rated once, by whose it is, for as long as it is fresh (F104)."""

from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID

import pytest
from tests.conftest import SetClock
from tests.domain.purchases.test_commit import CASHBACK
from tests.domain.shop import Shop, open_shop
from tests.faults.test_one_card import at_once

from plushka.domain.events.queries import EventFilter, list_events
from plushka.domain.messages.chat import list_messages
from plushka.domain.occasions.cancelling import cancel_event
from plushka.domain.occasions.rating import Rated, RatingOver, ScoreWrong, add_words, find_rating, rate
from plushka.domain.purchases.merging import merge_members
from plushka.domain.purchases.model import UnknownReceipt
from plushka.platform.database import Database


@pytest.fixture
async def shop(database: Database, clock: SetClock) -> AsyncIterator[Shop]:
    async with open_shop(database, clock, CASHBACK) as shop:
        yield shop


async def rated(shop: Shop, member_id: UUID, receipt_id: UUID, score: int, words: str = "") -> Rated:
    async with shop.tx() as tx:
        return await rate(
            tx,
            shop.reference.versions,
            member_id=member_id,
            receipt_id=receipt_id,
            score=score,
            words=words,
            place="app",
        )


async def test_who_rates_at_once_from_everywhere_has_rated_once(shop: Shop) -> None:
    anna = await shop.enroll()
    receipt = (await shop.buy("1", 100_00, member=anna)).receipt

    answers: list[Rated] = []

    async def once() -> None:
        answers.append(await rated(shop, anna, receipt.id, 5))

    await at_once([once] * 8)

    assert sorted(answer.is_repeat for answer in answers) == [False] + [True] * 7
    async with shop.tx() as tx:
        assert len(await list_events(tx, EventFilter(kind="review"))) == 1
        assert await list_messages(tx, anna) == [], "staff are told of what is bad or has words"


async def test_a_purchase_of_somebody_else_or_of_long_ago_is_not_rated(shop: Shop, clock: SetClock) -> None:
    anna, boris = await shop.enroll("+79990000001"), await shop.enroll("+79990000002")
    receipt = (await shop.buy("1", 100_00, member=anna)).receipt
    with pytest.raises(UnknownReceipt):
        await rated(shop, boris, receipt.id, 5)
    with pytest.raises(ScoreWrong):
        await rated(shop, anna, receipt.id, 0)
    clock.advance(timedelta(days=31))
    with pytest.raises(RatingOver):
        await rated(shop, anna, receipt.id, 5)


async def test_purchases_of_a_card_that_was_joined_are_rated_by_the_kept_one(shop: Shop) -> None:
    anna, other = await shop.enroll("+79990000001"), await shop.enroll("+79990000002")
    receipt = (await shop.buy("1", 100_00, member=other)).receipt
    async with shop.tx() as tx:
        await merge_members(tx, kept_id=anna, merged_id=other, reason="двойник")
    assert (await rated(shop, anna, receipt.id, 4)).rating.score == 4


async def test_words_come_for_a_day_and_what_staff_cancel_is_not_rated_anew(
    shop: Shop, clock: SetClock
) -> None:
    anna = await shop.enroll()
    first, second = [(await shop.buy(number, 100_00, member=anna)).receipt for number in ("1", "2")]
    await rated(shop, anna, first.id, 5)
    event_id = (await rated(shop, anna, second.id, 1, "Обман")).rating.event_id
    clock.advance(timedelta(days=1, seconds=1))
    async with shop.tx() as tx:
        assert not await add_words(tx, member_id=anna, receipt_id=first.id, words="Хорошо")
        await cancel_event(tx, shop.reference.versions, event_id, reason="накрутка")
        found = await find_rating(tx, second.id)
    assert found is not None
    assert found.is_cancelled
    assert (await rated(shop, anna, second.id, 5)).is_repeat
