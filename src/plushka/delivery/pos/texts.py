"""The texts of a decision, for a request that asks for them."""

from plushka.delivery.pos.answers import UNTOLD, Told
from plushka.delivery.pos.endpoint import Call
from plushka.delivery.pos.requests import Texts
from plushka.domain.ledger.model import Balance
from plushka.domain.programs.telling.explanation import explain
from plushka.domain.programs.telling.receipt import receipt_text
from plushka.domain.purchases.model import Quote, Receipt
from plushka.engine.program import Program
from plushka.engine.purchase import Outcome
from plushka.platform.database import Tx


async def tell_quote(tx: Tx, call: Call[object, Texts], quote: Quote, *, branch: str | None) -> Told:
    """Return the texts of a quote for ``branch`` (of a till without one)."""
    if not (call.query.slip or call.query.explanation):
        return UNTOLD
    reference = call.services.reference
    branches = (await reference.places(tx)).branches
    code = branch or call.holder.branch
    zone = branches[code].time_zone if code in branches else "UTC"
    version = await reference.versions.get(tx, quote.version_id)
    return _told(call, quote.outcome, quote.balance, version.program, zone)


async def tell_receipt(call: Call[object, Texts], receipt: Receipt) -> Told:
    """Return the texts of a receipt."""
    if not (call.query.slip or call.query.explanation):
        return UNTOLD
    async with call.transaction(read_only=True) as tx:
        version = await call.services.reference.versions.get(tx, receipt.version_id)
    return _told(call, receipt.outcome, receipt.balance, version.program, receipt.time_zone)


def _told(
    call: Call[object, Texts], outcome: Outcome, balance: Balance | None, program: Program, zone: str
) -> Told:
    language = call.language
    return Told(
        slip=receipt_text(outcome, balance, program=program, language=language, zone=zone)
        if call.query.slip
        else None,
        explanation=explain(outcome, program, language=language, zone=zone)
        if call.query.explanation
        else None,
    )
