"""What mail servers send back, in the shapes that they have, and what each comes to."""

from pathlib import Path
from uuid import UUID

import pytest

from plushka.delivery.channels.email.refusals import kills
from plushka.delivery.channels.email.returned import is_candidate, read_returned
from plushka.domain.messages.gateways.parcels import Returned

SHAPES = Path(__file__).parent / "returned"
MARK = "agjpaaaaaaahaaeaaaaaaaaaaaaqeaydambqgbi"
TAGGED = f"returns+{MARK}@anna.example"
NOBODY = {"CODE": "550", "STATUS": "5.1.1", "SAID": "User unknown", "ACTION": "failed"}


def shape(name: str, *, return_to: str = TAGGED, message_id: str = "<1@anna.example>", **words: str) -> bytes:
    """Return what a server sends back of a letter."""
    text = (SHAPES / f"{name}.eml").read_text()
    told = {**NOBODY, "FEEDBACK": "abuse", **words, "RETURN_TO": return_to, "MESSAGE_ID": message_id}
    for word, value in told.items():
        text = text.replace(f"<<{word}>>", value)
    return text.encode()


def read(name: str, **words: str) -> Returned:
    returned = read_returned(shape(name, **words))
    assert returned is not None
    return returned


SERVERS = ("postfix", "exim", "exim-of-old", "exchange", "gmail")


@pytest.mark.parametrize("name", SERVERS)
def test_a_letter_to_nobody_comes_back_marked_and_its_address_is_dead(name: str) -> None:
    returned = read(name)
    assert returned.marks[0] == MARK
    assert returned.closes
    assert not returned.is_complaint
    assert "User unknown" in returned.reason


@pytest.mark.parametrize("name", SERVERS)
def test_where_servers_take_no_tags_the_letter_s_own_head_has_the_mark(name: str) -> None:
    returned = read(name, return_to="returns@anna.example", message_id=f"<{MARK}@anna.example>")
    assert returned.marks == (MARK,)


def test_the_mark_is_read_whatever_became_of_its_letters() -> None:
    returned = read("postfix", return_to=TAGGED.upper())
    assert returned.marks[0] == MARK


def test_a_server_that_repeats_the_envelope_and_nothing_else_is_understood() -> None:
    told = shape("postfix", return_to="returns@anna.example").replace(
        b"X-Postfix-Queue-ID", b"Original-Envelope-Id: " + MARK.encode() + b"\nX-Postfix-Queue-ID"
    )
    returned = read_returned(told)
    assert returned is not None
    assert returned.marks == (MARK,)


@pytest.mark.parametrize("name", SERVERS)
@pytest.mark.parametrize(
    ("code", "status", "said"),
    [
        ("552", "5.2.2", "Mailbox full"),
        ("550", "5.7.1", "Our system has detected that this message is likely spam"),
        ("452", "4.2.2", "The recipient's inbox is out of storage space"),
        ("421", "4.4.1", "Connection timed out"),
    ],
)
def test_a_letter_that_did_not_get_through_this_time_leaves_its_address_alive(
    name: str, code: str, status: str, said: str
) -> None:
    assert not read(name, CODE=code, STATUS=status, SAID=said).closes


@pytest.mark.parametrize("action", ["delayed", "relayed", "delivered", "expanded", ""])
def test_what_is_no_end_is_nothing(action: str) -> None:
    assert read_returned(shape("postfix", ACTION=action)) is None


@pytest.mark.parametrize("kind", ["abuse", "Abuse", "fraud", "opt-out"])
def test_who_calls_a_letter_spam_complains(kind: str) -> None:
    returned = read("complaint", FEEDBACK=kind)
    assert returned.is_complaint
    assert returned.marks[0] == MARK
    assert read("complaint", return_to="fbl@anna.example", message_id=f"<{MARK}@x>").is_complaint


@pytest.mark.parametrize("kind", ["not-spam", "auth-failure", "virus", ""])
def test_who_says_something_else_of_a_letter_does_not(kind: str) -> None:
    assert read_returned(shape("complaint", FEEDBACK=kind)) is None


