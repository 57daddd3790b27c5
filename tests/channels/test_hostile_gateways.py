"""Gateways that answer nonsense, and strangers who call in their name: nothing breaks, and nothing is believed."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from decimal import Decimal

import httpx
import pytest
from aiohttp import web
from tests.channels.conftest import HOOK, Scene
from tests.channels.gateways import gateway, sms
from tests.conftest import SetClock
from tests.pos.conftest import served
from tests.serving import serving

from plushka.delivery.channels.reasons import CROWDED_SECONDS, plain, rest_seconds
from plushka.delivery.channels.sms import calling
from plushka.delivery.channels.sms.calling import minor_of
from plushka.delivery.channels.sms.exolve import Exolve
from plushka.delivery.channels.sms.smsaero import SmsAero
from plushka.delivery.channels.sms.smsru import SmsRu
from plushka.demo.gateways.arrived import Fault
from plushka.demo.gateways.calling import report_of
from plushka.domain.messages.gateways.model import Provider
from plushka.domain.messages.gateways.parcels import Adapter
from plushka.domain.messages.model import Failing, Refused, Unsure

MADE: dict[Provider, Callable[[str], Adapter]] = {"smsru": SmsRu, "smsaero": SmsAero, "exolve": Exolve}


@dataclass
class Line:
    """An adapter, and what its gateway answers next, byte for byte."""

    provider: Provider
    adapter: Adapter
    status: int = 200
    answer: bytes = b""

    async def send(self) -> object:
        return await self.adapter.send(gateway(self.provider, "key", login="a@b.example"), sms())


@pytest.fixture(params=MADE)
async def line(request: pytest.FixtureRequest) -> AsyncIterator[Line]:
    async def answer(_request: web.Request) -> web.Response:
        return web.Response(status=made.status, body=made.answer)

    async with serving([web.post("/{tail:.*}", answer)]) as address:
        made = Line(request.param, MADE[request.param](address))
        yield made
        await made.adapter.close()


ERRORS = {
    "smsru": b'{"status":"ERROR","status_code":207,"status_text":"no route"}',
    "smsaero": b'{"success":false,"data":null,"message":"no route"}',
    "exolve": b'{"error":{"message":"no route"}}',
}


async def test_an_error_in_an_answer_of_200_is_no_success(line: Line) -> None:
    line.answer = ERRORS[line.provider]
    assert isinstance(await line.send(), Unsure if line.provider == "exolve" else Refused)


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"OK",
        b"<html><title>Sign in to the network</title></html>",
        b"[]",
        b"null",
        b'{"sms":null}',
        b'{"status_code":"100","sms":{"79990000101":[]}}',
        b'{"success":true,"data":[]}',
        b'{"success":true,"data":{"id":null}}',
        b'{"message_id":null}',
        b"\xff\xfe",
        b"[" * 5000,
    ],
)
async def test_an_answer_of_200_that_is_none_leaves_it_unknown(line: Line, answer: bytes) -> None:
    line.answer = answer
    assert isinstance(await line.send(), Unsure | Refused)


async def test_an_answer_without_end_is_not_read_to_it(line: Line) -> None:
    line.answer = b'{"a":"' + b"x" * calling.ANSWER_BYTES_MAX + b'"}'
    assert await line.send() == Unsure("the answer is longer than any is")


@pytest.mark.parametrize("status", [301, 302, 307, 500, 502])
async def test_who_is_sent_elsewhere_has_handed_nothing_over(line: Line, status: int) -> None:
    line.status = status
    assert isinstance(await line.send(), Failing)


async def test_a_wall_before_the_gateway_has_taken_nothing(line: Line) -> None:
    line.status, line.answer = 404, b"<html>no such page</html>"
    assert isinstance(await line.send(), Failing | Refused)


async def test_a_gateway_that_answers_by_drops_is_not_waited_for(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    never = asyncio.Event()

    async def drip(request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse()
        await answer.prepare(request)
        await answer.write(b"{")
        await never.wait()
        return answer

    monkeypatch.setattr(calling, "CALL_SECONDS_MAX", 0.05)
    async with serving([web.post("/{tail:.*}", drip)]) as address:
        slow = MADE[line.provider](address)
        assert isinstance(await slow.send(gateway(line.provider, "key", login="a@b.example"), sms()), Unsure)
        await slow.close()


NONSENSE = {
    "smsru": b'{"status_code":100,"sms":{"79990000101":{"status_code":100,"sms_id":"a\\u0000b","cost":"1e400"}}}',
    "smsaero": b'{"success":true,"data":{"id":1' + b"0" * 400 + b',"cost":1e300}}',
    "exolve": b'{"message_id":"\\u0000\\n' + b"9" * 5000 + b'"}',
}


@pytest.mark.parametrize("provider", MADE)
async def test_no_id_and_no_price_breaks_a_row(scene: Scene, provider: Provider) -> None:
    await scene.connect(provider)
    member_id = await scene.enrol()
    scene.sms.faults.append(Fault(body=NONSENSE[provider].decode()))
    async with scene.working():
        await scene.post(member_id, "sms")
        row = await scene.until_row(lambda row: row["state"] in {"sent", "unknown"})
    assert row["cost_minor"] == 0


@pytest.mark.parametrize(
    ("amount", "minor"),
    [("1e400", None), ("1e9", 100_000_000_000), ("1000000000.01", None), ("-0.01", None), ("Infinity", None)],
)
def test_a_price_that_no_column_has_room_for_is_none(amount: str, minor: int | None) -> None:
    assert minor_of(Decimal(amount)) == minor


@pytest.mark.parametrize("told", ["²", "٣", "-1", "1.5", "soon", "", " "])
def test_a_rest_that_is_no_number_is_ours(told: str) -> None:
    assert rest_seconds(told) == CROWDED_SECONDS


def test_a_rest_is_an_hour_at_most() -> None:
    assert rest_seconds("9" * 30) == 3600
    assert rest_seconds("7") == 7


def test_what_a_gateway_says_is_one_line_that_the_database_takes() -> None:
    assert plain("a\0b\r\nc\x1b[31m\u2028d") == "a b c [31m d"
    assert len(plain("x" * 10_000)) == 300


@pytest.mark.parametrize("provider", MADE)
async def test_a_stranger_who_calls_is_told_nothing_and_changes_nothing(
    scene: Scene, clock: SetClock, provider: Provider
) -> None:
    own = await scene.connect(provider)
    member_id = await scene.enrol()
    async with scene.working():
        await scene.post(member_id, "sms")
        (row,) = await scene.until_state("sent")
    body, headers = report_of(provider, row["provider_id"], is_delivered=False)
    tenant_id = scene.shop.caller.tenant_id
    with served(scene.settings, clock) as address:
        async with httpx.AsyncClient(base_url=address, headers=dict(headers)) as client:
            strange = [
                f"/channels/{tenant_id}/{own.id}/{HOOK}x",
                f"/channels/{tenant_id}/{own.id}/%00",
                f"/channels/{tenant_id}/{tenant_id}/{HOOK}",
                f"/channels/{own.id}/{own.id}/{HOOK}",
                f"/channels/{tenant_id}/{own.id}/",
            ]
            assert {(await client.post(path, content=body)).status_code for path in strange} == {404}
            assert [row["state"] for row in await scene.outgoing()] == ["sent"]
            there = f"/channels/{tenant_id}/{own.id}/{HOOK}"
            assert (await client.post(there, content=b"x" * 300_000)).status_code == 413
            lost = body
            arrived, _ = report_of(provider, row["provider_id"], is_delivered=True)
            for told in (arrived, lost, arrived, lost):
                assert (await client.post(there, content=told)).status_code == 200
    assert [row["state"] for row in await scene.outgoing()] == ["delivered"]


async def test_reports_of_one_business_are_none_of_anothers(scene: Scene, clock: SetClock) -> None:
    gateway_ = await scene.connect("smsru")
    body, headers = report_of("smsru", "000000-somebody's", is_delivered=True)
    with served(scene.settings, clock) as address:
        there = f"{address}/channels/{scene.shop.caller.tenant_id}/{gateway_.id}/{HOOK}"
        async with httpx.AsyncClient() as client:
            answer = await client.post(there, content=body, headers=dict(headers))
    # A gateway is thanked all the same: it would ask again for days.
    assert (answer.status_code, answer.content) == (200, b"100")
