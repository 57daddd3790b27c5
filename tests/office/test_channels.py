"""Channels of sending in the office: connected by what the gateway confirms, tried out, let go."""

from collections.abc import AsyncIterator
from dataclasses import replace

import httpx
import pytest
from tests.channels.gateways import LOOPBACK
from tests.conftest import SetClock
from tests.office.conftest import plain
from tests.pos.conftest import Cast
from tests.pos.conftest import settings as settings_of_till
from tests.serving import serving

from plushka.demo.gateways.mail import LOGIN, FakeMail
from plushka.demo.gateways.mailbox import FakeMailbox
from plushka.demo.gateways.sms import SMSAERO_PREFIX, SMSRU_PREFIX, FakeSms
from plushka.domain.messages.gateways.hooks import hook_url
from plushka.domain.messages.gateways.model import Gateway, Kind
from plushka.domain.messages.gateways.operations import note_health
from plushka.domain.messages.gateways.queries import find_gateway
from plushka.platform.database import Database
from plushka.platform.settings import Settings
from plushka.platform.vault import Vault

__all__ = ["settings_of_till"]

PAGE = "/settings/channels"
PUBLIC_URL = "https://anna.example"


@pytest.fixture
def fake() -> FakeSms:
    return FakeSms()


@pytest.fixture
def mail() -> FakeMail:
    return FakeMail()


@pytest.fixture
async def mail_port(mail: FakeMail) -> AsyncIterator[int]:
    async with mail.serving() as port:
        yield port


@pytest.fixture
async def settings(settings_of_till: Settings, fake: FakeSms) -> AsyncIterator[Settings]:
    async with serving(fake.routes()) as address:
        yield replace(
            settings_of_till,
            smsru_api=f"{address}{SMSRU_PREFIX}",
            smsaero_api=f"{address}{SMSAERO_PREFIX}",
            inner_hosts=LOOPBACK,
            public_url=PUBLIC_URL,
        )


async def gateway_of(
    kind: Kind, database: Database, clock: SetClock, cast: Cast, settings: Settings
) -> Gateway | None:
    async with database.transaction(cast.anna.tenant_id, actor="test:cast", at=clock.now()) as tx:
        return await find_gateway(tx, Vault.of(settings), kind)


async def test_a_gateway_is_connected_tried_out_and_let_go(
    *,
    anna: httpx.AsyncClient,
    fake: FakeSms,
    database: Database,
    clock: SetClock,
    cast: Cast,
    settings: Settings,
) -> None:
    typed = {"smsru_secret": fake.key, "smsru_sender": "AnnaCoffee"}
    connected = plain((await anna.post(f"{PAGE}/smsru/connect", data=typed, follow_redirects=True)).text)
    assert "SMS.ru: канал подключён." in connected
    assert "1 000,50 ₽" in connected
    assert fake.key not in connected
    gateway = await gateway_of("sms", database, clock, cast, settings)
    assert gateway is not None
    assert (gateway.credentials.secret, gateway.sender) == (fake.key, "AnnaCoffee")

    again = await anna.post(f"{PAGE}/smsru/connect", data=typed)
    assert again.status_code == 422

    sent = await anna.post(f"{PAGE}/sms/try", data={"sms_to": "8 999 000-01-01"}, follow_redirects=True)
    assert "Отправлено." in plain(sent.text)
    assert [(one.to, one.sender) for one in fake.arrived] == [("+79990000101", "AnnaCoffee")]
    wrong = await anna.post(f"{PAGE}/sms/try", data={"sms_to": "123"})
    assert wrong.status_code == 422
    assert 'value="123"' in wrong.text

    async with database.transaction(cast.anna.tenant_id, actor="test", at=clock.now()) as tx:
        await note_health(tx, gateway.id, problem="220: сервис занят")
    assert "220: сервис занят" in plain((await anna.get(PAGE)).text)
    checked = plain((await anna.post(f"{PAGE}/sms/check", follow_redirects=True)).text)
    assert "Всё в порядке." in checked
    assert "220: сервис занят" not in checked
    gone = plain((await anna.post(f"{PAGE}/sms/disconnect", follow_redirects=True)).text)
    assert "SMS.ru: канал отключён, его ключ забыт." in gone
    assert await gateway_of("sms", database, clock, cast, settings) is None
    trail = plain((await anna.get("/settings/audit")).text)
    assert "Подключён канал SMS.ru, отправитель AnnaCoffee" in trail
    assert "Отключён канал SMS.ru, отправитель AnnaCoffee" in trail


async def test_a_gateway_that_is_let_go_is_told_to_call_no_more(
    *,
    anna: httpx.AsyncClient,
    fake: FakeSms,
    database: Database,
    clock: SetClock,
    cast: Cast,
    settings: Settings,
) -> None:
    await anna.post(f"{PAGE}/smsru/connect", data={"smsru_secret": fake.key, "smsru_sender": "AnnaCoffee"})
    gateway = await gateway_of("sms", database, clock, cast, settings)
    assert gateway is not None
    hook = hook_url(PUBLIC_URL, cast.anna.tenant_id, gateway)
    assert hook in plain((await anna.get(PAGE)).text)
    fake.callbacks += ["https://other.example/", hook]
    await anna.post(f"{PAGE}/sms/disconnect")
    assert fake.callbacks == ["https://other.example/"]


