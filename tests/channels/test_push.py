"""Web push against a service that opens what only its browsers can read."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from uuid import UUID

import pytest
from tests.channels.gateways import KEY, LOOPBACK, gateway
from tests.serving import serving

from plushka.delivery.channels.push.webpush import WebPush
from plushka.delivery.channels.reasons import CROWDED_SECONDS
from plushka.demo.gateways.arrived import Arrived, Fault
from plushka.demo.gateways.push import FakePush
from plushka.domain.messages.gateways.model import Gateway
from plushka.domain.messages.gateways.parcels import Device, Push
from plushka.domain.messages.gateways.push_keys import new_keys
from plushka.domain.messages.model import Failing, Refused, Sent, Unreachable, Wait
from plushka.platform.addresses import is_public

PAYLOAD = json.dumps({"title": "Плюшки", "body": "Вам 100", "url": "/app/1"}).encode()


@dataclass
class Line:
    fake: FakePush
    adapter: WebPush
    gateway: Gateway

    def browser(self, name: str = "vera", endpoint: str = "") -> Device:
        address, keys = self.fake.subscribe(name, self.gateway.public_key)
        return Device(id=KEY, endpoint=endpoint or address, **keys)


@pytest.fixture
async def line() -> AsyncIterator[Line]:
    fake, keys = FakePush(), new_keys()
    async with serving(fake.routes()) as fake.address:
        adapter = WebPush(allowed=LOOPBACK)
        yield Line(
            fake,
            adapter,
            gateway("webpush", keys.private, sender="owner@anna.example", public_key=keys.public),
        )
        await adapter.close()


def _push(device: Device, payload: bytes = PAYLOAD) -> Push:
    return Push(device=device, payload=payload, ttl_seconds=3600, key=UUID(int=7))


async def test_a_notification_is_read_by_its_browser_alone(line: Line) -> None:
    assert await line.adapter.send(line.gateway, _push(line.browser())) == Sent()
    assert line.fake.arrived == [Arrived("push", "vera", "Вам 100", title="Плюшки", link="/app/1")]
    headers = line.fake.headers[0]
    assert headers["ttl"] == "3600"
    assert headers["topic"] == UUID(int=7).hex


async def test_claims_are_made_anew_for_each_service(line: Line) -> None:
    other = FakePush()
    async with serving(other.routes()) as other.address:
        endpoint, keys = other.subscribe("gleb", line.gateway.public_key)
        assert await line.adapter.send(line.gateway, _push(line.browser())) == Sent()
        assert await line.adapter.send(line.gateway, _push(Device(KEY, endpoint, **keys))) == Sent()


async def test_a_browser_that_has_unsubscribed_is_gone(line: Line) -> None:
    device = line.browser()
    line.fake.browsers.clear()
    assert await line.adapter.send(line.gateway, _push(device)) == Unreachable("gone")
    line.fake.faults.append(Fault(404))
    assert await line.adapter.send(line.gateway, _push(device)) == Unreachable("gone")


async def test_each_answer_is_a_result(line: Line) -> None:
    device = line.browser()
    line.fake.faults += [Fault(429, {"retry-after": "30"}), Fault(503), Fault(500), Fault(413), Fault(403)]
    results = [await line.adapter.send(line.gateway, _push(device)) for _ in range(5)]
    assert results[:2] == [Wait(30), Wait(CROWDED_SECONDS)]
    assert isinstance(results[2], Failing)
    assert isinstance(results[3], Refused)
    assert isinstance(results[4], Refused)


async def test_another_businesss_key_opens_nothing(line: Line) -> None:
    device, keys = line.browser(), new_keys()
    other = gateway("webpush", keys.private, sender="owner@b.example", public_key=keys.public)
    assert isinstance(await line.adapter.send(other, _push(device)), Refused)
    assert not line.fake.arrived


async def test_what_is_too_long_is_not_sent(line: Line) -> None:
    assert isinstance(await line.adapter.send(line.gateway, _push(line.browser(), b"x" * 3001)), Refused)


@pytest.mark.parametrize(
    "endpoint",
    [
        "https://127.0.0.1:1/x",
        "https://localhost:1/x",
        "https://[::1]:1/x",
        "https://169.254.169.254/latest",
        "http://push.example/x",
        "ftp://push.example/x",
        "file:///etc/passwd",
        "nothing",
    ],
)
async def test_a_browser_cannot_send_us_into_the_inner_network(line: Line, endpoint: str) -> None:
    strict = WebPush(allowed=())
    assert await strict.send(line.gateway, _push(line.browser(endpoint=endpoint))) == Unreachable("gone")
    await strict.close()


async def test_a_redirect_is_not_followed(line: Line) -> None:
    device = line.browser()
    line.fake.faults.append(Fault(307, {"location": device.endpoint}))
    assert await line.adapter.send(line.gateway, _push(device)) == Unreachable("gone")
    assert not line.fake.arrived


@pytest.mark.parametrize("keys", [{"p256dh": "AAAA", "auth": "AAAA"}, {"p256dh": "", "auth": ""}])
async def test_keys_that_are_none_are_gone(line: Line, keys: dict[str, str]) -> None:
    device = Device(KEY, line.browser().endpoint, **keys)
    assert await line.adapter.send(line.gateway, _push(device)) == Unreachable("gone")


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("8.8.8.8", True),
        ("2001:4860:4860::8888", True),
        ("10.1.2.3", False),
        ("192.168.1.1", False),
        ("172.16.0.1", False),
        ("100.64.0.1", False),
        ("127.0.0.1", False),
        ("169.254.169.254", False),
        ("224.0.0.1", False),
        ("::ffff:10.0.0.1", False),
        ("64:ff9b::a00:1", False),
        ("2002:a00:1::", False),
        ("fe80::1%eth0", False),
        ("fd00::1", False),
        ("no address", False),
    ],
)
def test_an_address_is_public_or_not(address: str, *, expected: bool) -> None:
    assert is_public(address) is expected
