"""Purchases taken back, whole or in part."""

from plushka.delivery.pos.endpoint import Answer, Call, endpoint
from plushka.delivery.pos.refusals import ReceiptAmbiguous
from plushka.delivery.pos.requests import Query, ReturnIn
from plushka.domain.ledger.model import ClawbackRefused, WalletMoved
from plushka.domain.purchases.model import (
    KeyReused,
    NothingToReturn,
    ReceiptDiffers,
    Return,
    ReturnExceedsReceipt,
    UnknownLine,
    UnknownReceipt,
)
from plushka.domain.purchases.returning import preview_return, return_purchase

_REFUSALS = (
    UnknownReceipt,
    ReceiptAmbiguous,
    UnknownLine,
    ReturnExceedsReceipt,
    NothingToReturn,
    ClawbackRefused,
    WalletMoved,
)
_RETURN = {
    "external_id": "7-R-000045",
    "receipt": {"external_id": "7-000123"},
    "lines": [{"index": 0, "quantity_milli": 1000}],
}


@endpoint(
    "POST /v1/returns",
    scope="returns",
    statuses=(201, 200),
    refusals=(*_REFUSALS, ReceiptDiffers, KeyReused),
    example=_RETURN,
    takes_key=True,
)
async def book_return(call: Call[ReturnIn, Query]) -> Answer[Return]:
    """Take back lines of a receipt, or without ``lines`` all that is left of it.

    The answer says how much money to give back. Safe to repeat with the same ``external_id`` and content.
    """
    request = call.body.to_domain(idempotency_key=call.idempotency_key)
    async with call.transaction() as tx:
        booked = await return_purchase(tx, call.services.reference, call.caller, request)
        is_to_be_told = await call.services.herald.note_return(tx, booked)
    if is_to_be_told:
        call.services.herald.committed(call.caller.tenant_id)
    return Answer(booked, 200 if booked.is_repeat else 201)


@endpoint("POST /v1/returns/preview", scope="returns", refusals=_REFUSALS, example=_RETURN)
async def preview_booked_return(call: Call[ReturnIn, Query]) -> Answer[Return]:
    """Tell what a return would come to, for the cashier to see before confirming. Nothing is booked."""
    request = call.body.to_domain(idempotency_key=None)
    async with call.transaction() as tx:
        return Answer(await preview_return(tx, call.services.reference, call.caller, request))
