"""By which channel members would rather be written to: it comes first wherever a letter may go by it (F172)."""

from uuid import uuid4

import pytest
from msgspec import structs
from tests.domain.messages.recipients import connect_gateways, letter, recipient, state_of

from plushka.domain.insights.own_data import get_own_data
from plushka.domain.members.channels import Address, mark_unreachable
from plushka.domain.members.consents import refuse_consent
from plushka.domain.members.erasure import erase
from plushka.domain.members.merges import merge_people, part_people
from plushka.domain.members.profile import prefer_channel
from plushka.domain.members.queries import get_member
from plushka.domain.messages.contents import FriendCame
from plushka.domain.messages.finishing import finish
from plushka.domain.messages.letters import post
from plushka.domain.messages.model import Channel, Refused
from plushka.domain.messages.outgoing import Notice, tell_members
from plushka.domain.messages.reaching import list_ways
from plushka.domain.messages.rules import ChannelRule, Rules, change_rules
from plushka.domain.messages.taking import take
from plushka.platform.database import Tx

EVERYWHERE: tuple[Channel, ...] = ("telegram", "max", "email")


@pytest.fixture(autouse=True)
async def _gateways(tx: Tx) -> None:
    await connect_gateways(tx)


async def gone_by(tx: Tx) -> tuple[str, list[str]]:
    """Return by which channel the only letter goes, and those behind it."""
    row = await tx.fetchrow("select channel, route from outgoing")
    assert row is not None
    return row["channel"], row["route"]


@pytest.mark.parametrize(
    ("own", "channel", "rest"),
    [
        # The business's own order, the cheapest first: what she prefers stands before it all.
        ((), "email", ["telegram", "max", "vk", "push", "sms", "inbox"]),
        # A campaign says by which channels, and she which of them is the first.
        (("sms", "telegram", "email"), "email", ["sms", "telegram"]),
        # What it does not name it does not use.
        (("telegram", "sms"), "telegram", ["sms"]),
    ],
)
async def test_what_a_member_prefers_comes_first_where_the_letter_may_go_by_it(
    tx: Tx, own: tuple[Channel, ...], channel: Channel, rest: list[Channel]
) -> None:
    anna = await recipient(tx, channels=EVERYWHERE)
    await prefer_channel(tx, anna, "email", source="app")
    await post(tx, [letter(anna, route=own)])
    assert await gone_by(tx) == (channel, rest)


async def test_a_dearer_channel_that_she_prefers_is_before_the_cheapest(tx: Tx) -> None:
    rules = Rules()
    channels = tuple(ChannelRule(one.channel, 450 if one.channel == "sms" else 0) for one in rules.channels)
    await change_rules(tx, structs.replace(rules, channels=channels))
    anna = await recipient(tx)
    await prefer_channel(tx, anna, "sms", source="app")
    await post(tx, [letter(anna, route=())])
    assert (await gone_by(tx))[0] == "sms"


async def test_what_she_took_back_or_where_nothing_leads_is_passed_over_as_ever(tx: Tx) -> None:
    anna = await recipient(tx, 1, channels=EVERYWHERE)
    await prefer_channel(tx, anna, "email", source="app")
    await refuse_consent(tx, anna, "email", source="app")
    boris = await recipient(tx, 2, channels=("max",))
    await prefer_channel(tx, boris, "telegram", source="app")
    vera = await recipient(tx, 3, channels=("telegram", "max"))
    await prefer_channel(tx, vera, "telegram", source="app")
    await mark_unreachable(tx, Address("telegram", "1003"), "blocked")
    await post(tx, [letter(one, route=()) for one in (anna, boris, vera)])
    found = {row["member_id"]: row["channel"] for row in await tx.fetch("select * from outgoing")}
    assert found == {anna: "telegram", boris: "max", vera: "max"}


async def test_a_preference_is_no_consent(tx: Tx) -> None:
    anna = await recipient(tx, agrees=False)
    await prefer_channel(tx, anna, "telegram", source="app")
    await post(tx, [letter(anna, route=())])
    assert await state_of(tx, anna) == ("skipped", "no_consent")


