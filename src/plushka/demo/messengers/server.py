"""The process of the messengers and gateways that are none, and of the phones, on one address of this machine."""

import asyncio
import logging
import signal
import socket
from contextlib import AsyncExitStack, suppress

from aiohttp import web

from plushka.demo.gateways.connecting import MAIL_PORT_AFTER
from plushka.demo.gateways.mail import FakeMail
from plushka.demo.gateways.sms import FakeSms
from plushka.demo.messengers import registry
from plushka.demo.messengers.addresses import MAX_PREFIX, TELEGRAM_PREFIX, VK_PREFIX
from plushka.demo.messengers.max import FakeMax
from plushka.demo.messengers.phone import Phones
from plushka.demo.messengers.registry import Registration, Registry
from plushka.demo.messengers.telegram import FakeTelegram
from plushka.demo.messengers.vk import FakeVk
from plushka.demo.phone import FakeGateway
from plushka.domain.members.channels import Messenger
from plushka.platform.addresses import is_loopback
from plushka.platform.operating import NeedsOperator
from plushka.platform.settings import Environment, Settings


class OnlyForTheDemo(NeedsOperator):
    """A messenger that is none stands in for a real one: never in production, never for other machines."""


async def serve(listener: socket.socket, settings: Settings) -> None:
    """Serve until SIGINT or SIGTERM.

    :raises OnlyForTheDemo: in production, or where others could ask
    """
    host = listener.getsockname()[0]
    if settings.environment is Environment.PRODUCTION or not is_loopback(host):
        raise OnlyForTheDemo("The demo's messengers serve this machine alone, and not in production.")
    known = registry.read(settings)
    telegram = FakeTelegram(tuple(one.bot for one in known.of("telegram")))
    # The library notes every command of every letter.
    logging.getLogger("mail.log").setLevel(logging.ERROR)
    kept = FakeGateway(settings)
    sms, mail = FakeSms(listener=kept.keep), FakeMail(listener=kept.keep)
    maximum, vk = FakeMax(_with_apps(known, "max", settings)), FakeVk(_with_apps(known, "vk", settings))
    app = web.Application()
    app.add_routes(
        [
            *telegram.routes(TELEGRAM_PREFIX),
            *maximum.routes(MAX_PREFIX),
            *vk.routes(VK_PREFIX),
            *sms.routes(),
            *Phones([telegram, maximum, vk]).routes(),
        ]
    )
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    await web.SockSite(runner, listener).start()
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with AsyncExitStack() as stack:
        # Somebody else has the port: then no mail arrives, and all the rest does.
        with suppress(OSError):
            await stack.enter_async_context(mail.serving(settings.phones_port + MAIL_PORT_AFTER))
        await stop.wait()
    for messenger in (telegram, maximum, vk):
        await messenger.close()
    await runner.cleanup()


def _with_apps(
    known: Registry, messenger: Messenger, settings: Settings
) -> dict[str, tuple[Registration, str]]:
    """Return the bots of a messenger by their tokens, each with where its business's app is."""
    return {
        one.bot.token: (one.bot, f"{settings.public_url}/app/{one.tenant_id}") for one in known.of(messenger)
    }
