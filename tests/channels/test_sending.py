"""Letters leave by gateways that are none, through the worker; what became of them is told."""

from datetime import timedelta

import httpx
import pytest
from msgspec import structs
from tests.channels.conftest import HOOK, PUBLIC_URL, Scene, until
from tests.conftest import SetClock
from tests.pos.conftest import served

from plushka.delivery.channels import running
from plushka.demo.gateways.arrived import Fault
from plushka.domain.bots.leaving import delete_member
from plushka.domain.businesses.operations import found_business
from plushka.domain.businesses.pictures import digest_of
from plushka.domain.messages.gateways.operations import disconnect_gateway, note_health, note_rest
from plushka.domain.messages.push_devices import list_devices
from plushka.domain.messages.rules import change_rules, get_rules
from plushka.domain.messages.templates.model import Body, Draft, Words
from plushka.domain.messages.templates.store import create_template, set_template_picture
from plushka.domain.messages.unsubscribing import link_tokens, path_of
from plushka.domain.purchases.merging import merge_members
from plushka.platform.ids import new_id

REFUSED = 203
"""A code of SMS.ru by which one message is refused, and nothing else is wrong."""


async def test_an_sms_leaves_with_a_way_out_and_is_paid_for(scene: Scene) -> None:
    await scene.connect("smsaero")
    member_id = await scene.enrol()
    async with scene.working():
        await scene.post(member_id, "sms")
        (row,) = await scene.until_state("sent")
    (arrived,) = scene.sms.arrived
    async with scene.shop.tx() as tx:
        token = (await link_tokens(tx, [member_id]))[member_id]
    assert arrived.to == "+79990000101"
    assert "Здравствуйте" in arrived.text
    assert arrived.text.endswith(f"anna.example{path_of('sms', token)}")
    assert (row["parts"], row["cost_minor"], row["provider_id"]) == (2, 549, "10000001")


async def test_a_gateway_drops_an_sms_by_when_it_goes_on_by_another_channel(scene: Scene) -> None:
    await scene.connect("smsru")
    await scene.connect("smtp")
    member_id = await scene.enrol()
    async with scene.shop.tx() as tx:
        await change_rules(tx, structs.replace(await get_rules(tx), move_on_minutes=20))
    async with scene.working():
        await scene.post(member_id, "sms", "email")
        (row,) = await scene.until_state("sent")
        await scene.post(member_id, "sms", key="alone")
        await scene.until_state("sent", "sent")
    assert [one.ttl_seconds for one in scene.sms.arrived] == [20 * 60, 24 * 60 * 60]
    assert row["move_on_at"] - row["finished_at"] == timedelta(minutes=20)


async def test_a_notice_has_nothing_to_unsubscribe_from(scene: Scene) -> None:
    await scene.connect("smsru")
    await scene.connect("smtp")
    member_id = await scene.enrol()
    async with scene.working():
        await scene.post(member_id, "sms", purpose="transactional")
        await scene.post(member_id, "email", purpose="transactional", key="other")
        await scene.until_state("sent", "sent")
    assert "/u/" not in scene.sms.arrived[0].text
    assert scene.mail.letters[0]["List-Unsubscribe"] is None


async def test_a_letter_wears_the_look_of_the_business(scene: Scene) -> None:
    await scene.connect("smtp")
    member_id = await scene.enrol()
    async with scene.working():
        await scene.post(member_id, "email")
        await scene.until_state("sent")
    (letter,) = scene.mail.letters
    async with scene.shop.tx() as tx:
        token = (await link_tokens(tx, [member_id]))[member_id]
    url = f"{PUBLIC_URL}{path_of('email', token)}"
    assert letter["List-Unsubscribe"] == f"<{url}>"
    assert "Кофейня" in letter["From"]
    page = letter.get_body(("html",))
    assert page is not None
    html = page.get_content()
    assert "#b4531d" in html
    assert url in html
    assert "Здравствуйте" in html


async def test_an_address_that_is_dead_is_not_written_to_again(scene: Scene) -> None:
    await scene.connect("smtp")
    member_id = await scene.enrol()
    scene.mail.refusals["vera@example.com"] = "550 5.1.1 no such user"
    async with scene.working():
        await scene.post(member_id, "email")
        await scene.until_state("blocked")
        await scene.post(member_id, "email", key="again")
        rows = await scene.outgoing()
    assert [(row["state"], row["failure"]) for row in rows] == [("blocked", ""), ("skipped", "unreachable")]


