"""SMS.ru, SMS Aero and Exolve that are none: their calls, checked as strictly as the real ones are said to."""

import re
from base64 import b64encode
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import msgspec
from aiohttp import web
from msgspec import field

from plushka.demo.gateways.arrived import Answer, Arrived, Fault, Pretended, answered

_PHONE = re.compile(r"7[0-9]{10}")
OK, TTL_MINUTES_MAX = 100, 1440
"""SMS.ru's word for it."""
SMSRU_PREFIX, SMSAERO_PREFIX, EXOLVE_PREFIX = "/smsru", "/smsaero", "/exolve"


class FakeSms(Pretended):
    """All three, told apart by their paths. ``key`` opens each of them; ``statuses`` are told of messages by id.

    ``callbacks`` are where SMS.ru was told to call, so many at most.
    """

    key: str = "demo-key-of-the-sms-gateway"
    login: str = "demo@plushka.test"
    balance: Decimal = Decimal("1000.50")
    statuses: dict[str, int | str] = field(default_factory=dict)
    callbacks: list[str] = field(default_factory=list)
    callbacks_max: int = 3
    made: int = 0

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post(f"{SMSRU_PREFIX}/sms/send", answered(self._send_smsru)),
            web.post(f"{SMSRU_PREFIX}/sms/status", answered(self._tell_smsru)),
            web.post(f"{SMSRU_PREFIX}/my/balance", answered(self._balance_smsru)),
            web.post(f"{SMSRU_PREFIX}/callback/{{what}}", answered(self._callback_smsru)),
            web.post(f"{SMSAERO_PREFIX}/sms/send", answered(self._send_smsaero)),
            web.post(f"{SMSAERO_PREFIX}/sms/status", answered(self._tell_smsaero)),
            web.post(f"{SMSAERO_PREFIX}/balance", answered(self._balance_smsaero)),
            web.post(f"{EXOLVE_PREFIX}/messaging/v1/SendSMS", answered(self._send_exolve)),
            web.post(f"{EXOLVE_PREFIX}/messaging/v1/GetList", answered(self._list_exolve)),
        ]

    async def _send_smsru(self, request: web.Request) -> web.Response:
        form = await self._smsru_form(request)
        fault = await self.fail_if_told()
        phone, text = str(form["to"]), str(form["msg"])
        code = fault.code if fault is not None else OK if _PHONE.fullmatch(phone) else 202
        if code in {200, 201, 206, 220, 300}:
            return _json({"status": "ERROR", "status_code": code, "status_text": "no"})
        if code != OK:
            of_phone = {"status": "ERROR", "status_code": code, "status_text": "no"}
        else:
            of_phone = {"status": "OK", "status_code": 100, "sms_id": self._new_id("000000-{}")}
            ttl_minutes = int(form["ttl"]) if "ttl" in form else None
            if ttl_minutes is not None and not 1 <= ttl_minutes <= TTL_MINUTES_MAX:
                raise Answer(Fault(status=400))
            self.take(
                Arrived(
                    "sms",
                    f"+{phone}",
                    text,
                    sender=str(form.get("from", "")),
                    ttl_seconds=None if ttl_minutes is None else ttl_minutes * 60,
                )
            )
        return _json({"status": "OK", "status_code": 100, "sms": {phone: of_phone}, "balance": 4122.56})

    async def _tell_smsru(self, request: web.Request) -> web.Response:
        form = await self._smsru_form(request)
        told = {
            sms_id: {"status": "OK", "status_code": self.statuses.get(sms_id, 102), "cost": "4.10"}
            for sms_id in str(form["sms_id"]).split(",")
        }
        return _json({"status": "OK", "status_code": 100, "sms": told, "balance": 1})

    async def _callback_smsru(self, request: web.Request) -> web.Response:
        form = await self._smsru_form(request)
        what, url = request.match_info["what"], str(form.get("url", ""))
        if what == "add" and len(self.callbacks) >= self.callbacks_max:
            return _json({"status": "ERROR", "status_code": 901, "status_text": "too many"})
        if what == "add":
            self.callbacks.append(url)
        elif what == "del":
            self.callbacks.remove(url)
        return _json({"status": "OK", "status_code": 100, "callback": self.callbacks})

    async def _balance_smsru(self, request: web.Request) -> web.Response:
        await self._smsru_form(request)
        return _json({"status": "OK", "status_code": 100, "balance": float(self.balance)})

    async def _smsru_form(self, request: web.Request) -> Mapping[str, Any]:
        form = await request.post()
        if form.get("json") != "1" or form.get("api_id") != self.key:
            raise Answer(Fault(body='{"status":"ERROR","status_code":200,"status_text":"wrong api_id"}'))
        return form

    async def _send_smsaero(self, request: web.Request) -> web.Response:
        told = await self._smsaero_told(request)
        await self.fail_if_told()
        if not _PHONE.fullmatch(told["number"]):
            wrong = {"number": ["Введен неверный номер"]}
            return _json({"success": False, "data": wrong, "message": "Validation error."}, status=400)
        message_id = self._new_id("{}")
        self.take(Arrived("sms", f"+{told['number']}", told["text"], sender=told["sign"]))
        data = {"id": int(message_id), "status": 0, "extendStatus": "queue", "cost": 5.49, **told}
        return _json({"success": True, "data": data, "message": None})

    async def _tell_smsaero(self, request: web.Request) -> web.Response:
        told = await self._smsaero_told(request)
        status = self.statuses.get(str(told["id"]), 0)
        data = {"id": told["id"], "status": status, "cost": "5.49"}
        return _json({"success": True, "data": data, "message": None})

    async def _balance_smsaero(self, request: web.Request) -> web.Response:
        await self._smsaero_told(request)
        return _json({"success": True, "data": {"balance": float(self.balance)}, "message": None})

    async def _smsaero_told(self, request: web.Request) -> Any:
        login = b64encode(f"{self.login}:{self.key}".encode()).decode()
        if request.headers.get("authorization") != f"Basic {login}":
            raise Answer(
                Fault(
                    401, body='{"success":false,"data":null,"message":"Your request was made with invalid"}'
                )
            )
        return await request.json()

    async def _send_exolve(self, request: web.Request) -> web.Response:
        told = await self._exolve_told(request)
        await self.fail_if_told()
        if not _PHONE.fullmatch(told["destination"]):
            message = "invalid SendRequest.Destination: value does not match regex pattern"
            return _json({"error": {"code": "3", "message": message}}, status=400)
        self.take(Arrived("sms", f"+{told['destination']}", told["text"], sender=told["number"]))
        return _json({"message_id": self._new_id("4391665382394{}"), "template_resource_id": 1})

    async def _list_exolve(self, request: web.Request) -> web.Response:
        await self._exolve_told(request)
        return _json({"messages": []})

    async def _exolve_told(self, request: web.Request) -> Any:
        if request.headers.get("authorization") != f"Bearer {self.key}":
            raise Answer(Fault(401, body='{"error":{"message":"unauthorized"}}'))
        return await request.json()

    def _new_id(self, pattern: str) -> str:
        self.made += 1
        return pattern.format(10_000_000 + self.made)


def _json(answer: Mapping[str, Any], *, status: int = 200) -> web.Response:
    return web.Response(body=msgspec.json.encode(answer), status=status, content_type="application/json")
