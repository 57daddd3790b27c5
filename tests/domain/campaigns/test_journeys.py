"""Members begin journeys by what happens to them, go on by the clock, and are done each thing once."""

import asyncio
from collections import Counter, OrderedDict
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import msgspec
import pytest
from tests.conftest import SetClock
from tests.domain.campaigns.road import Road
from tests.domain.purchases.test_commit import CASHBACK
from tests.domain.shop import open_shop
from tests.faults.test_one_card import at_once

from plushka.delivery.jobs.telling import forget_tenant
from plushka.domain.bots.leaving import delete_member
from plushka.domain.campaigns.journeys import entering, moving, queries
from plushka.domain.campaigns.journeys.model import JourneyState, JourneyUnsound, NothingToUndo
from plushka.domain.campaigns.journeys.publishing import pause, publish, resume, stop, take_out
from plushka.domain.campaigns.journeys.queries import count_runs, get_journey, list_runs_of_member
from plushka.domain.campaigns.journeys.soundness import problems_of
from plushka.domain.campaigns.journeys.writing import create_journey, save_draft, undo
from plushka.domain.events.store import Told
from plushka.domain.members.blocking import block
from plushka.domain.members.dates import add_date
from plushka.domain.members.model import Profile
from plushka.domain.members.profile import edit_profile
from plushka.domain.occasions.noting import note_event
from plushka.domain.purchases.merging import merge_members
from plushka.domain.segments.operations import archive_segment, create_segment
from plushka.engine.audience import Audience, Not, Purchases
from plushka.engine.conditions import Segment
from plushka.engine.experiments.groups import draw_on
from plushka.engine.journeys.parts import (
    AfterDays,
    Choice,
    EachTime,
    GivePoints,
    GiveReward,
    GoalAudience,
    GoalPurchase,
    Journey,
    OnAbsence,
    OnBurn,
    OnPurchase,
    OnRegistration,
    TagMember,
    Wait,
)
from plushka.engine.occasion_parts import OnBirthday, OnCloseDate, OnEvent
from plushka.platform.database import Database

WELCOME = Journey(
    "Знакомство", OnRegistration(), (GivePoints("gift", 50), Wait("wait", days=2), TagMember("tag", "свой"))
)
WIN_BACK = Journey(
    "Возвращение",
    OnAbsence(30, days_most=60),
    (GivePoints("first", 200, life_days=10), Wait("wait", days=30), GivePoints("second", 300)),
    again=AfterDays(90),
    goal=GoalPurchase(),
)


@pytest.fixture
async def road(database: Database, clock: SetClock) -> AsyncIterator[Road]:
    async with open_shop(database, clock, CASHBACK) as shop:
        yield Road(shop, clock)


async def born(road: Road, member_id: UUID, birthday: date) -> None:
    async with road.shop.tx() as tx:
        await edit_profile(tx, member_id, Profile("Аня", None, birthday, 0), birthday_reason="тест")


async def review(road: Road, member_id: UUID, **said: object) -> None:
    async with road.shop.tx() as tx:
        await note_event(tx, road.shop.reference.versions, Told(member_id, "review", said))


async def test_who_enrols_begins_at_once_and_each_deed_is_done_once(road: Road) -> None:
    card = await road.begin(WELCOME)
    member_id = await road.shop.enroll()

    for _ in range(3):
        await road.go()
    assert await road.runs(card.id) == [("active", "wait")]
    assert [points for _, points in await road.given(member_id)] == [50]

    await road.until(road.clock.at + timedelta(days=2, minutes=1))
    assert await road.runs(card.id) == [("passed", None)]
    async with road.shop.tx() as tx:
        tags = await tx.fetchval("select tags from members where tenant_id = $1", tx.tenant_id)
        counts = await count_runs(tx, card.id)
    assert tags == ["свой"]
    assert counts.entered == 1
    assert {step: count.passed for step, count in counts.by_step.items()} == {"gift": 1, "wait": 1, "tag": 1}
    assert await road.shop.differences() == ()


