"""A mailbox read by IMAP (RFC 9051): opened to be looked at, never changed, and not trusted with our time or memory.

The library waits in a thread; who reads hangs up from outside when the visit has lasted long enough.
"""

import imaplib
import re
import socket
import ssl
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, Final

import structlog

from plushka.delivery.channels.email.returned import is_candidate, read_returned
from plushka.domain.messages.gateways.mailboxes import Mailbox, Place
from plushka.domain.messages.gateways.parcels import Collected, Returned

CALL_SECONDS_MAX = 30.0
VISIT_BYTES_MAX = 32 * 1024 * 1024
LETTER_BYTES_MAX: Final = 256 * 1024
"""Of one message: what it tells stands at its beginning, what it returns behind that."""
LETTERS_MAX = 200
"""Of one visit."""
AGAIN_FROM_DAYS: Final = 3
"""How far back a mailbox is read again that was made anew."""
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_UID = re.compile(rb"\bUID (\d+)")
_HEAD = "BODY.PEEK[HEADER.FIELDS (CONTENT-TYPE X-FAILED-RECIPIENTS)]"

log = structlog.get_logger()

MailboxError = (imaplib.IMAP4.error, OSError, ValueError)
"""What goes wrong with a mailbox; ``ssl.SSLError`` is an ``OSError``."""


class Visit:
    """One visit of a mailbox at ``address``, which its host was looked up as."""

    def __init__(self, mailbox: Mailbox, address: str) -> None:
        self._mailbox = mailbox
        self._address = address
        self._plug: socket.socket | None = None

    def collect(self, at: datetime) -> Collected:
        """Read on, in the calling thread.

        :raises MailboxError: the server is not there, does not let us in, or answers nonsense
        """
        server = self._mailbox.server
        kind = _Sealed if server.security == "tls" else _Plain
        client = kind(server.host, server.port, self._address, self._hold)
        try:
            if server.security == "starttls":
                client.starttls(ssl_context=ssl.create_default_context())
            self._sign_in(client)
            return self._read(client, at)
        finally:
            with suppress(OSError):
                client.shutdown()

    def hang_up(self) -> None:
        """Let the thread that waits for the server wait no more."""
        plug = self._plug
        if plug is not None:
            with suppress(OSError):
                plug.shutdown(socket.SHUT_RDWR)

    def _hold(self, plug: socket.socket) -> None:
        self._plug = plug

    def _sign_in(self, client: "_Plain") -> None:
        login, secret = self._mailbox.credentials.login, self._mailbox.credentials.secret
        if (login + secret).isascii():
            client.login(login, secret)
        else:
            client.authenticate("PLAIN", lambda _: f"\0{login}\0{secret}".encode())

    def _read(self, client: "_Plain", at: datetime) -> Collected:
        _told(client.select("INBOX", readonly=True))
        validity, known = _number(client, "UIDVALIDITY"), self._mailbox.place
        if known is None:
            return Collected(place=Place(validity, _number(client, "UIDNEXT") - 1))
        if known.validity == validity:
            uids = [uid for uid in _search(client, f"UID {known.uid + 1}:*") if uid > known.uid]
            last = known.uid
        else:
            uids, last = _search(client, f"SINCE {_day(at - timedelta(days=AGAIN_FROM_DAYS))}"), 0
        taken = uids[:LETTERS_MAX]
        returned = [
            told for uid in _candidates(client, taken) if (told := _returned(client, uid)) is not None
        ]
        return Collected(
            tuple(returned), Place(validity, max([last, *taken])), is_more=len(uids) > len(taken)
        )


def _candidates(client: "_Plain", uids: Sequence[int]) -> list[int]:
    """Return those of the messages that could tell of a letter of ours."""
    if not uids:
        return []
    heads = _told(client.uid("FETCH", ",".join(map(str, uids)), f"({_HEAD})"))
    wanted = set(uids)
    return [uid for uid, head in _literals(heads) if uid in wanted and is_candidate(head)]


def _returned(client: "_Plain", uid: int) -> Returned | None:
    content = _told(client.uid("FETCH", str(uid), f"(BODY.PEEK[]<0.{LETTER_BYTES_MAX}>)"))
    try:
        return next((read_returned(letter) for _, letter in _literals(content)), None)
    except Exception:
        # Whoever writes to this address writes what they like; one message is not to keep us from all behind it.
        log.exception("returned_letter_not_read", uid=uid)
        return None


def _literals(told: Sequence[Any]) -> list[tuple[int, bytes]]:
    """Return what was fetched with its uid, which stands before it or behind."""
    found = []
    for one, behind in zip(told, [*told[1:], b""], strict=True):
        if not isinstance(one, tuple):
            continue
        uid = _UID.search(one[0]) or (_UID.search(behind) if isinstance(behind, bytes) else None)
        found.append((int(uid[1]) if uid else 0, one[1]))
    return found


def _search(client: "_Plain", wanted: str) -> list[int]:
    found = _told(client.uid("SEARCH", wanted))
    return sorted({int(uid) for line in found if line for uid in line.split()})


def _number(client: "_Plain", name: str) -> int:
    """Return a number that was told when the mailbox was opened."""
    _, values = client.response(name)
    if not values or values[0] is None:
        raise ValueError(f"the server tells no {name}")
    return int(values[-1])


def _told(answer: tuple[str, Sequence[Any]]) -> Sequence[Any]:
    status, told = answer
    if status != "OK":
        raise imaplib.IMAP4.error(told[-1] if told else status)
    return told


def _day(at: datetime) -> str:
    return f"{at.day}-{_MONTHS[at.month - 1]}-{at.year}"


class _Plain(imaplib.IMAP4):
    """A connection to the very address that was looked at, over which only so much is read."""

    def __init__(self, host: str, port: int, address: str, hold: Callable[[socket.socket], None]) -> None:
        self._address = address
        self._hold = hold
        self._left = VISIT_BYTES_MAX
        super().__init__(host, port, timeout=CALL_SECONDS_MAX)

    def read(self, size: int) -> bytes:
        self._spend(size)
        return super().read(size)

    def readline(self) -> bytes:
        line = super().readline()
        self._spend(len(line))
        return line

    def _spend(self, size: int) -> None:
        self._left -= size
        if self._left < 0:
            raise ValueError("the server says more than there is to say")

    def _create_socket(self, timeout: float | None) -> socket.socket:
        plug = socket.create_connection((self._address, self.port), timeout)
        self._hold(plug)
        return plug


class _Sealed(_Plain):
    """Encrypted from the start, for the host's own name."""

    def _create_socket(self, timeout: float | None) -> socket.socket:
        plug = super()._create_socket(timeout)
        sealed = ssl.create_default_context().wrap_socket(
            plug, server_hostname=self.host, do_handshake_on_connect=False
        )
        self._hold(sealed)
        sealed.do_handshake()
        return sealed
