"""Points for many members at once."""

from tests.conftest import SetClock
from tests.domain.purchases.test_commit import CASHBACK
from tests.domain.shop import open_shop

from plushka.domain.ledger.bulk import BulkChange, adjust_many
from plushka.domain.ledger.model import Balance
from plushka.domain.members.model import Identity
from plushka.domain.members.operations import enroll as enroll_without_programme
from plushka.engine.purchase import Grant
from plushka.platform.database import Database
from plushka.platform.ids import new_id


async def test_who_is_not_in_the_programme_does_not_keep_the_others_from_their_points(
    database: Database, clock: SetClock
) -> None:
    async with open_shop(database, clock, CASHBACK) as shop:
        anna = await shop.enroll()
        async with shop.tx() as tx:
            boris = (await enroll_without_programme(tx, name="Борис", identities=[Identity("card", "1")])).id
            booked = await adjust_many(
                tx,
                [BulkChange(member_id, new_id(), 10) for member_id in (anna, boris)],
                program_id=shop.program_id,
                grant=lambda points: Grant(points, tx.at, None, rules=()),
                kind="adjustment",
                reason="gift",
            )
        assert booked == {anna: "booked", boris: "short"}
        assert (await shop.wallet(anna)).balance == Balance(available=10)
        assert await shop.differences() == ()


async def test_what_has_an_id_is_booked_once_even_for_two(database: Database, clock: SetClock) -> None:
    async with open_shop(database, clock, CASHBACK) as shop:
        members, same = [await shop.enroll(), await shop.enroll("+79990000002")], new_id()
        async with shop.tx() as tx:
            booked = await adjust_many(
                tx,
                [BulkChange(member_id, same, 10) for member_id in members],
                program_id=shop.program_id,
                grant=lambda points: Grant(points, tx.at, None, rules=()),
                kind="adjustment",
                reason="gift",
            )
        assert sorted(booked.values()) == ["booked", "known"]
        assert sum([(await shop.wallet(member_id)).balance.available for member_id in members]) == 10
        assert await shop.differences() == ()
