"""What campaigns have caused: receipts of both groups, as they were drawn, after returns and merges (0094)."""

from collections.abc import AsyncIterator
from datetime import date, datetime, timedelta
from uuid import UUID

import pytest
from tests.conftest import SetClock
from tests.domain.purchases.test_commit import CASHBACK
from tests.domain.purchases.test_returning import give_back
from tests.domain.shop import Shop, open_shop

from plushka.delivery.jobs.journeys import lead_tenant
from plushka.delivery.jobs.measuring import measure_tenant
from plushka.domain.campaigns.journeys.publishing import publish
from plushka.domain.campaigns.journeys.writing import create_journey
from plushka.domain.campaigns.queries import get_campaign
from plushka.domain.catalog.model import ProductEntry
from plushka.domain.catalog.operations import upsert_products
from plushka.domain.insights.campaigns.keeping import find_caused
from plushka.domain.insights.campaigns.model import Caused, subject_in_quarter, subject_of_campaign
from plushka.domain.insights.campaigns.outcomes import list_outcomes
from plushka.domain.insights.campaigns.sight import look_ahead
from plushka.domain.purchases.merging import merge_members
from plushka.engine.journeys.parts import GivePoints, Journey, OnRegistration, Wait
from plushka.platform.database import Database
from plushka.platform.ids import new_id

NOON = datetime.fromisoformat("2026-03-10T12:00:00+03:00")


@pytest.fixture
async def shop(database: Database, clock: SetClock) -> AsyncIterator[Shop]:
    clock.at = NOON
    async with open_shop(database, clock, CASHBACK) as shop:
        yield shop


async def broadcast(shop: Shop, treated: list[UUID], control: list[UUID], *, kind: str = "broadcast") -> UUID:
    """Write down a campaign to these members as planned and sent now."""
    campaign_id = new_id()
    async with shop.tx() as tx:
        await tx.execute(
            """
            insert into campaigns (
                tenant_id, id, kind, name, purpose, state, control_bp, salt, window_days, created_by, created_at,
                started_by, started_at, planned_at, finished_at
            )
            values (
                $1, $2, $4, 'Март', 'marketing', 'cancelled', 1000, 'salt of sixteen letters', 7, 'test', $3,
                'test', $3, $3, $3
            )
            """,
            tx.tenant_id,
            campaign_id,
            tx.at,
            kind,
        )
        for is_control, members in ((False, treated), (True, control)):
            await tx.execute(
                """
                insert into campaign_recipients (tenant_id, campaign_id, member_id, is_control, planned_at)
                select $1, $2, member_id, $4, $5 from unnest($3::uuid[]) as given (member_id)
                """,
                tx.tenant_id,
                campaign_id,
                members,
                is_control,
                tx.at,
            )
    return campaign_id


async def caused(shop: Shop, campaign_id: UUID) -> Caused:
    await measure_tenant(shop.database, shop.clock, shop.caller.tenant_id)
    async with shop.tx() as tx:
        return (await find_caused(tx, [subject_of_campaign(campaign_id)]))[subject_of_campaign(campaign_id)]


async def members_of(shop: Shop, count: int) -> list[UUID]:
    return [await shop.enroll(f"+79990000{number:03}") for number in range(count)]


async def test_the_difference_of_what_both_groups_paid_after_returns_is_what_was_caused(
    shop: Shop, clock: SetClock
) -> None:
    anna, boris, vera, gleb = await members_of(shop, 4)
    await shop.buy("before", 300_00, member=anna)
    clock.at += timedelta(days=1)
    campaign_id = await broadcast(shop, [anna, boris], [vera, gleb])
    clock.at += timedelta(hours=1)
    await shop.buy("1", 500_00, member=anna)
    await shop.buy("2", 200_00, member=boris)
    await shop.buy("3", 100_00, member=vera)
    await shop.buy("4", 900_00, member=gleb)
    await give_back(shop, "back", "4")
    clock.at += timedelta(days=8)
    await shop.buy("late", 700_00, member=boris)

    found = await caused(shop, campaign_id)

    paid, purchases, buyers = (found.effects[name] for name in ("paid", "purchases", "buyers"))
    assert paid is not None
    assert (paid.treated_mean, paid.control_mean) == (350_00, 50_00)
    assert purchases is not None
    assert (purchases.treated_mean, purchases.control_mean) == (1, 0.5)
    assert buyers is not None
    assert (buyers.treated, buyers.control) == (2, 2)
    assert (found.verdict, found.is_final) == ("too_few", False)
    assert (found.costs.receipts, found.costs.unknown_cost, found.knows_profit) == (3, 3, False)


