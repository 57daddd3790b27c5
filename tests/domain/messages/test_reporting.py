"""Reports come twice, late and out of order; each letter and what it has cost come out the same."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from tests.domain.messages.next_message import take_next
from tests.domain.messages.recipients import connect_gateways, letter, recipient, state_of

from plushka.domain.messages.finishing import finish
from plushka.domain.messages.gateways.unreported import list_unreported
from plushka.domain.messages.laws import LAWS
from plushka.domain.messages.letters import post
from plushka.domain.messages.model import Channel, Delivered, Report, Sent, Undelivered, Underway
from plushka.domain.messages.moving import move_overdue
from plushka.domain.messages.reporting import report
from plushka.domain.messages.rules import ChannelRule, Rules, change_rules
from plushka.platform.database import Tx


@pytest.fixture
async def anna(tx: Tx) -> UUID:
    """A member who is reached by SMS at 4.50 a part and by mail at 0.05, one after the other in ten minutes."""
    await connect_gateways(tx)
    rest = [rule for rule in Rules().channels if rule.channel not in {"sms", "email"}]
    ruled = (ChannelRule("sms", 450), ChannelRule("email", 5), *rest)
    await change_rules(tx, Rules(channels=ruled, move_on_minutes=10))
    return await recipient(tx, channels=("email",))


async def sent_by_sms(
    tx: Tx, member_id: UUID, *route: Channel, provider_id: str = "p1", cost_minor: int | None = None
) -> None:
    await post(tx, [letter(member_id, route=("sms", *route))])
    taken = await take_next(tx, "sms", purpose="marketing")
    assert taken is not None
    await finish(tx, taken, Sent(provider_id=provider_id, parts=2, cost_minor=cost_minor))


async def facts_of(tx: Tx) -> tuple[object, ...]:
    """Return what became of the only letter, and what it has cost, all laws holding."""
    assert not await tx.fetch(LAWS["letter_costs_at_least_its_tries"], tx.tenant_id)
    row = await tx.fetchrow("select state, channel, parts, cost_minor from outgoing")
    assert row is not None
    return tuple(row)


async def moved_on(tx: Tx) -> Tx:
    """Let the time of the first channel run out."""
    late = replace(tx, at=tx.at + timedelta(minutes=10))
    assert await move_overdue(late) == 1
    return late


LOST = Undelivered("104")
GONE = Undelivered("no such subscriber", closes=True)


@pytest.mark.parametrize(
    ("told", "state"),
    [
        ([Delivered(), Delivered()], ("delivered", "")),
        ([Delivered(), Underway(820)], ("delivered", "")),
        ([Delivered(), LOST], ("delivered", "")),
        ([LOST, LOST], ("failed", "104")),
        ([LOST, Underway(820)], ("failed", "104")),
        ([LOST, Delivered()], ("delivered", "")),
        ([Underway(820), Underway(820)], ("sent", "")),
    ],
)
async def test_what_has_arrived_has_whatever_is_told_before_or_after(
    tx: Tx, anna: UUID, told: Sequence[Report], state: tuple[str, str]
) -> None:
    await sent_by_sms(tx, anna)
    for one in told:
        assert await report(tx, "sms", "p1", one)
    assert await state_of(tx, anna) == state


async def test_a_closed_address_is_written_to_no_more_until_something_arrives_there(
    tx: Tx, anna: UUID
) -> None:
    await sent_by_sms(tx, anna)
    await report(tx, "sms", "p1", GONE)
    await post(tx, [letter(anna, "2", route=("sms",))])
    assert await tx.fetchval("select failure from outgoing where state = 'skipped'") == "unreachable"
    await report(tx, "sms", "p1", Delivered())
    await post(tx, [letter(anna, "3", route=("sms",))])
    assert await tx.fetchval("select count(*) from outgoing where state = 'waiting'") == 1


async def test_a_report_that_comes_late_stops_the_next_channel_if_it_has_not_begun(
    tx: Tx, anna: UUID
) -> None:
    await sent_by_sms(tx, anna, "email")
    late = await moved_on(tx)
    assert await report(tx, "sms", "p1", Delivered())
    assert (
        await take_next(replace(late, at=late.at + timedelta(minutes=1)), "email", purpose="marketing")
        is None
    )
    assert await facts_of(tx) == ("delivered", "sms", 2, 900)
    assert await report(tx, "sms", "p1", Delivered(820))
    assert await facts_of(tx) == ("delivered", "sms", 2, 820)
    assert not await report(tx, "sms", "somebody's", Delivered())


async def test_the_price_that_is_told_takes_the_place_of_what_was_reckoned(tx: Tx, anna: UUID) -> None:
    await sent_by_sms(tx, anna)
    assert await facts_of(tx) == ("sent", "sms", 2, 900)
    for _ in range(2):
        await report(tx, "sms", "p1", Underway(820))
        assert await facts_of(tx) == ("sent", "sms", 2, 820)
    await report(tx, "sms", "p1", Delivered(821))
    assert await facts_of(tx) == ("delivered", "sms", 2, 821)


async def test_the_price_of_a_channel_that_was_given_up_is_its_own(tx: Tx, anna: UUID) -> None:
    await sent_by_sms(tx, anna, "email")
    late = await moved_on(tx)
    taken = await take_next(late, "email", purpose="marketing")
    assert taken is not None
    await finish(late, taken, Sent())
    assert await facts_of(tx) == ("sent", "email", 1, 905)
    for _ in range(2):
        await report(late, "sms", "p1", Undelivered("104", cost_minor=1000))
        assert await facts_of(tx) == ("sent", "email", 1, 1005)


async def test_a_gateway_is_asked_until_it_tells_the_end_and_the_price(tx: Tx, anna: UUID) -> None:
    await sent_by_sms(tx, anna)
    assert await list_unreported(tx, "sms") == ["p1"]
    await report(tx, "sms", "p1", Underway(820))
    assert await list_unreported(tx, "sms") == ["p1"]
    await report(tx, "sms", "p1", Delivered())
    assert await list_unreported(tx, "sms") == []


async def test_a_price_is_asked_for_in_the_first_hour_alone(tx: Tx, anna: UUID) -> None:
    await sent_by_sms(tx, anna)
    await report(tx, "sms", "p1", Delivered())
    assert await list_unreported(tx, "sms") == ["p1"]
    assert await list_unreported(replace(tx, at=tx.at + timedelta(minutes=61)), "sms") == []


async def test_a_gateway_that_tells_the_price_at_once_is_not_asked_for_it(tx: Tx, anna: UUID) -> None:
    await sent_by_sms(tx, anna, cost_minor=549)
    assert await facts_of(tx) == ("sent", "sms", 2, 549)
    await report(tx, "sms", "p1", Delivered())
    assert await list_unreported(tx, "sms") == []


async def test_an_id_that_is_nonsense_is_kept_as_far_as_it_can_be(tx: Tx, anna: UUID) -> None:
    nonsense = "a\0b\n" + "c" * 5000
    await sent_by_sms(tx, anna, provider_id=nonsense)
    assert await report(tx, "sms", nonsense, Delivered())
    assert await state_of(tx, anna) == ("delivered", "")
