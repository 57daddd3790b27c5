"""SMS.ru: forms in, JSON out, and a status on two levels, of the call and of each phone."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from decimal import Decimal
from typing import Final
from urllib.parse import parse_qsl

import msgspec
from msgspec import Struct

from plushka.delivery.channels.reasons import MEND_SECONDS, NoAnswer, plain
from plushka.delivery.channels.sms.calling import Calls, digits_of, minor_of, unread
from plushka.delivery.channels.sms.incoming import read_incoming
from plushka.delivery.channels.sms.wording import checked
from plushka.domain.messages.gateways.model import Gateway
from plushka.domain.messages.gateways.parcels import Condition, Heard, Parcel, Sms
from plushka.domain.messages.model import (
    Delivered,
    Failing,
    Refused,
    Report,
    Result,
    Sent,
    Undelivered,
    Underway,
    Unreachable,
    Unsure,
    Wait,
)
from plushka.domain.messages.sms_text import count_parts

OK: Final = 100
_DELIVERED = {103, 110}
_LOST = {104, 105, 106, 107, 108, 150}
_MENDED_BY_HAND = {200, 201, 204, 300, 301, 302}
"""Key, money and sender."""
_FULL_TODAY = {206}
_TRY_LATER = {220, 500}
_NO_SUCH_PHONE = {202}
_STOPPED = {209, 215}
TODAY_SECONDS = 3600.0


class OfPhone(Struct, frozen=True):
    """What became of one phone of a call."""

    status_code: int
    status_text: str = ""
    sms_id: str = ""
    cost: Decimal | None = None


class Answered(Struct, frozen=True):
    status_code: int
    status_text: str = ""
    sms: dict[str, OfPhone] = {}
    callback: list[str] = []
    balance: Decimal | None = None


class SmsRu:
    """Gateways of SMS.ru; ``secret`` of one is its ``api_id``. The price is told of what was sent, when it is asked."""

    is_asked = True
    receipt = b"100"

    def __init__(self, address: str) -> None:
        self._calls = Calls(address)

    async def close(self) -> None:
        await self._calls.close()

    async def send(self, gateway: Gateway, parcel: Parcel) -> Result:
        sms = checked(parcel)
        if not isinstance(sms, Sms):
            return sms
        phone = digits_of(sms.phone)
        try:
            answered = await self._ask(
                gateway,
                "sms/send",
                to=phone,
                msg=sms.text,
                ttl=str(sms.ttl_seconds // 60),
                **{"from": gateway.sender},
            )
        except NoAnswer as failed:
            return failed.result
        if answered.status_code != OK:
            return _result_of(answered.status_code, answered.status_text)
        of_phone = answered.sms.get(phone)
        if of_phone is None:
            return Unsure("the answer has not our phone")
        if of_phone.status_code != OK:
            return _result_of(of_phone.status_code, of_phone.status_text)
        return Sent(
            provider_id=of_phone.sms_id, parts=count_parts(sms.text), cost_minor=minor_of(of_phone.cost)
        )

    async def look(self, gateway: Gateway) -> Condition:
        try:
            answered = await self._ask(gateway, "my/balance")
        except NoAnswer as failed:
            return Condition(problem=str(failed))
        if answered.status_code != OK:
            return Condition(problem=_told(answered.status_code, answered.status_text))
        return Condition(balance_minor=minor_of(answered.balance))

    async def ask(self, gateway: Gateway, provider_ids: Sequence[str]) -> Mapping[str, Report]:
        try:
            answered = await self._ask(gateway, "sms/status", sms_id=",".join(provider_ids))
        except NoAnswer:
            return {}
        return _reports((sms_id, one.status_code, minor_of(one.cost)) for sms_id, one in answered.sms.items())

    def read(self, body: bytes) -> Heard:
        """Return what ``data[0]``, ``data[1]``… tell, each in lines; what has none of them is an SMS that came in."""
        told = []
        entries = parse_qsl(body.decode(), strict_parsing=True)
        for name, value in entries:
            lines = value.splitlines()
            if name.startswith("data[") and lines[:1] == ["sms_status"]:
                _, sms_id, code, *_ = lines
                told.append((sms_id, int(code), None))
        if any(name.startswith("data[") for name, _ in entries):
            return Heard(_reports(told))
        return Heard(incoming=read_incoming(dict(entries)))

    async def register(self, gateway: Gateway, url: str) -> str:
        try:
            known = await self._ask(gateway, "callback/get")
            if url in known.callback:
                return ""
            added = await self._ask(gateway, "callback/add", url=url)
        except NoAnswer as failed:
            return str(failed)
        return "" if added.status_code == OK else _told(added.status_code, added.status_text)

    async def unregister(self, gateway: Gateway, url: str) -> None:
        with suppress(NoAnswer):
            await self._ask(gateway, "callback/del", url=url)

    async def _ask(self, gateway: Gateway, method: str, **parameters: str) -> Answered:
        form = {"api_id": gateway.credentials.secret, "json": "1", **parameters}
        answer = await self._calls.post(method, form=form)
        try:
            return msgspec.json.decode(answer.body, type=Answered)
        except (msgspec.DecodeError, msgspec.ValidationError) as error:
            raise unread(answer, error) from error


def _result_of(code: int, text: str) -> Result:
    told = _told(code, text)
    if code in _MENDED_BY_HAND:
        return Wait(MEND_SECONDS, told)
    if code in _FULL_TODAY:
        return Wait(TODAY_SECONDS, told)
    if code in _TRY_LATER:
        return Failing(told)
    if code in _NO_SUCH_PHONE:
        return Unreachable("gone")
    if code in _STOPPED:
        return Unreachable("blocked")
    return Refused(told)


def _reports(told: Iterable[tuple[str, int, int | None]]) -> Mapping[str, Report]:
    """Return what is known of messages by their codes and costs; of what is on its way the cost alone."""
    reports: dict[str, Report] = {}
    for sms_id, code, cost_minor in told:
        if code in _DELIVERED:
            reports[sms_id] = Delivered(cost_minor)
        elif code in _LOST:
            reports[sms_id] = Undelivered(str(code), cost_minor=cost_minor)
        elif cost_minor is not None:
            reports[sms_id] = Underway(cost_minor)
    return reports


def _told(code: int, text: str) -> str:
    return f"{code}: {plain(text)}" if text else str(code)
