"""Other systems are told once, by signed calls that are tried until taken, and never inside one's own network."""

import hmac
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from tests.conftest import SetClock
from tests.domain.campaigns.road import Road
from tests.domain.campaigns.test_journeys import review
from tests.domain.campaigns.test_left_carts import fill, minutes
from tests.domain.purchases.test_commit import CASHBACK
from tests.domain.shop import open_shop

from plushka.delivery.jobs.calling import Calls
from plushka.domain.campaigns.journeys.calls import ATTEMPTS_MAX, Call, leave_calls, secret_of
from plushka.engine.journeys.parts import Journey, OnCart, OnRegistration, TagMember, Webhook
from plushka.engine.occasion_parts import FieldTest, OnEvent
from plushka.platform.addresses import is_public
from plushka.platform.database import Database

GUIDE = Path(__file__).parents[3] / "docs" / "pos-api" / "webhooks.md"
NOON = datetime.fromisoformat("2026-03-10T09:00:00Z")


@pytest.fixture
async def road(database: Database, clock: SetClock) -> AsyncIterator[Road]:
    async with open_shop(database, clock, CASHBACK) as shop:
        yield Road(shop, clock)


class Listener:
    """A system that listens, and answers with each of ``answers`` in turn, then that it has taken the call."""

    def __init__(self, *answers: int) -> None:
        self.answers = list(answers)
        self.heard: list[tuple[bytes, str]] = []

    async def hear(self, request: web.Request) -> web.Response:
        self.heard.append((await request.read(), request.headers["X-Plushka-Signature"]))
        return web.Response(
            status=self.answers.pop(0) if self.answers else 204, headers={"Location": "/other"}
        )

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[str]:
        app = web.Application()
        app.router.add_post("/hook", self.hear)
        runner = web.AppRunner(app)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        server = site._server
        assert server is not None
        try:
            yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/hook"  # type: ignore[attr-defined]
        finally:
            await runner.cleanup()


def written(kind: str) -> dict[str, Any]:
    """Return what the guide says of a call that an event, or a cart, has begun."""
    blocks = re.findall(r"^```json\n(.*?)^```$", GUIDE.read_text(), re.DOTALL | re.MULTILINE)
    (found,) = [body for block in blocks if (body := json.loads(block))["event"]["kind"] == kind]
    return dict(found)


async def bodies(road: Road) -> list[dict[str, Any]]:
    async with road.shop.tx() as tx:
        rows = await tx.fetch("select body from webhook_calls where tenant_id = $1 order by id", tx.tenant_id)
    return [json.loads(row["body"]) for row in rows]


async def states(road: Road) -> list[tuple[str, int, str]]:
    async with road.shop.tx() as tx:
        rows = await tx.fetch(
            "select state, attempts, failure from webhook_calls where tenant_id = $1 order by id",
            tx.tenant_id,
        )
    return [(row["state"], row["attempts"], row["failure"]) for row in rows]


async def leave(road: Road, url: str, key: str = "journey:1:hook") -> None:
    """Leave a call of a member who passes a step."""
    card = await road.begin(Journey("Ц", OnRegistration(), (TagMember("t", "x"),)))
    member_id = await road.shop.enroll()
    async with road.shop.tx() as tx:
        await leave_calls(tx, [Call(key, card.id, member_id, "hook", url)] * 2)


async def test_a_step_tells_once_with_a_signature(road: Road) -> None:
    listener = Listener()
    async with listener.listening() as url:
        await leave(road, url)
        for _ in range(2):
            await Calls(is_open=True).call_tenant(road.shop.database, road.clock, road.shop.caller.tenant_id)

    (body, signature), *more = listener.heard
    assert more == []
    assert json.loads(body)["step"] == "hook"
    async with road.shop.tx() as tx:
        secret = secret_of(tx)
    assert signature == hmac.new(secret.encode(), body, "sha256").hexdigest()
    assert await states(road) == [("taken", 1, "")]


