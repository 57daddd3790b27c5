"""Receipts as they were booked, and why."""

from plushka.delivery.pos.answers import ReceiptOut
from plushka.delivery.pos.endpoint import Answer, Call, endpoint
from plushka.delivery.pos.requests import ReceiptQuery, Texts
from plushka.delivery.pos.texts import tell_receipt
from plushka.domain.purchases.model import UnknownReceipt
from plushka.domain.purchases.queries import find_receipt, get_receipt


@endpoint("GET /v1/receipts/{id}", scope="purchases", refusals=(UnknownReceipt,))
async def show_receipt(call: Call[None, Texts]) -> Answer[ReceiptOut]:
    """Show a receipt of the business, with the reasons of its figures when ``explanation`` is asked for."""
    async with call.transaction(read_only=True) as tx:
        receipt = await get_receipt(tx, call.id)
    return Answer(ReceiptOut.of(receipt, await tell_receipt(call, receipt)))


@endpoint("GET /v1/receipts", scope="purchases", refusals=(UnknownReceipt,))
async def find_receipt_by_number(call: Call[None, ReceiptQuery]) -> Answer[ReceiptOut]:
    """Find a receipt of this till by the till's own number, to know whether it was booked before the line broke."""
    async with call.transaction(read_only=True) as tx:
        receipt = await find_receipt(tx, till_id=call.holder.till_id, external_id=call.query.external_id)
    if receipt is None:
        raise UnknownReceipt(field="external_id")
    return Answer(ReceiptOut.of(receipt, await tell_receipt(call, receipt)))
