"""The mailbox that letters come back to: looked at and never changed, and believed as far as its marks are."""

import asyncio
import socket
from collections.abc import AsyncIterator
from datetime import timedelta
from email.utils import parseaddr
from uuid import UUID

import pytest
from msgspec import structs
from tests.channels.conftest import PATIENCE_SECONDS, Scene
from tests.channels.gateways import AT, KEY, LOOPBACK
from tests.channels.test_returned import shape
from tests.conftest import SetClock

from plushka.delivery.channels import running
from plushka.delivery.channels.email import collecting
from plushka.delivery.channels.email import mailbox as imap
from plushka.delivery.channels.email.collecting import Mailboxes
from plushka.demo.gateways.mail import LOGIN
from plushka.demo.gateways.mailbox import FakeMailbox
from plushka.domain.members.consents import list_consents, note_consent
from plushka.domain.messages.gateways.mailboxes import Mailbox, Place, connect_mailbox, draft_mailbox
from plushka.domain.messages.gateways.model import Credentials, Gateway, Server
from plushka.domain.messages.gateways.operations import disconnect_gateway
from plushka.domain.messages.gateways.parcels import Collected, Returned
from plushka.domain.messages.marks import find_marked, mark_of
from plushka.domain.messages.returning import hear_returned

RETURNS = "returns@anna.example"


@pytest.fixture
def fake() -> FakeMailbox:
    return FakeMailbox()


@pytest.fixture
async def port(fake: FakeMailbox) -> AsyncIterator[int]:
    async with fake.serving() as port:
        yield port


@pytest.fixture
def box(fake: FakeMailbox, port: int) -> Mailbox:
    return _drafted(KEY, fake, port)


@pytest.fixture
async def mailboxes() -> AsyncIterator[Mailboxes]:
    mailboxes = Mailboxes(allowed=LOOPBACK, now=lambda: AT)
    yield mailboxes
    mailboxes.close()


def _drafted(gateway_id: UUID, fake: FakeMailbox, port: int, *, is_tagged: bool = True) -> Mailbox:
    return draft_mailbox(
        gateway_id,
        address=RETURNS,
        is_tagged=is_tagged,
        server=Server("127.0.0.1", port, "none"),
        credentials=Credentials(login=LOGIN, secret=fake.password),
        at=AT,
    )


async def _read_on(mailboxes: Mailboxes, box: Mailbox, collected: Collected) -> Collected:
    assert not collected.problem
    return await mailboxes.collect(structs.replace(box, place=collected.place))


async def test_what_was_there_before_is_not_read(
    fake: FakeMailbox, mailboxes: Mailboxes, box: Mailbox
) -> None:
    fake.put(shape("postfix"))
    begun = await mailboxes.collect(box)
    assert begun == Collected(place=Place(1, 1))
    assert not [command for command in fake.commands if "FETCH" in command]
    assert await _read_on(mailboxes, box, begun) == Collected(place=Place(1, 1))


@pytest.mark.parametrize("uid_behind", [False, True])
async def test_what_came_since_is_read_once_and_nothing_is_changed(
    fake: FakeMailbox, mailboxes: Mailboxes, box: Mailbox, *, uid_behind: bool
) -> None:
    fake.uid_behind = uid_behind
    begun = await mailboxes.collect(box)
    fake.put(shape("out-of-office"))
    fake.put(shape("postfix"))
    fake.put(b"From: friend@example.com\n\nHow are you? 550 5.1.1\n")
    found = await _read_on(mailboxes, box, begun)
    assert [one.closes for one in found.returned] == [True]
    assert found.place == Place(1, 3)
    assert (await _read_on(mailboxes, box, found)).returned == ()
    asked = {command.split()[0] for command in fake.commands}
    assert asked == {"CAPABILITY", "LOGIN", "EXAMINE", "UID"}
    read_whole = [command for command in fake.commands if "BODY.PEEK[]" in command]
    assert read_whole == ["UID FETCH 2 (BODY.PEEK[]<0.262144>)"]


async def test_a_mailbox_that_was_made_anew_is_read_again_from_some_days_ago(
    fake: FakeMailbox, mailboxes: Mailboxes, box: Mailbox
) -> None:
    begun = await mailboxes.collect(box)
    fake.put(shape("postfix"))
    found = await _read_on(mailboxes, box, begun)
    fake.validity = 2
    again = await _read_on(mailboxes, box, found)
    assert again.returned == found.returned
    assert again.place == Place(2, 1)
    assert "UID SEARCH SINCE 7-Mar-2026" in fake.commands


