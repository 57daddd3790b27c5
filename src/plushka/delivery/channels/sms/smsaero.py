"""SMS Aero, API v2: JSON both ways, HTTP Basic with the e-mail and a key."""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import msgspec
from msgspec import Struct

from plushka.delivery.channels.reasons import MEND_SECONDS, NoAnswer, plain
from plushka.delivery.channels.sms.calling import Answer, Calls, digits_of, minor_of, unread
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

TEXT_LENGTH_MAX = 640
_UNAUTHORIZED = {401, 403}
_NO_MONEY = 402
_DELIVERED = 1
_LOST = {2, 6}


class Message(Struct, frozen=True):
    id: int
    cost: Decimal | None = None
    status: int = 0


class Answered(Struct, frozen=True):
    """``data`` is what was asked for, or what is wrong with it."""

    success: bool = False
    data: Any = None
    message: str | None = None
    result: str = ""
    reason: str = ""


class SmsAero:
    """Gateways of SMS Aero; ``login`` of one is the e-mail, ``secret`` its key."""

    is_asked = True
    receipt = b"OK"

    def __init__(self, address: str) -> None:
        self._calls = Calls(address)

    async def close(self) -> None:
        await self._calls.close()

    async def send(self, gateway: Gateway, parcel: Parcel) -> Result:
        sms = checked(parcel)
        if not isinstance(sms, Sms):
            return sms
        if len(sms.text) > TEXT_LENGTH_MAX:
            return Refused(f"the text is longer than {TEXT_LENGTH_MAX} signs")
        told = {"number": digits_of(sms.phone), "text": sms.text, "sign": gateway.sender}
        if sms.report_url:
            told |= {"callbackUrl": sms.report_url, "callbackFormat": "JSON"}
        try:
            status, answered = await self._ask(gateway, "sms/send", told)
        except NoAnswer as failed:
            return failed.result
        if not answered.success:
            return _refused(status, answered)
        try:
            data = answered.data[0] if isinstance(answered.data, list) else answered.data
            message = msgspec.convert(data, Message, strict=False)
        except (msgspec.ValidationError, IndexError) as error:
            return Unsure(plain(error))
        return Sent(
            provider_id=str(message.id), parts=count_parts(sms.text), cost_minor=minor_of(message.cost)
        )

    async def look(self, gateway: Gateway) -> Condition:
        try:
            status, answered = await self._ask(gateway, "balance", {})
        except NoAnswer as failed:
            return Condition(problem=str(failed))
        if not answered.success:
            return Condition(problem=_told(status, answered))
        try:
            balance = msgspec.convert(answered.data, dict[str, Decimal], strict=False).get("balance")
        except msgspec.ValidationError:
            balance = None
        return Condition(balance_minor=minor_of(balance))

    async def ask(self, gateway: Gateway, provider_ids: Sequence[str]) -> Mapping[str, Report]:
        """Return what became of messages: it is asked of one at a time."""
        reports: dict[str, Report] = {}
        for provider_id in provider_ids:
            try:
                _, answered = await self._ask(gateway, "sms/status", {"id": int(provider_id)})
                reports |= _reports([answered.data] if answered.success else [])
            except (NoAnswer, ValueError):
                break
        return reports

    def read(self, body: bytes) -> Heard:
        """Return what is told of messages; what has no status is an SMS that came in."""
        told = msgspec.json.decode(body)
        told = told if isinstance(told, list) else [told]
        if not all(isinstance(one, dict) for one in told):
            raise ValueError("these are no messages")
        return Heard(
            _reports([one for one in told if "status" in one]),
            tuple(sms for one in told if "status" not in one for sms in read_incoming(one)),
        )

    async def _ask(self, gateway: Gateway, method: str, told: Mapping[str, Any]) -> tuple[int, Answered]:
        login = f"{gateway.credentials.login}:{gateway.credentials.secret}"
        headers = {"authorization": f"Basic {b64encode(login.encode()).decode()}"}
        return _read(await self._calls.post(method, json=told, headers=headers))


def _read(answer: Answer) -> tuple[int, Answered]:
    try:
        return answer.status, msgspec.json.decode(answer.body, type=Answered)
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        if answer.status in _UNAUTHORIZED:
            return answer.status, Answered()
        raise unread(answer, error) from error


def _refused(status: int, answered: Answered) -> Result:
    told = _told(status, answered)
    if status in _UNAUTHORIZED or status == _NO_MONEY or answered.result == "no credits":
        return Wait(MEND_SECONDS, told)
    if isinstance(answered.data, dict) and "number" in answered.data:
        return Unreachable("gone")
    return Refused(told)


def _reports(messages: Sequence[Any]) -> Mapping[str, Report]:
    """Return the ends; what is still on its way is left out.

    :raises ValueError: these are no messages
    """
    reports: dict[str, Report] = {}
    for message in msgspec.convert(messages, list[Message], strict=False):
        cost_minor = minor_of(message.cost)
        if message.status == _DELIVERED:
            reports[str(message.id)] = Delivered(cost_minor)
        elif message.status in _LOST:
            reports[str(message.id)] = Undelivered(str(message.status), cost_minor=cost_minor)
    return reports


def _told(status: int, answered: Answered) -> str:
    said = answered.message or answered.reason or answered.result
    if not said and answered.data is not None:
        said = msgspec.json.encode(answered.data).decode()
    return f"{status}: {plain(said)}" if said else str(status)
