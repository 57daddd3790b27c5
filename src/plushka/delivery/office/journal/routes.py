"""Pages of the journal."""

from litestar.types import ControllerRouterHandler

from plushka.delivery.office.journal import ledger, movements

HANDLERS: tuple[ControllerRouterHandler, ...] = (
    movements.export,
    movements.show_journal,
    ledger.download_verifications,
    ledger.show_ledger,
    ledger.verify_now,
)
