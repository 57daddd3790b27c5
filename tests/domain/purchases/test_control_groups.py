"""A promotion leaves some members alone: the same ones at each purchase, by what is kept with the receipt (S20)."""

from uuid import UUID

from msgspec import json, structs
from tests.conftest import SetClock
from tests.domain.purchases.test_commit import CASHBACK
from tests.domain.shop import Shop, open_shop

from plushka.domain.purchases.model import Committed
from plushka.domain.purchases.store import decision_inputs
from plushka.engine.evaluate import evaluate
from plushka.engine.experiments.groups import group_of
from plushka.engine.price_effects import PercentOff
from plushka.engine.program import Promotion
from plushka.engine.purchase import Member, Outcome
from plushka.engine.version import compile_version
from plushka.platform.database import Database

HALF = structs.replace(
    CASHBACK, promotions=(Promotion("ten", "Минус 10 %", PercentOff(10_00), control_bp=50_00),)
)


async def one_of_each(shop: Shop) -> tuple[UUID, UUID]:
    """Return a member who gets the promotion and one who is left without it."""
    found: dict[bool, UUID] = {}
    number = 0
    while len(found) < 2:
        number += 1
        member_id = await shop.enroll(f"+799900000{number:02}")
        found.setdefault(group_of("promotion:ten", member_id, 50_00), member_id)
    return found[False], found[True]


def told(committed: Committed) -> tuple[int, list[str]]:
    outcome = committed.receipt.outcome
    return outcome.discount_minor, [note.code for note in outcome.notes if note.rule == "ten"]


async def test_who_is_held_out_pays_the_whole_price_each_time_and_gets_it_back_whole(
    database: Database, clock: SetClock
) -> None:
    async with open_shop(database, clock, HALF) as shop:
        treated, control = await one_of_each(shop)
        assert told(await shop.buy("1", 500_00, member=treated)) == (50_00, [])
        assert told(await shop.buy("2", 500_00, member=control)) == (0, ["control_group"])
        assert told(await shop.buy("3", 500_00, member=control)) == (0, ["control_group"])
        assert told(await shop.buy("4", 500_00, member=None)) == (0, [])

        async with shop.tx() as tx:
            rows = await tx.fetch(
                "select basket, member_state, outcome, occurred_at from receipts where member_id is not null"
            )
        version = compile_version(UUID(int=1), HALF)
        for row in rows:
            basket, member = decision_inputs(row)
            assert member is not None
            assert member.id in {treated, control}
            assert evaluate(version, member, basket, row["occurred_at"]) == json.decode(
                row["outcome"], type=Outcome
            )

        assert await shop.differences() == ()


async def test_where_nobody_is_held_out_no_receipt_keeps_whose_it_was(
    database: Database, clock: SetClock
) -> None:
    program = structs.replace(HALF, promotions=(structs.replace(HALF.promotions[0], control_bp=0),))
    async with open_shop(database, clock, program) as shop:
        await shop.buy("1", 500_00, member=await shop.enroll("+79990000001"))
        async with shop.tx() as tx:
            state = await tx.fetchval("select member_state from receipts")
    assert json.decode(state, type=Member).id is None
