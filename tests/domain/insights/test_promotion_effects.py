"""What promotions came to: receipts that they are on, and their control group, found by PostgreSQL as by the engine."""

from collections import Counter
from datetime import date, datetime, timedelta
from uuid import UUID

from msgspec import structs
from tests.conftest import SetClock
from tests.domain.purchases.test_commit import CASHBACK
from tests.domain.shop import Shop, open_shop

from plushka.delivery.jobs.folding import fold_tenant
from plushka.delivery.jobs.measuring import measure_tenant
from plushka.domain.insights.campaigns.keeping import find_caused
from plushka.domain.insights.campaigns.model import Caused, subject_in_quarter, subject_of_promotion
from plushka.domain.insights.campaigns.promotions import Promoted, count_promotions
from plushka.domain.insights.campaigns.subjects import Subject, list_subjects
from plushka.domain.insights.reports.period import custom
from plushka.domain.insights.reports.scope import Scope
from plushka.engine.conditions import ReceiptAmount
from plushka.engine.experiments.groups import group_of
from plushka.engine.price_effects import PercentOff, RaisedShare
from plushka.engine.program import Promotion, Redemption, RedemptionLimits
from plushka.engine.stamp_parts import Gift
from plushka.platform.database import Database, Tx

EACH_SIDE = 5
NOON = datetime.fromisoformat("2026-03-10T12:00:00+03:00")
PROGRAM = structs.replace(
    CASHBACK,
    redemption=Redemption(RedemptionLimits(receipt_share_bp=10_00)),
    promotions=(
        Promotion("ten", "Минус 10 %", PercentOff(10_00), control_bp=50_00),
        Promotion("mug", "Кружка", Gift("Кружка"), when=ReceiptAmount(min_minor=900_00)),
        Promotion("share", "Больше бонусами", RaisedShare(50_00)),
    ),
)


async def count_in(tx: Tx, shop: Shop, first_on: date, last_on: date) -> Promoted:
    scope = Scope(custom(first_on, last_on), program_id=shop.program_id)
    return await count_promotions(tx, scope, "Europe/Moscow")


async def test_the_database_draws_the_group_that_the_engine_draws(
    database: Database, clock: SetClock
) -> None:
    clock.at = NOON
    async with open_shop(database, clock, PROGRAM) as shop:
        members = await enroll_both(shop)
        drawn = Counter(group_of("promotion:ten", member_id, 50_00) for member_id in members)
        clock.at += timedelta(hours=1)
        for number, member_id in enumerate(members):
            await shop.buy(f"{number}", 100_00, member=member_id)
        clock.at += timedelta(hours=1)
        await measure_tenant(database, clock, shop.caller.tenant_id)
        await fold_tenant(database, clock, shop.caller.tenant_id)
        subject = subject_of_promotion(shop.program_id, "ten")
        async with shop.tx() as tx:
            caused = (await find_caused(tx, [subject]))[subject]
            counted = await count_in(tx, shop, date(2026, 3, 1), date(2026, 3, 31))

    paid = caused.effects["paid"]
    assert paid is not None
    assert (paid.treated, paid.control) == (drawn[False], drawn[True])
    assert (paid.treated_mean, paid.control_mean) == (90_00, 100_00)
    assert counted.by_promotion[shop.program_id, "ten"].receipts == drawn[False]
    assert not caused.is_final


async def enroll_both(shop: Shop) -> list[UUID]:
    """Enroll members until both groups of the promotion have some: ids are random."""
    members: list[UUID] = []
    drawn = Counter[bool]()
    while min(drawn[True], drawn[False]) < EACH_SIDE:
        members.append(await shop.enroll(f"+79990000{len(members):03}"))
        drawn[group_of("promotion:ten", members[-1], 50_00)] += 1
    return members


