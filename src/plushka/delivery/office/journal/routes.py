"""Pages of the journal."""

from litestar.types import ControllerRouterHandler

from plushka.delivery.office.journal import ledger

HANDLERS: tuple[ControllerRouterHandler, ...] = (
    ledger.show_ledger,
    ledger.verify_now,
)
