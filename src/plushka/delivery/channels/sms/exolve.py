"""MTS Exolve: JSON both ways, a bearer's key, statuses of HTTP for what is wrong."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec
from msgspec import Struct

from plushka.delivery.channels.reasons import MEND_SECONDS, NoAnswer, plain
from plushka.delivery.channels.sms.calling import Answer, Calls, digits_of
from plushka.delivery.channels.sms.incoming import read_incoming
from plushka.delivery.channels.sms.wording import checked
from plushka.domain.messages.gateways.model import Gateway
from plushka.domain.messages.gateways.parcels import Condition, Heard, Parcel, Sms
from plushka.domain.messages.model import (
    Delivered,
    Refused,
    Report,
    Result,
    Sent,
    Undelivered,
    Unreachable,
    Unsure,
    Wait,
)
from plushka.domain.messages.sms_text import count_parts

_OK: Final = 200
_UNAUTHORIZED = {401, 403}
_NO_MONEY = 402
_DELIVERED = {"DELIVERED", "READ"}
_LOST = {"UNDELIVERED", "FAILED", "REJECTED", "EXPIRED"}
"""Compared without what stands before the last underscore, as in ``SMS_STATUS_DELIVERED``."""


class Taken(Struct, frozen=True):
    message_id: str


class Called(Struct, frozen=True):
    """What a call to us tells of a message."""

    message_id: str
    status: str = ""
    direction: str = ""


class Exolve:
    """Gateways of Exolve; ``secret`` of one is the key of its application. It tells neither a price nor a balance."""

    is_asked = False
    receipt = b"OK"

    def __init__(self, address: str) -> None:
        self._calls = Calls(address)

    async def close(self) -> None:
        await self._calls.close()

    async def send(self, gateway: Gateway, parcel: Parcel) -> Result:
        sms = checked(parcel)
        if not isinstance(sms, Sms):
            return sms
        told = {
            "number": digits_of(gateway.sender),
            "destination": digits_of(sms.phone),
            "text": sms.text,
        }
        try:
            answer = await self._ask(gateway, "messaging/v1/SendSMS", told)
        except NoAnswer as failed:
            return failed.result
        if answer.status != _OK:
            return _refused(answer)
        try:
            taken = msgspec.json.decode(answer.body, type=Taken, strict=False)
        except (msgspec.DecodeError, msgspec.ValidationError) as error:
            return Unsure(plain(error))
        return Sent(provider_id=taken.message_id, parts=count_parts(sms.text))

    async def look(self, gateway: Gateway) -> Condition:
        try:
            answer = await self._ask(gateway, "messaging/v1/GetList", {})
        except NoAnswer as failed:
            return Condition(problem=str(failed))
        return Condition(problem=_told(answer) if answer.status in _UNAUTHORIZED else "")

    async def ask(self, gateway: Gateway, provider_ids: Sequence[str]) -> Mapping[str, Report]:
        """Return nothing: its application calls us."""
        del gateway, provider_ids
        return {}

    def read(self, body: bytes) -> Heard:
        """Return what is told of a message; what has no status, or is said to come in, is an SMS that came in."""
        told = msgspec.json.decode(body)
        called = msgspec.convert(told, Called, strict=False)
        if "INCOMING" in called.direction.upper() or not called.status:
            return Heard(incoming=read_incoming(told))
        status = called.status.upper().rpartition("_")[2]
        if status in _DELIVERED:
            return Heard({called.message_id: Delivered()})
        return Heard({called.message_id: Undelivered(plain(called.status))} if status in _LOST else {})

    async def _ask(self, gateway: Gateway, method: str, told: Mapping[str, Any]) -> Answer:
        headers = {"authorization": f"Bearer {gateway.credentials.secret}"}
        return await self._calls.post(method, json=told, headers=headers)


def _refused(answer: Answer) -> Result:
    told = _told(answer)
    if answer.status in _UNAUTHORIZED or answer.status == _NO_MONEY:
        return Wait(MEND_SECONDS, told)
    if "destination" in told.lower():
        return Unreachable("gone")
    return Refused(told)


def _told(answer: Answer) -> str:
    """Return what is wrong, in the words of Exolve's where it has any."""
    try:
        error = msgspec.json.decode(answer.body)["error"]
        said = error.get("message") if isinstance(error, dict) else error
    except (msgspec.DecodeError, KeyError, TypeError):
        said = None
    return f"{answer.status}: {plain(said)}" if said else str(answer.status)