async def test_the_rules_of_letters_stay_above_it(tx: Tx) -> None:
    rules = Rules(channels=(ChannelRule("telegram", is_transactional_only=True), *Rules().channels[1:]))
    await change_rules(tx, structs.replace(rules, cap_letters=1))
    anna = await recipient(tx, channels=EVERYWHERE)
    await prefer_channel(tx, anna, "telegram", source="app")
    await post(tx, [letter(anna, "one", route=()), letter(anna, "two", route=())])
    assert [row["channel"] for row in await tx.fetch("select channel from outgoing")] == ["max", "max"]
    assert len(await take(tx, "max", "marketing", 10)) == 1, "one a week, whatever she prefers"
    quiet = structs.replace(rules, quiet_from_minutes=11 * 60, quiet_until_minutes=13 * 60)
    await change_rules(tx, quiet)
    boris = await recipient(tx, 2, channels=("max",))
    await prefer_channel(tx, boris, "max", source="app")
    await post(tx, [letter(boris, route=())])
    assert await take(tx, "max", "marketing", 10) == []


async def test_the_next_channel_is_tried_when_the_preferred_one_refuses(tx: Tx) -> None:
    anna = await recipient(tx, channels=EVERYWHERE)
    await prefer_channel(tx, anna, "max", source="app")
    await post(tx, [letter(anna, route=("telegram", "email", "max"))])
    taken = await take(tx, "max", "marketing", 1)
    assert taken[0].route == ("telegram", "email")
    await finish(tx, taken[0], Refused("no"))
    assert await gone_by(tx) == ("telegram", ["email"])


async def test_notices_go_to_the_messenger_that_they_prefer(tx: Tx) -> None:
    anna = await recipient(tx, channels=("telegram", "max"))
    told: tuple[tuple[Channel, Channel], ...] = (("telegram", "telegram"), ("max", "max"), ("max", "sms"))
    for channel, wished in told:
        await tx.execute("delete from outgoing")
        await tx.execute(
            "update channel_addresses set seen_at = seen_at - interval '1 hour' where messenger = 'telegram'"
        )
        await prefer_channel(tx, anna, wished, source="app")
        await tell_members(tx, [Notice(anna, "a", FriendCame())])
        assert (await gone_by(tx))[0] == channel


async def test_what_leads_to_a_member_is_told_whatever_they_agreed_to(tx: Tx) -> None:
    anna = await recipient(tx, channels=EVERYWHERE, agrees=False)
    assert await list_ways(tx, anna) == ("telegram", "max", "email", "sms", "inbox")
    await tx.execute("update bots set disconnected_at = $1 where messenger = 'max'", tx.at)
    assert await list_ways(tx, anna) == ("telegram", "email", "sms", "inbox")


async def test_who_chose_it_and_when_is_kept(tx: Tx) -> None:
    anna = await recipient(tx)
    await prefer_channel(tx, anna, "sms", source="app")
    await prefer_channel(tx, anna, "sms", source="app")
    await prefer_channel(tx, anna, None, source="app")
    rows = await tx.fetch(
        "select changes::text, at from audit_entries where action = 'member.prefer' order by id"
    )
    assert [row["changes"] for row in rows] == [
        '{"preferred_channel": [null, "sms"]}',
        '{"preferred_channel": ["sms", null]}',
    ]
    assert {row["at"] for row in rows} == {tx.at}
    assert (await get_member(tx, anna)).preferred_channel is None


async def test_it_goes_with_a_card_that_is_merged_and_back_and_away_with_the_person(tx: Tx) -> None:
    kept, merged = await recipient(tx, 1), await recipient(tx, 2)
    await prefer_channel(tx, merged, "max", source="app")
    moved = await merge_people(tx, kept_id=kept, merged_id=merged)
    assert (await get_member(tx, kept)).preferred_channel == "max"
    await part_people(tx, moved, kept_id=kept, merged_id=merged)
    assert (await get_member(tx, kept)).preferred_channel is None
    assert (await get_member(tx, merged)).preferred_channel == "max"
    assert (await get_own_data(tx, merged, currency="RUB")).preferred_channel == "max"
    await erase(tx, merged, act_id=uuid4())
    assert await tx.fetchval("select preferred_channel from members where id = $1", merged) is None
    assert await tx.fetchval("select count(*) from audit_entries where changes::text like '%max%'") == 0