async def test_a_journey_that_fails_stops_no_other_whether_it_begins_or_goes_on(
    road: Road, monkeypatch: pytest.MonkeyPatch
) -> None:
    well, lame, torn = [
        await road.begin(msgspec.structs.replace(WELCOME, name=name)) for name in ("Цел", "Хром", "Рван")
    ]
    # It is found by what is no id.
    nowhere = '{"is": "segment_entered", "segment": "x"}'
    async with road.shop.tx() as tx:
        await tx.execute("set local role none")  # a version never changes
        for table, body, id_ in (("journeys", "draft", "id"), ("journey_versions", "body", "journey_id")):
            await tx.execute(
                f"update {table} set {body} = jsonb_set({body}, '{{trigger}}', $2) where {id_} = $1",  # noqa: S608
                torn.id,
                nowhere,
            )
    await road.shop.enroll()
    with pytest.raises(ExceptionGroup) as failed:
        await road.go()
    assert len(failed.value.exceptions) == 1
    assert await road.runs(well.id) == await road.runs(lame.id) == [("active", "wait")]

    async with road.shop.tx() as tx:
        await tx.execute("set local role none")
        await tx.execute("update journey_versions set body = '{}' where journey_id = $1", lame.id)
    # By another worker, which has not read it yet.
    monkeypatch.setattr(queries, "_plans", OrderedDict())
    road.clock.advance(timedelta(days=3))
    with pytest.raises(ExceptionGroup) as failed:
        await road.go()
    assert len(failed.value.exceptions) == 3, "two do not begin, and one of these does not go on"
    assert await road.runs(well.id) == [("passed", None)]
    assert await road.runs(lame.id) == [("active", "wait")]


async def test_a_look_that_finds_nobody_is_not_repeated_and_misses_nobody(road: Road) -> None:
    cards = [await road.begin(WELCOME), await road.begin(Journey("Спасибо", OnPurchase(), WELCOME.steps))]
    for minutes in (1, 60):
        road.clock.advance(timedelta(minutes=minutes))
        await road.go()
        async with road.shop.tx() as tx:
            read_to = [(await get_journey(tx, card.id)).read_to for card in cards]
        assert read_to == [road.clock.at] * 2
    member_id = await road.shop.enroll()
    await road.shop.buy("1", 100_00, member=member_id, occurred_at=road.clock.at - timedelta(minutes=30))
    road.clock.advance(timedelta(minutes=1))
    await road.go()
    assert [await road.runs(card.id) for card in cards] == [[("active", "wait")]] * 2