def test_an_answer_of_somebody_who_is_away_is_no_return() -> None:
    letter = shape("out-of-office")
    assert not is_candidate(letter.partition(b"\n\n")[0])
    assert read_returned(letter) is None


def test_what_has_no_mark_is_of_no_letter() -> None:
    assert read_returned(shape("postfix", return_to="returns@anna.example")) is None


def test_the_same_message_is_known_again_and_another_is_not() -> None:
    assert read("complaint").key == read("complaint").key
    assert read("complaint").key != read("complaint", FEEDBACK="fraud").key


@pytest.mark.parametrize(
    "letter",
    [
        b"",
        b"\r\n\r\n",
        b"\xff\xfe\x00",
        b"Content-Type: multipart/report\r\n\r\n",
        b"Content-Type: multipart/report; boundary=x\r\n\r\n--x\r\nContent-Type: message/delivery-status\r\n\r\n",
        b"Content-Type: multipart/report; boundary==?x?=\r\nTo: =?utf-8?b?\xff?=\r\n\r\n",
        b"Content-Type: message/delivery-status\r\nContent-Transfer-Encoding: base64\r\n\r\n\xff",
        b"X-Failed-Recipients: \xff\r\nContent-Type: text/plain; charset=nonsense\r\n\r\n550 \xff",
        shape("postfix")[:900],
        shape("gmail").replace(b"Action", b"\x00ction"),
    ],
)
def test_nonsense_is_of_no_letter(letter: bytes) -> None:
    is_candidate(letter.partition(b"\r\n\r\n")[0])
    assert read_returned(letter) is None


def test_a_thousand_marks_are_not_tried_one_after_the_other() -> None:
    many = ", ".join(
        f"returns+{UUID(int=number).hex[:32]}aaaaaaa@x".replace("0", "a") for number in range(1000)
    )
    letter = shape("postfix").replace(b"X-Postfix-Queue-ID", b"Original-Envelope-Id: " + many.encode())
    returned = read_returned(letter)
    assert returned is not None
    assert len(returned.marks) <= 20


@pytest.mark.parametrize(
    ("code", "said", "dead"),
    [
        (
            550,
            "5.1.1 <a@example.com>: Recipient address rejected: User unknown in local recipient table",
            True,
        ),
        (550, "No such user!", True),
        (550, "5.7.1 No such user!", True),
        (550, "5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup", True),
        (550, "5.4.1 Recipient address rejected: Access denied. AS(201806281)", True),
        (550, "Requested action not taken: mailbox unavailable", True),
        (550, "5.2.1 The email account that you tried to reach is disabled", True),
        (
            550,
            "Message was not accepted -- invalid mailbox. Local mailbox a@mail.example is unavailable",
            True,
        ),
        (554, "delivery error: dd This user doesn't have an account; the address does not exist", True),
        (550, "5.4.4 Host or domain name not found. Name service error: type=MX", True),
        (0, "5.4.310 DNS domain example.invalid does not exist", True),
        (551, "not here", True),
        (550, "5.7.1 Message rejected under suspicion of SPAM", False),
        (550, "spam message rejected", False),
        (550, "Blocked: see our black list", False),
        (
            550,
            "5.7.26 Unauthenticated email from anna.example is not accepted due to domain's DMARC policy",
            False,
        ),
        (552, "5.2.2 The email account is over quota", False),
        (550, "Mailbox quota exceeded", False),
        (554, "5.3.4 Message too big", False),
        (550, "5.1.8 Sender address rejected: Domain not ours", False),
        (450, "4.2.1 The user is receiving mail too quickly", False),
        (450, "4.1.1 user unknown", False),
        (554, "no", False),
        (0, "", False),
    ],
)
def test_an_address_is_dead_where_nobody_is_and_not_where_something_may_pass(
    code: int, said: str, *, dead: bool
) -> None:
    assert kills(code, said) is dead
