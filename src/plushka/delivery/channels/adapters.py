"""The adapters of one process, a provider each, as the settings say where they are."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager

from plushka.domain.messages.gateways.model import Provider
from plushka.domain.messages.gateways.parcels import Adapter
from plushka.platform.settings import Settings


class AdapterRack:
    """Opens each adapter when it is first needed, its libraries loaded beside the event loop.

    ``keeps_links``: connections that bring receipts stay; only the worker hears them.
    """

    def __init__(self, settings: Settings, *, keeps_links: bool) -> None:
        self._settings = settings
        self._keeps_links = keeps_links
        self._open: dict[Provider, Adapter] = {}
        self._lock = asyncio.Lock()

    async def get(self, provider: Provider) -> Adapter:
        async with self._lock:
            if provider not in self._open:
                make = await asyncio.to_thread(_LOADERS[provider])
                self._open[provider] = make(self._settings, self._keeps_links)
            return self._open[provider]

    async def close(self) -> None:
        for adapter in self._open.values():
            await adapter.close()


@asynccontextmanager
async def open_adapters(settings: Settings, *, keeps_links: bool) -> AsyncIterator[AdapterRack]:
    """Close the connections to gateways at the end."""
    rack = AdapterRack(settings, keeps_links=keeps_links)
    try:
        yield rack
    finally:
        await rack.close()


Make = Callable[[Settings, bool], Adapter]


def _smsru() -> Make:
    from plushka.delivery.channels.sms.smsru import SmsRu

    return lambda settings, _: SmsRu(settings.smsru_api)


def _smsaero() -> Make:
    from plushka.delivery.channels.sms.smsaero import SmsAero

    return lambda settings, _: SmsAero(settings.smsaero_api)


def _exolve() -> Make:
    from plushka.delivery.channels.sms.exolve import Exolve

    return lambda settings, _: Exolve(settings.exolve_api)


def _smpp() -> Make:
    from plushka.delivery.channels.sms.smpp import Smpp

    return lambda settings, keeps: Smpp(allowed=settings.inner_hosts, keeps=keeps)


def _smtp() -> Make:
    from plushka.delivery.channels.email.smtp import Smtp

    return lambda settings, _: Smtp(allowed=settings.inner_hosts)


def _webpush() -> Make:
    from plushka.delivery.channels.push.webpush import WebPush

    return lambda settings, _: WebPush(allowed=settings.inner_hosts)


_LOADERS: Mapping[Provider, Callable[[], Make]] = {
    "smsru": _smsru,
    "smsaero": _smsaero,
    "exolve": _exolve,
    "smpp": _smpp,
    "smtp": _smtp,
    "webpush": _webpush,
}
