"""What an answer says, worked out by hand: the figures of docs/algorithms/what-if.md."""

from collections.abc import AsyncIterator
from datetime import date, timedelta
from fractions import Fraction

import pytest
from msgspec import structs
from tests.conftest import SetClock
from tests.domain.shop import Shop, open_shop, receipt
from tests.domain.simulation.test_reproducing import FIRST_AT
from tests.domain.simulation.test_work import answered, draft

from plushka.domain.bots.leaving import delete_member
from plushka.domain.businesses.branches import open_branch
from plushka.domain.catalog.model import Category, ProductEntry
from plushka.domain.catalog.operations import upsert_categories, upsert_products
from plushka.domain.purchases.merging import merge_members
from plushka.domain.purchases.model import PurchaseLine
from plushka.domain.simulation.budgets import Overrun, overruns
from plushka.domain.simulation.explaining import explain_receipt
from plushka.domain.simulation.model import UnknownBranches
from plushka.domain.simulation.operations import Wish, ask
from plushka.domain.simulation.payback import BreakEven, Worth, break_even, opening, worth_of
from plushka.domain.simulation.planning import bounds_of
from plushka.domain.simulation.queries import get_simulation, list_asked
from plushka.domain.simulation.question import Answer
from plushka.domain.staff.operations import set_up_till
from plushka.engine.conditions import Category as OfCategory
from plushka.engine.price_effects import PercentOff
from plushka.engine.program import Budget, EarningRule, ExpiryFixed, Percent, Program, Promotion, Redemption
from plushka.platform.database import Database

RULES = Program(name="Плюшки", currency="RUB", earning=(EarningRule("base", "10 %", Percent(rate_bp=1000)),))
MORE = structs.replace(RULES, earning=(EarningRule("base", "15 %", Percent(rate_bp=1500)),))
OWN_MARGIN = Wish(months=1, margin_bp=4000)


@pytest.fixture
async def shop(database: Database, clock: SetClock) -> AsyncIterator[Shop]:
    clock.at = FIRST_AT
    async with open_shop(database, clock, RULES) as shop:
        yield shop


def worths(answer: Answer, program: Program, spending: str = "observed") -> tuple[Worth, Worth]:
    published = worth_of(answer.courses[f"published.{spending}"], RULES, RULES)
    return published, worth_of(answer.courses[f"draft.{spending}"], program, RULES)


async def test_what_a_draft_costs_and_how_many_more_visits_pay_for_it(shop: Shop, clock: SetClock) -> None:
    anna = await shop.enroll()
    for number in "12":
        clock.advance(timedelta(days=1))
        await shop.buy(number, 100_00, member=anna)
    await shop.buy("nobody's", 50_00)
    await draft(shop, MORE)

    answer = await answered(shop, clock, OWN_MARGIN)

    published, by_draft = worths(answer, MORE)
    # 250 ₽ were paid, 40 % of them are margin; 10 % of 200 ₽ are points of 1 ₽ in hand, or 15 %.
    assert published.margin == by_draft.margin == 100_00
    assert [each.growth for each in (published, by_draft)] == [20_00, 30_00]
    assert [each.result for each in (published, by_draft)] == [80_00, 70_00]
    # Two visits bring 200 ₽ × 40 % − 30 ₽ = 50 ₽, so 25 ₽ each; 10 ₽ are missing: a fifth more visits, one of two.
    assert break_even(published, by_draft) == BreakEven(
        "needs", Fraction(10_00), Fraction(25_00), Fraction(1, 5), 1
    )
    assert break_even(by_draft, published) == BreakEven("pays", Fraction(-10_00), Fraction(30_00))
    assert answer.segments["||9"].gained == 10_00


def worth(*, kept: int, of_visits: int | None, visits: int = 200) -> Worth:
    ours = None if of_visits is None else Fraction(of_visits)
    return Worth(None, Fraction(0), Fraction(0), Fraction(kept), None, ours, visits)


