"""What the office works with in this process."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from uuid import UUID

from litestar import Request
from litestar.datastructures import State

from plushka.delivery.web.pages import Pages
from plushka.domain.bots.connecting import BotDesk
from plushka.domain.messages.gateways.parcels import GatewayDesk
from plushka.domain.purchases.reference import Reference
from plushka.platform.clock import Clock
from plushka.platform.database import Database
from plushka.platform.settings import Environment

PAGES = Pages("plushka.delivery.office")

OfficeRequest = Request[object, object, State]


@dataclass(frozen=True, slots=True)
class Office:
    """Given by the composition root as ``app.state.office``.

    ``demo_email`` names the account of the demo business, None when there is no demo; in production it
    is never used. ``aside`` is for what gives way to tills: reports. ``shows_sms``: what is sent to phones is
    shown at /demo/phone instead. ``webhooks_anywhere``: they may go to plain http and to one's own network.
    ``verify`` checks the ledger of a business and keeps the result.
    """

    database: Database
    aside: Database
    clock: Clock
    reference: Reference
    environment: Environment
    verify: Callable[[Database, Clock, UUID], Awaitable[object]]
    bots: BotDesk
    gateways: GatewayDesk
    demo_email: str | None = None
    shows_sms: bool = False
    webhooks_anywhere: bool = False

    @property
    def is_production(self) -> bool:
        return self.environment is Environment.PRODUCTION
