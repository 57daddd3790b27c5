"""What happens to members, and to their clocks, between the planning of a broadcast and its letters."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from msgspec import structs
from tests.domain.campaigns.telling import begun, campaign
from tests.domain.purchases.test_commit import CASHBACK
from tests.domain.shop import receipt
from tests.sending.town import Town, open_town
from tests.sending.virtual import VirtualTime

from plushka.domain.bots.leaving import delete_member
from plushka.domain.businesses.branches import open_branch
from plushka.domain.members.consents import note_consent
from plushka.platform.database import Database

NOON = datetime.fromisoformat("2024-03-01T12:00:00+03:00")


async def test_whoever_unsubscribes_leaves_or_blocks_meanwhile_is_told_nothing_by_the_messenger(
    database: Database, tmp_path: Path
) -> None:
    async with open_town(database, VirtualTime(NOON), tmp_path, CASHBACK, people=5) as town:
        members = [await town.settle(number, ("telegram",)) for number in range(5)]
        async with town.shop.tx() as tx:
            await note_consent(tx, members[4], "messenger", is_given=True, source="office")
        campaign_id = await begun(town.shop)
        await town.work()  # planned and left for the sender, which does not run yet
        async with town.shop.tx() as tx:
            await note_consent(tx, members[1], "marketing", is_given=False, source="link")
            await delete_member(tx, members[2])
        town.chat("telegram", 3).is_blocked = True
        async with town.shop.tx() as tx:
            await note_consent(tx, members[4], "messenger", is_given=False, source="bot")

        town.begin()
        for minute in (1, 2):
            await town.until(NOON + timedelta(minutes=minute))
            await town.work()

        assert [town.shown(number).total() for number in range(5)] == [1, 0, 0, 0, 0]
        # Who only closed the messenger finds it in the app, which wakes nobody.
        assert await fates(town, campaign_id, members) == [
            "sent", "no_consent", "forgotten", "delivered", "delivered",
        ]  # fmt: skip
        assert (await campaign(town.shop, campaign_id)).state == "done"


@pytest.mark.parametrize(
    ("begins", "in_berlin", "in_moscow"),
    [
        ("2024-03-30T22:00:00+01:00", "2024-03-31T07:00:00+00:00", "2024-03-31T06:00:00+00:00"),
        ("2024-10-26T22:00:00+02:00", "2024-10-27T08:00:00+00:00", "2024-10-27T06:00:00+00:00"),
    ],
    ids=["the night is an hour shorter", "the night is an hour longer"],
)
async def test_in_quiet_hours_letters_wait_for_nine_by_the_clock_of_where_members_buy(
    database: Database, tmp_path: Path, begins: str, in_berlin: str, in_moscow: str
) -> None:
    time = VirtualTime(datetime.fromisoformat(begins))
    async with open_town(database, time, tmp_path, CASHBACK, people=2) as town:
        members = [await town.settle(number, ("telegram",)) for number in range(2)]
        async with town.shop.tx() as tx:
            await open_branch(tx, code="berlin", name="Берлин", time_zone="Europe/Berlin")
            await tx.execute("update tills set branch_id = null where tenant_id = $1", tx.tenant_id)
        for number, branch in enumerate(("berlin", "arbat")):
            caller = structs.replace(town.shop.caller, branch=branch)
            await town.shop.queue.commit(caller, receipt(f"R-{number}", 100_00, member=members[number]))
        await begun(town.shop)
        town.begin()
        await town.work()
        assert town.begun == []
        await town.until(datetime.fromisoformat(in_berlin).replace(hour=20))
        told = {town.begun[place].chat: town.begun[place].at.astimezone(UTC) for place in range(2)}
        assert [told["900000"], told["900001"]] == [
            datetime.fromisoformat(in_berlin),
            datetime.fromisoformat(in_moscow),
        ]
        assert [town.shown(number).total() for number in range(2)] == [1, 1]


async def fates(town: Town, campaign_id: UUID, members: list[UUID]) -> list[str]:
    """Return what became of the letter of each member: how it was sent, or why not; of the erased nothing is kept."""
    async with town.shop.tx() as tx:
        rows = await tx.fetch(
            "select member_id, state, failure from outgoing where tenant_id = $1 and campaign_id = $2",
            tx.tenant_id,
            campaign_id,
        )
    fate = {row["member_id"]: row["failure"] or row["state"] for row in rows}
    return [fate.get(member_id, "forgotten") for member_id in members]
