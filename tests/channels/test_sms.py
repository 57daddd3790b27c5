"""SMS.ru, SMS Aero and Exolve: whatever they answer becomes one of our results."""

from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal

import pytest
from tests.channels.gateways import gateway, sms
from tests.serving import serving

from plushka.delivery.channels.reasons import CROWDED_SECONDS, MEND_SECONDS
from plushka.delivery.channels.sms import calling
from plushka.delivery.channels.sms.calling import minor_of
from plushka.delivery.channels.sms.exolve import Exolve
from plushka.delivery.channels.sms.smsaero import SmsAero
from plushka.delivery.channels.sms.smsru import SmsRu
from plushka.demo.gateways.arrived import Fault
from plushka.demo.gateways.sms import EXOLVE_PREFIX, SMSAERO_PREFIX, SMSRU_PREFIX, FakeSms
from plushka.domain.messages.gateways.model import Gateway, Provider
from plushka.domain.messages.gateways.parcels import Adapter, Condition, Heard
from plushka.domain.messages.model import (
    Delivered,
    Failing,
    Refused,
    Sent,
    Undelivered,
    Underway,
    Unreachable,
    Unsure,
    Wait,
)

MADE: dict[Provider, tuple[str, Callable[[str], Adapter]]] = {
    "smsru": (SMSRU_PREFIX, SmsRu),
    "smsaero": (SMSAERO_PREFIX, SmsAero),
    "exolve": (EXOLVE_PREFIX, Exolve),
}


@dataclass
class Line:
    """An adapter with the gateway that is none at its other end."""

    provider: Provider
    fake: FakeSms
    adapter: Adapter
    gateway: Gateway

    def with_key(self, secret: str) -> Gateway:
        return gateway(self.provider, secret, login=self.fake.login)


@pytest.fixture(params=MADE)
async def line(request: pytest.FixtureRequest) -> AsyncIterator[Line]:
    fake = FakeSms()
    async with serving(fake.routes()) as address:
        prefix, make = MADE[request.param]
        adapter = make(f"{address}{prefix}")
        yield Line(request.param, fake, adapter, gateway(request.param, fake.key, login=fake.login))
        await adapter.close()


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Ваш код 123456", 1),
        ("я" * 70, 1),
        ("я" * 71, 2),
        ("y" * 160, 1),
        ("y" * 161, 2),
        ("я" * 134 + "!", 3),
    ],
)
async def test_a_text_is_taken_with_its_id_its_parts_and_its_cost(line: Line, text: str, parts: int) -> None:
    result = await line.adapter.send(line.gateway, sms(text))
    assert isinstance(result, Sent)
    assert result.provider_id
    assert result.parts == parts
    assert result.cost_minor == (549 if line.provider == "smsaero" else None)
    assert [(one.to, one.text, one.sender) for one in line.fake.arrived] == [
        ("+79990000101", text, "Plushka")
    ]


async def test_a_wrong_key_lets_the_gateway_rest_until_somebody_mends_it(line: Line) -> None:
    wrong = line.with_key("another-key")
    result = await line.adapter.send(wrong, sms())
    assert isinstance(result, Wait)
    assert result.seconds == MEND_SECONDS
    assert result.problem
    assert (await line.adapter.look(wrong)).problem
    assert (await line.adapter.look(line.gateway)).problem == ""
    assert not line.fake.arrived


async def test_a_phone_that_is_none_is_dead(line: Line) -> None:
    assert await line.adapter.send(line.gateway, sms(phone="+15550000101")) == Unreachable("gone")
    assert await line.adapter.send(line.gateway, sms(phone="79990000101")) == Unreachable("gone")


async def test_too_many_at_once_rest_as_long_as_is_told(line: Line) -> None:
    line.fake.faults += [Fault(429, {"retry-after": "7"}), Fault(429)]
    assert await line.adapter.send(line.gateway, sms()) == Wait(7)
    assert await line.adapter.send(line.gateway, sms()) == Wait(CROWDED_SECONDS)


async def test_what_fails_at_the_other_end_may_work_later(line: Line) -> None:
    line.fake.faults.append(Fault(502, body="<html>Bad gateway</html>"))
    assert isinstance(await line.adapter.send(line.gateway, sms()), Failing)
    assert isinstance(await line.adapter.send(line.gateway, sms()), Sent)


async def test_a_server_that_is_not_there_has_taken_nothing() -> None:
    adapter = SmsRu("http://127.0.0.1:9")
    assert isinstance(await adapter.send(gateway("smsru", "key"), sms()), Failing)
    await adapter.close()