def test_the_numbers_of_the_decision() -> None:
    published, by_draft = worth(kept=10_000_00, of_visits=10_000_00), worth(kept=9_400_00, of_visits=9_400_00)
    found = break_even(published, by_draft)
    assert found == BreakEven("needs", Fraction(600_00), Fraction(47_00), Fraction(600, 9_400), 13)
    assert break_even(published, worth(kept=9_400_00, of_visits=-1)).kind == "never"
    assert break_even(published, worth(kept=9_400_00, of_visits=1, visits=0)).kind == "never"
    assert break_even(published, worth(kept=9_400_00, of_visits=None)).kind == "unknown"
    assert break_even(published, worth(kept=10_000_00, of_visits=None)).kind == "pays"


async def test_goods_of_unknown_cost_are_supposed_to_cost_the_same_part(shop: Shop, clock: SetClock) -> None:
    async with shop.tx() as tx:
        await upsert_products(tx, [ProductEntry("cake", "Торт", cost_minor=30_00)])
    anna = await shop.enroll()
    clock.advance(timedelta(days=1))
    await shop.buy("1", 0, member=anna, lines=(PurchaseLine("cake", 1000, 100_00),))
    await shop.buy("2", 200_00)
    await draft(shop, MORE)

    figures = (await answered(shop, clock, Wish(months=1))).courses["published.observed"]

    assert (figures.kept_minor, figures.costed_minor, figures.cost_minor) == (300_00, 100_00, 30_00)
    assert worth_of(figures, RULES, RULES).margin == 300_00 - 90_00
    supposed = (await answered(shop, clock, OWN_MARGIN)).courses["published.observed"]
    assert (supposed.costed_minor, supposed.cost_minor) == (300_00, 30_00 + 120_00)


async def test_receipts_of_other_branches_move_points_and_are_not_counted(
    shop: Shop, clock: SetClock
) -> None:
    async with shop.tx() as tx:
        mira = await open_branch(tx, code="mira", name="Мира", time_zone="Europe/Moscow")
        till = await set_up_till(tx, name="Касса 2", branch_id=mira.id)
    anna, boris = await shop.enroll(), await shop.enroll("+79990000002")
    clock.advance(timedelta(days=1))
    there = structs.replace(shop.caller, till_id=till.id, branch="mira")
    await shop.queue.commit(there, receipt("1", 100_00, member=anna))
    await shop.buy("2", 300_00, member=anna)
    await shop.buy("3", 700_00, member=boris)
    await draft(shop, MORE)

    answer = await answered(shop, clock, Wish(months=1, branches=("mira",)))

    figures = answer.courses["draft.observed"]
    assert (answer.members, figures.receipts, figures.amount_minor) == (1, 1, 100_00)
    assert figures.outstanding == 15 + 45
    assert [example.amount_minor for example in answer.gaining] == [100_00]
    async with shop.tx() as tx:
        assert (await list_asked(tx, shop.program_id))[0].branches == ("mira",)
        with pytest.raises(UnknownBranches):
            await ask(tx, shop.program_id, Wish(months=1, branches=("nowhere",)))


async def test_goods_look_as_they_did_or_as_they_do_today(shop: Shop, clock: SetClock) -> None:
    anna = await shop.enroll()
    async with shop.tx() as tx:
        await upsert_categories(tx, [Category("sweet", "Сладкое")])
        await upsert_products(tx, [ProductEntry("cake", "Торт")])
    clock.advance(timedelta(days=1))
    await shop.buy("1", 0, member=anna, lines=(PurchaseLine("cake", 1000, 100_00),))
    async with shop.tx() as tx:
        await upsert_products(tx, [ProductEntry("cake", "Торт", category="sweet")])
    sweet = Promotion("sweet", "Сладкое −20 %", PercentOff(2000), lines=OfCategory(("sweet",)))
    await draft(shop, structs.replace(RULES, promotions=(sweet,)))

    then = (await answered(shop, clock, Wish(months=1))).courses["draft.observed"]
    today = (await answered(shop, clock, Wish(months=1, goods="today"))).courses["draft.observed"]

    assert (then.discount_minor, today.discount_minor) == (0, 20_00)
    assert today.promotions == {"sweet": (1, 20_00)}


