"""A mailbox that is none, read by IMAP: as much of it as who only looks at it needs, and it notes what it was asked."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from msgspec import Struct, field

from plushka.demo.gateways.mail import LOGIN

_FETCH = re.compile(r"UID FETCH (\S+) \(BODY\.PEEK\[(.*?)\](?:<0\.(\d+)>)?\)", re.IGNORECASE)
_SEARCH = re.compile(r"UID SEARCH (?:UID (\d+):\*|SINCE (\S+))", re.IGNORECASE)


class FakeMailbox(Struct):
    """``letters`` by their uids; ``commands`` are what it was asked, without passwords.

    ``hangs``: it says nothing at all. ``uid_behind``: a fetched message is named behind its text instead of before it,
    which a server may do.
    """

    password: str = "demo-password-of-mail"  # noqa: S105  the demo's
    validity: int = 1
    letters: dict[int, bytes] = field(default_factory=dict)
    commands: list[str] = field(default_factory=list)
    hangs: bool = False
    uid_behind: bool = False
    greeting: bytes = b"* OK ready"
    writers: set[asyncio.StreamWriter] = field(default_factory=set)

    @asynccontextmanager
    async def serving(self, port: int = 0) -> AsyncIterator[int]:
        """Serve on a port of this machine, a free one if it is 0, and yield it."""
        server = await asyncio.start_server(self._serve, "127.0.0.1", port)
        try:
            yield server.sockets[0].getsockname()[1]
        finally:
            server.close()
            for writer in self.writers:
                writer.close()
            await server.wait_closed()
            await asyncio.gather(*(writer.wait_closed() for writer in self.writers), return_exceptions=True)

    def put(self, letter: bytes) -> int:
        """Let a letter come, and return its uid."""
        uid = max(self.letters, default=0) + 1
        self.letters[uid] = letter.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
        return uid

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.writers.add(writer)
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            if self.hangs:
                await reader.read()
            await _say(writer, self.greeting)
            while line := (await reader.readline()).decode().strip():
                tag, _, command = line.partition(" ")
                self.commands.append("LOGIN" if command.upper().startswith("LOGIN") else command)
                await self._answer(writer, tag, command)
        self.writers.discard(writer)
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()

    async def _answer(self, writer: asyncio.StreamWriter, tag: str, command: str) -> None:
        word = command.upper()
        if word == "CAPABILITY":
            await _say(writer, b"* CAPABILITY IMAP4rev1")
        elif word.startswith("LOGIN"):
            if command != f'LOGIN {LOGIN} "{self.password}"':
                await _say(writer, f"{tag} NO [AUTHENTICATIONFAILED] wrong password".encode())
                return
        elif word.startswith("EXAMINE"):
            following = max(self.letters, default=0) + 1
            await _say(writer, f"* {len(self.letters)} EXISTS".encode())
            await _say(writer, f"* OK [UIDVALIDITY {self.validity}] valid".encode())
            await _say(writer, f"* OK [UIDNEXT {following}] next".encode())
        elif found := _SEARCH.fullmatch(command):
            await _say(writer, b"* SEARCH " + " ".join(map(str, self._found(found[1]))).encode())
        elif found := _FETCH.fullmatch(command):
            for uid in map(int, found[1].split(",")):
                await self._fetch(writer, uid, found[2], int(found[3] or 0))
        else:
            await _say(writer, f"{tag} BAD what is that".encode())
            return
        await _say(writer, f"{tag} OK done".encode())

    def _found(self, first: str | None) -> list[int]:
        """Return the messages behind a uid, and the last one in any case, as the protocol has it."""
        if first is None:
            return sorted(self.letters)
        return [uid for uid in sorted(self.letters) if uid >= int(first) or uid == max(self.letters)]

    async def _fetch(self, writer: asyncio.StreamWriter, uid: int, part: str, most: int) -> None:
        letter = self.letters[uid]
        if part:
            names = [name.lower() for name in part.partition("(")[2].rstrip(")").split()]
            head = letter.partition(b"\r\n\r\n")[0]
            fields = re.split(rb"\r\n(?![ \t])", head)
            wanted = [one for one in fields if one.partition(b":")[0].decode("latin-1").lower() in names]
            letter = b"\r\n".join([*wanted, b"", b""])
        letter = letter[:most] if most else letter
        before, behind = (b"", f" UID {uid}".encode()) if self.uid_behind else (f"UID {uid} ".encode(), b"")
        writer.write(b"* 1 FETCH (" + before + f"BODY[{part}] {{{len(letter)}}}\r\n".encode() + letter)
        await _say(writer, behind + b")")


async def _say(writer: asyncio.StreamWriter, line: bytes) -> None:
    writer.write(line + b"\r\n")
    await writer.drain()
