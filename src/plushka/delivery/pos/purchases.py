"""Quotes and commits."""

import msgspec
import structlog

from plushka.delivery.pos.answers import BatchOut, BatchResult, QuoteOut, ReceiptOut
from plushka.delivery.pos.endpoint import Answer, Call, endpoint
from plushka.delivery.pos.limits import BATCH_BODY_BYTES_MAX
from plushka.delivery.pos.parsing import parse_json
from plushka.delivery.pos.problems import INTERNAL_ERROR, problem_of
from plushka.delivery.pos.refusals import Rejected
from plushka.delivery.pos.requests import BatchIn, PurchaseIn, Query, QuoteIn, Texts
from plushka.delivery.pos.texts import tell_quote, tell_receipt
from plushka.domain.businesses.model import WrongCurrency
from plushka.domain.certificates.model import TENDER_REFUSALS
from plushka.domain.ledger.model import InsufficientPoints
from plushka.domain.members.model import PhoneInvalid, UnknownMember
from plushka.domain.members.permits import PermitRequired, PermitUnusable
from plushka.domain.programs.spending import RedemptionRefused
from plushka.domain.purchases.model import (
    Committed,
    HoldClosed,
    HoldOfOtherProgram,
    KeyReused,
    MemberMissing,
    NoProgram,
    PayableChanged,
    Purchase,
    ReceiptDiffers,
    RedemptionOverMaximum,
    TimeInFuture,
    UnknownBranch,
    UnknownHold,
)
from plushka.domain.purchases.quote import quote
from plushka.platform.errors import Refusal

_UNDECIDABLE = (
    UnknownMember,
    PhoneInvalid,
    MemberMissing,
    UnknownBranch,
    WrongCurrency,
    TimeInFuture,
    NoProgram,
    UnknownHold,
    HoldClosed,
    HoldOfOtherProgram,
)
_UNBOOKABLE: tuple[type[Refusal], ...] = (
    *_UNDECIDABLE,
    RedemptionOverMaximum,
    RedemptionRefused,
    InsufficientPoints,
    PayableChanged,
    ReceiptDiffers,
    PermitRequired,
    PermitUnusable,
    *TENDER_REFUSALS,
)
_LINES = [
    {"sku": "4600001", "name": "Капучино 0,3", "quantity_milli": 2000, "amount_minor": 46000},
    {"sku": "4600002", "name": "Миндаль", "quantity_milli": 150, "amount_minor": 18050},
]
_PURCHASE = {
    "external_id": "7-000123",
    "currency": "RUB",
    "member": {"phone": "+79161234567"},
    "lines": _LINES,
    "redeem": "max",
}
_purchase_decoder = msgspec.json.Decoder(PurchaseIn)
_log = structlog.get_logger()


@endpoint(
    "POST /v1/quotes",
    scope="quotes",
    refusals=_UNDECIDABLE,
    example={"currency": "RUB", "member": {"card": "100022"}, "lines": _LINES, "redeem": "max"},
)
async def quote_purchase(call: Call[QuoteIn, Texts]) -> Answer[QuoteOut]:
    """Tell what a purchase would come to. Nothing is booked, so ask as often as the basket changes.

    More points in ``redeem`` than may be spent are quoted as the most that may. Good codes of coupons are kept for
    this till for five minutes.
    """
    purchase = call.body.to_domain(country=call.holder.country)
    shows_codes = bool(purchase.coupon_codes)
    async with call.transaction(read_only=not shows_codes) as tx:
        quoted = await quote(tx, call.services.reference, call.caller, purchase, is_reserving=shows_codes)
        told = await tell_quote(tx, call, quoted, branch=purchase.branch)
    return Answer(QuoteOut.of(quoted, purchase.lines, told))


@endpoint(
    "POST /v1/purchases",
    scope="purchases",
    statuses=(201, 200),
    refusals=(*_UNBOOKABLE, KeyReused),
    example=_PURCHASE,
    takes_key=True,
    is_queued=True,
)
async def commit_purchase(call: Call[PurchaseIn, Texts]) -> Answer[ReceiptOut]:
    """Commit a purchase: points are spent and earned, the receipt is booked.

    Safe to repeat with the same ``external_id`` and content: the second time it answers 200 with what was
    booked the first time.
    """
    committed = await call.services.purchases.commit(
        call.caller, _to_domain(call.body, call.holder.country, call.idempotency_key)
    )
    told = await tell_receipt(call, committed.receipt)
    return Answer(ReceiptOut.of(committed.receipt, told), 200 if committed.is_repeat else 201)


@endpoint(
    "POST /v1/purchases/batch",
    scope="purchases",
    refusals=(),
    example={"purchases": [_PURCHASE | {"occurred_at": "2026-03-01T12:30:00+03:00", "redeem": 0}]},
    is_queued=True,
    body_bytes_max=BATCH_BODY_BYTES_MAX,
)
async def commit_purchases(call: Call[BatchIn, Query]) -> Answer[BatchOut]:
    """Commit up to 500 receipts of a till that was offline.

    Each is answered on its own, in order, as if it had come alone; one that is refused or fails stops no
    other. Safe to repeat by the receipts' numbers.
    """
    parsed = [_parse(call, raw) for raw in call.body.purchases]
    purchases = [item for item in parsed if isinstance(item, Purchase)]
    committed = iter(await call.services.purchases.commit_many(call.caller, purchases))
    answers = [next(committed) if isinstance(item, Purchase) else item for item in parsed]
    # Nothing at all came through: the database is away, which the till is told as for a receipt alone.
    failures = [answer for answer in answers if not isinstance(answer, Committed | Refusal | Rejected)]
    if len(failures) == len(answers):
        raise failures[0]
    return Answer(BatchOut(results=tuple(_result(answer, call) for answer in answers)))


def _parse(call: Call[BatchIn, Query], raw: msgspec.Raw) -> Purchase | Refusal | Rejected:
    try:
        return _to_domain(parse_json(_purchase_decoder, bytes(raw)), call.holder.country, None)
    except (Refusal, Rejected) as refusal:
        return refusal


def _to_domain(body: PurchaseIn, country: str, idempotency_key: str | None) -> Purchase:
    return body.to_domain(
        country=country,
        external_id=body.external_id,
        expected_payable_minor=body.expected_payable_minor,
        idempotency_key=idempotency_key,
        tenders=tuple(
            tender.to_domain(field=f"tenders[{place}]") for place, tender in enumerate(body.tenders)
        ),
        cart=body.cart,
    )


def _result(answer: Committed | Exception, call: Call[BatchIn, Query]) -> BatchResult:
    if isinstance(answer, Committed):
        return BatchResult(status=200 if answer.is_repeat else 201, receipt=ReceiptOut.of(answer.receipt))
    problem, _ = problem_of(answer, call.language)
    if problem.status >= INTERNAL_ERROR:
        _log.error("receipt of a batch failed", code=problem.code, exc_info=answer)
    return BatchResult(status=problem.status, problem=problem)
