"""An SMS that says stop takes the consent to advertising by SMS back, once, and is answered once."""

from uuid import UUID

import httpx
import pytest
from tests.channels.conftest import HOOK, Scene, until
from tests.conftest import SetClock
from tests.pos.conftest import served

from plushka.demo.gateways.calling import incoming
from plushka.demo.gateways.smpp import FakeSmpp
from plushka.domain.members.consents import list_consents, note_consent
from plushka.domain.messages.gateways.model import Credentials, Gateway, Provider, Server
from plushka.domain.messages.gateways.operations import connect_gateway, draft
from plushka.domain.messages.gateways.parcels import Incoming
from plushka.domain.messages.stopping import hear_sms, says_stop
from plushka.domain.purchases.merging import merge_members

DIGITS = "79990000101"
PROVIDERS: tuple[Provider, ...] = ("smsru", "smsaero", "exolve")


@pytest.mark.parametrize(
    "text",
    [
        "СТОП",
        "стоп",
        " Стоп. ",
        "«Стоп!»",
        "STOP",
        "stop",
        "CTOП",  # with Latin letters that look Cyrillic
        "STОP",  # with a Cyrillic one
        "cnjg",  # on a keyboard in Latin
        "ЫЕЩЗ",  # and in Cyrillic
        "ｓｔｏｐ",
        "Отписаться",
        "jngbcfnmcz",  # the same on a keyboard in Latin
        "отписка пожалуйста",
        "Стоп, не пишите",
        "unsubscribe",
    ],
)
def test_stop_is_known_however_it_was_typed(text: str) -> None:
    assert says_stop(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "!!!",
        "Спасибо",
        "не стоп",
        "Стоп-кран сломался",
        "стопка блинов есть?",
        "Стоп, а где мои бонусы за вчера?",
        "https://stop.example",
        "100",
        "\0",
    ],
)
def test_other_texts_end_nothing(text: str) -> None:
    assert not says_stop(text)


async def said_of(scene: Scene, member_id: UUID) -> list[tuple[str, bool, str]]:
    async with scene.shop.tx() as tx:
        return [(one.kind, one.is_given, one.source) for one in await list_consents(tx, member_id)]


async def trail(scene: Scene) -> int:
    async with scene.shop.tx() as tx:
        count: int = await tx.fetchval("select count(*) from audit_entries where action = 'consent.withdraw'")
    return count


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_every_gateway_passes_it_on_and_it_is_answered_once(
    scene: Scene, clock: SetClock, provider: Provider
) -> None:
    gateway = await scene.connect(provider)
    member_id = await scene.enrol()
    with served(scene.settings, clock) as address:
        there = f"{address}/channels/{scene.shop.caller.tenant_id}/{gateway.id}"
        async with httpx.AsyncClient() as client:
            for text, key in (("Сколько у меня бонусов?", "in-0"), ("СТОП", "in-1"), ("СТОП", "in-1")):
                body, headers = incoming(provider, DIGITS, text, key=key)
                answer = await client.post(f"{there}/{HOOK}", content=body, headers=dict(headers))
                assert answer.status_code == 200
            spoofed = await client.post(f"{there}/guess", content=body, headers=dict(headers))
            assert spoofed.status_code == 404
    assert await said_of(scene, member_id) == [("sms", False, "sms"), ("marketing", True, "app")]
    assert await trail(scene) == 1
    async with scene.working():
        (row,) = await scene.until_state("sent")
    assert (row["purpose"], row["channel"]) == ("transactional", "sms")
    (arrived,) = scene.sms.arrived
    assert arrived.to == f"+{DIGITS}"
    assert arrived.text == "Кофейня Анны: рекламы по SMS больше не будет."


async def test_smpp_brings_it_over_its_own_connection(scene: Scene) -> None:
    centre = FakeSmpp()
    member_id = await scene.enrol()
    async with centre.serving() as port:
        await _connect_smpp(scene, centre, port)
        async with scene.working():
            await scene.post(member_id, "sms", purpose="transactional")
            await scene.until_state("sent")
            await centre.pass_on("Стоп")
            await scene.until_state("sent", "sent")
            await until(lambda: centre.confirmed)
        texts = [one.text for one in centre.arrived]
    assert texts[1:] == ["Кофейня Анны: рекламы по SMS больше не будет."]
    assert await said_of(scene, member_id) == [("sms", False, "sms"), ("marketing", True, "app")]


async def test_a_letter_on_its_way_is_stopped(scene: Scene) -> None:
    gateway = await scene.connect("smsru")
    member_id = await scene.enrol()
    await scene.post(member_id, "sms")
    async with scene.shop.tx() as tx:
        await hear_sms(tx, gateway.id, Incoming(DIGITS, "стоп"))
    async with scene.working():
        rows = await scene.until_state("skipped", "sent")
    assert rows[0]["failure"] == "no_channel_consent"
    assert len(scene.sms.arrived) == 1


async def test_who_agrees_anew_is_not_unsubscribed_by_what_is_told_again(scene: Scene) -> None:
    gateway = await scene.connect("smsru")
    member_id = await scene.enrol()

    async def stop(key: str) -> None:
        async with scene.shop.tx() as tx:
            await hear_sms(tx, gateway.id, Incoming(DIGITS, "стоп", key))

    await stop("in-1")
    async with scene.shop.tx() as tx:
        await note_consent(tx, member_id, "sms", is_given=True, source="app")
    await stop("in-1")
    assert (await said_of(scene, member_id))[0] == ("sms", True, "app")
    await stop("in-2")
    assert (await said_of(scene, member_id))[0] == ("sms", False, "sms")


@pytest.mark.parametrize("phone", ["79995555555", "Plushka", "", "900", "+7 999 000-01-0", "\0"])
async def test_nobody_is_answered_who_is_no_member(scene: Scene, phone: str) -> None:
    gateway = await scene.connect("smsru")
    member_id = await scene.enrol()
    async with scene.shop.tx() as tx:
        await hear_sms(tx, gateway.id, Incoming(phone, "стоп", "in-1"))
    assert await said_of(scene, member_id) == [("marketing", True, "app")]
    assert not await scene.outgoing()


async def test_the_phone_of_a_card_that_was_joined_stops_the_other(scene: Scene) -> None:
    gateway = await scene.connect("smsru")
    merged = await scene.enrol("+79990000102", "gleb@example.com")
    kept = await scene.enrol()
    async with scene.shop.tx() as tx:
        await merge_members(tx, kept_id=kept, merged_id=merged, reason="two cards")
        await hear_sms(tx, gateway.id, Incoming("8 999 000-01-02", "стоп"))
    assert (await said_of(scene, kept))[0] == ("sms", False, "sms")


async def _connect_smpp(scene: Scene, centre: FakeSmpp, port: int) -> Gateway:
    gateway = draft(
        "smpp",
        sender="Plushka",
        credentials=Credentials(login=centre.login, secret=centre.password),
        server=Server("127.0.0.1", port, "none"),
        per_second=100,
        at=scene.shop.clock.now(),
    )
    async with scene.shop.tx() as tx:
        await connect_gateway(tx, scene.vault, gateway)
    return gateway
