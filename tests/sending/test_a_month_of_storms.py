"""A month of broadcasts and journeys while messengers answer with 429, with 5xx, or break off: by its laws.

Members are told by three messengers that are none, over real HTTP. What reached their phones is what these recorded.
"""

from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from tests.domain.campaigns.road import Road
from tests.domain.campaigns.telling import begun as begun_broadcast
from tests.domain.campaigns.telling import campaign
from tests.domain.purchases.test_commit import CASHBACK
from tests.sending.storms import Door, Weather, drawn_storms
from tests.sending.town import Town, open_town
from tests.sending.virtual import VirtualTime

from plushka.domain.campaigns.model import LetterPlan, PointsOffered, Variant
from plushka.domain.events.store import Told
from plushka.domain.members.channels import MESSENGERS, Messenger
from plushka.domain.messages.rules import ChannelRule, Rules, change_rules
from plushka.domain.messages.templates.model import Body, Draft, Words
from plushka.domain.messages.templates.store import create_template
from plushka.domain.occasions.noting import note_event
from plushka.engine.journeys.parts import EachTime, Journey, Message, OnPurchase, Wait
from plushka.engine.occasion_parts import OnEvent
from plushka.platform.database import Database
from plushka.platform.ids import new_id

SEED = 20240301
MEMBERS = 30
DAYS = 30
BROADCAST_EVERY_DAYS = 3
COSTS: dict[Messenger, int] = {"telegram": 5, "max": 7, "vk": 3}
BLOCKED = (3, 13, 23)
"""They have stopped the bot in Telegram, which nobody knows; they are in MAX besides."""
OUT_OF_ORDER = datetime.fromisoformat("2024-03-13T12:00:00+03:00")
"""When Telegram is down for two hours, a broadcast begins."""
REVIEW, THANKS = "Спасибо за отзыв", "Спасибо за покупку"


def messengers_of(number: int) -> tuple[Messenger, ...]:
    return (("telegram",), ("max",), ("vk",), ("telegram", "max"), ("vk", "telegram"))[number % 5]


def weather_of(messenger: Messenger, first: datetime) -> Weather:
    days = [first + timedelta(days=day) for day in range(0, DAYS, BROADCAST_EVERY_DAYS)]
    begun = [day.replace(hour=12) + timedelta(seconds=0.1 + number % 3) for number, day in enumerate(days)]
    at_broadcasts = tuple((at, at + timedelta(seconds=20 + 10 * number)) for number, at in enumerate(begun))
    return Weather(
        busy=4,
        down=4,
        unheard=2,
        unanswered=2,
        storms=at_broadcasts + drawn_storms(SEED + len(messenger), first, DAYS, each_day=2, minutes_max=6),
        outages=((OUT_OF_ORDER, OUT_OF_ORDER + timedelta(hours=2)),) if messenger == "telegram" else (),
    )


async def test_everybody_has_each_letter_once_whatever_messengers_answer(
    database: Database, tmp_path: Path
) -> None:
    time = VirtualTime(datetime.fromisoformat("2024-03-01T08:00:00+03:00"))
    weather = {messenger: weather_of(messenger, time.at) for messenger in MESSENGERS}
    async with open_town(
        database, time, tmp_path, CASHBACK, people=MEMBERS, weather=weather, seed=SEED
    ) as town:
        members = [await town.settle(number, messengers_of(number)) for number in range(MEMBERS)]
        for number in BLOCKED:
            town.chat("telegram", number).is_blocked = True
        await open_journeys(town)
        broadcasts = await a_month(town, members)

        for door in town.doors.values():
            check_retry_after(door)
        await check_letters(town, members, broadcasts)
        await check_notices_first(town)
        for campaign_id in broadcasts.values():
            assert (await campaign(town.shop, campaign_id)).state == "done"
        assert await town.shop.differences() == ()


async def open_journeys(town: Town) -> None:
    async with town.shop.tx() as tx:
        channels = tuple(ChannelRule(channel, cost) for channel, cost in COSTS.items())
        others = tuple(ChannelRule(channel) for channel in ("push", "email", "sms", "inbox"))
        await change_rules(tx, Rules(channels=(*channels, *others)))
        review = await create_template(tx, Draft(REVIEW, "transactional", Body({"ru": Words(REVIEW)})))
        thanks = await create_template(tx, Draft(THANKS, "marketing", Body({"ru": Words(THANKS)})))
    road = Road(town.shop, town.time)  # type: ignore[arg-type]  # of the clock only what both can is asked
    letter = Message("m", str(review), "transactional")
    await road.begin(Journey("Отзыв", OnEvent("review"), (letter,), again=EachTime(), at_once=9))
    steps = (Wait("w", hours=2), Message("m", str(thanks)))
    await road.begin(Journey("Спасибо", OnPurchase(), steps, again=EachTime(), at_once=9))


async def a_month(town: Town, members: list[UUID]) -> dict[str, UUID]:
    """Let a month pass: three members buy each day, two say what they think, and every third day all are told."""
    broadcasts: dict[str, UUID] = {}
    first = town.time.at
    town.begin()
    for day in range(DAYS):
        midnight = (first + timedelta(days=day)).replace(hour=0)
        for hour in (9, 12, 15, 18, 21):
            await town.until(midnight + timedelta(hours=hour))
            if hour == 12:
                for number in range(day, day + 2):
                    async with town.shop.tx() as tx:
                        told = Told(members[number * 7 % MEMBERS], "review", {"rating": 5})
                        await note_event(tx, town.shop.reference.versions, told)
                for number in range(day, day + 3):
                    await town.shop.buy(f"{day}-{number}", 100_00, member=members[number * 11 % MEMBERS])
                if day % BROADCAST_EVERY_DAYS == 0:
                    text = f"Письмо {day}"
                    broadcasts[text] = await told_all(town, text)
            await town.work()
            if day % 4 == 0 and hour in (12, 15):
                await town.until(town.time.at + timedelta(seconds=3))
                await town.restart()
    await town.until(town.time.at + timedelta(days=1))
    await town.work()
    return broadcasts