async def test_what_all_members_together_exceed_is_told(shop: Shop, clock: SetClock) -> None:
    anna, boris = await shop.enroll(), await shop.enroll("+79990000002")
    for day, who in enumerate([anna, boris, anna, None]):
        clock.advance(timedelta(days=1))
        await shop.buy(str(day), 100_00, member=who)
    by_month, by_day = Budget("amount", 25_00, window="month"), Budget("uses", 1, window="day")
    promotion = Promotion(
        "all", "Всем −10 %", PercentOff(1000), for_anonymous=True, budgets=(by_month, by_day)
    )
    program = structs.replace(RULES, promotions=(promotion,))
    await draft(shop, program)

    answer = await answered(shop, clock, Wish(months=1))

    used = answer.courses["draft.observed"].used
    assert overruns(program, used) == [Overrun(promotion, by_month, 1, date(2026, 1, 1), 40_00, 15_00)]
    assert answer.courses["published.observed"].used == {}


async def test_joined_cards_are_one_from_the_beginning_and_no_proof(shop: Shop, clock: SetClock) -> None:
    anna, card = await shop.enroll(), await shop.enroll("+79990000002")
    clock.advance(timedelta(days=1))
    await shop.buy("1", 100_00, member=anna)
    await shop.buy("2", 200_00, member=card)
    clock.advance(timedelta(days=1))
    async with shop.tx() as tx:
        await merge_members(tx, kept_id=anna, merged_id=card, reason="одна Аня")
    await draft(shop, MORE)

    answer = await answered(shop, clock, Wish(months=1))

    assert (answer.members, answer.checked, answer.joined) == (1, 0, 1)
    figures = answer.courses["draft.observed"]
    assert (figures.receipts, figures.outstanding, opening(figures)) == (2, 45, 0)


async def test_what_has_come_due_and_no_job_has_booked_yet_is_no_difference(
    shop: Shop, clock: SetClock
) -> None:
    program = structs.replace(RULES, expiry=ExpiryFixed(days=10))
    await shop.publish(program)
    anna = await shop.enroll()
    clock.advance(timedelta(days=1))
    await shop.buy("1", 100_00, member=anna)
    clock.advance(timedelta(days=20))
    await draft(shop, structs.replace(program, earning=MORE.earning))

    answer = await answered(shop, clock, Wish(months=1))

    assert (answer.checked, answer.differing) == (1, 0)
    assert (answer.courses["was"].burned, answer.courses["draft.observed"].burned) == (10, 15)


async def test_an_example_is_decided_again_with_all_that_explains_it(shop: Shop, clock: SetClock) -> None:
    program = structs.replace(RULES, redemption=Redemption())
    await shop.publish(program)
    anna = await shop.enroll()
    clock.advance(timedelta(days=1))
    await shop.buy("1", 100_00, member=anna)
    clock.advance(timedelta(days=1))
    await shop.buy("2", 100_00, member=anna, redeem="max")
    await draft(shop, structs.replace(program, earning=MORE.earning))
    answer = await answered(shop, clock, Wish(months=1))
    example = answer.gaining[0]
    async with shop.tx() as tx:
        asked = (await list_asked(tx, shop.program_id))[0]
        question = (await get_simulation(tx, asked.id)).question
        explained = await explain_receipt(
            tx, question, member_id=example.member_id, receipt_id=example.receipt_id
        )

    assert explained is not None
    assert explained.published.lines
    for told, outcome in ((example.published, explained.published), (example.draft, explained.draft)):
        spent = outcome.redeemed.points if outcome.redeemed else 0
        assert told == (outcome.discount_minor, outcome.earned_points, spent)

    clock.advance(timedelta(days=1))
    async with shop.tx() as tx:
        await delete_member(tx, anna)
        # Who has gone is nobody's name any more; receipts and points stay in the books.
        assert explained == await explain_receipt(
            tx, question, member_id=example.member_id, receipt_id=example.receipt_id
        )
        assert (
            await explain_receipt(tx, question, member_id=example.member_id, receipt_id=example.member_id)
            is None
        )
    again = await answered(shop, clock, Wish(months=1))
    assert again.courses["draft.observed"].receipts == 2


def test_tenths_are_of_equal_number() -> None:
    bounds = bounds_of([*range(1, 101)])
    assert bounds == (11, 21, 31, 41, 51, 61, 71, 81, 91)
    assert bounds_of([]) == ()
