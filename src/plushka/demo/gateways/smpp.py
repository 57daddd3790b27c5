"""A centre of SMPP 3.4 that is none: it reads the bytes itself, so that the library is checked by somebody else."""

import asyncio
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from msgspec import field

from plushka.demo.gateways.arrived import Arrived, Pretended

HEADER = struct.Struct("!IIII")
BIND_TRANSCEIVER, SUBMIT_SM, DELIVER_SM, UNBIND, ENQUIRE_LINK = 0x9, 0x4, 0x5, 0x6, 0x15
RESPONSE = 0x80000000
OK, WRONG_PASSWORD, NO_SUCH_PHONE = 0x0, 0xE, 0xB
MESSAGE_PAYLOAD = 0x0424
UCS2 = 8
SHORT_BYTES_MAX = 140
_RECEIPT = 0x04


class FakeSmpp(Pretended):
    """Lets in whoever knows ``login`` and ``password``; answers with the ``code`` of a fault, or not at all."""

    login: str = "plushka"
    password: str = "secret12"  # noqa: S105  the demo's
    made: int = 0
    confirmed: int = 0
    writers: list[asyncio.StreamWriter] = field(default_factory=list)

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[int]:
        """Serve on a free port of this machine and yield it."""
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        try:
            yield server.sockets[0].getsockname()[1]
        finally:
            server.close()
            for writer in self.writers:
                writer.close()
            self.writers.clear()
            await server.wait_closed()

    async def deliver(
        self, provider_id: str, state: str, *, done: str = "2603101201", error: str = "000"
    ) -> None:
        """Send a receipt over the latest connection."""
        told = (
            f"id:{provider_id} sub:001 dlvrd:001 submit date:2603101200 done date:{done}"
            f" stat:{state} err:{error} text:"
        )
        await self._tell(told.encode(), kind=_RECEIPT, coding=0)

    async def pass_on(self, text: str, *, phone: str = "79990000101") -> None:
        """Send an SMS of somebody's over the latest connection."""
        await self._tell(text.encode("utf-16-be"), kind=0, coding=UCS2, phone=phone)

    async def _tell(self, content: bytes, *, kind: int, coding: int, phone: str = "79990000101") -> None:
        body = b"\0\1\1" + phone.encode() + b"\0" + b"\5\0Plushka\0" + bytes([kind, 0, 0]) + b"\0\0"
        body += bytes([0, 0, coding, 0, len(content)]) + content
        self.made += 1
        await _write(self.writers[-1], DELIVER_SM, OK, self.made, body)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.writers.append(writer)
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                length, command, _, number = HEADER.unpack(await reader.readexactly(HEADER.size))
                body = await reader.readexactly(length - HEADER.size)
                await self._answer(writer, command, number, body)

    async def _answer(self, writer: asyncio.StreamWriter, command: int, number: int, body: bytes) -> None:
        if command == BIND_TRANSCEIVER:
            login, _, rest = body.partition(b"\0")
            is_known = (login.decode(), rest.partition(b"\0")[0].decode()) == (self.login, self.password)
            await _write(writer, command | RESPONSE, OK if is_known else WRONG_PASSWORD, number, b"fake\0")
        elif command == SUBMIT_SM:
            await self._submit(writer, number, body)
        elif command in {ENQUIRE_LINK, UNBIND}:
            await _write(writer, command | RESPONSE, OK, number, b"")
        elif command == DELIVER_SM | RESPONSE:
            self.confirmed += 1

    async def _submit(self, writer: asyncio.StreamWriter, number: int, body: bytes) -> None:
        fault = self.faults.popleft() if self.faults else None
        if fault is not None and fault.hangs:
            return
        sender, phone, text, ttl_seconds = read_submit(body)
        status = fault.code if fault is not None else OK if phone.startswith("7") else NO_SUCH_PHONE
        self.made += 1
        if status == OK:
            self.take(Arrived("sms", f"+{phone}", text, sender=sender, ttl_seconds=ttl_seconds))
        await _write(writer, SUBMIT_SM | RESPONSE, status, number, f"id{self.made}\0".encode())


def read_submit(body: bytes) -> tuple[str, str, str, int | None]:
    """Return who sends, to whom, what, and for how long it is to be tried."""
    _, rest = _text(body)
    sender, rest = _text(rest[2:])
    phone, rest = _text(rest[2:])
    _, rest = _text(rest[3:])
    validity, rest = _text(rest)
    coding, length, rest = rest[2], rest[4], rest[5:]
    content, rest = rest[:length], rest[length:]
    if length > SHORT_BYTES_MAX:
        raise ValueError(f"{length} bytes do not fit into one SMS")
    while rest:
        tag, size = struct.unpack("!HH", rest[:4])
        if tag == MESSAGE_PAYLOAD:
            content = rest[4 : 4 + size]
        rest = rest[4 + size :]
    text = content.decode("utf-16-be" if coding == UCS2 else "ascii")
    return sender, phone, text, _seconds(validity) if validity else None


def _seconds(validity: str) -> int:
    """Return how long a period without years and months is, as ``000001020304000R``: a day, two hours and so on."""
    years, months, days, hours, minutes, seconds = (int(validity[at : at + 2]) for at in range(0, 12, 2))
    if (years, months, validity[12:]) != (0, 0, "000R"):
        raise ValueError(validity)
    return ((days * 24 + hours) * 60 + minutes) * 60 + seconds


def _text(body: bytes) -> tuple[str, bytes]:
    text, _, rest = body.partition(b"\0")
    return text.decode("ascii"), rest


async def _write(writer: asyncio.StreamWriter, command: int, status: int, number: int, body: bytes) -> None:
    writer.write(HEADER.pack(HEADER.size + len(body), command, status, number) + body)
    await writer.drain()
