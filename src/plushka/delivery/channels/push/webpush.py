"""Web push: encrypted for one browser, signed with the business's key, handed to whatever service the browser named."""

from collections.abc import Mapping, Sequence
from typing import Final
from urllib.parse import urlsplit

import aiohttp
from py_vapid import Vapid, VapidException
from pywebpush import WebPushException, webpush_async

from plushka.delivery.channels.reasons import (
    SERVER_ERROR,
    TOO_MANY,
    plain,
    rest_seconds,
)
from plushka.domain.messages.gateways.model import Gateway
from plushka.domain.messages.gateways.parcels import Condition, Heard, Parcel, Push
from plushka.domain.messages.model import Failing, Refused, Report, Result, Sent, Unreachable, Wait
from plushka.platform.outward import NotPublic, outward_session

CALL_SECONDS_MAX = 20
PAYLOAD_BYTES_MAX = 3000
"""Encrypted it has to fit into 4 kB."""
TOPIC_LENGTH: Final = 32
_GONE = {404, 410}
_UNAVAILABLE = 503


class WebPush:
    """Notifications of every business; ``secret`` of a gateway is its private key."""

    is_asked = False
    receipt = b""

    def __init__(self, *, allowed: Sequence[str]) -> None:
        self._allowed = frozenset(allowed)
        self._client: aiohttp.ClientSession | None = None

    async def close(self) -> None:
        if self._client is not None:
            await self._client.close()

    async def send(self, gateway: Gateway, parcel: Parcel) -> Result:
        assert isinstance(parcel, Push)  # noqa: S101  the sender of another kind has another adapter
        device = parcel.device
        address = urlsplit(device.endpoint)
        if address.scheme != "https" and address.hostname not in self._allowed:
            return Unreachable("gone")
        if len(parcel.payload) > PAYLOAD_BYTES_MAX:
            return Refused(f"the notification is longer than {PAYLOAD_BYTES_MAX} bytes")
        key = Vapid.from_pem(gateway.credentials.secret.encode())  # type: ignore[no-untyped-call]
        try:
            await self._hand_over(key, gateway.sender, parcel)
        except WebPushException as refused:
            return _result_of(refused)
        except (NotPublic, VapidException, ValueError, LookupError):
            # It leads inside, or its keys are none: no browser has made it.
            return Unreachable("gone")
        except (aiohttp.ClientError, TimeoutError) as error:
            return Failing(plain(error))
        return Sent()

    async def _hand_over(self, key: Vapid, contact: str, parcel: Push) -> None:
        device = parcel.device
        await webpush_async(
            {"endpoint": device.endpoint, "keys": {"p256dh": device.p256dh, "auth": device.auth}},
            data=parcel.payload.decode(),
            vapid_private_key=key,
            # Made anew each time: the library writes the service's name into it.
            vapid_claims={"sub": f"mailto:{contact}"},
            ttl=parcel.ttl_seconds,
            # A repeat takes the place of what the browser has not fetched yet.
            headers={"urgency": "normal", "topic": parcel.key.hex[:TOPIC_LENGTH]},
            timeout=aiohttp.ClientTimeout(total=CALL_SECONDS_MAX),  # type: ignore[arg-type]
            aiohttp_session=self._http(),
        )

    async def look(self, gateway: Gateway) -> Condition:
        """Return that all is well: there is no account to be asked."""
        del gateway
        return Condition()

    async def ask(self, gateway: Gateway, provider_ids: Sequence[str]) -> Mapping[str, Report]:
        """Return nothing: a push service tells of no message."""
        del gateway, provider_ids
        return {}

    def read(self, body: bytes) -> Heard:
        """Refuse: no push service calls us.

        :raises ValueError: always
        """
        raise ValueError(f"push services call nobody: {len(body)} bytes")

    def _http(self) -> aiohttp.ClientSession:
        if self._client is None:
            self._client = outward_session(allowed=self._allowed, timeout_seconds=CALL_SECONDS_MAX)
        return self._client


def _result_of(refused: WebPushException) -> Result:
    status = refused.status_code
    if status is None:
        return Unreachable("gone")
    told = f"{status}: {plain(refused.message)}"
    if status in _GONE:
        return Unreachable("gone")
    if status in {TOO_MANY, _UNAVAILABLE}:
        return Wait(rest_seconds(refused.retry_after))
    return Failing(told) if status >= SERVER_ERROR else Refused(told)