async def test_goods_and_messages_are_charged_to_profit(shop: Shop, clock: SetClock) -> None:
    anna, boris, vera, gleb = await members_of(shop, 4)
    campaign_id = await broadcast(shop, [anna, boris], [vera, gleb])
    clock.at += timedelta(hours=1)
    async with shop.tx() as tx:
        await upsert_products(tx, [ProductEntry("coffee", "Кофе", cost_minor=200_00)])
    await shop.buy("1", 500_00, member=anna)
    async with shop.tx() as tx:
        await tx.execute(
            """
            insert into outgoing (
                tenant_id, id, key, channel, address, member_id, language, purpose, content, campaign_id, not_before,
                useful_until, state, cost_minor, created_at, finished_at
            )
            select $1, gen_random_uuid(), member_id::text, 'sms', '+7', member_id, 'ru', 'marketing', '{}', $2, $3, $3,
                   'sent', 400, $3, $3
            from campaign_recipients where tenant_id = $1 and campaign_id = $2 and not is_control
            """,
            tx.tenant_id,
            campaign_id,
            tx.at,
        )

    found = await caused(shop, campaign_id)

    profit = found.effects["profit"]
    assert profit is not None
    assert profit.treated_mean == (500_00 - 200_00) / 2 - 4_00
    assert (found.costs.goods_minor, found.costs.messages_minor) == (200_00, 8_00)
    assert found.knows_profit


async def test_who_entered_a_journey_is_measured_for_thirty_days_from_then(
    shop: Shop, clock: SetClock
) -> None:
    anna, boris, vera, gleb = await members_of(shop, 4)
    campaign_id = await broadcast(shop, [anna, boris], [vera, gleb], kind="journey")
    clock.at += timedelta(days=20)
    await shop.buy("1", 500_00, member=anna)
    clock.at += timedelta(days=11)
    await shop.buy("2", 500_00, member=boris)

    purchases = (await caused(shop, campaign_id)).effects["purchases"]

    assert purchases is not None
    assert purchases.treated_mean == 0.5


async def test_points_that_steps_of_a_journey_gave_are_told_with_what_it_caused(
    shop: Shop, clock: SetClock
) -> None:
    steps = (GivePoints("first", 50), Wait("wait", days=2), GivePoints("second", 30))
    async with shop.tx() as tx:
        card = await create_journey(tx, Journey("Знакомство", OnRegistration(), steps, control_bp=5000))
        await publish(tx, card.id, revision=card.revision)
    members = await members_of(shop, 20)
    given = []
    for _ in range(2):
        clock.at += timedelta(days=2, minutes=1)
        await lead_tenant(shop.database, shop.clock, shop.caller.tenant_id)
        given.append((await caused(shop, card.id)).costs.points_given)

    held = [await shop.wallet(member_id) for member_id in members]
    assert given[0] == 50 * 10
    assert given[1] == 80 * 10 == sum(wallet.balance.available for wallet in held)


async def test_what_is_final_is_counted_no_more(shop: Shop, clock: SetClock) -> None:
    treated = await members_of(shop, 4)
    campaign_id = await broadcast(shop, treated[:2], treated[2:])
    clock.at += timedelta(days=36)
    assert not (await caused(shop, campaign_id)).is_final
    clock.at += timedelta(days=2)
    final = await caused(shop, campaign_id)
    assert final.is_final
    clock.at += timedelta(days=2)
    assert (await caused(shop, campaign_id)).counted_at == final.counted_at