async def test_a_full_mailbox_is_read_in_several_visits(
    fake: FakeMailbox, mailboxes: Mailboxes, box: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imap, "LETTERS_MAX", 2)
    begun = await mailboxes.collect(box)
    for _ in range(3):
        fake.put(shape("gmail"))
    first = await _read_on(mailboxes, box, begun)
    second = await _read_on(mailboxes, box, first)
    assert (len(first.returned), first.is_more) == (2, True)
    assert (len(second.returned), second.is_more) == (1, False)


async def test_a_wrong_password_is_told_in_the_server_s_words(
    fake: FakeMailbox, mailboxes: Mailboxes, box: Mailbox
) -> None:
    fake.password = "another"
    assert (await mailboxes.collect(box)).problem == "[AUTHENTICATIONFAILED] wrong password"


async def test_the_inner_network_is_not_knocked_at(fake: FakeMailbox, box: Mailbox) -> None:
    strict = Mailboxes(allowed=(), now=lambda: AT)
    for host in ("127.0.0.1", "localhost", "169.254.169.254", "10.0.0.1", "::1"):
        inner = structs.replace(box, server=structs.replace(box.server, host=host))
        assert (await strict.collect(inner)).problem == "the server is of the inner network"
    assert not fake.commands
    strict.close()


async def test_a_server_that_is_not_there_is_a_problem(mailboxes: Mailboxes, box: Mailbox) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    gone = structs.replace(box, server=structs.replace(box.server, port=port))
    assert "refused" in (await mailboxes.collect(gone)).problem


