"""A member's answer to a till's question: the first one stays, and what comes too late is told why."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID

import pytest
from tests.conftest import SetClock
from tests.domain.bots.test_conversing import Phone, opened

from plushka.domain.bots.asking import QUESTION_TTL, Question, answer, ask, set_confirming
from plushka.domain.bots.talk import Pressed
from plushka.domain.businesses.queries import list_branches
from plushka.domain.members.channels import Address, find_address
from plushka.domain.messages.contents import SpendAnswer, SpendAnswered, SpendAsked
from plushka.platform.database import Database
from plushka.platform.ids import new_id


class Till:
    """The shop's till, which asks Anna; her phone lies beside it."""

    def __init__(self, anna: Phone, branch_id: UUID, member_id: UUID) -> None:
        self.anna = anna
        self._branch_id = branch_id
        self._member_id = member_id

    async def ask(self, *, again_after: UUID | None = None) -> Question:
        shop = self.anna.shop
        async with shop.tx() as tx:
            return await ask(
                tx,
                member_id=self._member_id,
                till_id=shop.caller.till_id,
                branch_id=self._branch_id,
                branch_name="Арбат",
                again_after=again_after,
            )

    async def hear(self, question: Question, *, is_yes: bool) -> SpendAnswer:
        async with self.anna.shop.tx() as tx:
            return await answer(tx, member_id=self._member_id, question_id=question.id, is_yes=is_yes)


@pytest.fixture
async def till(database: Database, clock: SetClock) -> AsyncIterator[Till]:
    async with opened(database, clock) as anna:
        await anna.enrol()
        async with anna.shop.tx() as tx:
            (branch,) = await list_branches(tx)
            await set_confirming(tx, [branch.id])
            address = await find_address(tx, Address("telegram", "100"))
        assert address is not None
        yield Till(anna, branch.id, address.member_id)


async def test_a_no_is_told_for_as_long_as_the_question_lives(till: Till, clock: SetClock) -> None:
    question = await till.ask()
    assert await till.anna.read() == [SpendAsked(question.id, "Арбат")]
    assert await till.anna.tell(Pressed(f"spend_not:{question.id.hex}")) == [SpendAnswered("declined")]

    declined = await till.ask()
    assert (declined.id, declined.is_declined, declined.permit) == (question.id, True, None)
    assert await till.anna.read() == []
    clock.advance(QUESTION_TTL)
    assert (await till.ask()).is_new


async def test_who_said_no_is_asked_once_more_and_only_once(till: Till) -> None:
    question = await till.ask()
    await till.hear(question, is_yes=False)

    second = await till.ask(again_after=question.id)
    assert second.is_new
    again = await till.ask(again_after=question.id)
    assert (again.id, again.is_new) == (second.id, False)
    assert await till.hear(second, is_yes=True) == "agreed"
    assert (await till.ask(again_after=question.id)).permit is not None


async def test_a_question_that_still_waits_is_not_asked_again(till: Till) -> None:
    question = await till.ask()
    assert (await till.ask(again_after=question.id)).id == question.id


@pytest.mark.parametrize(
    ("first", "told"), [(True, "agreed_before"), (False, "declined_before")], ids=["yes", "no"]
)
async def test_the_first_answer_stays(till: Till, clock: SetClock, *, first: bool, told: SpendAnswer) -> None:
    question = await till.ask()
    await till.hear(question, is_yes=first)
    for is_yes in (True, False):
        assert await till.hear(question, is_yes=is_yes) == told
    assert ((await till.ask()).permit is not None) is first
    clock.advance(timedelta(hours=1))
    assert await till.hear(question, is_yes=not first) == told


@pytest.mark.parametrize("is_yes", [True, False])
async def test_an_answer_after_two_minutes_is_none(till: Till, clock: SetClock, *, is_yes: bool) -> None:
    question = await till.ask()
    clock.advance(QUESTION_TTL)
    assert await till.hear(question, is_yes=is_yes) == "ran_out"
    fresh = await till.ask()
    assert (fresh.is_new, fresh.permit, fresh.is_declined) == (True, None, False)


async def test_somebody_elses_answer_is_none(till: Till) -> None:
    question = await till.ask()
    async with till.anna.shop.tx() as tx:
        told = await answer(tx, member_id=new_id(), question_id=question.id, is_yes=False)
    assert told == "ran_out"
    assert not (await till.ask()).is_declined


async def test_of_yes_and_no_at_once_one_is_the_answer(till: Till) -> None:
    question = await till.ask()
    told = await asyncio.gather(till.hear(question, is_yes=True), till.hear(question, is_yes=False))
    assert sorted(told) in (["agreed", "agreed_before"], ["declined", "declined_before"])


async def test_two_requests_at_once_are_one_question(till: Till) -> None:
    first, second = await asyncio.gather(till.ask(), till.ask())
    assert first.id == second.id
    assert sorted((first.is_new, second.is_new)) == [False, True]