async def told_all(town: Town, text: str) -> UUID:
    template_id = new_id()
    async with town.shop.tx() as tx:
        await create_template(
            tx, Draft(text, "marketing", Body({"ru": Words(text)})), template_id=template_id
        )
    return await begun_broadcast(
        town.shop,
        name=text,
        letter=LetterPlan((Variant("A", template_id, 1),)),
        offer=PointsOffered(town.shop.program_id, 10),
    )


def check_retry_after(door: Door) -> None:
    """Check that after a 429 nothing came before the moment that it named."""
    refused = [knock for knock in door.knocks if knock.fault in ("too_many", "busy")]
    assert len(refused) > DAYS, "there were storms"
    for knock in refused:
        ends_at = knock.at + timedelta(seconds=knock.retry_after)
        too_soon = [other for other in door.knocks if knock.at < other.at < ends_at]
        assert not too_soon, (door.messenger, knock, too_soon)


async def check_letters(town: Town, members: list[UUID], broadcasts: dict[str, UUID]) -> None:
    """Check what is on the phones against what was to be said, and the costs against what is on the phones."""
    async with town.shop.tx() as tx:
        rows = await tx.fetch(
            "select o.*, (select max(at) from outgoing_tries where outgoing_id = o.id) as moved_at from outgoing o"
        )
    states = {(row["state"], row["channel"] == "inbox") for row in rows}
    assert states == {("sent", False), ("unknown", False), ("delivered", True)}, "nothing was given up"
    in_app = Counter(
        (row["member_id"], row["said"].partition("\n")[0]) for row in rows if row["channel"] == "inbox"
    )
    unknown = Counter(row["member_id"] for row in rows if row["state"] == "unknown")
    broken = Counter[UUID]()
    doubled = Counter[str]()
    for messenger, door in town.doors.items():
        for knock in door.knocks:
            if messenger != "vk" and knock.fault in ("unheard", "unanswered"):
                broken[members[int(knock.chat) - 900_000]] += 1
                doubled[knock.chat] += knock.fault == "unanswered"
    assert not unknown - broken, "of a letter nobody knows only where a connection broke"
    for number, member_id in enumerate(members):
        shown = town.shown(number)
        shown.update({said: count for (whose, said), count in in_app.items() if whose == member_id})
        missing = [text for text in broadcasts if not shown[text]]
        assert len(missing) <= unknown[member_id], (number, missing)
        assert all(shown[text] <= 1 for text in broadcasts), (number, shown)
        bought, reviewed = await counted(town, member_id)
        assert bought - unknown[member_id] <= shown[THANKS] <= bought
        # A notice is said again where a connection broke, even if it had arrived.
        assert reviewed <= shown[REVIEW] <= reviewed + doubled[str(900_000 + number)]
    for row in rows:
        assert row["cost_minor"] == (COSTS[row["channel"]] if row["state"] == "sent" else 0), "booked once"
    check_moved([(row["member_id"], row["moved_at"]) for row in rows if row["moved_at"]], members)


async def counted(town: Town, member_id: UUID) -> tuple[int, int]:
    """Return how often a member bought and reviewed, until too late for the last letter to be due."""
    async with town.shop.tx() as tx:
        bought: int = await tx.fetchval("select count(*) from receipts where member_id = $1", member_id)
        reviewed: int = await tx.fetchval(
            "select count(*) from member_events where member_id = $1", member_id
        )
    return bought, reviewed


def check_moved(moved: list[tuple[UUID, datetime]], members: list[UUID]) -> None:
    """Check that letters went on by another channel only where the first one refused, or took nothing for long."""
    blocked = {members[number] for number in BLOCKED}
    in_telegram = {
        members[number]
        for number in range(MEMBERS)
        if messengers_of(number) in (("telegram",), ("telegram", "max"))
    }
    patient_until = OUT_OF_ORDER + timedelta(minutes=30)
    by_outage = {
        member_id for member_id, at in moved if patient_until <= at < patient_until + timedelta(minutes=15)
    }
    assert by_outage == in_telegram - blocked
    for member_id, at in moved:
        assert member_id in blocked or (at >= patient_until and at.date() == patient_until.date()), at


async def check_notices_first(town: Town) -> None:
    """Check that a sender that goes on takes a notice that waits before any advertisement."""
    async with town.shop.tx() as tx:
        rows = await tx.fetch("select id, created_at from outgoing where purpose = 'transactional'")
    left_at = {row["id"]: row["created_at"] for row in rows}
    for messenger in MESSENGERS:
        begun = [one for one in town.begun if one.messenger == messenger]
        first_begun = {one.id: one.at for one in reversed(begun)}
        before: datetime | None = None
        for one in begun:
            if one.at != before and one.purpose == "marketing":
                waited = [id_ for id_, at in left_at.items() if at < one.at < first_begun.get(id_, one.at)]
                assert not waited, (messenger, one)
            before = one.at
