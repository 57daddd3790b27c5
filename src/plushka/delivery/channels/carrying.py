"""A gateway as the carrier of its kind of message: what is composed becomes an SMS, a letter or a notification."""

import asyncio
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import msgspec

from plushka.delivery.channels.email.page import letter_of
from plushka.domain.businesses.branding import get_branding
from plushka.domain.businesses.pictures import digest_of
from plushka.domain.businesses.queries import get_business
from plushka.domain.messages.composing import Composed, plain
from plushka.domain.messages.contents import FromTemplate
from plushka.domain.messages.gateways.hooks import hook_url
from plushka.domain.messages.gateways.mailboxes import find_return_to
from plushka.domain.messages.gateways.model import Gateway
from plushka.domain.messages.gateways.operations import note_health, note_rest, note_well
from plushka.domain.messages.gateways.parcels import (
    SMS_TTL_SECONDS_MAX,
    SMS_TTL_SECONDS_MIN,
    Adapter,
    Device,
    Parcel,
    Push,
    Sms,
)
from plushka.domain.messages.gateways.queries import get_rest
from plushka.domain.messages.marks import address_of_return, mark_of
from plushka.domain.messages.model import (
    Channel,
    Failing,
    Outgoing,
    Photo,
    Refused,
    Result,
    Sent,
    Unreachable,
    Wait,
)
from plushka.domain.messages.push_devices import drop_gone, list_devices
from plushka.domain.messages.rules import get_rules
from plushka.domain.messages.unsubscribing import From, link_tokens, path_of
from plushka.platform.clock import Clock
from plushka.platform.database import Database, Tx
from plushka.platform.i18n import translator

IN_FLIGHT_MAX = 20
TITLE_LENGTH_MAX = 100
BODY_LENGTH_MAX = 500
PUSH_TTL_MAX: Final = timedelta(days=1)


class GatewayCarrier:
    """Carries what is composed by a gateway; ``public_url`` is where members reach us, empty: nowhere."""

    in_flight_max = IN_FLIGHT_MAX

    def __init__(
        self,
        database: Database,
        clock: Clock,
        adapter: Adapter,
        gateway: Gateway,
        *,
        tenant_id: UUID,
        public_url: str,
    ) -> None:
        self.channel: Channel = gateway.kind
        self.per_second = float(gateway.per_second)
        self.app_url = f"{public_url}/app/{tenant_id}" if public_url else ""
        self._database = database
        self._clock = clock
        self._adapter = adapter
        self._gateway = gateway
        self._tenant_id = tenant_id
        self._public_url = public_url

    async def carry(self, message: Outgoing, composed: Composed) -> Result:
        if self.channel == "push":
            return await self._push(message, composed)
        parcel = await (self._sms if self.channel == "sms" else self._mail)(message, composed)
        return await self._adapter.send(self._gateway, parcel)

    async def note_problem(self, tx: Tx, problem: str) -> None:
        await note_health(tx, self._gateway.id, problem=problem)

    async def note_well(self, tx: Tx) -> None:
        await note_well(tx, self._gateway.id)

    async def note_rest(self, tx: Tx, until: datetime) -> None:
        await note_rest(tx, self._gateway.id, until)

    async def rests_until(self, tx: Tx) -> datetime | None:
        return await get_rest(tx, self._gateway.id)

    async def _sms(self, message: Outgoing, composed: Composed) -> Parcel:
        text = plain(composed.message)
        if url := await self._unsubscribe_url(message, "sms"):
            words = translator(message.language)
            text += "\n" + words.gettext("Unsubscribe: {url}", url=url.partition("://")[2])
        return Sms(
            phone=message.address,
            text=text,
            key=message.id,
            report_url=hook_url(self._public_url, self._tenant_id, self._gateway),
            ttl_seconds=await self._sms_ttl_seconds(message),
        )

    async def _sms_ttl_seconds(self, message: Outgoing) -> int:
        """Return how long a text may still arrive: while it is useful, and until it goes on by another channel."""
        ttl = message.useful_until - self._clock.now()
        if message.route:
            async with self._tx() as tx:
                ttl = min(ttl, timedelta(minutes=(await get_rules(tx)).move_on_minutes))
        return max(SMS_TTL_SECONDS_MIN, min(int(ttl.total_seconds()), SMS_TTL_SECONDS_MAX))

    async def _mail(self, message: Outgoing, composed: Composed) -> Parcel:
        url = await self._unsubscribe_url(message, "email")
        async with self._tx() as tx:
            business, branding = await get_business(tx), await get_branding(tx)
            mark, mailbox = mark_of(tx, message.id), await find_return_to(tx, self._gateway.id)
        return letter_of(
            message,
            composed.message,
            business=business.name,
            branding=branding,
            app_url=self.app_url,
            unsubscribe_url=url,
            mark=mark,
            return_to=address_of_return(mailbox, mark),
        )

    async def _push(self, message: Outgoing, composed: Composed) -> Result:
        """Show it on each device of the member; one that has taken it is enough."""
        async with self._tx() as tx:
            business = await get_business(tx)
            devices = await list_devices(tx, UUID(message.address))
        ttl = min(message.useful_until - self._clock.now(), PUSH_TTL_MAX)
        links = [button.link for row in composed.message.rows for button in row if button.link]
        payload = msgspec.json.encode(
            {
                "title": (composed.message.subject or business.name)[:TITLE_LENGTH_MAX],
                "body": plain(composed.message)[:BODY_LENGTH_MAX],
                "url": links[0] if links else f"/app/{self._tenant_id}",
                "tag": str(message.id),
                **self._image(message, composed),
            }
        )
        results = await asyncio.gather(
            *(
                self._adapter.send(
                    self._gateway,
                    Push(device, payload, max(60, int(ttl.total_seconds())), message.id),
                )
                for device in devices
            )
        )
        await self._drop(devices, results)
        return _together(results)

    def _image(self, message: Outgoing, composed: Composed) -> dict[str, str]:
        """Return where a browser finds the picture of a template: too large for a notification to bring along."""
        picture = composed.message.picture
        if not isinstance(message.content, FromTemplate) or not isinstance(picture, Photo):
            return {}
        place = f"templates/{message.content.template_id}/picture/{digest_of(picture.content)}"
        return {"image": f"/app/{self._tenant_id}/{place}"}

    async def _drop(self, devices: Sequence[Device], results: Sequence[Result]) -> None:
        gone = [
            device.id
            for device, result in zip(devices, results, strict=True)
            if isinstance(result, Unreachable)
        ]
        if gone:
            async with self._tx() as tx:
                await drop_gone(tx, gone)

    async def _unsubscribe_url(self, message: Outgoing, kind: From) -> str:
        """Return where the member unsubscribes; empty: it advertises nothing, or nobody would reach us."""
        if message.purpose != "marketing" or message.member_id is None or not self._public_url:
            return ""
        async with self._tx() as tx:
            tokens = await link_tokens(tx, [message.member_id])
        return f"{self._public_url}{path_of(kind, tokens[message.member_id])}"

    def _tx(self) -> AbstractAsyncContextManager[Tx]:
        return self._database.transaction(self._tenant_id, actor="job:channels", at=self._clock.now())


def _together(results: Sequence[Result]) -> Result:
    """Return what several devices come to: the best that any of them has answered."""
    for kind in (Sent, Wait, Failing, Refused):
        for result in results:
            if isinstance(result, kind):
                return result
    return Unreachable("gone")