async def test_what_was_not_taken_is_tried_again_and_given_up_in_the_end(road: Road) -> None:
    listener = Listener(*[500, 302, 429] * ATTEMPTS_MAX)
    calls = Calls(is_open=True)
    async with listener.listening() as url:
        await leave(road, url)
        for _ in range(3):
            await calls.call_tenant(road.shop.database, road.clock, road.shop.caller.tenant_id)
        assert await states(road) == [("waiting", 1, "http 500")], "not before its pause is over"
        for _ in range(ATTEMPTS_MAX + 2):
            road.clock.advance(timedelta(hours=13))
            await calls.call_tenant(road.shop.database, road.clock, road.shop.caller.tenant_id)

    assert len(listener.heard) == ATTEMPTS_MAX
    assert [state for state, _, _ in await states(road)] == ["failed"]


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/hook",
        "https://127.0.0.1/hook",
        "https://[::1]/hook",
        "https://10.0.0.7/hook",
        "https://169.254.169.254/latest",
        "https://[::ffff:192.168.0.1]/hook",
        "https://localhost/hook",
        "https://2130706433/hook",
    ],
)
async def test_nothing_of_ones_own_network_is_asked(road: Road, url: str) -> None:
    await leave(road, url)

    await Calls().call_tenant(road.shop.database, road.clock, road.shop.caller.tenant_id)

    (state, attempts, failure), *_ = await states(road)
    assert (state, attempts) in {("failed", 1), ("waiting", 1)}
    assert failure in {"address_not_allowed", "ClientConnectorDNSError", "InvalidUrlClientError"}


async def test_a_step_leaves_its_call(road: Road) -> None:
    await road.begin(Journey("Ц", OnRegistration(), (Webhook("hook", "https://example.com/hook"),)))
    await road.shop.enroll()

    await road.go()
    await road.go()

    assert await states(road) == [("waiting", 0, "")]


async def test_a_call_tells_of_the_cart_that_was_left_as_the_guide_says(road: Road) -> None:
    road.clock.at = NOON
    steps = (Webhook("tell-crm", "https://example.com/hook"),)
    card = await road.begin(Journey("Ц", OnCart(60, (FieldTest("sum", at_least=1000_00),)), steps))
    member_id = await road.shop.enroll()
    cart = await fill(road, member_id)
    road.clock.at = NOON + minutes(60)
    await road.go()

    (body,) = await bodies(road)
    told = written("cart")
    assert body == {
        **told,
        "key": body["key"],
        "journey": str(card.id),
        "member": str(member_id),
        "event": {**told["event"], "id": str(cart.id)},
    }
    assert re.fullmatch(r"journey:[0-9a-f-]{36}:tell-crm", body["key"])


async def test_a_call_tells_of_the_event_with_the_fields_of_its_kind(road: Road) -> None:
    told = written("review")
    road.clock.at = datetime.fromisoformat(told["event"]["occurred_at"])
    steps = (Webhook("tell-crm", "https://example.com/hook"),)
    await road.begin(Journey("Ц", OnEvent("review"), steps))
    member_id = await road.shop.enroll()
    await review(road, member_id, **told["event"]["data"])
    await road.go()
    (body,) = await bodies(road)
    assert {**body["event"], "id": None} == {**told["event"], "id": None}
    assert (body["type"], body["step"]) == (told["type"], told["step"])


async def test_where_no_event_has_begun_it_a_call_tells_of_none(road: Road) -> None:
    await road.begin(Journey("Ц", OnRegistration(), (Webhook("hook", "https://example.com/hook"),)))
    await road.shop.enroll()
    await road.go()
    assert [(body["step"], body["event"]) for body in await bodies(road)] == [("hook", None)]


@pytest.mark.parametrize(
    ("host", "public"),
    [("8.8.8.8", True), ("10.1.1.1", False), ("100.64.0.1", False), ("fe80::1", False), ("name", False)],
)
def test_which_addresses_are_of_the_public_internet(host: str, public: bool) -> None:  # noqa: FBT001
    assert is_public(host) is public