async def test_what_stands_and_lacks_its_quarters_gets_them_once_and_stays_as_it_was(
    shop: Shop, clock: SetClock
) -> None:
    clock.at = datetime.fromisoformat("2026-03-28T12:00:00+03:00")
    treated = await members_of(shop, 4)
    campaign_id = await broadcast(shop, treated[:2], treated[2:])
    clock.at += timedelta(days=1)
    await shop.buy("1", 500_00, member=treated[0])
    clock.at += timedelta(days=3)
    await shop.buy("2", 300_00, member=treated[1])
    clock.at += timedelta(days=38)
    whole = await caused(shop, campaign_id)
    assert whole.is_final
    # As it was before quarters were counted.
    subject = subject_of_campaign(campaign_id)
    async with shop.tx() as tx:
        await tx.execute(
            "delete from experiments where tenant_id = $1 and subject like $2", tx.tenant_id, f"{subject}@%"
        )
    clock.at += timedelta(days=100)
    again = await caused(shop, campaign_id)
    parts = [subject_in_quarter(subject, quarter_on) for quarter_on in (date(2026, 1, 1), date(2026, 4, 1))]
    async with shop.tx() as tx:
        counted = await find_caused(tx, parts)
    clock.at += timedelta(days=1)
    await caused(shop, campaign_id)
    async with shop.tx() as tx:
        later = await find_caused(tx, parts)

    assert again == whole
    paid = [counted[part].effects["paid"] for part in parts]
    assert [each.treated_mean for each in paid if each] == [250_00, 150_00]
    assert all(each.is_final for each in counted.values())
    assert later == counted


async def test_of_two_cards_of_one_person_the_kept_one_counts(shop: Shop, clock: SetClock) -> None:
    anna, boris, vera, gleb, other = await members_of(shop, 5)
    campaign_id = await broadcast(shop, [anna, boris, other], [vera, gleb])
    clock.at += timedelta(hours=1)
    await shop.buy("1", 100_00, member=other)
    async with shop.tx() as tx:
        await merge_members(tx, kept_id=vera, merged_id=other, reason="one person")

    paid = (await caused(shop, campaign_id)).effects["paid"]

    assert paid is not None
    assert (paid.treated, paid.control, paid.control_mean) == (2, 2, 50_00)


async def test_rows_of_recipients_add_up_to_what_was_compared(shop: Shop, clock: SetClock) -> None:
    anna, boris, vera, gleb, other = await members_of(shop, 5)
    campaign_id = await broadcast(shop, [anna, boris, other], [vera, gleb])
    clock.at += timedelta(hours=1)
    await shop.buy("1", 500_00, member=anna)
    await shop.buy("2", 300_00, member=anna)
    await shop.buy("3", 100_00, member=vera)
    await shop.buy("4", 50_00, member=other)
    async with shop.tx() as tx:
        await merge_members(tx, kept_id=anna, merged_id=other, reason="one person")
    clock.at += timedelta(days=8)
    await shop.buy("late", 700_00, member=boris)
    found = await caused(shop, campaign_id)

    async with shop.tx() as tx:
        rows = await list_outcomes(tx, await get_campaign(tx, campaign_id), [anna, boris, vera, gleb, other])

    assert {member: (row.purchases, row.paid_minor) for member, row in rows.items()} == {
        anna: (3, 850_00),
        boris: (0, 0),
        vera: (1, 100_00),
        gleb: (0, 0),
        other: (None, None),
    }
    paid = found.effects["paid"]
    assert paid is not None
    assert (paid.treated_mean * 2, paid.control_mean * 2) == (850_00, 100_00)


async def test_what_a_group_could_see_is_told_before_the_start(shop: Shop, clock: SetClock) -> None:
    members = await members_of(shop, 3)
    for number, member_id in enumerate(members):
        await shop.buy(f"{number}", 100_00 * (number + 1), member=member_id)
    clock.at += timedelta(hours=1)
    async with shop.tx() as tx:
        prospect = await look_ahead(tx, members, control_bp=50_00, window_days=7)
    assert (prospect.members, prospect.mean_minor, prospect.is_weak) == (3, 200_00, True)
    assert prospect.sight.is_too_few
    assert prospect.control_needed_bp is None