async def test_every_device_shows_a_notification_and_one_that_is_gone_is_forgotten(scene: Scene) -> None:
    await scene.connect("webpush")
    member_id = await scene.enrol()
    await scene.subscribe(member_id, "phone")
    await scene.subscribe(member_id, "laptop")
    await scene.subscribe(member_id, "lost")
    del scene.push.browsers["lost"]
    async with scene.working():
        await scene.post(member_id, "push")
        await scene.until_state("sent")
        await until(lambda: len(scene.push.arrived) == 2)
        async with scene.shop.tx() as tx:
            assert len(await list_devices(tx, member_id)) == 2
    assert {one.to for one in scene.push.arrived} == {"phone", "laptop"}
    assert scene.push.arrived[0].link == f"/app/{scene.shop.caller.tenant_id}"
    assert scene.push.arrived[0].title == "Кофейня Анны"


async def test_a_notification_tells_where_the_picture_of_its_template_is(scene: Scene) -> None:
    await scene.connect("webpush")
    member_id = await scene.enrol()
    await scene.subscribe(member_id, "phone")
    async with scene.shop.tx() as tx:
        with_picture, without = [
            await create_template(tx, Draft(name, "marketing", Body(words={"ru": Words("Раф")})))
            for name in ("С картинкой", "Без неё")
        ]
        await set_template_picture(tx, with_picture, b"jpeg")
    async with scene.working():
        await scene.post(member_id, "push", content=None, template_id=with_picture, key="one")
        await scene.until_state("sent")
        await scene.post(member_id, "push", content=None, template_id=without, key="two")
        await scene.until_state("sent", "sent")
    place = f"/app/{scene.shop.caller.tenant_id}/templates/{with_picture}/picture/{digest_of(b'jpeg')}"
    assert [one.image for one in scene.push.arrived] == [place, ""]


async def test_a_device_of_a_card_that_was_joined_shows_what_is_sent_to_the_other(scene: Scene) -> None:
    await scene.connect("webpush")
    merged = await scene.enrol("+79990000102", "gleb@example.com")
    kept = await scene.enrol()
    await scene.subscribe(merged)
    async with scene.shop.tx() as tx:
        await merge_members(tx, kept_id=kept, merged_id=merged, reason="two cards")
    async with scene.working():
        await scene.post(kept, "push")
        await scene.until_state("sent")
    assert len(scene.push.arrived) == 1


async def test_what_finds_no_device_goes_on_by_the_next_channel(scene: Scene) -> None:
    await scene.connect("webpush")
    await scene.connect("smsru")
    member_id = await scene.enrol()
    await scene.subscribe(member_id)
    scene.push.browsers.clear()
    async with scene.working():
        await scene.post(member_id, "push", "sms")
        (row,) = await scene.until_state("sent")
    assert row["channel"] == "sms"
    assert len(scene.sms.arrived) == 1


async def test_a_gateway_that_calls_nobody_is_asked(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "ASK_EVERY_SECONDS", 0.05)
    await scene.connect("smsru")
    member_id = await scene.enrol()
    async with scene.working():
        await scene.post(member_id, "sms")
        (row,) = await scene.until_state("sent")
        scene.sms.statuses[row["provider_id"]] = 103
        await scene.until_state("delivered")


async def test_sms_ru_is_told_once_where_to_call_and_what_it_costs_is_booked(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "ASK_EVERY_SECONDS", 0.05)
    gateway = await scene.connect("smsru")
    member_id = await scene.enrol()
    for _ in range(2):
        async with scene.working():
            await until(lambda: scene.sms.callbacks)
    hook = f"{PUBLIC_URL}/channels/{scene.shop.caller.tenant_id}/{gateway.id}/{HOOK}"
    assert scene.sms.callbacks == [hook]
    async with scene.working():
        await scene.post(member_id, "sms")
        row = await scene.until_row(lambda row: row["cost_minor"] == 410)
    assert row["state"] == "sent"


async def test_sms_ru_that_takes_no_address_to_call_sends_all_the_same(scene: Scene) -> None:
    scene.sms.callbacks_max = 0
    await scene.connect("smsru")
    member_id = await scene.enrol()
    async with scene.working():
        await scene.post(member_id, "sms")
        await scene.until_state("sent")
    assert not scene.sms.callbacks


async def test_a_gateway_is_heard_only_by_its_secret_address(scene: Scene, clock: SetClock) -> None:
    gateway = await scene.connect("exolve")
    member_id = await scene.enrol()
    async with scene.working():
        await scene.post(member_id, "sms")
        (row,) = await scene.until_state("sent")
    with served(scene.settings, clock) as address:
        there = f"{address}/channels/{scene.shop.caller.tenant_id}/{gateway.id}"
        told = {"message_id": row["provider_id"], "status": "DELIVERED"}
        async with httpx.AsyncClient() as client:
            assert (await client.post(f"{there}/guess", json=told)).status_code == 404
            assert (await client.post(f"{there}/{HOOK}", content=b"{")).status_code == 400
            assert [row["state"] for row in await scene.outgoing()] == ["sent"]
            answer = await client.post(f"{there}/{HOOK}", json=told)
            again = await client.post(f"{there}/{HOOK}", json=told)
    assert (answer.status_code, again.status_code) == (200, 200)
    assert [row["state"] for row in await scene.outgoing()] == ["delivered"]


