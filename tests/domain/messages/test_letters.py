"""Letters to many: posted at once by the first channel that reaches, and asked again before each is sent."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest
from msgspec import structs
from tests.domain.messages.next_message import take_next
from tests.domain.messages.recipients import connect_gateways, letter, recipient, state_of, waits_until

from plushka.domain.members.blocking import block
from plushka.domain.members.channels import Address, mark_unreachable
from plushka.domain.members.consents import note_consent
from plushka.domain.members.model import ConsentKind
from plushka.domain.members.suppressions import suppress
from plushka.domain.messages.finishing import finish
from plushka.domain.messages.gate import end_of_quiet
from plushka.domain.messages.letters import hold, post, release, withdraw
from plushka.domain.messages.model import Channel, Delivered, Refused, Sent, Unreachable
from plushka.domain.messages.moving import move_overdue
from plushka.domain.messages.reporting import report
from plushka.domain.messages.rules import ChannelRule, Rules, change_rules, route_of
from plushka.domain.messages.taking import Interrupted, put_back_interrupted, take
from plushka.platform.database import Tx

SILENT = ChannelRule("telegram", is_transactional_only=True)


@pytest.fixture(autouse=True)
async def _gateways(tx: Tx) -> None:
    await connect_gateways(tx)


def ruled(*channels: ChannelRule, **more: int) -> Rules:
    """Return the default rules with other ones for some channels, which come first."""
    named = {rule.channel for rule in channels}
    others = (rule for rule in Rules().channels if rule.channel not in named)
    return structs.replace(Rules(channels=(*channels, *others)), **more)


async def test_a_letter_goes_by_the_first_channel_of_its_route_that_reaches_its_member(tx: Tx) -> None:
    anna = await recipient(tx, 1, channels=("telegram", "email"))
    boris = await recipient(tx, 2, channels=())
    letters = [letter(one, route=("vk", "email", "telegram", "sms")) for one in (anna, boris)]
    assert await post(tx, letters) == 2
    assert await post(tx, letters) == 0
    found = {row["member_id"]: row for row in await tx.fetch("select * from outgoing")}
    assert (found[anna]["channel"], found[anna]["address"]) == ("email", "m1@example.org")
    assert found[anna]["route"] == ["telegram", "sms"]
    assert (found[boris]["channel"], found[boris]["address"]) == ("sms", "+79990000002")


async def test_nobody_is_written_to_by_a_bot_that_the_business_has_no_more(tx: Tx) -> None:
    anna, boris = await recipient(tx, 1, channels=("telegram", "max")), await recipient(tx, 2)
    await tx.execute("update bots set disconnected_at = $1 where messenger = 'telegram'", tx.at)
    await post(tx, [letter(anna, route=("telegram", "max", "sms")), letter(boris)])
    assert await tx.fetchval("select channel from outgoing where member_id = $1", anna) == "max"
    assert await state_of(tx, boris) == ("skipped", "unreachable")


async def test_without_a_route_the_cheapest_channel_is_tried_first_and_the_inbox_last() -> None:
    rules = ruled(
        ChannelRule("sms", 500), ChannelRule("max", 1), ChannelRule("vk", 1), ChannelRule("telegram", 0, True)
    )
    cheapest = route_of(rules, (), "marketing")
    assert cheapest == ("push", "email", "max", "vk", "sms", "inbox")
    assert route_of(rules, (), "transactional")[0] == "telegram"
    assert route_of(rules, ("sms", "telegram"), "marketing") == ("sms",)


@pytest.mark.parametrize(
    ("withdrawn", "channel"),
    [((), "telegram"), (("messenger",), "email"), (("messenger", "email"), "sms")],
)
async def test_a_kind_of_channel_that_was_refused_is_passed_over(
    tx: Tx, withdrawn: tuple[ConsentKind, ...], channel: Channel
) -> None:
    anna = await recipient(tx, channels=("telegram", "email"))
    for kind in withdrawn:
        await note_consent(tx, anna, kind, is_given=True, source="app")
        await note_consent(tx, anna, kind, is_given=False, source="app")
    await post(tx, [letter(anna, route=("telegram", "email", "sms"))])
    assert await tx.fetchval("select channel from outgoing") == channel


async def test_who_has_not_agreed_is_skipped_at_once_and_notices_ask_for_no_consent(tx: Tx) -> None:
    anna = await recipient(tx, 1, agrees=False)
    boris = await recipient(tx, 2, agrees=False)
    await post(tx, [letter(anna), letter(boris, purpose="transactional")])
    assert await state_of(tx, anna) == ("skipped", "no_consent")
    assert await take_next(tx, "telegram", purpose="marketing") is None
    taken = await take_next(tx, "telegram")
    assert taken is not None
    assert taken.member_id == boris


async def test_a_notice_does_not_wait_behind_letters(tx: Tx) -> None:
    many = [await recipient(tx, number) for number in range(1, 4)]
    await post(tx, [letter(one) for one in many])
    await post(tx, [letter(many[2], "notice", purpose="transactional")])
    first = await take_next(tx, "telegram")
    assert first is not None
    assert first.member_id == many[2]
    assert len(await take(tx, "telegram", "marketing", 10)) == 3


async def test_who_unsubscribes_after_the_planning_is_not_written_to(tx: Tx) -> None:
    anna, boris = await recipient(tx, 1), await recipient(tx, 2)
    await post(tx, [letter(anna), letter(boris)])
    await note_consent(tx, anna, "marketing", is_given=False, source="bot")
    assert [one.member_id for one in await take(tx, "telegram", "marketing", 10)] == [boris]
    assert await state_of(tx, anna) == ("skipped", "no_consent")


async def test_whatever_forbids_it_now_skips_it_with_its_reason(tx: Tx) -> None:
    blocked, left, none, switched = [await recipient(tx, number) for number in range(1, 5)]
    await post(tx, [letter(blocked), letter(left), letter(none)])
    await block(tx, blocked, reason="обман")
    await mark_unreachable(tx, Address("telegram", "1002"), "blocked")
    await tx.execute("update members set erased_at = now() where id = $1", none)
    assert await take(tx, "telegram", "marketing", 10) == []
    assert await state_of(tx, blocked) == ("skipped", "member_blocked")
    assert await state_of(tx, left) == ("skipped", "address_closed")
    assert await state_of(tx, none) == ("skipped", "member_gone")
    await post(tx, [letter(switched)])
    await change_rules(tx, ruled(ChannelRule("telegram", is_transactional_only=True)))
    assert await take(tx, "telegram", "marketing", 10) == []
    assert await state_of(tx, switched) == ("skipped", "transactional_only")
    await post(tx, [letter(switched, "2")])
    assert await tx.fetchval("select count(*) from outgoing where failure = 'transactional_only'") == 2


async def test_a_channel_that_is_closed_before_the_sending_lets_the_next_one_do(tx: Tx) -> None:
    anna = await recipient(tx, channels=("telegram", "email"))
    await post(tx, [letter(anna, route=("telegram", "email"))])
    await mark_unreachable(tx, Address("telegram", "1001"), "blocked")
    assert await take(tx, "telegram", "marketing", 10) == []
    taken = await take_next(tx, "email", purpose="marketing")
    assert taken is not None
    assert (taken.address, taken.route) == ("m1@example.org", ())
    assert await tx.fetchval("select count(*) from outgoing_tries") == 0


async def test_no_more_letters_than_the_cap_allows(tx: Tx) -> None:
    anna = await recipient(tx)
    await change_rules(tx, Rules(cap_letters=2, cap_days=7))
    await post(tx, [letter(anna, str(number)) for number in range(3)])
    taken = await take(tx, "telegram", "marketing", 10)
    assert len(taken) == 2
    for one in taken:
        await finish(tx, one, Sent())
    assert await tx.fetchval("select failure from outgoing where state = 'skipped'") == "cap"
    later = replace(tx, at=tx.at + timedelta(days=7, seconds=1))
    await post(later, [letter(anna, "next")])
    assert len(await take(later, "telegram", "marketing", 10)) == 1


async def test_what_is_left_at_night_waits_for_the_morning_from_the_beginning_if_it_would_wake_somebody(
    tx: Tx,
) -> None:
    night = replace(tx, at=datetime(2026, 3, 10, 19, 30, tzinfo=UTC))
    anna, boris, vera = [await recipient(tx, number) for number in (1, 2, 3)]
    await post(night, [letter(anna), letter(boris, route=("inbox",)), letter(vera, purpose="transactional")])
    morning = datetime(2026, 3, 11, 6, 0, tzinfo=UTC)
    assert [await waits_until(tx, each) for each in (anna, boris, vera)] == [morning, night.at, night.at]


async def test_at_night_a_letter_waits_for_the_morning_of_its_member(tx: Tx) -> None:
    evening = replace(tx, at=datetime(2026, 3, 10, 17, 59, tzinfo=UTC))
    night = replace(tx, at=datetime(2026, 3, 10, 19, 30, tzinfo=UTC))
    anna = await recipient(tx)
    await post(evening, [letter(anna)])
    assert await waits_until(tx, anna) == evening.at
    assert await take(night, "telegram", "marketing", 10) == []
    assert await waits_until(tx, anna) == datetime(2026, 3, 11, 6, 0, tzinfo=UTC)
    assert (
        await take(replace(tx, at=datetime(2026, 3, 11, 5, 59, tzinfo=UTC)), "telegram", "marketing", 10)
        == []
    )
    assert (
        len(await take(replace(tx, at=datetime(2026, 3, 11, 6, 0, tzinfo=UTC)), "telegram", "marketing", 10))
        == 1
    )


@pytest.mark.parametrize(
    ("zone", "at", "wakes"),
    [
        # The clock is set forward in the night of 29 March, and back in that of 25 October.
        ("Europe/Berlin", "2026-03-28T22:00", "2026-03-29T09:00"),
        ("Europe/Berlin", "2026-10-24T22:00", "2026-10-25T09:00"),
        ("America/New_York", "2026-03-07T23:30", "2026-03-08T09:00"),
        ("Asia/Vladivostok", "2026-03-10T08:59", "2026-03-10T09:00"),
        ("Asia/Vladivostok", "2026-03-10T20:59", None),
    ],
)
def test_quiet_hours_end_by_the_members_clock_whatever_becomes_of_it(
    zone: str, at: str, wakes: str | None
) -> None:
    there = ZoneInfo(zone)
    moment = datetime.fromisoformat(at).replace(tzinfo=there).astimezone(UTC)
    expected = None if wakes is None else datetime.fromisoformat(wakes).replace(tzinfo=there).astimezone(UTC)
    assert end_of_quiet(moment, zone, Rules()) == expected


def test_quiet_hours_within_one_day_and_none_at_all() -> None:
    noon = datetime(2026, 3, 10, 12, tzinfo=UTC)
    siesta = Rules(quiet_from_minutes=11 * 60, quiet_until_minutes=16 * 60)
    assert end_of_quiet(noon, "UTC", siesta) == noon.replace(hour=16)
    assert end_of_quiet(noon.replace(hour=16), "UTC", siesta) is None
    assert end_of_quiet(noon, "UTC", Rules(quiet_from_minutes=0, quiet_until_minutes=0)) is None


async def test_what_was_in_flight_when_the_sender_died_is_not_sent_again_if_it_advertises(tx: Tx) -> None:
    anna, boris = await recipient(tx, 1), await recipient(tx, 2)
    await post(tx, [letter(anna), letter(boris, purpose="transactional")])
    assert await take_next(tx, "telegram", purpose="marketing") is not None
    assert await take_next(tx, "telegram") is not None
    assert await put_back_interrupted(tx, "telegram") == Interrupted(again=1, unknown=1)
    assert await state_of(tx, anna) == ("unknown", "")
    assert await state_of(tx, boris) == ("waiting", "")


@pytest.mark.parametrize("result", [Refused("no"), Unreachable("gone")])
async def test_what_was_refused_goes_on_by_the_next_channel(tx: Tx, result: Refused | Unreachable) -> None:
    anna = await recipient(tx, channels=("telegram", "email"))
    await post(tx, [letter(anna, route=("telegram", "email"))])
    first = await take_next(tx, "telegram", purpose="marketing")
    assert first is not None
    await finish(tx, first, result)
    second = await take_next(tx, "email", purpose="marketing")
    assert second is not None
    await finish(tx, second, Refused("never"))
    assert await state_of(tx, anna) == ("failed", "never")


async def sent_by_sms(tx: Tx, member_id: UUID) -> None:
    await change_rules(tx, ruled(ChannelRule("sms", 450), ChannelRule("email", 5), move_on_minutes=10))
    await post(tx, [letter(member_id, route=("sms", "email"))])
    taken = await take_next(tx, "sms", purpose="marketing")
    assert taken is not None
    await finish(tx, taken, Sent(provider_id="p1", parts=2))


async def test_what_is_not_delivered_in_time_goes_on_by_the_next_channel_and_costs_both(tx: Tx) -> None:
    anna = await recipient(tx, channels=("email",))
    await sent_by_sms(tx, anna)
    assert await move_overdue(replace(tx, at=tx.at + timedelta(minutes=9))) == 0
    assert await move_overdue(replace(tx, at=tx.at + timedelta(minutes=10))) == 1
    taken = await take_next(replace(tx, at=tx.at + timedelta(minutes=11)), "email", purpose="marketing")
    assert taken is not None
    await finish(tx, taken, Sent())
    assert tuple(await tx.fetchrow("select state, cost_minor from outgoing") or ()) == ("sent", 2 * 450 + 5)
    assert await tx.fetchval("select cost_minor from outgoing_tries") == 2 * 450
    assert await report(tx, "sms", "p1", Delivered())
    assert await state_of(tx, anna) == ("sent", "")


async def test_a_campaign_is_held_let_go_and_withdrawn(tx: Tx) -> None:
    anna, boris = await recipient(tx, 1), await recipient(tx, 2)
    campaign = uuid4()
    await post(tx, [letter(one, campaign_id=campaign) for one in (anna, boris)])
    await hold(tx, campaign)
    assert await take(tx, "telegram", "marketing", 10) == []
    await release(tx, campaign)
    assert len(await take(tx, "telegram", "marketing", 1)) == 1
    assert await withdraw(tx, campaign) == 1
    assert await tx.fetchval("select count(*) from outgoing where failure = 'withdrawn'") == 1


async def test_whoever_asked_to_be_deleted_is_not_written_to_under_another_card(tx: Tx) -> None:
    anna = await recipient(tx)
    await post(tx, [letter(anna)])
    await suppress(tx, [anna])
    assert await take(tx, "telegram", "marketing", 10) == []
    assert await state_of(tx, anna) == ("skipped", "suppressed")


async def test_nothing_leaves_a_sandbox(tx: Tx) -> None:
    anna = await recipient(tx)
    await tx.execute(
        """
        insert into businesses (tenant_id, name, currency, country, language, time_zone, created_at)
        values ($1, 'Настоящая', 'RUB', 'RU', 'ru', 'Europe/Moscow', $2)
        """,
        real := uuid4(),
        tx.at,
    )
    await tx.execute("update businesses set sandbox_of = $1 where tenant_id = $2", real, tx.tenant_id)
    await post(tx, [letter(anna)])
    assert await state_of(tx, anna) == ("skipped", "sandbox")