async def test_a_server_that_says_nothing_is_not_waited_for_and_not_asked_twice_at_once(
    fake: FakeMailbox, mailboxes: Mailboxes, box: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(collecting, "VISIT_SECONDS_MAX", 0.2)
    fake.hangs = True
    first, second = await asyncio.gather(mailboxes.collect(box), mailboxes.collect(box))
    assert {first.problem, second.problem} == {"not done in 0 s", "the server keeps us waiting"}
    fake.hangs = False
    monkeypatch.setattr(collecting, "VISIT_SECONDS_MAX", 30)
    async with asyncio.timeout(PATIENCE_SECONDS):
        # The thread has been let go.
        while (await mailboxes.collect(box)).problem:  # noqa: ASYNC110
            await asyncio.sleep(0.02)


@pytest.mark.parametrize(
    "greeting", [b"220 smtp.example ESMTP", b"* BYE go away", b"HTTP/1.1 400 Bad Request"]
)
async def test_another_server_than_was_meant_is_a_problem(
    fake: FakeMailbox, mailboxes: Mailboxes, box: Mailbox, greeting: bytes
) -> None:
    fake.greeting = greeting
    assert (await mailboxes.collect(box)).problem


async def test_a_message_as_long_as_the_server_likes_is_not_taken_into_memory(
    fake: FakeMailbox, mailboxes: Mailboxes, box: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imap, "VISIT_BYTES_MAX", 20_000)
    begun = await mailboxes.collect(box)
    fake.put(shape("postfix") + b"x" * 50_000)
    assert "more than there is to say" in (await _read_on(mailboxes, box, begun)).problem


async def test_one_message_that_nobody_can_read_does_not_keep_us_from_those_behind_it(
    fake: FakeMailbox, mailboxes: Mailboxes, box: Mailbox
) -> None:
    begun = await mailboxes.collect(box)
    deep = b"Content-Type: multipart/report; boundary=b0\n\n"
    for number in range(3000):
        deep += b"--b%d\nContent-Type: multipart/mixed; boundary=b%d\n\n" % (number, number + 1)
    fake.put(deep)
    fake.put(
        b"Content-Type: multipart/report; boundary=b\n\n--b\n" + b"Content-Type: message/rfc822\n\n" * 3000
    )
    fake.put(shape("exchange"))
    found = await _read_on(mailboxes, box, begun)
    assert len(found.returned) == 1
    assert found.place == Place(1, 3)


# Through the worker, from the letter to what becomes of its address.


async def _connect(scene: Scene, fake: FakeMailbox, port: int, *, is_tagged: bool = True) -> Gateway:
    gateway = await scene.connect("smtp")
    begun = structs.replace(_drafted(gateway.id, fake, port, is_tagged=is_tagged), place=Place(1, 0))
    async with scene.shop.tx() as tx:
        await connect_mailbox(tx, scene.vault, begun)
    return gateway


def _sent(scene: Scene) -> tuple[str, str]:
    """Return whom the latest letter named as whom to return it to, and its Message-ID."""
    letter = scene.mail.letters[-1]
    return scene.mail.returned_to[-1], str(letter["Message-ID"])


@pytest.mark.parametrize("is_tagged", [True, False])
async def test_a_letter_that_came_back_is_lost_and_its_address_written_to_no_more(
    scene: Scene, fake: FakeMailbox, port: int, monkeypatch: pytest.MonkeyPatch, *, is_tagged: bool
) -> None:
    monkeypatch.setattr(running, "COLLECT_EVERY_SECONDS", 0.05)
    await _connect(scene, fake, port, is_tagged=is_tagged)
    member_id = await scene.enrol()
    async with scene.working():
        await scene.post(member_id, "email")
        await scene.until_state("sent")
        return_to, message_id = _sent(scene)
        assert (parseaddr(return_to)[1] == RETURNS) is not is_tagged
        fake.put(shape("postfix", return_to=return_to, message_id=message_id))
        (row,) = await scene.until_state("failed")
        await scene.post(member_id, "email", key="again")
        rows = await scene.outgoing()
    assert row["failure"].startswith("5.1.1")
    assert [(one["state"], one["failure"]) for one in rows[1:]] == [("skipped", "unreachable")]


async def test_a_letter_that_came_back_goes_on_by_the_next_channel(
    scene: Scene, fake: FakeMailbox, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "COLLECT_EVERY_SECONDS", 0.05)
    await _connect(scene, fake, port)
    await scene.connect("smsaero")
    member_id = await scene.enrol()
    async with scene.working():
        await scene.post(member_id, "email", "sms")
        (row,) = await scene.until_state("sent")
        # Nobody waits for a report of a letter that simply arrives.
        assert row["move_on_at"] is None
        return_to, message_id = _sent(scene)
        fake.put(shape("exim", return_to=return_to, message_id=message_id))
        row = await scene.until_row(lambda row: row["state"] == "sent" and row["channel"] == "sms")
    assert row["cost_minor"] == 549


async def test_who_calls_a_letter_spam_gets_no_more_mail_and_that_once(
    scene: Scene, fake: FakeMailbox, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "COLLECT_EVERY_SECONDS", 0.05)
    await _connect(scene, fake, port)
    member_id = await scene.enrol()

    async def complain() -> Returned:
        async with scene.shop.tx() as tx:
            mark = mark_of(tx, (await scene.outgoing())[0]["id"])
        return Returned((mark,), "key", is_complaint=True)

    async with scene.working():
        await scene.post(member_id, "email")
        await scene.until_state("sent")
        return_to, message_id = _sent(scene)
        fake.put(shape("complaint", return_to=return_to, message_id=message_id))
        async with asyncio.timeout(PATIENCE_SECONDS):
            while len(said := await _said(scene, member_id)) == 1:  # noqa: ASYNC110  the worker is not ours to ask
                await asyncio.sleep(0.02)
    assert said[0] == ("email", False, "complaint")
    gateway_id = scene.gateways["email"].id
    async with scene.shop.tx() as tx:
        assert await hear_returned(tx, gateway_id, await complain())
        await note_consent(tx, member_id, "email", is_given=True, source="app")
        assert await hear_returned(tx, gateway_id, await complain())
    assert (await _said(scene, member_id))[0] == ("email", True, "app")
    assert [row["state"] for row in await scene.outgoing()] == ["sent"]


async def test_an_address_is_dead_that_is_full_for_days_and_not_for_one(
    scene: Scene, clock: SetClock
) -> None:
    gateway = await scene.connect("smtp")
    member_id = await scene.enrol()
    dead: list[int] = []
    for number in range(3):
        async with scene.working():
            await scene.post(member_id, "email", key=str(number))
            await scene.until_state(*(["failed"] * number), "sent")
        async with scene.shop.tx() as tx:
            mark = mark_of(tx, (await scene.outgoing())[-1]["id"])
            await hear_returned(tx, gateway.id, Returned((mark,), "k", reason="5.2.2 full"))
            dead.append(await tx.fetchval("select count(*) from dead_addresses"))
        clock.advance(timedelta(days=1))
    assert dead == [0, 0, 1]


async def test_a_letter_that_arrived_in_between_lets_an_address_live(scene: Scene, clock: SetClock) -> None:
    gateway = await scene.connect("smtp")
    member_id = await scene.enrol()
    states: list[str] = []
    for number in range(5):
        async with scene.working():
            await scene.post(member_id, "email", key=str(number))
            await scene.until_state(*states, "sent")
        states.append("sent" if number == 2 else "failed")
        if number != 2:
            async with scene.shop.tx() as tx:
                mark = mark_of(tx, (await scene.outgoing())[-1]["id"])
                await hear_returned(tx, gateway.id, Returned((mark,), "k", reason="5.2.2 full"))
        clock.advance(timedelta(days=1))
    async with scene.shop.tx() as tx:
        assert await tx.fetchval("select count(*) from dead_addresses") == 0


async def test_a_mark_that_somebody_made_up_is_of_no_letter(scene: Scene) -> None:
    gateway = await scene.connect("smtp")
    member_id = await scene.enrol()
    async with scene.working():
        await scene.post(member_id, "email")
        (row,) = await scene.until_state("sent")
    async with scene.shop.tx() as tx:
        mark = mark_of(tx, row["id"])
        assert find_marked(tx, [mark]) == row["id"]
        another = "b" if mark[-2] == "a" else "a"
        for strange in (
            mark[:-2] + another + mark[-1],
            mark[2:] + "aa",
            "a" * 39,
            "8" * 39,
            "",
            mark.upper(),
        ):
            assert find_marked(tx, [strange]) is None
            told = Returned((strange,), "k", reason="5.1.1", closes=True)
            assert not await hear_returned(tx, gateway.id, told)
    other = structs.replace(scene.shop.caller, tenant_id=UUID(int=7))
    async with scene.shop.database.transaction(other.tenant_id, actor="test", at=AT) as tx:
        assert find_marked(tx, [mark]) is None
    assert [row["state"] for row in await scene.outgoing()] == ["sent"]


async def test_a_server_that_knows_how_is_asked_to_return_the_mark_alone(scene: Scene) -> None:
    scene.mail.knows_dsn = True
    await scene.connect("smtp")
    member_id = await scene.enrol()
    async with scene.working():
        await scene.post(member_id, "email")
        (row,) = await scene.until_state("sent")
    async with scene.shop.tx() as tx:
        mark = mark_of(tx, row["id"])
    assert scene.mail.options[-2:] == [[f"ENVID={mark}", "RET=HDRS"], ["NOTIFY=FAILURE"]]


async def test_a_mailbox_that_does_not_let_us_in_is_told_in_the_office_and_read_on_later(
    scene: Scene, fake: FakeMailbox, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "COLLECT_EVERY_SECONDS", 0.05)
    await _connect(scene, fake, port)
    right, fake.password = fake.password, "another"
    async with scene.working():
        assert "AUTHENTICATIONFAILED" in await _until_problem(scene, told=True)
        fake.password = right
        assert await _until_problem(scene, told=False) == ""


async def test_the_secrets_of_a_mailbox_go_with_its_gateway(
    scene: Scene, fake: FakeMailbox, port: int
) -> None:
    gateway = await _connect(scene, fake, port)
    async with scene.shop.tx() as tx:
        sealed = await tx.fetchval("select credentials from return_mailboxes")
        assert fake.password.encode() not in sealed
        await disconnect_gateway(tx, gateway)
        assert await tx.fetchval("select count(*) from return_mailboxes") == 0


async def _until_problem(scene: Scene, *, told: bool) -> str:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            async with scene.shop.tx() as tx:
                row = await tx.fetchrow("select problem, checked_at from return_mailboxes")
            assert row is not None
            if row["checked_at"] is not None and bool(row["problem"]) is told:
                return str(row["problem"])
            await asyncio.sleep(0.02)


async def _said(scene: Scene, member_id: UUID) -> list[tuple[str, bool, str]]:
    async with scene.shop.tx() as tx:
        return [(one.kind, one.is_given, one.source) for one in await list_consents(tx, member_id)]