async def test_a_promotion_that_is_taken_out_is_counted_until_then_and_stays_by_its_name(
    database: Database, clock: SetClock
) -> None:
    clock.at = datetime.fromisoformat("2026-03-20T12:00:00+03:00")
    async with open_shop(database, clock, PROGRAM) as shop:
        subject = subject_of_promotion(shop.program_id, "ten")

        async def counted() -> tuple[Caused, Subject]:
            await measure_tenant(database, clock, shop.caller.tenant_id)
            async with shop.tx() as tx:
                return (await find_caused(tx, [subject]))[subject], (await list_subjects(tx))[subject]

        members = await enroll_both(shop)
        clock.at += timedelta(days=1)
        for number, member_id in enumerate(members):
            await shop.buy(f"{number}", 100_00, member=member_id)
        clock.at += timedelta(days=1)
        during, named = await counted()
        assert named == Subject("Минус 10 %", "promotion")
        clock.at = taken_out_at = datetime.fromisoformat("2026-04-05T12:00:00+03:00")
        await shop.publish(structs.replace(PROGRAM, promotions=PROGRAM.promotions[1:]))
        clock.at += timedelta(days=1)
        # Nobody was held out any more.
        for number, member_id in enumerate(members):
            await shop.buy(f"after {number}", 900_00, member=member_id)
        clock.at += timedelta(days=1)
        ended, named = await counted()
        clock.at += timedelta(days=30)
        final, _ = await counted()
        async with shop.tx() as tx:
            await tx.execute(
                "delete from experiments where tenant_id = $1 and subject like $2",
                tx.tenant_id,
                f"{subject}@%",
            )
        clock.at += timedelta(days=30)
        still, _ = await counted()
        quarters = [subject_in_quarter(subject, day) for day in (date(2026, 1, 1), date(2026, 4, 1))]
        async with shop.tx() as tx:
            parts = await find_caused(tx, quarters)

    assert named == Subject("Минус 10 %", "promotion", is_gone=True)
    assert (ended.until_at, ended.is_final, final.is_final) == (taken_out_at, False, True)
    assert ended.effects["paid"] == during.effects["paid"] == final.effects["paid"]
    assert still == final, "what is final is not counted again"
    paid = [parts[quarter].effects["paid"] for quarter in quarters]
    assert [(each.treated_mean, each.control_mean) for each in paid if each] == [(90_00, 100_00), (0, 0)]


async def test_a_promotion_is_counted_on_the_receipts_that_it_is_on(
    database: Database, clock: SetClock
) -> None:
    clock.at = NOON
    program = structs.replace(
        PROGRAM, promotions=tuple(structs.replace(each, control_bp=0) for each in PROGRAM.promotions)
    )
    async with open_shop(database, clock, program) as shop:
        anna, boris = await shop.enroll("+79990000001"), await shop.enroll("+79990000002")
        await shop.buy("1", 1000_00, member=anna)
        clock.at += timedelta(hours=1)
        await shop.buy("2", 200_00, member=anna, redeem="max")
        await shop.buy("3", 300_00, member=boris)
        await shop.buy("4", 500_00, member=None)
        await fold_tenant(database, clock, shop.caller.tenant_id)
        async with shop.tx() as tx:
            counted = await count_in(tx, shop, date(2026, 3, 1), date(2026, 3, 31))
            nothing = await count_in(tx, shop, date(2026, 2, 1), date(2026, 2, 28))

    ten, mug, share = (counted.by_promotion[shop.program_id, name] for name in ("ten", "mug", "share"))
    assert (ten.receipts, ten.buyers, ten.positions, ten.discount_minor) == (3, 2, 3, 150_00)
    assert (mug.receipts, mug.revenue_minor) == (1, 900_00)
    assert (share.receipts, share.redeemed_minor) == (1, ten.redeemed_minor)
    assert share.redeemed_minor > 0
    assert (counted.total.receipts, counted.total.profit_minor) == (4, None)
    assert counted.total.revenue_minor == ten.revenue_minor + 500_00
    assert (nothing.total.receipts, dict(nothing.by_promotion)) == (0, {})