async def test_an_empty_account_holds_all_up_and_is_told_in_the_office(scene: Scene) -> None:
    gateway = await scene.connect("smsru")
    member_id = await scene.enrol()
    scene.sms.faults.append(Fault(code=201))
    async with scene.working():
        await scene.post(member_id, "sms")
        await scene.until_problem(gateway, "201: no")
    assert [row["state"] for row in await scene.outgoing()] == ["waiting"]
    assert not scene.sms.arrived


async def test_a_problem_is_told_until_something_goes_out_or_all_is_found_well(
    scene: Scene, clock: SetClock
) -> None:
    gateway = await scene.connect("smsru")
    member_id = await scene.enrol()
    scene.sms.faults.append(Fault(code=REFUSED))
    async with scene.working():
        await scene.post(member_id, "sms", key="refused")
        await scene.until_problem(gateway, f"{REFUSED}: no")
        await scene.post(member_id, "sms", key="taken")
        await scene.until_problem(gateway, "")
        assert [row["state"] for row in await scene.outgoing()] == ["failed", "sent"]

    async with scene.shop.tx() as tx:
        await note_health(tx, gateway.id, problem="201: no")
        await note_rest(tx, gateway.id, clock.now() + timedelta(minutes=5))
        await note_health(tx, gateway.id, balance_minor=0)
    await scene.until_problem(gateway, "201: no")
    clock.advance(timedelta(minutes=6))
    async with scene.shop.tx() as tx:
        await note_health(tx, gateway.id, balance_minor=100_00)
        found = await tx.fetchrow("select problem, problem_at from gateways where id = $1", gateway.id)
    assert found is not None
    assert (found["problem"], found["problem_at"]) == ("", None)


async def test_a_look_that_began_before_a_refusal_does_not_take_it_back(scene: Scene) -> None:
    gateway = await scene.connect("smsru")
    async with scene.shop.tx() as tx:
        await note_health(tx, gateway.id, problem="203: no")
        for since, told in (timedelta(seconds=-1), "203: no"), (timedelta(seconds=1), ""):
            await note_health(tx, gateway.id, begun_at=tx.at + since, balance_minor=100_00)
            assert await tx.fetchval("select problem from gateways where id = $1", gateway.id) == told


async def test_what_waits_for_a_gateway_that_was_let_go_is_sent_by_the_next(scene: Scene) -> None:
    gateway = await scene.connect("smsru")
    member_id = await scene.enrol()
    await scene.post(member_id, "sms")
    async with scene.shop.tx() as tx:
        await disconnect_gateway(tx, gateway)
        sealed = await tx.fetchval("select credentials from gateways where id = $1", gateway.id)
    assert sealed == b""
    async with scene.working():
        await scene.connect("smsaero")
        await scene.until_state("sent")


async def test_nothing_leaves_a_sandbox(scene: Scene) -> None:
    await scene.connect("smsru")
    member_id = await scene.enrol()
    await scene.post(member_id, "sms")
    real = new_id()
    async with scene.shop.database.transaction(real, actor="test", at=scene.shop.clock.now()) as tx:
        await found_business(
            tx, name="Анна", currency="RUB", country="RU", language="ru", time_zone="Europe/Moscow"
        )
    async with scene.shop.tx() as tx:
        await tx.execute("update businesses set sandbox_of = $2 where tenant_id = $1", tx.tenant_id, real)
    async with scene.working() as channels:
        await channels._posted()
        assert await channels._start(scene.shop.caller.tenant_id, scene.gateways["sms"].id) is None
    assert not scene.sms.arrived


async def test_who_deletes_themselves_leaves_no_device_link_or_dead_address(scene: Scene) -> None:
    await scene.connect("webpush")
    member_id = await scene.enrol()
    await scene.subscribe(member_id)
    async with scene.shop.tx() as tx:
        await link_tokens(tx, [member_id])
        await tx.execute(
            "insert into dead_addresses (tenant_id, kind, value, reason, died_at)"
            " values ($1, 'email', 'vera@example.com', 'x', $2)",
            tx.tenant_id,
            tx.at,
        )
        await delete_member(tx, member_id)
        for table in ("push_subscriptions", "unsubscribe_links", "dead_addresses"):
            assert await tx.fetchval(f"select count(*) from {table}") == 0  # noqa: S608  ours