async def test_whether_a_text_left_is_not_known_without_an_answer(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calling, "CALL_SECONDS_MAX", 0.05)
    line.fake.faults += [Fault(hangs=True), Fault(200, body="OK")]
    assert isinstance(await line.adapter.send(line.gateway, sms()), Unsure)
    assert isinstance(await line.adapter.send(line.gateway, sms()), Unsure)


async def test_a_text_of_more_than_ten_parts_or_of_none_is_not_sent(line: Line) -> None:
    assert isinstance(await line.adapter.send(line.gateway, sms("я" * 671)), Refused)
    assert isinstance(await line.adapter.send(line.gateway, sms(" \0 ")), Refused)
    assert not line.fake.arrived


async def test_hard_spaces_do_not_cost_a_part(line: Line) -> None:
    await line.adapter.send(line.gateway, sms("100\u00a0points\u202fburn\0"))
    assert line.fake.arrived[0].text == "100 points burn"


@pytest.mark.parametrize(
    ("code", "result"),
    [
        (201, Wait(MEND_SECONDS, "201: no")),
        (204, Wait(MEND_SECONDS, "204: no")),
        (206, Wait(3600, "206: no")),
        (220, Failing("220: no")),
        (202, Unreachable("gone")),
        (209, Unreachable("blocked")),
        (207, Refused("207: no")),
        (231, Refused("231: no")),
        (501, Refused("501: no")),
    ],
)
async def test_both_levels_of_sms_ru_are_looked_at(code: int, result: object) -> None:
    fake = FakeSms()
    async with serving(fake.routes()) as address:
        adapter = SmsRu(f"{address}{SMSRU_PREFIX}")
        fake.faults.append(Fault(code=code))
        assert await adapter.send(gateway("smsru", fake.key), sms()) == result
        await adapter.close()


async def test_an_empty_account_of_sms_aero_or_exolve_is_somebodys_to_mend(line: Line) -> None:
    if line.provider == "smsru":
        return
    line.fake.faults.append(Fault(402, body='{"success":false,"message":"Not enough money"}'))
    result = await line.adapter.send(line.gateway, sms())
    assert isinstance(result, Wait)
    assert result.problem.startswith("402")


async def test_what_is_left_is_told_to_the_hundredth(line: Line) -> None:
    line.fake.balance = Decimal("1000.505")
    left = None if line.provider == "exolve" else 100_051
    assert await line.adapter.look(line.gateway) == Condition(balance_minor=left)


async def test_what_became_of_messages_is_asked_for(line: Line) -> None:
    if not line.adapter.is_asked:
        assert await line.adapter.ask(line.gateway, ["1"]) == {}
        return
    states = (103, 104, 102) if line.provider == "smsru" else (1, 2, 0)
    cost_minor = 410 if line.provider == "smsru" else 549
    line.fake.statuses = dict(zip(("1", "2", "3"), states, strict=True))
    assert await line.adapter.ask(line.gateway, ["1", "2", "3"]) == {
        "1": Delivered(cost_minor),
        "2": Undelivered(str(states[1]), cost_minor=cost_minor),
    } | ({"3": Underway(cost_minor)} if line.provider == "smsru" else {})


def test_calls_of_gateways_are_read() -> None:
    called = "data[0]=sms_status%0A1-2%0A103%0A1700000000&data[1]=sms_status%0A1-3%0A108&hash=00"
    assert SmsRu("").read(called.encode()) == Heard({"1-2": Delivered(), "1-3": Undelivered("108")})
    assert SmsAero("").read(b'{"id": 7, "status": 1}') == Heard({"7": Delivered()})
    sent = Exolve("").read(b'{"message_id": "9", "status": "SMS_STATUS_DELIVERED"}')
    assert sent == Heard({"9": Delivered()})
    lost = Exolve("").read(b'{"message_id": "9", "status": "expired"}')
    assert lost == Heard({"9": Undelivered("expired")})
    assert Exolve("").read(b'{"message_id": "9", "status": "SENT"}') == Heard()


@pytest.mark.parametrize("body", [b"", b"\xff", b"data[0]=sms_status", b"[1]", b"{}"])
@pytest.mark.parametrize("adapter", [SmsRu(""), SmsAero(""), Exolve("")])
def test_what_is_no_call_of_theirs_is_refused(adapter: Adapter, body: bytes) -> None:
    with suppress(ValueError):
        assert adapter.read(body) == Heard()


def test_a_price_is_rounded_up_and_never_a_float() -> None:
    assert minor_of(Decimal("4.101")) == 411
    assert minor_of(Decimal("0.1") + Decimal("0.2")) == 30
    assert minor_of(Decimal("NaN")) is None
    assert minor_of(Decimal(-1)) is None
    assert minor_of(None) is None
