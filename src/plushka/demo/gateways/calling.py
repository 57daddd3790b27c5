"""Calls of gateways that are none: what became of messages, and SMS that somebody sends to the business."""

from collections.abc import Mapping
from urllib.parse import urlencode

import msgspec

from plushka.domain.messages.gateways.model import Provider

JSON = {"content-type": "application/json"}
FORM = {"content-type": "application/x-www-form-urlencoded"}
Call = tuple[bytes, Mapping[str, str]]
"""A body and its headers."""


def report_of(provider: Provider, provider_id: str, *, is_delivered: bool) -> Call:
    """Return the call by which a provider tells that a message has arrived, or has not."""
    match provider:
        case "smsaero":
            told = {"id": int(provider_id), "number": "79990000101", "status": 1 if is_delivered else 2}
            return msgspec.json.encode(told), JSON
        case "exolve":
            state = "DELIVERED" if is_delivered else "UNDELIVERED"
            told = {"message_id": provider_id, "status": f"SMS_STATUS_{state}", "direction": "OUTGOING"}
            return msgspec.json.encode(told), JSON
        case _:
            code = 103 if is_delivered else 104
            entry = f"sms_status%0A{provider_id}%0A{code}%0A1700000000"
            return f"data%5B0%5D={entry}&hash=00".encode(), FORM


def incoming(provider: Provider, phone: str, text: str, *, key: str = "in-1") -> Call:
    """Return the call by which a provider passes an SMS on, from a phone of digits alone."""
    match provider:
        case "smsaero":
            return msgspec.json.encode({"id": key, "from": phone, "text": text}), JSON
        case "exolve":
            told = {"message_id": key, "sender": phone, "receiver": "79990000000", "text": text}
            return msgspec.json.encode({**told, "direction": "DIRECTION_INCOMING"}), JSON
        case _:
            return urlencode({"id": key, "phone": phone, "text": text}).encode(), FORM
