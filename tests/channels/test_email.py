"""Mail against a server of others: how letters look, and what each refusal comes to."""

from collections.abc import AsyncIterator
from email.message import EmailMessage

import pytest
from msgspec import structs
from tests.channels.gateways import AT, KEY, LOOPBACK, gateway, mail

from plushka.delivery.channels.email.letter import as_message
from plushka.delivery.channels.email.smtp import Smtp
from plushka.delivery.channels.reasons import MEND_SECONDS
from plushka.demo.gateways.arrived import Fault
from plushka.demo.gateways.mail import LOGIN, FakeMail
from plushka.domain.messages.gateways.model import Gateway
from plushka.domain.messages.model import Failing, Refused, Sent, Unreachable, Unsure, Wait

SENDER = "hello@anna.example"
LEFT = Sent(provider_id=str(KEY), is_reported=False)


@pytest.fixture
def fake() -> FakeMail:
    return FakeMail()


@pytest.fixture
async def line(fake: FakeMail) -> AsyncIterator[Gateway]:
    async with fake.serving() as port:
        yield gateway("smtp", fake.password, login=LOGIN, port=port, sender=SENDER)


@pytest.fixture
async def adapter() -> AsyncIterator[Smtp]:
    adapter = Smtp(allowed=LOOPBACK, now=lambda: AT)
    yield adapter
    await adapter.close()


async def test_a_letter_arrives_as_text_and_as_html(fake: FakeMail, line: Gateway, adapter: Smtp) -> None:
    assert await adapter.send(line, mail()) == LEFT
    (letter,) = fake.letters
    assert letter["Subject"] == "Для вас"
    assert letter["From"] == f"Кофейня Анны <{SENDER}>"
    assert letter["To"] == "vera@example.com"
    assert letter["Message-ID"] == "<0192f000-0000-7000-8000-000000000001@anna.example>"
    assert letter["Date"] == "Tue, 10 Mar 2026 09:00:00 +0000"
    assert letter["List-Unsubscribe"] is None
    assert _part(letter, "plain") == "Добрый день"
    assert _part(letter, "html") == "<p>Добрый <b>день</b></p>"


async def test_what_advertises_can_be_unsubscribed_from_with_one_click(
    fake: FakeMail, line: Gateway, adapter: Smtp
) -> None:
    await adapter.send(line, mail(unsubscribe_url="https://anna.example/u/e-token"))
    (letter,) = fake.letters
    assert letter["List-Unsubscribe"] == "<https://anna.example/u/e-token>"
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_nobody_writes_another_header_into_a_letter() -> None:
    letter = as_message(
        mail(subject="Скидка\r\nBcc: all@example.com"), sender=SENDER, name='Anna"\nX-Evil: 1', at=AT
    )
    assert letter["Subject"] == "Скидка Bcc: all@example.com"
    assert letter["Bcc"] is None
    assert letter["X-Evil"] is None
    head = letter.as_bytes().partition(b"\r\n\r\n")[0]
    assert b"\nBcc:" not in head
    assert b"\nX-Evil" not in head


@pytest.mark.parametrize(
    "to", ["vera", "a@b\r\nBcc: c@d.example", "<vera@example.com>", "", "a b@example.com"]
)
async def test_an_address_that_is_none_is_dead(fake: FakeMail, line: Gateway, adapter: Smtp, to: str) -> None:
    assert await adapter.send(line, mail(to=to)) == Unreachable("gone")
    assert not fake.letters


async def test_letters_share_a_connection(fake: FakeMail, line: Gateway, adapter: Smtp) -> None:
    fake.refusals["nobody@example.com"] = "550 5.1.1 no such user"
    assert await adapter.send(line, mail()) == LEFT
    assert await adapter.send(line, mail("nobody@example.com")) == Unreachable("gone")
    assert await adapter.send(line, mail()) == LEFT
    assert fake.connections == 1
    assert len(fake.letters) == 2


@pytest.mark.parametrize(
    ("refusal", "result"),
    [
        ("550 5.1.1 no such user", Unreachable("gone")),
        ("550 no such user", Unreachable("gone")),
        ("553 mailbox name not allowed", Unreachable("gone")),
        ("550 5.7.1 your network is on our list", Refused("550: 5.7.1 your network is on our list")),
        ("552 5.2.2 mailbox full", Refused("552: 5.2.2 mailbox full")),
        ("554 no", Refused("554: no")),
        ("450 4.2.1 greylisted", Failing("450: 4.2.1 greylisted")),
    ],
)
async def test_a_refused_address_is_dead_unless_something_else_speaks(
    fake: FakeMail, line: Gateway, adapter: Smtp, refusal: str, result: object
) -> None:
    fake.refusals["vera@example.com"] = refusal
    assert await adapter.send(line, mail()) == result


async def test_a_refused_text_is_no_matter_of_the_address(
    fake: FakeMail, line: Gateway, adapter: Smtp
) -> None:
    fake.faults += [Fault(body="554 5.7.1 spam"), Fault(body="451 4.3.0 later")]
    assert await adapter.send(line, mail()) == Refused("554: 5.7.1 spam")
    assert await adapter.send(line, mail()) == Failing("451: 4.3.0 later")
    assert await adapter.send(line, mail()) == LEFT


async def test_whether_a_letter_arrived_is_not_known_without_an_answer(
    fake: FakeMail, line: Gateway, adapter: Smtp
) -> None:
    fake.faults.append(Fault(hangs=True))
    assert isinstance(await adapter.send(line, mail()), Unsure)
    assert await adapter.send(line, mail()) == LEFT


async def test_a_wrong_password_is_somebodys_to_mend(fake: FakeMail, line: Gateway, adapter: Smtp) -> None:
    fake.password = "another"
    result = await adapter.send(line, mail())
    assert isinstance(result, Wait)
    assert result.seconds == MEND_SECONDS
    assert result.problem.startswith("535")
    assert (await adapter.look(line)).problem.startswith("535")


async def test_a_server_that_is_not_there_has_taken_nothing(adapter: Smtp) -> None:
    assert isinstance(await adapter.send(gateway("smtp", "", port=9, sender=SENDER), mail()), Failing)


async def test_the_inner_network_is_not_knocked_at(fake: FakeMail, line: Gateway) -> None:
    adapter = Smtp(allowed=())
    for host in ("127.0.0.1", "localhost", "169.254.169.254", "10.0.0.1", "::1"):
        inner = structs.replace(line, server=structs.replace(line.server, host=host))
        assert await adapter.send(inner, mail()) == Wait(MEND_SECONDS, "the server is of the inner network")
    assert fake.connections == 0
    await adapter.close()


def _part(letter: EmailMessage, kind: str) -> str:
    part = letter.get_body((kind,))
    assert part is not None
    return str(part.get_content()).strip()
