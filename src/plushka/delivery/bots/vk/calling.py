"""Calls of VK's methods, as JSON and as what can go wrong with them."""

from collections.abc import Mapping
from typing import Any, Final, Literal

import aiohttp
import msgspec
from msgspec import Struct
from yarl import URL

from plushka.domain.bots.model import TokenRefused
from plushka.platform.errors import TemporaryFailure

VERSION = "5.199"
CALL_SECONDS_MAX = 20
POLL_SECONDS = 25
OUTSIDE: Final = (aiohttp.ClientError, TimeoutError, msgspec.DecodeError)
"""What a call raises that VK has not answered as it should."""


class Code:
    """Errors of VK's that mean something here (dev.vk.com/reference/errors)."""

    UNKNOWN = 1
    BAD_TOKEN = 5
    TOO_FAST = 6
    NO_RIGHTS = 7
    FLOOD = 9
    BROKEN = 10
    CAPTCHA = 14
    DENIED = 15
    GONE = 18
    BAD_TOKEN_OF_COMMUNITY = 27
    RATE_LIMIT = 29
    BLACKLISTED = 900
    NOT_ALLOWED = 901
    PRIVATE = 902


class VkRefused(Exception):
    """VK answers with an error: the status of HTTP is 200 all the same."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code


class Refusal(Struct, frozen=True):
    error_code: int
    error_msg: str = ""


class Answer(Struct, frozen=True):
    response: Any = None
    error: Refusal | None = None


class PollServer(Struct, frozen=True):
    """Where news are asked for, and from which ``ts`` on."""

    server: str
    key: str
    ts: str | int


class News(Struct, frozen=True):
    """``failed`` is 1: some were lost, go on from ``ts``; 2: the key is over; 3: all of it is; 0: nothing has."""

    ts: str | int = ""
    updates: tuple[msgspec.Raw, ...] = ()
    failed: int = 0


class VkApi:
    """Methods below ``address``, called with the token of a community. The token goes in the body, out of logs."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._client: aiohttp.ClientSession | None = None

    async def close(self) -> None:
        if self._client is not None:
            await self._client.close()

    async def call(self, token: str, method: str, **parameters: str | int) -> Any:
        """Call a method and return its response.

        :raises VkRefused: VK answers with an error
        """
        form = _form({"access_token": token, "v": VERSION, **parameters})
        async with self._http().post(
            f"{self._address}/method/{method}", data=form, timeout=_within(CALL_SECONDS_MAX)
        ) as answered:
            answered.raise_for_status()
            answer = msgspec.json.decode(await answered.read(), type=Answer)
        if answer.error is not None:
            raise VkRefused(answer.error.error_code, answer.error.error_msg)
        return answer.response

    async def ask(self, token: str, method: str, **parameters: str | int) -> Any:
        """Call a method.

        :raises TemporaryFailure: it may work later
        :raises TokenRefused: the token is nobody's, or no more
        """
        try:
            return await self.call(token, method, **parameters)
        except VkRefused as refused:
            if refused.code in {Code.BAD_TOKEN, Code.BAD_TOKEN_OF_COMMUNITY}:
                raise TokenRefused(field="token") from refused
            raise TemporaryFailure(str(refused)) from refused
        except OUTSIDE as error:
            raise TemporaryFailure(reason_of(error)) from error

    async def news(self, server: PollServer, ts: str) -> News:
        """Wait for news after ``ts``.

        :raises TemporaryFailure: the server does not answer as it should
        """
        asked = {"act": "a_check", "key": server.key, "ts": ts, "wait": str(POLL_SECONDS)}
        try:
            async with self._http().get(
                server.server, params=asked, timeout=_within(POLL_SECONDS + CALL_SECONDS_MAX)
            ) as answered:
                answered.raise_for_status()
                return msgspec.json.decode(await answered.read(), type=News)
        except OUTSIDE as error:
            raise TemporaryFailure(reason_of(error)) from error

    async def upload(
        self, address: str, kind: Literal["photo", "file"], content: bytes, *, name: str, media_type: str
    ) -> dict[str, str | int]:
        """Upload something to an address that VK has named, and return what it is to be saved by."""
        # Else a name in Cyrillic would come as so many per cents.
        form = aiohttp.FormData(quote_fields=False)
        form.add_field(kind, content, filename=name, content_type=media_type)
        async with self._http().post(address, data=form, timeout=_within(CALL_SECONDS_MAX)) as answered:
            answered.raise_for_status()
            return msgspec.json.decode(await answered.read(), type=dict[str, str | int])

    def _http(self) -> aiohttp.ClientSession:
        if self._client is None:
            self._client = aiohttp.ClientSession()
        return self._client


def _form(fields: Mapping[str, str | int]) -> aiohttp.BytesPayload:
    """Return fields as a form, written by yarl: what aiohttp makes of them costs more than the rest of a call."""
    written = URL.build(query=fields).raw_query_string
    return aiohttp.BytesPayload(written.encode(), content_type="application/x-www-form-urlencoded")


def reason_of(error: Exception) -> str:
    """Return what went wrong outside, without the address: that of news carries their key."""
    if isinstance(error, aiohttp.ClientResponseError):
        return f"{error.status} {error.message}"
    return str(error) or type(error).__name__


def _within(seconds: float) -> aiohttp.ClientTimeout:
    return aiohttp.ClientTimeout(total=seconds)
