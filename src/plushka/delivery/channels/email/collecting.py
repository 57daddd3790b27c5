"""Mailboxes visited in threads of their own, one visit of each at a time, none for longer than it may last."""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from uuid import UUID

from plushka.delivery.channels.email.mailbox import MailboxError, Visit
from plushka.delivery.channels.reasons import plain
from plushka.domain.messages.gateways.mailboxes import Mailbox
from plushka.domain.messages.gateways.parcels import Collected
from plushka.platform.errors import TemporaryFailure
from plushka.platform.outward import InnerAddress, resolve

VISIT_SECONDS_MAX = 120.0
VISITS_AT_ONCE = 4


class Mailboxes:
    """Reads what came back; ``allowed`` are hosts of the inner network that may be visited."""

    def __init__(self, *, allowed: Sequence[str], now: Callable[[], datetime]) -> None:
        self._allowed = allowed
        self._now = now
        self._threads: ThreadPoolExecutor | None = None
        self._visited: set[UUID] = set()

    def close(self) -> None:
        if self._threads is not None:
            self._threads.shutdown(wait=False, cancel_futures=True)

    async def collect(self, mailbox: Mailbox) -> Collected:
        """Read on; every failure is a problem that is told."""
        server = mailbox.server
        try:
            address = await resolve(server.host, server.port, allowed=self._allowed)
        except InnerAddress:
            return Collected(problem="the server is of the inner network")
        except TemporaryFailure as failure:
            return Collected(problem=failure.reason)
        if mailbox.gateway_id in self._visited:
            return Collected(problem="the server keeps us waiting")
        return await self._visit(mailbox, Visit(mailbox, address))

    async def _visit(self, mailbox: Mailbox, visit: Visit) -> Collected:
        if self._threads is None:
            self._threads = ThreadPoolExecutor(VISITS_AT_ONCE, thread_name_prefix="mailboxes")
        self._visited.add(mailbox.gateway_id)
        visiting = asyncio.get_running_loop().run_in_executor(self._threads, visit.collect, self._now())

        def left(done: asyncio.Future[Collected]) -> None:
            self._visited.discard(mailbox.gateway_id)
            # What a visit comes to that nobody waits for any more is of no interest.
            _ = done.cancelled() or done.exception()

        visiting.add_done_callback(left)
        try:
            return await asyncio.wait_for(asyncio.shield(visiting), VISIT_SECONDS_MAX)
        except TimeoutError:
            return Collected(problem=f"not done in {VISIT_SECONDS_MAX:.0f} s")
        except MailboxError as error:
            return Collected(problem=_told(error))
        finally:
            visit.hang_up()


def _told(error: Exception) -> str:
    """Return what a server says is wrong, which the library hands on as bytes."""
    said = error.args[0] if error.args else error
    return plain(said.decode("utf-8", "replace") if isinstance(said, bytes) else error)