async def test_what_a_gateway_does_not_know_is_refused_and_stays_to_be_corrected(
    anna: httpx.AsyncClient, fake: FakeSms
) -> None:
    wrong = await anna.post(
        f"{PAGE}/smsaero/connect",
        data={"smsaero_login": "a@b.example", "smsaero_secret": "no", "smsaero_sender": "Anna"},
    )
    assert wrong.status_code == 422
    assert "Канал не подключился: 401" in plain(wrong.text)
    assert 'value="a@b.example"' in wrong.text
    name = await anna.post(
        f"{PAGE}/smsru/connect", data={"smsru_secret": fake.key, "smsru_sender": "Кофейня Анны"}
    )
    assert "до 11 латинских букв и цифр" in plain(name.text)


def _smtp(mail: FakeMail, port: int) -> dict[str, str]:
    """Return what the mail server is connected with."""
    return {
        "smtp_host": "127.0.0.1",
        "smtp_port": str(port),
        "smtp_security": "none",
        "smtp_login": LOGIN,
        "smtp_secret": mail.password,
        "smtp_sender": "hello@anna.example",
        "smtp_per_second": "10",
    }


async def test_a_mail_server_is_connected_and_a_letter_tried(
    anna: httpx.AsyncClient, mail: FakeMail, mail_port: int
) -> None:
    typed = _smtp(mail, mail_port)
    refused = await anna.post(f"{PAGE}/smtp/connect", data={**typed, "smtp_secret": "wrong"})
    assert "Канал не подключился: 535" in plain(refused.text)
    inner = await anna.post(f"{PAGE}/smtp/connect", data={**typed, "smtp_host": "localhost"})
    assert inner.status_code == 422
    assert "inner network" in inner.text
    await anna.post(f"{PAGE}/smtp/connect", data=typed)
    sent = await anna.post(f"{PAGE}/email/try", data={"email_to": "me@anna.example"}, follow_redirects=True)
    assert "Отправлено." in plain(sent.text)
    assert mail.letters[0]["To"] == "me@anna.example"


async def test_the_mailbox_that_letters_come_back_to_is_connected_and_let_go(
    *,
    anna: httpx.AsyncClient,
    mail: FakeMail,
    mail_port: int,
    database: Database,
    clock: SetClock,
    cast: Cast,
) -> None:
    fake = FakeMailbox()
    assert (await anna.post(f"{PAGE}/email/returns/disconnect")).status_code == 404
    await anna.post(f"{PAGE}/smtp/connect", data=_smtp(mail, mail_port))
    async with fake.serving() as port:
        typed = {
            "returns_address": "returns@anna.example",
            "returns_mark": "tagged",
            "returns_host": "127.0.0.1",
            "returns_port": str(port),
            "returns_security": "none",
            "returns_login": LOGIN,
            "returns_secret": fake.password,
        }
        wrong = await anna.post(f"{PAGE}/email/returns/connect", data={**typed, "returns_secret": "no"})
        assert wrong.status_code == 422
        assert "AUTHENTICATIONFAILED" in wrong.text
        long = await anna.post(
            f"{PAGE}/email/returns/connect", data={**typed, "returns_address": f"{'r' * 25}@anna.example"}
        )
        assert "24 знака" in plain(long.text)
        inner = await anna.post(f"{PAGE}/email/returns/connect", data={**typed, "returns_host": "localhost"})
        assert "inner network" in inner.text
        connected = await anna.post(f"{PAGE}/email/returns/connect", data=typed, follow_redirects=True)
        assert "Возвращённые письма теперь читаются." in plain(connected.text)
        assert fake.password not in connected.text
        again = await anna.post(f"{PAGE}/email/returns/connect", data=typed)
        assert again.status_code == 422
    await anna.post(f"{PAGE}/email/try", data={"email_to": "me@anna.example"})
    assert mail.returned_to[0].startswith("returns+")
    let_go = await anna.post(f"{PAGE}/email/returns/disconnect", follow_redirects=True)
    assert "Ящик больше не читается" in plain(let_go.text)
    async with database.transaction(cast.anna.tenant_id, actor="test:cast", at=clock.now()) as tx:
        assert await tx.fetchval("select count(*) from return_mailboxes") == 0
    trail = plain((await anna.get("/settings/audit")).text)
    assert "Письма возвращаются на returns@anna.example" in trail
    assert "больше не читается" in trail


async def test_push_is_turned_on_with_keys_of_its_own(
    *, anna: httpx.AsyncClient, database: Database, clock: SetClock, cast: Cast, settings: Settings
) -> None:
    page = await anna.post(
        f"{PAGE}/webpush/connect", data={"webpush_sender": "owner@anna.example"}, follow_redirects=True
    )
    gateway = await gateway_of("push", database, clock, cast, settings)
    assert gateway is not None
    assert gateway.credentials.secret.startswith("-----BEGIN PRIVATE KEY-----")
    assert "PRIVATE KEY" not in page.text
    assert len(gateway.public_key) == 87


@pytest.mark.parametrize("kind", ["fax", "telegram"])
async def test_there_is_no_other_channel(anna: httpx.AsyncClient, kind: str) -> None:
    assert (await anna.post(f"{PAGE}/{kind}/connect")).status_code == 404
    assert (await anna.post(f"{PAGE}/{kind}/check")).status_code == 404
