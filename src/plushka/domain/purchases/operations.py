"""What a till can ask for, besides ``queue.PurchaseQueue.commit``. Each runs in the caller's transaction."""

from plushka.domain.purchases.hold import cancel_hold, hold
from plushka.domain.purchases.quote import quote
from plushka.domain.purchases.returning import preview_return, return_purchase

__all__ = ["cancel_hold", "hold", "preview_return", "quote", "return_purchase"]
