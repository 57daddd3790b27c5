"""SMPP 3.4: a connection that stays, over which texts go out, and receipts and answers come in."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import timedelta
from logging import CRITICAL
from uuid import UUID

from aiosmpplib import (
    ESME,
    NPI,
    TON,
    AbstractHook,
    BindMode,
    GenericNack,
    PhoneNumber,
    SmppCommandStatus,
    SmppError,
    SmppMessage,
    SubmitSm,
    SubmitSmResp,
)

from plushka.delivery.channels.reasons import CROWDED_SECONDS, MEND_SECONDS, NoAnswer, plain
from plushka.delivery.channels.sms.calling import CALL_SECONDS_MAX, digits_of
from plushka.delivery.channels.sms.receipts import CentresReceipt
from plushka.delivery.channels.sms.wording import checked
from plushka.domain.messages.gateways.model import Gateway
from plushka.domain.messages.gateways.parcels import Condition, Hear, Heard, Incoming, Parcel, Sms
from plushka.domain.messages.model import (
    Delivered,
    Failing,
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
from plushka.platform.errors import TemporaryFailure
from plushka.platform.outward import InnerAddress, resolve

_CROWDED = {SmppCommandStatus.ESME_RTHROTTLED, SmppCommandStatus.ESME_RMSGQFUL}
_MENDED_BY_HAND = {
    SmppCommandStatus.ESME_RBINDFAIL,
    SmppCommandStatus.ESME_RINVPASWD,
    SmppCommandStatus.ESME_RINVSYSID,
    SmppCommandStatus.ESME_RINVSRCADR,
}
_NO_SUCH_PHONE = {SmppCommandStatus.ESME_RINVDSTADR}
_TRY_LATER = {SmppCommandStatus.ESME_RSYSERR, SmppCommandStatus.ESME_RSUBMITFAIL}
_DELIVERED = "DELIVRD"
_LOST = {"EXPIRED", "DELETED", "UNDELIV", "REJECTD"}


class Smpp:
    """Gateways of SMPP; ``keeps``: connections stay, as receipts come over them. Else each text has one of its own."""

    is_asked = False
    receipt = b""

    def __init__(self, *, allowed: Sequence[str], keeps: bool) -> None:
        self._allowed = allowed
        self._keeps = keeps
        self._links: dict[UUID, _Link] = {}
        self._lock = asyncio.Lock()
        self._hear: Hear | None = None

    def listen(self, hear: Hear) -> None:
        """Let ``hear`` take in what receipts tell from now on."""
        self._hear = hear

    async def close(self) -> None:
        for link in self._links.values():
            await link.close()
        self._links.clear()

    async def send(self, gateway: Gateway, parcel: Parcel) -> Result:
        sms = checked(parcel)
        if not isinstance(sms, Sms):
            return sms
        try:
            link = await self._link(gateway)
        except NoAnswer as failed:
            return failed.result
        try:
            answer = await link.submit(_submit(gateway, sms), str(sms.key))
        except TimeoutError:
            return Unsure(f"no answer in {CALL_SECONDS_MAX} s")
        except OSError as error:
            return Unsure(plain(error))
        finally:
            if not self._keeps:
                await self._drop(gateway.id)
        return _result_of(answer, count_parts(sms.text))

    async def look(self, gateway: Gateway) -> Condition:
        try:
            await self._link(gateway)
        except NoAnswer as failed:
            return Condition(problem=str(failed))
        if not self._keeps:
            await self._drop(gateway.id)
        return Condition()

    async def ask(self, gateway: Gateway, provider_ids: Sequence[str]) -> Mapping[str, Report]:
        """Return nothing: receipts come by themselves."""
        del gateway, provider_ids
        return {}

    def read(self, body: bytes) -> Heard:
        """Refuse: nobody calls us by HTTP.

        :raises ValueError: always
        """
        raise ValueError(f"SMPP calls nobody: {len(body)} bytes")

    async def _link(self, gateway: Gateway) -> "_Link":
        """Return the connection of a gateway, made if there is none that is alive.

        :raises NoAnswer: it cannot be made
        """
        async with self._lock:
            known = self._links.get(gateway.id)
            if known is not None and known.is_alive:
                return known
            await self._drop(gateway.id)
            link = _Link(gateway, await self._resolved(gateway), self._heard)
            await link.open()
            self._links[gateway.id] = link
            return link

    async def _resolved(self, gateway: Gateway) -> str:
        try:
            return await resolve(gateway.server.host, gateway.server.port, allowed=self._allowed)
        except InnerAddress as error:
            raise NoAnswer(Wait(MEND_SECONDS, "the server is of the inner network")) from error
        except TemporaryFailure as failure:
            raise NoAnswer(Failing(failure.reason)) from failure

    async def _drop(self, gateway_id: UUID) -> None:
        if (link := self._links.pop(gateway_id, None)) is not None:
            await link.close()

    async def _heard(self, gateway_id: UUID, heard: Heard) -> None:
        if self._hear is not None:
            await self._hear(gateway_id, heard)


class _Link(AbstractHook):
    """One bound connection: texts wait for their answers by their ``log_id``."""

    def __init__(self, gateway: Gateway, address: str, hear: Hear) -> None:
        self._gateway_id = gateway.id
        self._hear = hear
        self._answers: dict[str, asyncio.Future[SmppMessage]] = {}
        self._running: asyncio.Task[None] | None = None
        self._esme = ESME(
            smsc_host=address,
            smsc_port=gateway.server.port,
            system_id=gateway.credentials.login,
            password=gateway.credentials.secret,
            bind_mode=BindMode.TRANSCEIVER,
            log_level=CRITICAL,
            hook=self,
            socket_timeout=float(CALL_SECONDS_MAX),
        )

    @property
    def is_alive(self) -> bool:
        return (
            self._running is not None
            and not self._running.done()
            and self._esme.session_state == self._esme.bind_mode.session_state
        )

    async def open(self) -> None:
        """Connect and bind.

        :raises NoAnswer: the server is not there, or does not know us
        """
        try:
            await self._esme.connect()
        except SmppError as refused:
            await self.close()
            raise NoAnswer(_of_status(refused.command_status)) from refused
        except (OSError, EOFError, ValueError) as error:
            await self.close()
            raise NoAnswer(Failing(plain(error))) from error
        self._running = asyncio.create_task(self._esme.start())

    async def close(self) -> None:
        # The library says goodbye and lets go of the socket without closing it.
        writer = self._esme._writer  # noqa: SLF001
        if self._running is not None:
            await self._esme.stop()
            self._running.cancel()
            with suppress(asyncio.CancelledError):
                await self._running
        if writer is not None:
            writer.close()
        for answer in self._answers.values():
            answer.cancel()

    async def submit(self, message: SubmitSm, log_id: str) -> SmppMessage:
        """Send a text and return what is answered.

        :raises TimeoutError, OSError: nothing was
        """
        answer: asyncio.Future[SmppMessage] = asyncio.get_running_loop().create_future()
        self._answers[log_id] = answer
        try:
            await self._esme.broker.enqueue(message)
            return await asyncio.wait_for(answer, CALL_SECONDS_MAX)
        finally:
            del self._answers[log_id]

    async def sending(self, smpp_message: SmppMessage, pdu: bytes, client_id: str) -> None:
        """Do nothing: nothing is to be seen of it anywhere."""

    async def received(self, smpp_message: SmppMessage | None, pdu: bytes, client_id: str) -> None:
        del pdu, client_id
        if isinstance(smpp_message, SubmitSmResp | GenericNack) and not isinstance(
            smpp_message, CentresReceipt
        ):
            answer = self._answers.get(smpp_message.log_id)
            if answer is not None and not answer.done():
                answer.set_result(smpp_message)
        elif isinstance(smpp_message, CentresReceipt):
            heard = _told_by(smpp_message)
            if heard.reports or heard.incoming:
                await self._hear(self._gateway_id, heard)

    async def send_error(self, smpp_message: SmppMessage, error: Exception, client_id: str) -> None:
        del client_id
        answer = self._answers.get(getattr(smpp_message, "log_id", ""))
        if answer is not None and not answer.done():
            answer.set_exception(error if isinstance(error, OSError) else OSError(plain(error)))


def _submit(gateway: Gateway, sms: Sms) -> SubmitSm:
    """Return what is submitted; a text of several parts goes as one payload, so that it has one id and one receipt."""
    is_long = count_parts(sms.text) > 1
    sender = digits_of(gateway.sender)
    source = (
        PhoneNumber(sender, TON.INTERNATIONAL, NPI.ISDN)
        if sender.isdigit()
        else PhoneNumber(sender, TON.ALPHANUMERIC, NPI.UNKNOWN)
    )
    return SubmitSm(
        short_message="" if is_long else sms.text,
        message_payload=sms.text if is_long else "",
        source=source,
        destination=PhoneNumber(digits_of(sms.phone), TON.INTERNATIONAL, NPI.ISDN),
        log_id=str(sms.key),
        validity_period=timedelta(seconds=sms.ttl_seconds),
    )


def _result_of(answer: SmppMessage, parts: int) -> Result:
    status = answer.command_status
    if status == SmppCommandStatus.ESME_ROK and isinstance(answer, SubmitSmResp):
        return Sent(provider_id=answer.message_id, parts=parts)
    if status in _NO_SUCH_PHONE:
        return Unreachable("gone")
    if status in _CROWDED | _MENDED_BY_HAND | _TRY_LATER:
        return _of_status(status)
    return Refused(status.name)


def _of_status(status: SmppCommandStatus) -> Failing | Wait:
    if status in _MENDED_BY_HAND:
        return Wait(MEND_SECONDS, status.name)
    return Wait(CROWDED_SECONDS) if status in _CROWDED else Failing(status.name)


def _told_by(message: CentresReceipt) -> Heard:
    """Return what came in: a receipt of a message that has come to its end, or an SMS that somebody has sent."""
    if not message.is_receipt():
        text = message.short_message or message.message_payload
        return Heard(incoming=(Incoming(message.source.number, text),) if text else ())
    told = message.parse_receipt()
    provider_id, state = str(told.get("id", "")), str(told.get("stat", "")).upper()
    if provider_id and state == _DELIVERED:
        return Heard({provider_id: Delivered()})
    if provider_id and state in _LOST:
        return Heard({provider_id: Undelivered(f"{state} {message.error}".strip())})
    return Heard()
