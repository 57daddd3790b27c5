"""What the app works with in this process, and where it stands."""

from dataclasses import dataclass
from uuid import UUID

from litestar import Request
from litestar.datastructures import State

from plushka.delivery.web.pages import Pages
from plushka.domain.purchases.reference import Reference
from plushka.platform.bell import Bell
from plushka.platform.clock import Clock
from plushka.platform.database import Database
from plushka.platform.sms import SmsGateway
from plushka.platform.vault import Vault

PAGES = Pages("plushka.delivery.app")
PREFIX = "/app/"
PATH = "/app/{business_id:uuid}"
"""A business is named by its id: members come by links and codes, and what never changes can stand on paper."""

AppRequest = Request[object, object, State]


@dataclass(frozen=True, slots=True)
class App:
    """Given by the composition root as ``app.state.app``. Without ``sms`` nobody can sign in by phone.

    ``bell`` tells who keeps bots at work that there is something to send; ``also_framed_by`` is where a VK that is none
    shows the app, as VK does, in a frame.
    """

    database: Database
    clock: Clock
    reference: Reference
    vault: Vault
    bell: Bell
    is_production: bool
    sms: SmsGateway | None = None
    also_framed_by: str = ""


def home_of(business_id: UUID) -> str:
    """Return where a business's app begins."""
    return f"/app/{business_id}"
