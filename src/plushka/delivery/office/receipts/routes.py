"""Pages of receipts."""

from litestar.types import ControllerRouterHandler

from plushka.delivery.office.receipts import feed, receipt

HANDLERS: tuple[ControllerRouterHandler, ...] = (
    feed.export,
    feed.show_new_receipts,
    feed.show_receipts,
    feed.show_sums,
    receipt.show_receipt,
)
