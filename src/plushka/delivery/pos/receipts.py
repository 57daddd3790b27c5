"""Receipts as they were booked, and why."""

from msgspec import Struct

from plushka.delivery.pos.answers import ReceiptOut
from plushka.delivery.pos.endpoint import Answer, Call, endpoint
from plushka.delivery.pos.requests import Query, ReceiptQuery, Texts
from plushka.delivery.pos.texts import tell_receipt
from plushka.domain.insights.till import TillReceipt, list_latest_receipts
from plushka.domain.purchases.model import Return, UnknownReceipt
from plushka.domain.purchases.queries import find_receipt, get_receipt, list_returns


class LatestOut(Struct, frozen=True):
    """The till's receipts of the last two weeks, the latest first, at most 50."""

    receipts: tuple[TillReceipt, ...]


class ReturnsOut(Struct, frozen=True):
    """What has come back of a receipt, in order."""

    returns: tuple[Return, ...]


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


@endpoint("GET /v1/receipts/latest", scope="purchases")
async def show_latest_receipts(call: Call[None, Query]) -> Answer[LatestOut]:
    """List what this till has sold lately, for the cashier to find a receipt without its number."""
    async with call.transaction(read_only=True) as tx:
        return Answer(LatestOut(await list_latest_receipts(tx, call.holder.till_id)))


@endpoint("GET /v1/receipts/{id}/returns", scope="returns", refusals=(UnknownReceipt,))
async def show_returns_of_receipt(call: Call[None, Query]) -> Answer[ReturnsOut]:
    """List what has come back of a receipt, to know what is left of it."""
    async with call.transaction(read_only=True) as tx:
        await get_receipt(tx, call.id)
        return Answer(ReturnsOut(tuple(await list_returns(tx, call.id))))
