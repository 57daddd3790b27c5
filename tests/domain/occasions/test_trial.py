"""Occasions tried by rules that are not in force: they see the past, and book nothing."""

from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from msgspec import structs
from tests.conftest import SetClock
from tests.domain.occasions.test_giving import (
    BIRTHDAY,
    BOT,
    CHILD,
    REVIEW,
    born,
    gifts,
    giving,
    run_clock,
    shop,
    tell,
)
from tests.domain.shop import Shop

from plushka.domain.members.dates import add_date
from plushka.domain.members.model import UnknownMember
from plushka.domain.occasions.trial import Supposed, Trial, try_out
from plushka.engine.occasion_parts import OccasionBudget
from plushka.engine.occasions import BotJoined, EventNoted
from plushka.engine.purchase import Grant
from plushka.engine.version import compile_version
from plushka.platform.ids import new_id

__all__ = ["shop"]

DRAFT = giving(
    structs.replace(BIRTHDAY, points=700),
    CHILD,
    structs.replace(REVIEW, budget=OccasionBudget("uses", 1)),
    BOT,
)
NOON = datetime(2026, 3, 12, 9, tzinfo=UTC)


async def tried(shop: Shop, trial: Trial) -> dict[str, int | str]:
    """Return the points of each occasion of the draft, or the code of why there are none."""
    async with shop.tx() as tx:
        (decided,) = await try_out(tx, trial, [compile_version(new_id(), DRAFT)], program_id=shop.program_id)
    return {
        each.occasion.id: each.outcome.points if isinstance(each.outcome, Grant) else each.outcome.code
        for each in decided
    }


async def test_a_day_is_tried_on_somebody_made_up(shop: Shop) -> None:
    somebody = Supposed(birthday=date(1990, 3, 18), close_date=date(2015, 3, 14))
    assert await tried(shop, Trial(somebody, NOON)) == {
        "birthday": 700,
        "child": 100,
        "review": "other_event",
        "bot": "other_event",
    }
    unknown = await tried(shop, Trial(Supposed(), NOON))
    assert (unknown["birthday"], unknown["child"]) == ("date_unknown", "date_unknown")
    assert (await tried(shop, Trial(Supposed(birthday=date(1990, 7, 1)), NOON)))["birthday"] == "not_the_day"
    assert (await tried(shop, Trial(Supposed(), NOON, BotJoined("vk"))))["bot"] == 30


async def test_what_a_member_was_given_counts_and_nothing_is_booked(shop: Shop, clock: SetClock) -> None:
    member_id = await shop.enroll()
    await born(shop, member_id, date(1990, 3, 18))
    async with shop.tx() as tx:
        await add_date(tx, member_id, whose="сын", kind="birthday", month=3, day=13)
    clock.at = NOON
    before = await tried(shop, Trial(member_id, NOON))
    assert (before["birthday"], before["child"]) == (700, 100)
    assert await gifts(shop, member_id) == []

    await run_clock(shop)
    after = await tried(shop, Trial(member_id, NOON))
    assert (after["birthday"], after["child"]) == ("given_already", "given_already")

    review = Trial(member_id, NOON, EventNoted("review", {}))
    assert (await tried(shop, review))["review"] == 50
    await tell(shop, member_id)
    assert (await tried(shop, review))["review"] == "occasion_budget_spent"


async def test_who_is_in_no_wallet_of_the_programme_is_given_nothing(shop: Shop) -> None:
    member_id = await shop.enroll()
    async with shop.tx() as tx:
        (decided,) = await try_out(
            tx, Trial(member_id, NOON), [compile_version(new_id(), DRAFT)], program_id=new_id()
        )
    assert {each.outcome.code for each in decided if not isinstance(each.outcome, Grant)} == {
        "not_in_program"
    }
    with pytest.raises(UnknownMember):
        await tried(shop, Trial(UUID(int=1), NOON))
