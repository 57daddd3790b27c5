"""What a card did before it became a part of another one counts for whoever has it now."""

from tests.conftest import SetClock
from tests.domain.messages.recipients import letter
from tests.domain.purchases.test_commit import CASHBACK
from tests.domain.shop import open_shop

from plushka.domain.coupons.keeping import keep
from plushka.domain.coupons.operations import add_codes, create_coupon
from plushka.domain.events.store import Told, insert_event
from plushka.domain.messages.letters import post
from plushka.domain.purchases.merging import merge_members
from plushka.domain.segments.facts.reading import read_facts
from plushka.domain.segments.selecting import list_members
from plushka.engine.audience import Campaign, CouponHeld, Friends, Happened
from plushka.engine.audience_holds import holds
from plushka.platform.database import Database
from plushka.platform.ids import new_id


async def test_letters_events_friends_and_coupons_of_both_cards_are_of_the_one_who_stays(
    database: Database, clock: SetClock
) -> None:
    async with open_shop(database, clock, CASHBACK) as shop:
        kept, merged, friend = [await shop.enroll(f"+7999000000{number}") for number in range(3)]
        campaign = new_id()
        async with shop.tx() as tx:
            coupon = await create_coupon(tx, name="Кофе")
            await add_codes(tx, coupon, ["КОФЕ"])
            await keep(tx, merged, "КОФЕ", on=clock.at.date())
            await insert_event(tx, Told(merged, "review", {"rating": 5}, occurred_at=tx.at))
            await post(tx, [letter(merged, campaign_id=campaign, route=("inbox",), purpose="transactional")])
            await tx.execute(
                "update outgoing set state = 'sent', finished_at = $2 where tenant_id = $1",
                tx.tenant_id,
                tx.at,
            )
            await tx.execute(
                "update members set invited_by = $2 where tenant_id = $1 and id = $3",
                tx.tenant_id,
                merged,
                friend,
            )
            await merge_members(tx, kept_id=kept, merged_id=merged, reason="одна карта")

            for asked in (
                Campaign((campaign,)),
                Happened("review"),
                Friends(count_min=1),
                CouponHeld((coupon.id,)),
            ):
                assert await list_members(tx, asked) == [kept], asked
                facts = (await read_facts(tx, asked, [kept]))[kept]
                assert holds(asked, facts, clock.at.date()), asked
