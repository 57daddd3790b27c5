"""Birthday greetings: the first purchase that followed, tier by tier, totals of sums (F205, S22)."""

from datetime import date, datetime, timedelta
from uuid import UUID

from tests.conftest import SetClock
from tests.domain.campaigns.road import Road
from tests.domain.campaigns.telling import deliver, tellable
from tests.domain.purchases.test_commit import CASHBACK
from tests.domain.purchases.test_returning import give_back
from tests.domain.shop import Shop, open_shop

from plushka.domain.campaigns.journeys.chains import begin_chain
from plushka.domain.campaigns.sums import summed
from plushka.domain.insights.campaigns.birthdays import Greetings, count_greetings
from plushka.domain.insights.payback.effects import count_month, sum_effects
from plushka.platform.database import Database

NOON = datetime.fromisoformat("2026-03-10T12:00:00+03:00")
MARCH = (date(2026, 3, 1), date(2026, 3, 31))


async def greet(shop: Shop, member_id: UUID, *, key: str = "birthday:2026", days: int | None = None) -> None:
    async with shop.tx() as tx:
        await tx.execute(
            """
            insert into occasion_gifts (
                tenant_id, id, member_id, program_id, version_id, occasion_id, name, key, given_on, points, expires_at,
                at
            )
            select $1, gen_random_uuid(), $2, $3, v.id, 'birthday', 'День рождения', $4, $5, 500, $6, $7
            from program_versions v where v.tenant_id = $1
            """,
            tx.tenant_id,
            member_id,
            shop.program_id,
            key,
            tx.at.date(),
            None if days is None else tx.at + timedelta(days=days),
            tx.at,
        )


async def test_the_first_purchase_after_a_greeting_counts_once_and_while_its_points_live(
    database: Database, clock: SetClock
) -> None:
    clock.at = NOON
    async with open_shop(database, clock, CASHBACK) as shop:
        anna, boris, vera, gleb = [await shop.enroll(f"+7999000000{number}") for number in range(4)]
        for member_id in (anna, boris):
            await greet(shop, member_id)
        await greet(shop, vera, days=5)
        await greet(shop, gleb, key="date:wedding:03-12:2026")
        clock.at += timedelta(days=1)
        await shop.buy("1", 500_00, member=anna)
        await shop.buy("2", 900_00, member=anna)
        await shop.buy("3", 300_00, member=boris)
        await give_back(shop, "back", "3")
        clock.at += timedelta(days=6)
        await shop.buy("4", 700_00, member=vera)
        async with shop.tx() as tx:
            found = await count_greetings(tx, shop.program_id, *MARCH)
            before = await count_greetings(tx, shop.program_id, date(2026, 2, 1), date(2026, 2, 28))

    assert before == {}
    total = summed(Greetings, found.values())
    assert total == Greetings(greeted=3, purchases=1, revenue_minor=500_00, positions=1)
    assert total.profit_minor is None


async def test_the_ready_journey_greets_too_and_one_birthday_is_one_greeting(
    database: Database, clock: SetClock
) -> None:
    """The journey's points live 15 days: what is bought on the 16th is not theirs."""
    clock.at = NOON
    async with open_shop(database, clock, CASHBACK) as shop:
        anna, boris, vera, gleb = await tellable(shop, 4)
        async with shop.tx() as tx:
            await tx.execute(
                "update members set birthday = '1990-03-12' where tenant_id = $1 and id = any($2::uuid[])",
                tx.tenant_id,
                [anna, boris, vera],
            )
            card = await begin_chain(tx, "birthday")
        road = Road(shop, clock)
        await road.begin(card.draft)
        await road.go()
        await deliver(shop)
        await greet(shop, boris)  # the programme greets beside it
        await greet(shop, gleb)
        clock.at += timedelta(days=1)
        await shop.buy("1", 500_00, member=anna)
        await shop.buy("2", 300_00, member=boris)
        await shop.buy("3", 200_00, member=boris)
        await shop.buy("4", 100_00, member=gleb)
        clock.at += timedelta(days=15)
        await shop.buy("5", 800_00, member=vera)
        async with shop.tx() as tx:
            found = summed(Greetings, (await count_greetings(tx, shop.program_id, *MARCH)).values())
            april = await count_greetings(tx, shop.program_id, date(2026, 4, 1), date(2026, 4, 30))
            await count_month(tx, MARCH[0])
            brought = await sum_effects(tx, [MARCH[0]])
            behind = await tx.fetch(
                "select scenario, revenue_minor from payback_receipts where tenant_id = $1 order by revenue_minor",
                tx.tenant_id,
            )

    assert found == Greetings(greeted=4, letters=3, purchases=3, revenue_minor=900_00, positions=3)
    assert april == {}, "the greetings of a month are of no other"
    assert [tuple(row) for row in behind] == [("birthday", minor) for minor in (100_00, 300_00, 500_00)]
    assert brought["birthday", MARCH[0]].receipts == 3
