"""What mail servers send back: of a letter that did not arrive (RFC 3464), and of one that was called spam (RFC 5965).

Whose letter it is stands in its mark, which is looked for wherever servers repeat it. Everything in here was written by
strangers: nothing is believed that has no mark of ours, and the address is never taken from it.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from email.message import Message
from email.parser import BytesParser, HeaderParser
from email.policy import compat32
from hashlib import sha256
from types import MappingProxyType

from plushka.delivery.channels.email.refusals import kills
from plushka.delivery.channels.reasons import plain
from plushka.domain.messages.gateways.parcels import Returned
from plushka.domain.messages.marks import MARK_LENGTH

_MARK = re.compile(rf"(?<![a-z2-7])[a-z2-7]{{{MARK_LENGTH}}}(?![a-z2-7])")
_NESTING = re.compile(rb"(?i)boundary|message/")
_CODE = re.compile(r"(?<![\d.])([245]\d\d)(?![\d.])")
_RETURNED_TO = ("To", "Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To", "X-Delivered-To")
_ANSWERS_TO = ("In-Reply-To", "References")
_REPEATED_IN: Mapping[str, Sequence[str]] = MappingProxyType(
    {
        "message/delivery-status": ("Original-Envelope-Id",),
        "message/feedback-report": ("Original-Mail-From", "Original-Envelope-Id"),
        "message/rfc822": ("Message-ID", "Return-Path"),
        "message/rfc822-headers": ("Message-ID", "Return-Path"),
        "text/rfc822-headers": ("Message-ID", "Return-Path"),
    }
)
"""Where servers repeat what a letter was known by."""
_COMPLAINTS = {"abuse", "fraud", "opt-out", "opt-out-list"}
_MARKS_MAX = 20
_PARTS_MAX = 50
_NESTED_MAX = 50
"""How often a message may begin another one in it: what returns a letter does it some times, and each costs us."""
_BODY_LENGTH_MAX = 20_000


def is_candidate(head: bytes) -> bool:
    """Tell by ``Content-Type`` and ``X-Failed-Recipients`` whether the rest of a message is worth reading."""
    headers = HeaderParser(policy=compat32).parsestr(head.decode("latin-1"))
    return headers.get_content_type() == "multipart/report" or "X-Failed-Recipients" in headers


def read_returned(content: bytes) -> Returned | None:
    """Return what a message tells of a letter of ours; None: it tells of none, or of nothing that has ended."""
    if len(_NESTING.findall(content)) > _NESTED_MAX:
        return None
    message = BytesParser(policy=compat32).parsebytes(content)
    parts = list(_parts(message))
    feedback = next((part for part in parts if part.get_content_type() == "message/feedback-report"), None)
    status = next((part for part in parts if part.get_content_type() == "message/delivery-status"), None)
    key = sha256(content).hexdigest()
    marks = tuple(dict.fromkeys(_marks(message, parts)))[:_MARKS_MAX]
    if not marks:
        return None
    if feedback is not None:
        kinds = {fields.get("Feedback-Type", "").strip().lower() for fields in _blocks(feedback)}
        return Returned(marks, key, is_complaint=True) if kinds & _COMPLAINTS else None
    if status is not None:
        return _of_status(status, marks, key)
    if "X-Failed-Recipients" in message:
        said = _text(message)
        code = _CODE.search(said)
        return Returned(marks, key, reason=_reason(said), closes=kills(int(code[1]) if code else 0, said))
    return None


def _of_status(status: Message, marks: tuple[str, ...], key: str) -> Returned | None:
    """Return what the first recipient comes to whom the letter did not reach; a delay is no end."""
    for fields in _blocks(status):
        if fields.get("Action", "").strip().lower() != "failed":
            continue
        said = plain(fields.get("Diagnostic-Code", "").partition(";")[2] or fields.get("Diagnostic-Code", ""))
        told = fields.get("Status", "").strip()
        code = _CODE.search(said)
        return Returned(
            marks,
            key,
            reason=plain(f"{told} {said}"),
            closes=kills(int(code[1]) if code else 0, said, status=told),
        )
    return None


def _parts(message: Message) -> Iterator[Message]:
    """Yield the parts of a message, not so many that somebody could keep us busy with them."""
    for number, part in enumerate(message.walk()):
        if number >= _PARTS_MAX:
            return
        yield part


def _blocks(part: Message) -> Iterator[Message]:
    """Yield the groups of fields of a report, however its server has packed them."""
    payload = part.get_payload()
    if isinstance(payload, list):
        for block in payload:
            if isinstance(block, Message):
                inner = block.get_payload()
                # A group of fields that was taken for a message holds the next one as its text.
                yield block
                if isinstance(inner, str) and inner.strip():
                    yield from _groups(inner)
    elif isinstance(payload, str):
        yield from _groups(_decoded(part))


def _groups(text: str) -> Iterator[Message]:
    for group in re.split(r"\r?\n[ \t]*\r?\n", text):
        if group.strip():
            yield HeaderParser(policy=compat32).parsestr(group.lstrip("\r\n"))


def _marks(message: Message, parts: list[Message]) -> Iterator[str]:
    """Yield what could be marks: of whom it is sent to, of the envelope, and of the letter that came back."""
    yield from _marks_in(message, _RETURNED_TO)
    for part in parts:
        names = _REPEATED_IN.get(part.get_content_type(), ())
        for fields in _blocks(part) if names else ():
            yield from _marks_in(fields, names)
    yield from _marks_in(message, _ANSWERS_TO)
    if "X-Failed-Recipients" in message:
        yield from _MARK.findall(_text(message).lower())


def _marks_in(fields: Message, names: Sequence[str]) -> Iterator[str]:
    for name in names:
        for value in fields.get_all(name, []):
            yield from _MARK.findall(str(value).lower())


def _text(message: Message) -> str:
    """Return the text of a message that is nothing but text."""
    for part in _parts(message):
        if part.get_content_maintype() == "text" and not part.is_multipart():
            return _decoded(part)[:_BODY_LENGTH_MAX]
    return ""


def _decoded(part: Message) -> str:
    content = part.get_payload(decode=True)
    return content.decode("utf-8", "replace") if isinstance(content, bytes) else ""


def _reason(said: str) -> str:
    """Return the line of a text in which a server speaks by its code; else how the text begins."""
    return plain(next((line for line in said.splitlines() if _CODE.search(line)), said))
