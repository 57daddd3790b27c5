"""Calls of gateways that speak HTTP, and what can go wrong with them."""

from collections.abc import Mapping
from decimal import ROUND_CEILING, Decimal
from typing import Any

import aiohttp
import msgspec
from msgspec import Struct

from plushka.delivery.channels.reasons import (
    REDIRECTED,
    REFUSED,
    SERVER_ERROR,
    TOO_MANY,
    NoAnswer,
    plain,
    rest_seconds,
)
from plushka.domain.messages.model import Failing, Unsure, Wait

CALL_SECONDS_MAX = 20
ANSWER_BYTES_MAX = 256 * 1024
AMOUNT_MAX = 1_000_000_000
"""In whole units: whoever tells more tells nonsense, which no column has room for."""
_MINOR = 100


class Answer(Struct, frozen=True):
    """What came back, whatever the status says."""

    status: int
    body: bytes


class Calls:
    """Calls below ``address``, each on a connection that is kept."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._client: aiohttp.ClientSession | None = None

    async def close(self) -> None:
        if self._client is not None:
            await self._client.close()

    async def post(
        self,
        path: str,
        *,
        form: Mapping[str, str] | None = None,
        json: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Post to a path; secrets go in the body or in headers, out of logs.

        :raises NoAnswer: it did not get there, the gateway is not well, or no answer came
        """
        given = {**(headers or {}), **({"content-type": "application/json"} if json is not None else {})}
        data: bytes | Mapping[str, str] | None = form if json is None else msgspec.json.encode(json)
        try:
            async with self._http().post(
                f"{self._address}/{path}", data=data, headers=given, allow_redirects=False
            ) as answered:
                if answered.status == TOO_MANY:
                    raise NoAnswer(Wait(rest_seconds(answered.headers.get("retry-after"))))
                if answered.status >= SERVER_ERROR or REDIRECTED <= answered.status < REFUSED:
                    raise NoAnswer(Failing(f"{answered.status} {plain(answered.reason)}"))
                return Answer(answered.status, await _read(answered))
        except aiohttp.ClientConnectorError as error:
            raise NoAnswer(Failing(plain(error))) from error
        except (aiohttp.ClientError, TimeoutError) as error:
            raise NoAnswer(Unsure(plain(error))) from error

    def _http(self) -> aiohttp.ClientSession:
        if self._client is None:
            self._client = aiohttp.ClientSession(
                timeout=aiohttp.ClientTimeout(total=CALL_SECONDS_MAX), cookie_jar=aiohttp.DummyCookieJar()
            )
        return self._client


async def _read(answered: aiohttp.ClientResponse) -> bytes:
    """Return the body of an answer, which no gateway has reason to make a long one.

    :raises NoAnswer: it is longer than any answer that is one
    """
    body = bytearray()
    async for chunk in answered.content.iter_any():
        body += chunk
        if len(body) > ANSWER_BYTES_MAX:
            raise NoAnswer(Unsure("the answer is longer than any is"))
    return bytes(body)


def unread(answer: Answer, error: Exception) -> NoAnswer:
    """Return what an answer comes to that is none of this provider's: one that refuses has taken nothing."""
    told = f"{answer.status}: {plain(error)}"
    return NoAnswer(Failing(told) if answer.status >= REFUSED else Unsure(told))


def minor_of(amount: Decimal | None) -> int | None:
    """Return a price in minor units, rounded up; None: none was told, or nonsense."""
    if amount is None or not amount.is_finite() or not 0 <= amount <= AMOUNT_MAX:
        return None
    return int((amount * _MINOR).to_integral_value(ROUND_CEILING))


def digits_of(phone: str) -> str:
    """Return a phone in E.164 as gateways of Russia spell it: without the plus."""
    return phone.removeprefix("+")
