"""Texts that somebody waits for at the screen, as codes are: past the queue, by the business's gateway."""

import time
from uuid import UUID

from plushka.domain.members.phone_codes import TTL
from plushka.domain.messages.gateways.model import Gateway
from plushka.domain.messages.gateways.parcels import Adapters, Sms
from plushka.domain.messages.gateways.queries import find_gateway
from plushka.domain.messages.model import Failing, Refused, Sent, Unreachable, Unsure, Wait
from plushka.platform.clock import Clock
from plushka.platform.database import Database
from plushka.platform.errors import PermanentFailure, TemporaryFailure
from plushka.platform.ids import new_id
from plushka.platform.sms import SmsGateway
from plushka.platform.vault import Vault, WrongKey

REMEMBERED_SECONDS = 5.0
BUSINESSES_MAX = 10_000


class Codes:
    """``instead`` sends for businesses without a gateway, in the demo."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        vault: Vault,
        adapters: Adapters,
        *,
        instead: SmsGateway | None = None,
    ) -> None:
        self._database = database
        self._clock = clock
        self._vault = vault
        self._adapters = adapters
        self._instead = instead
        self._known: dict[UUID, tuple[float, bool]] = {}

    async def is_there(self, tenant_id: UUID) -> bool:
        if self._instead is not None:
            return True
        looked_at, is_there = self._known.get(tenant_id, (0.0, False))
        if time.monotonic() - looked_at > REMEMBERED_SECONDS:
            is_there = await self._find(tenant_id) is not None
            if len(self._known) >= BUSINESSES_MAX:
                self._known.clear()
            self._known[tenant_id] = (time.monotonic(), is_there)
        return is_there

    async def send(self, tenant_id: UUID, phone: str, text: str) -> None:
        gateway = await self._find(tenant_id)
        if gateway is None:
            if self._instead is None:
                raise PermanentFailure("no gateway for SMS is connected")
            await self._instead.send(tenant_id, phone, text)
            return
        adapter = await self._adapters.get(gateway.provider)
        sms = Sms(phone=phone, text=text, key=new_id(), ttl_seconds=int(TTL.total_seconds()))
        match await adapter.send(gateway, sms):
            # An unsure one may well be on its way: whoever waits can ask for another.
            case Sent() | Unsure():
                return
            case Wait(_, problem):
                raise TemporaryFailure(problem or "the gateway is crowded")
            case Failing(reason):
                raise TemporaryFailure(reason)
            case Refused(reason):
                raise PermanentFailure(reason)
            case Unreachable(state):
                raise PermanentFailure(state)
            case _:
                raise PermanentFailure("the phone has moved")

    async def _find(self, tenant_id: UUID) -> Gateway | None:
        try:
            async with self._database.transaction(
                tenant_id, actor="job:channels", at=self._clock.now(), read_only=True
            ) as tx:
                return await find_gateway(tx, self._vault, "sms")
        except WrongKey:
            return None
