"""SMPP 3.4 against a centre that reads the bytes itself."""

import asyncio
from collections.abc import AsyncIterator
from uuid import UUID

import pytest
from msgspec import structs
from tests.channels.gateways import LOOPBACK, gateway, sms

from plushka.delivery.channels.reasons import CROWDED_SECONDS, MEND_SECONDS
from plushka.delivery.channels.sms import smpp
from plushka.delivery.channels.sms.smpp import Smpp
from plushka.demo.gateways.arrived import Fault
from plushka.demo.gateways.smpp import FakeSmpp
from plushka.domain.messages.gateways.model import Gateway
from plushka.domain.messages.gateways.parcels import Heard, Incoming, Sms
from plushka.domain.messages.model import (
    Delivered,
    Failing,
    Refused,
    Sent,
    Undelivered,
    Unreachable,
    Unsure,
    Wait,
)

THROTTLED, SYSTEM_ERROR, WRONG_SENDER, INVALID_LENGTH = 0x58, 0x08, 0x0A, 0x01


@pytest.fixture
def fake() -> FakeSmpp:
    return FakeSmpp()


@pytest.fixture
async def line(fake: FakeSmpp) -> AsyncIterator[Gateway]:
    async with fake.serving() as port:
        yield gateway("smpp", fake.password, login=fake.login, port=port)


@pytest.fixture
async def adapter() -> AsyncIterator[Smpp]:
    adapter = Smpp(allowed=LOOPBACK, keeps=True)
    yield adapter
    await adapter.close()


TEXTS = {"Your code: 1234": 1, "Ваш код: 1234": 1, "я" * 71: 2, "y" * 161: 2, "я" * 600: 9}


async def test_a_text_arrives_as_it_was_written(fake: FakeSmpp, line: Gateway, adapter: Smpp) -> None:
    for number, (text, parts) in enumerate(TEXTS.items(), start=1):
        assert await adapter.send(line, sms(text)) == Sent(f"id{number}", parts)
    assert [one.text for one in fake.arrived] == list(TEXTS)
    assert {(one.to, one.sender) for one in fake.arrived} == {("+79990000101", "Plushka")}


async def test_the_centre_drops_a_text_when_nobody_needs_it_any_more(
    fake: FakeSmpp, line: Gateway, adapter: Smpp
) -> None:
    for seconds in (60, 300, 5400, 86_400):
        await adapter.send(line, structs.replace(sms("Код"), ttl_seconds=seconds))
    assert [one.ttl_seconds for one in fake.arrived] == [60, 300, 5400, 86_400]


async def test_texts_share_a_connection_that_stays(fake: FakeSmpp, line: Gateway, adapter: Smpp) -> None:
    results = await asyncio.gather(*(adapter.send(line, _numbered(number)) for number in range(5)))
    assert sorted(result.provider_id for result in results if isinstance(result, Sent)) == [
        f"id{number}" for number in range(1, 6)
    ]
    assert len(fake.writers) == 1


async def test_a_wrong_password_is_somebodys_to_mend(fake: FakeSmpp, line: Gateway, adapter: Smpp) -> None:
    fake.password = "another"
    result = await adapter.send(line, sms())
    assert result == Wait(MEND_SECONDS, "ESME_RINVPASWD")
    assert (await adapter.look(line)).problem == "ESME_RINVPASWD"


RESULTS = {
    THROTTLED: Wait(CROWDED_SECONDS),
    SYSTEM_ERROR: Failing("ESME_RSYSERR"),
    WRONG_SENDER: Wait(MEND_SECONDS, "ESME_RINVSRCADR"),
    INVALID_LENGTH: Refused("ESME_RINVMSGLEN"),
}


async def test_each_status_is_a_result(fake: FakeSmpp, line: Gateway, adapter: Smpp) -> None:
    fake.faults += [Fault(code=code) for code in RESULTS]
    assert [await adapter.send(line, sms()) for _ in RESULTS] == list(RESULTS.values())
    assert await adapter.send(line, sms(phone="+15550000101")) == Unreachable("gone")


async def test_no_answer_leaves_it_unknown(
    fake: FakeSmpp, line: Gateway, adapter: Smpp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(smpp, "CALL_SECONDS_MAX", 0.1)
    fake.faults.append(Fault(hangs=True))
    assert isinstance(await adapter.send(line, sms()), Unsure)


async def test_a_centre_that_is_not_there_has_taken_nothing(adapter: Smpp) -> None:
    assert isinstance(await adapter.send(gateway("smpp", "p", login="l", port=9), sms()), Failing)


async def test_receipts_are_heard_and_confirmed(fake: FakeSmpp, line: Gateway, adapter: Smpp) -> None:
    heard: asyncio.Queue[Heard] = asyncio.Queue()

    async def hear(gateway_id: UUID, told: Heard) -> None:
        assert gateway_id == line.id
        heard.put_nowait(told)

    adapter.listen(hear)
    await adapter.send(line, sms())
    await fake.deliver("id1", "ACCEPTD")
    await fake.deliver("id1", "DELIVRD")
    await fake.deliver("id2", "UNDELIV")
    assert await heard.get() == Heard({"id1": Delivered()})
    assert await heard.get() == Heard({"id2": Undelivered("UNDELIV 000")})


async def test_receipts_of_other_centres_are_read_too(fake: FakeSmpp, line: Gateway, adapter: Smpp) -> None:
    heard: asyncio.Queue[Heard] = asyncio.Queue()

    async def hear(_gateway_id: UUID, told: Heard) -> None:
        heard.put_nowait(told)

    adapter.listen(hear)
    await adapter.send(line, sms())
    await fake.deliver("id1", "DELIVRD", done="260310120107", error="0A5")
    assert await heard.get() == Heard({"id1": Delivered()})
    assert len(fake.writers) == 1


async def test_an_sms_that_somebody_sends_is_heard(fake: FakeSmpp, line: Gateway, adapter: Smpp) -> None:
    heard: asyncio.Queue[Heard] = asyncio.Queue()

    async def hear(_gateway_id: UUID, told: Heard) -> None:
        heard.put_nowait(told)

    adapter.listen(hear)
    await adapter.send(line, sms())
    await fake.pass_on("Стоп")
    assert await heard.get() == Heard(incoming=(Incoming("79990000101", "Стоп"),))


async def test_the_inner_network_is_not_knocked_at(fake: FakeSmpp, line: Gateway) -> None:
    adapter = Smpp(allowed=(), keeps=True)
    assert await adapter.send(line, sms()) == Wait(MEND_SECONDS, "the server is of the inner network")
    assert not fake.writers
    await adapter.close()


async def test_a_web_process_hangs_up_after_each_text(fake: FakeSmpp, line: Gateway) -> None:
    adapter = Smpp(allowed=LOOPBACK, keeps=False)
    assert isinstance(await adapter.send(line, sms()), Sent)
    assert isinstance(await adapter.send(line, sms()), Sent)
    assert len(fake.writers) == 2
    assert not adapter._links


def _numbered(number: int) -> Sms:
    one = sms(f"Text {number}")
    return type(one)(phone=one.phone, text=one.text, key=UUID(int=number + 1))