async def test_who_is_found_by_several_looks_begins_each_time_once(
    road: Road, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(entering, "STEP_MEMBERS", 3)
    welcome = await road.begin(WELCOME)
    each_time = Journey("Чек", OnPurchase(), (TagMember("t", "чек"),), again=EachTime(), at_once=5)
    thanks = await road.begin(each_time)
    for number in range(5):
        member_id = await road.shop.enroll(f"+7999000{number:04}")
        for receipt in "ab":
            await road.shop.buy(f"{number}{receipt}", 100_00, member=member_id)
    await road.go()
    assert await road.runs(welcome.id) == [("active", "wait")] * 5
    assert await road.runs(thanks.id) == [("passed", None)] * 10


async def test_who_was_there_before_it_was_published_does_not_begin(road: Road) -> None:
    await road.shop.enroll()
    road.clock.advance(timedelta(minutes=1))
    card = await road.begin(WELCOME)

    await road.go()

    assert await road.runs(card.id) == []


async def test_who_stays_away_is_called_back_until_they_buy(road: Road) -> None:
    card = await road.begin(WIN_BACK)
    anna, boris = await road.shop.enroll(), await road.shop.enroll("+79990000002")
    await road.shop.buy("1", 100_00, member=anna)
    await road.shop.buy("2", 100_00, member=boris)
    start = road.clock.at

    await road.until(start + timedelta(days=29))
    assert await road.runs(card.id) == []
    await road.until(start + timedelta(days=31))
    assert await road.runs(card.id) == [("active", "wait")] * 2

    await road.shop.buy("3", 100_00, member=anna)
    await road.until(start + timedelta(days=70))
    assert await road.runs(card.id, anna) == [("goal", None)]
    assert [points for _, points in await road.given(anna)] == [200]
    assert [points for _, points in await road.given(boris)] == [200, 300]

    await road.until(start + timedelta(days=115))
    assert len(await road.runs(card.id, anna)) == 1, "not again within 90 days, though she is away again"
    assert await road.shop.differences() == ()


async def test_a_birthday_comes_once_a_year_also_on_29_february(road: Road) -> None:
    gift = (GivePoints("gift", 500, life_days=15),)
    card = await road.begin(Journey("ДР", OnBirthday(days_before=7), gift, again=AfterDays(300)))
    leap, other = await road.shop.enroll(), await road.shop.enroll("+79990000002")
    await born(road, leap, date(1996, 2, 29))
    await born(road, other, date(1990, 3, 12))

    for year, month, day in ((2026, 3, 10), (2027, 2, 15), (2028, 2, 15)):
        road.clock.at = max(road.clock.at, datetime(year, month, day, 9, tzinfo=UTC))
        await road.until(datetime(year, 3, 20, 9, tzinfo=UTC), every=timedelta(days=1))

    assert [at.date() for at, _ in await road.given(leap)] == [date(2027, 2, 21), date(2028, 2, 22)]
    assert [at.date() for at, _ in await road.given(other)] == [
        date(2026, 3, 11),
        date(2027, 3, 5),
        date(2028, 3, 5),
    ]
    assert len(await road.keys(card.id)) == 5


async def test_each_day_of_somebody_close_begins_it(road: Road) -> None:
    card = await road.begin(
        Journey(
            "Близкие", OnCloseDate(8, ("birthday",)), (GivePoints("gift", 300),), again=EachTime(), at_once=3
        )
    )
    member_id = await road.shop.enroll()
    async with road.shop.tx() as tx:
        for day in (12, 14):
            await add_date(tx, member_id, whose="Маша", kind="birthday", month=3, day=day)
        await add_date(tx, member_id, whose="Пётр", kind="wedding", month=3, day=15)

    await road.until(road.clock.at + timedelta(days=2))

    assert await road.keys(card.id) == ["date:birthday:03-12:2026", "date:birthday:03-14:2026"]
    assert [points for _, points in await road.given(member_id)] == [300, 300]


async def test_thanks_are_said_for_each_purchase_and_the_second_is_counted(road: Road) -> None:
    thanks = await road.begin(
        Journey("Спасибо", OnPurchase(), (TagMember("t", "купил"),), again=EachTime(), at_once=5)
    )
    second = await road.begin(Journey("Второй раз", OnPurchase(number=2), (GivePoints("g", 10),)))
    member_id = await road.shop.enroll()

    for number in range(3):
        await road.shop.buy(str(number), 100_00, member=member_id)
        road.clock.advance(timedelta(minutes=1))
        await road.go()

    assert len(await road.runs(thanks.id)) == 3
    assert await road.runs(second.id) == [("passed", None)]


async def test_an_event_begins_it_and_a_choice_asks_what_was_just_done(road: Road) -> None:
    tagged = msgspec.convert({"is": "tag", "ids": ["отзыв"]}, Audience)
    steps = (TagMember("tag", "отзыв"), Choice("who", tagged, yes=(GiveReward("gift", "Круассан", 10),)))
    card = await road.begin(Journey("Отзыв", OnEvent("review"), steps))
    member_id = await road.shop.enroll()
    await review(road, member_id, rating=5)

    await road.go()
    await road.go()

    async with road.shop.tx() as tx:
        rows = await tx.fetch(
            "select name, state, expires_at from rewards where tenant_id = $1", tx.tenant_id
        )
        ways = (await count_runs(tx, card.id)).by_step["who"].ways
    assert [(row["name"], row["state"]) for row in rows] == [("Круассан", "open")]
    assert rows[0]["expires_at"] == datetime(2026, 3, 19, 21, tzinfo=UTC)
    assert ways == ((0, 1),)
    assert await road.shop.differences() == ()


async def test_who_waits_has_reached_the_goal_when_the_card_that_was_kept_buys(road: Road) -> None:
    card = await road.begin(WIN_BACK)
    left, kept = await road.shop.enroll(), await road.shop.enroll("+79990000002")
    await road.shop.buy("1", 100_00, member=left)
    await road.until(road.clock.at + timedelta(days=32))
    async with road.shop.tx() as tx:
        await merge_members(tx, kept_id=kept, merged_id=left, reason="двойник")
    road.clock.advance(timedelta(minutes=10))
    await road.go()
    assert await road.runs(card.id) == [("active", "wait")]

    await road.shop.buy("2", 100_00, member=kept)
    road.clock.advance(timedelta(minutes=10))
    await road.go()

    assert await road.runs(card.id) == [("goal", None)]


async def test_points_that_burn_soon_begin_it(road: Road) -> None:
    gift = await road.begin(Journey("Подарок", OnRegistration(), (GivePoints("gift", 70, life_days=20),)))
    burning = await road.begin(Journey("Сгорают", OnBurn(7, points_min=50), (TagMember("t", "сгорят"),)))
    await road.shop.enroll()
    await road.go()
    assert await road.runs(gift.id) == [("passed", None)]

    await road.until(datetime(2026, 3, 22, 10, tzinfo=UTC))
    assert await road.runs(burning.id) == []
    await road.until(datetime(2026, 3, 24, 10, tzinfo=UTC))
    assert await road.keys(burning.id) == ["burn:2026-03-30"]


async def test_nothing_happens_while_it_rests_and_what_happened_then_begins_nothing(road: Road) -> None:
    card = await road.begin(WELCOME)
    anna = await road.shop.enroll()
    await road.go()
    async with road.shop.tx() as tx:
        await pause(tx, card.id)
    road.clock.advance(timedelta(days=5))
    await road.shop.enroll("+79990000002")
    await road.go()
    assert await road.runs(card.id) == [("active", "wait")]

    road.clock.advance(timedelta(minutes=1))
    async with road.shop.tx() as tx:
        await resume(tx, card.id)
        with pytest.raises(JourneyState):
            await resume(tx, card.id)
    await road.go()
    assert await road.runs(card.id) == [("passed", None)]
    assert await road.runs(card.id, anna) == [("passed", None)]


async def test_a_goal_of_conditions_ends_it_also_for_who_waits(road: Road) -> None:
    has_bought = Purchases(count_min=1)
    journey = Journey(
        "Ц", OnEvent("review"), (Wait("w", days=3), TagMember("t", "зов")), goal=GoalAudience(has_bought)
    )
    card = await road.begin(journey)
    anna, boris, vera = [await road.shop.enroll(f"+7999000000{number}") for number in (1, 2, 3)]
    await road.shop.buy("1", 100_00, member=vera)
    for member_id in (anna, boris, vera):
        await review(road, member_id)
    await road.go()
    assert await road.runs(card.id, vera) == [], "who has it already does not begin"

    await road.shop.buy("2", 100_00, member=anna)
    await road.until(road.clock.at + timedelta(minutes=20), every=timedelta(minutes=1))
    assert await road.runs(card.id, anna) == [("goal", None)]
    assert await road.runs(card.id, boris) == [("active", "w")]
    await road.until(road.clock.at + timedelta(days=4))
    assert await road.runs(card.id, boris) == [("passed", None)]


async def test_who_is_on_the_way_goes_on_by_the_version_that_they_began_by(road: Road) -> None:
    card = await road.begin(WELCOME)
    anna = await road.shop.enroll()
    await road.go()
    async with road.shop.tx() as tx:
        changed = msgspec.structs.replace(card.draft, steps=(GivePoints("other", 7),))
        saved = await save_draft(tx, card.id, changed, revision=card.revision)
        assert saved.is_changed
        await publish(tx, card.id, revision=saved.revision)
    boris = await road.shop.enroll("+79990000002")

    await road.until(road.clock.at + timedelta(days=3))

    assert [points for _, points in await road.given(anna)] == [50]
    assert [points for _, points in await road.given(boris)] == [7]
    assert await road.runs(card.id) == [("passed", None)] * 2


async def test_a_draft_is_undone_and_an_unsound_one_is_not_published(road: Road) -> None:
    async with road.shop.tx() as tx:
        card = await create_journey(tx, WELCOME)
        empty = await save_draft(
            tx, card.id, msgspec.structs.replace(WELCOME, steps=()), revision=card.revision
        )
        with pytest.raises(JourneyUnsound) as refused:
            await publish(tx, card.id, revision=empty.revision)
        assert refused.value.facts["reason"] == "no_steps"
        back = await undo(tx, card.id, revision=empty.revision)
        assert back.draft == card.draft
        with pytest.raises(NothingToUndo):
            await undo(tx, card.id, revision=back.revision)


async def test_conditions_that_name_a_segment_which_is_gone_are_not_published(road: Road) -> None:
    async with road.shop.tx() as tx:
        kept = await create_segment(tx, name="Частые", audience=Purchases(count_min=3))
        gone = await create_segment(tx, name="Были", audience=Purchases(count_min=1))
        await archive_segment(tx, gone)
        steps = (Choice("c", Not(Segment((str(gone),))), yes=(TagMember("t", "зов"),)),)
        journey = Journey("Ц", OnRegistration(), steps, audience=Segment((str(kept),)))
        problems = await problems_of(tx, journey)
    assert [(problem.path, problem.code) for problem in problems] == [("steps[0].when", "unknown_segment")]


async def test_who_is_blocked_or_erased_on_the_way_is_done_nothing_to(road: Road) -> None:
    card = await road.begin(WIN_BACK)
    anna, boris = await road.shop.enroll(), await road.shop.enroll("+79990000002")
    await road.shop.buy("1", 100_00, member=anna)
    await road.shop.buy("2", 100_00, member=boris)
    await road.until(road.clock.at + timedelta(days=31))
    async with road.shop.tx() as tx:
        await block(tx, anna, reason="тест")
        await delete_member(tx, boris)

    await road.until(road.clock.at + timedelta(days=40))
    assert await road.runs(card.id) == [("gone", None)] * 2
    assert [points for _, points in await road.given(anna)] == [200]

    await forget_tenant(road.shop.database, road.clock, road.shop.caller.tenant_id)
    assert [key.partition(":")[0] for key in await road.keys(card.id)] == ["absence", "gone"]


async def test_of_joined_cards_one_goes_on(road: Road) -> None:
    card = await road.begin(WELCOME)
    anna, double = await road.shop.enroll(), await road.shop.enroll("+79990000002")
    await road.go()
    road.clock.advance(timedelta(minutes=1))
    other = await road.begin(Journey("Метка", OnRegistration(), (Wait("w", days=1), TagMember("t", "дубль"))))
    third = await road.shop.enroll("+79990000003")
    await road.go()
    async with road.shop.tx() as tx:
        await merge_members(tx, kept_id=anna, merged_id=double, reason="двойник")
        await merge_members(tx, kept_id=anna, merged_id=third, reason="двойник")

    await road.until(road.clock.at + timedelta(days=3))

    assert sorted(await road.runs(card.id)) == [("gone", None), ("gone", None), ("passed", None)]
    assert await road.runs(other.id) == [("passed", None)]
    async with road.shop.tx() as tx:
        assert await tx.fetchval(
            "select tags from members where tenant_id = $1 and id = $2", tx.tenant_id, anna
        ) == [
            "дубль",
            "свой",
        ]
        assert len(await list_runs_of_member(tx, anna)) == 4


async def test_staff_take_a_member_out_and_stop_it_for_all(road: Road) -> None:
    card = await road.begin(WELCOME)
    anna, boris = await road.shop.enroll(), await road.shop.enroll("+79990000002")
    await road.go()
    async with road.shop.tx() as tx:
        run = (await list_runs_of_member(tx, anna))[0]
        assert await take_out(tx, run.id) == anna
        assert await stop(tx, card.id) == 1

    await road.until(road.clock.at + timedelta(days=3))
    assert await road.runs(card.id, anna) == [("taken_out", None)]
    assert await road.runs(card.id, boris) == [("stopped", None)]


async def test_several_workers_let_nobody_begin_or_be_given_twice(road: Road) -> None:
    card = await road.begin(WELCOME)
    members = [await road.shop.enroll(f"+7999000{number:04}") for number in range(5)]

    await at_once([road.go] * 8)

    assert len(await road.runs(card.id)) == 5
    for member_id in members:
        assert [points for _, points in await road.given(member_id)] == [50]
    assert await road.shop.differences() == ()


async def test_a_worker_that_dies_between_claim_and_deed_has_done_nothing(
    road: Road, monkeypatch: pytest.MonkeyPatch
) -> None:
    card = await road.begin(WELCOME)
    member_id = await road.shop.enroll()

    async def die(*_: object) -> None:
        raise asyncio.CancelledError

    with monkeypatch.context() as patched:
        patched.setattr(moving, "_write", die)
        with pytest.raises(asyncio.CancelledError):
            await road.go()
    assert await road.given(member_id) == []

    await road.go()
    assert [points for _, points in await road.given(member_id)] == [50]
    assert await road.runs(card.id) == [("active", "wait")]


async def test_a_control_group_is_left_alone_and_counted_as_recipients(road: Road) -> None:
    async with road.shop.tx() as tx:
        created = await create_journey(tx, msgspec.structs.replace(WELCOME, control_bp=50_00))
        card = await publish(tx, created.id, revision=created.revision)
    members = [await road.shop.enroll(f"+7999000{number:04}") for number in range(40)]

    await road.go()

    async with road.shop.tx() as tx:
        held_out = {
            row["member_id"]
            for row in await tx.fetch(
                "select member_id from campaign_recipients where campaign_id = $1 and is_control", card.id
            )
        }
        assert (await get_journey(tx, card.id)).state == "sending"
        assert (await count_runs(tx, card.id)).by_state == {
            "active": 40 - len(held_out),
            "control": len(held_out),
        }
    assert len(held_out) == 20
    for member_id in members:
        assert bool(await road.given(member_id)) is (member_id not in held_out)


async def test_groups_have_exact_shares_of_each_stratum_and_can_be_drawn_again(road: Road) -> None:
    """Forty who have never bought and twenty of two kinds of buyers review one day after another."""
    members = [await road.shop.enroll(f"+7999000{number:04}") for number in range(80)]
    for number, member_id in enumerate(members[40:]):
        await road.shop.buy(f"{number}", 50_00 if number < 20 else 5000_00, member=member_id)
    road.clock.advance(timedelta(days=1))
    journey = Journey("Ц", OnEvent("review"), (TagMember("t", "отзыв"),), again=EachTime(), control_bp=10_00)
    async with road.shop.tx() as tx:
        created = await create_journey(tx, journey)
        card = await publish(tx, created.id, revision=created.revision)
    for some in range(0, 80, 16):
        for member_id in members[some : some + 16]:
            await review(road, member_id)
        road.clock.advance(timedelta(days=1))
        await road.go()
    await review(road, members[0])
    await road.go()

    async with road.shop.tx() as tx:
        rows = await tx.fetch(
            """
            select member_id, is_control, stratum from campaign_recipients
            where tenant_id = $1 and campaign_id = $2 order by planned_at, member_id
            """,
            tx.tenant_id,
            card.id,
        )
    drawn, _ = draw_on([(row["member_id"], row["stratum"]) for row in rows], card.salt, 10_00, {})
    assert [each.is_control for each in drawn] == [row["is_control"] for row in rows]
    come = Counter(row["stratum"] for row in rows)
    assert (come.pop(0), sorted(come.values())) == (40, [20, 20])
    held = Counter(row["stratum"] for row in rows if row["is_control"])
    assert {stratum: held[stratum] for stratum in (0, *come)} == {0: 4} | dict.fromkeys(come, 2)
