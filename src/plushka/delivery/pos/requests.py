"""What tills send, and how it becomes the domain's words."""

from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from msgspec import UNSET, Meta, Raw, UnsetType, field, structs

from plushka.delivery.pos.fields import (
    Amount,
    Currency,
    Id,
    Moment,
    Points,
    Quantity,
    SomeMoney,
    SomePoints,
    Text,
    Wire,
)
from plushka.delivery.pos.refusals import CertificateAmbiguous, MemberAmbiguous, ReceiptAmbiguous
from plushka.domain.catalog.model import ProductKind
from plushka.domain.certificates.model import TENDERS_MAX, Tender
from plushka.domain.certificates.numbers import read_number
from plushka.domain.coupons.model import CODES_SHOWN_MAX, SHOWN_LENGTH_MAX
from plushka.domain.events.carts.model import (
    ITEM_COUNT_MAX,
    ITEMS_MAX,
    LINK_LENGTH_MAX,
    CartEnd,
    CartItem,
    ToldCart,
)
from plushka.domain.members.identities import identify
from plushka.domain.members.model import Identity, IdentityKind
from plushka.domain.purchases.buying import TillWish
from plushka.domain.purchases.model import (
    BATCH_MAX,
    HOLD_TTL_MAX_SECONDS,
    LINES_MAX,
    HoldRequest,
    Purchase,
    PurchaseLine,
    ReturnLine,
    ReturnRequest,
)
from plushka.platform.errors import Invalid
from plushka.platform.i18n import Language

IDENTITY_KINDS: tuple[IdentityKind, ...] = ("phone", "card", "email", "external")


class Query(Wire, frozen=True):
    """What every request may say in its address: the language of its sentences, the business's by default."""

    language: Language | UnsetType = UNSET


class Identities(Wire, frozen=True):
    """What a member is known by; a phone in any spelling, without a country code it is of the business's country."""

    phone: Text | UnsetType = UNSET
    card: Text | UnsetType = UNSET
    email: Text | UnsetType = UNSET
    external: Text | UnsetType = UNSET

    def identities(self, *, country: str, within: str = "") -> tuple[Identity, ...]:
        """Return those that are given; ``within`` goes before the field of a refusal."""
        found = []
        for kind in IDENTITY_KINDS:
            if (text := getattr(self, kind)) is not UNSET:
                try:
                    found.append(identify(kind, text, country=country))
                except Invalid as refusal:
                    refusal.field = within + kind
                    raise
        return tuple(found)


class MemberRef(Identities, frozen=True):
    """A member, by exactly one of their id and their identities."""

    id: UUID | UnsetType = UNSET

    def to_domain(self, *, country: str) -> UUID | Identity:
        """:raises MemberAmbiguous: when it is not exactly one."""
        named = self.identities(country=country, within="member.")
        if self.id is not UNSET and not named:
            return self.id
        if self.id is not UNSET or len(named) != 1:
            raise MemberAmbiguous(field="member")
        return named[0]


OneMember = Annotated[MemberRef, Meta(extra_json_schema={"minProperties": 1, "maxProperties": 1})]


class MemberAt(Query, frozen=True):
    """Where a member is looked at: a till of no branch may name one, whose programme's points are shown."""

    branch: Id | None = None


class MemberQuery(Identities, frozen=True):
    """Which member to find: exactly one identity; ``branch`` as for a member by id."""

    language: Language | UnsetType = UNSET
    branch: Id | None = None


class Enrollment(Identities, frozen=True):
    """A member to find by any of the identities, or to enrol with all of them; ``branch`` as for a member by id.

    ``referrer_code`` is the personal code of who brought them.
    """

    name: Annotated[str, Meta(max_length=200)] = ""
    birthday: date | None = None
    branch: Id | None = None
    referrer_code: Text | None = None


class ReferrerCode(Wire, frozen=True):
    """The personal code of who brought the member, eight digits in any spelling."""

    code: Text


class ShownCode(Wire, frozen=True):
    """What a member shows: six digits, or the text of their QR; ``branch`` as for a member by id."""

    code: Text
    branch: Id | None = None


class Asking(Wire, frozen=True):
    """Whom to ask whether their points may be spent; a till of no branch names the ``branch``.

    ``again_after`` is the id of a question that they declined and are to be asked once more.
    """

    member: OneMember
    branch: Id | None = None
    again_after: UUID | None = None


class Texts(Query, frozen=True):
    """Which texts the answer shall carry: the lines for the printed receipt, the reasons of the decision."""

    slip: bool = False
    explanation: bool = False


CouponCode = Annotated[str, Meta(min_length=1, max_length=SHOWN_LENGTH_MAX)]


class LineIn(Wire, frozen=True):
    """A line of a receipt: ``amount_minor`` for the whole ``quantity_milli``, before any discount of ours."""

    sku: Id
    quantity_milli: Quantity
    amount_minor: Amount
    name: Text | None = None
    category: Id | None = None
    brand: Id | None = None
    kind: ProductKind | None = None


class QuoteIn(Wire, frozen=True):
    """A purchase that is not made yet. ``redeem``: the points to spend, or ``max`` for as many as may be.

    A business may let points be spent only with a ``permit``, which the member's code gives. A quote needs none.
    ``coupon_codes`` are what the customer shows; one that is good is kept for this till for five minutes.
    """

    lines: Annotated[tuple[LineIn, ...], Meta(min_length=1, max_length=LINES_MAX)]
    currency: Currency
    member: OneMember | None = None
    redeem: Points | Literal["max"] = 0
    hold_id: UUID | None = None
    permit: UUID | None = None
    coupon_codes: Annotated[tuple[CouponCode, ...], Meta(max_length=CODES_SHOWN_MAX)] = ()
    branch: Id | None = None
    channel: Id = "till"
    cashier: Text | None = None
    occurred_at: Moment | None = None

    def to_domain(
        self,
        *,
        country: str,
        external_id: str = "",
        expected_payable_minor: int | None = None,
        idempotency_key: str | None = None,
        tenders: tuple[Tender, ...] = (),
        cart: str | None = None,
    ) -> Purchase:
        """Return the purchase; a phone without a country code is of ``country``."""
        return Purchase(
            external_id=external_id,
            lines=tuple([PurchaseLine(*structs.astuple(line)) for line in self.lines]),
            currency=self.currency,
            occurred_at=self.occurred_at,
            member=None if self.member is None else self.member.to_domain(country=country),
            branch=self.branch,
            channel=self.channel,
            cashier=self.cashier,
            redeem=self.redeem,
            hold_id=self.hold_id,
            permit_id=self.permit,
            coupon_codes=self.coupon_codes,
            expected_payable_minor=expected_payable_minor,
            idempotency_key=idempotency_key,
            tenders=tenders,
            cart=cart,
        )


class TenderIn(Wire, frozen=True):
    """What a gift certificate is to pay: its number as it was typed or scanned, and its PIN if its kind has one."""

    certificate: Text
    amount_minor: SomeMoney
    pin: Text | None = None

    def to_domain(self, *, field: str) -> Tender:
        """:raises CertificateMistyped: nobody's number is written so."""
        return Tender(
            read_number(self.certificate, field=f"{field}.certificate"), self.amount_minor, self.pin
        )


class PurchaseIn(QuoteIn, frozen=True, kw_only=True):
    """A purchase to commit. ``external_id`` is the till's number of the receipt, unique for ever.

    ``expected_payable_minor`` is what the customer was asked to pay; when the purchase comes to another
    sum it is refused. Without ``occurred_at`` it happens now. ``tenders``: gift certificates that pay, in this order;
    the answer's ``money_minor`` is what is left to be paid in money. ``cart``: the number of the cart on your site that
    was bought, as `POST /v1/carts` told of it; nobody is reminded of it any more.
    """

    external_id: Id
    expected_payable_minor: Amount | None = None
    tenders: Annotated[tuple[TenderIn, ...], Meta(max_length=TENDERS_MAX)] = ()
    cart: Id | None = None


RawPurchase = Annotated[Raw, Meta(extra_json_schema={"$ref": "#/components/schemas/PurchaseIn"})]
"""A purchase that is parsed apart, so that a bad one stops no other."""


class BatchIn(Wire, frozen=True):
    """Receipts of a till that was offline, each to be answered on its own."""

    purchases: Annotated[tuple[RawPurchase, ...], Meta(min_length=1, max_length=BATCH_MAX)]


class HoldIn(Wire, frozen=True):
    """Points to set aside for the receipt ``external_id``, for ``ttl_seconds``; ``permit`` as for a purchase."""

    external_id: Id
    member: OneMember
    points: SomePoints
    ttl_seconds: Annotated[int, Meta(ge=1, le=HOLD_TTL_MAX_SECONDS)] = 900
    branch: Id | None = None
    permit: UUID | None = None

    def to_domain(self, *, country: str, idempotency_key: str | None) -> HoldRequest:
        """Return the request; a phone without a country code is of ``country``."""
        return HoldRequest(
            external_id=self.external_id,
            member=self.member.to_domain(country=country),
            points=self.points,
            ttl_seconds=self.ttl_seconds,
            branch=self.branch,
            permit_id=self.permit,
            idempotency_key=idempotency_key,
        )


class RewardQuery(Query, frozen=True, kw_only=True):
    """The code of the gift to find."""

    code: Id


class OffersQuery(Query, frozen=True, kw_only=True):
    """For whom the catalogue is shown; a till of no branch may name one."""

    member: UUID
    branch: Id | None = None


class RewardIn(Wire, frozen=True):
    """An offer of the catalogue that a member wants; ``permit`` as for a purchase.

    ``price_points`` is what the member was shown: at another price nothing is done.
    """

    offer: UUID
    member: OneMember
    price_points: SomePoints | None = None
    branch: Id | None = None
    permit: UUID | None = None

    def to_domain(self, *, country: str) -> TillWish:
        """Return the wish; a phone without a country code is of ``country``."""
        return TillWish(
            offer_id=self.offer,
            member=self.member.to_domain(country=country),
            price_points=self.price_points,
            branch=self.branch,
            permit_id=self.permit,
        )


class ReceiptQuery(Texts, frozen=True, kw_only=True):
    """Which receipt of this till to find."""

    external_id: Id


class ReturnedLine(Wire, frozen=True):
    """``quantity_milli`` of the receipt's line ``index`` (from 0) comes back."""

    index: Annotated[int, Meta(ge=0, lt=LINES_MAX)]
    quantity_milli: Quantity


class ReceiptRef(Wire, frozen=True):
    """A receipt, by exactly one of its id and this till's number of it."""

    id: UUID | UnsetType = UNSET
    external_id: Id | UnsetType = UNSET

    def to_domain(self) -> UUID | str:
        """:raises ReceiptAmbiguous: when it is not exactly one."""
        given = [name for name in (self.id, self.external_id) if name is not UNSET]
        if len(given) != 1:
            raise ReceiptAmbiguous(field="receipt")
        return given[0]


OneReceipt = Annotated[ReceiptRef, Meta(extra_json_schema={"minProperties": 1, "maxProperties": 1})]


class ReturnIn(Wire, frozen=True):
    """A return of ``lines``, or without them of all that is left of the receipt.

    ``external_id`` is the till's number of the return.
    """

    external_id: Id
    receipt: OneReceipt
    lines: Annotated[tuple[ReturnedLine, ...], Meta(min_length=1, max_length=LINES_MAX)] | None = None

    def to_domain(self, *, idempotency_key: str | None) -> ReturnRequest:
        """Return the request."""
        return ReturnRequest(
            external_id=self.external_id,
            receipt=self.receipt.to_domain(),
            lines=None
            if self.lines is None
            else tuple(
                ReturnLine(index=line.index, quantity_milli=line.quantity_milli) for line in self.lines
            ),
            idempotency_key=idempotency_key,
        )


class EventIn(Wire, frozen=True):
    """Something that happened to a member. ``kind`` and the fields of ``data`` are those that the business declared.

    ``external_id`` is your number of it, unique for ever. A text, a choice and a date (``2026-03-10``) are strings, an
    integer and money (in minor units) whole numbers, a tick is true or false. Without ``occurred_at`` it is now.
    """

    external_id: Id
    kind: Id
    member: OneMember
    data: dict[str, Any] = field(default_factory=dict)
    occurred_at: Moment | None = None


class EventCancelIn(Wire, frozen=True):
    """Why an event is cancelled."""

    reason: Text


class CartItemIn(Wire, frozen=True):
    """Goods in a cart, as the shop calls them; what is weighed counts once."""

    name: Text
    count: Annotated[int, Meta(ge=1, le=ITEM_COUNT_MAX)] = 1


class CartIn(Wire, frozen=True):
    """A cart on a site as it stands now. ``external_id`` is its number, one in the whole business.

    ``changed_at`` is when it was filled or changed, by your clock: of two that tell of one cart the later one holds.
    ``link`` leads the member back to it, by https.
    """

    external_id: Id
    member: OneMember
    sum_minor: Amount
    currency: Currency
    items: Annotated[tuple[CartItemIn, ...], Meta(min_length=1, max_length=ITEMS_MAX)]
    changed_at: Moment
    link: Annotated[str, Meta(max_length=LINK_LENGTH_MAX)] = ""

    def to_domain(self, member_id: UUID, till_id: UUID) -> ToldCart:
        """Return what is told, of this member."""
        return ToldCart(
            external_id=self.external_id,
            member_id=member_id,
            till_id=till_id,
            at=self.changed_at,
            sum_minor=self.sum_minor,
            items=[CartItem(item.name, item.count) for item in self.items],
            link=self.link,
        )


class CartEndIn(Wire, frozen=True):
    """A cart that is over at ``ended_at``, by your clock: ``ordered``, or ``emptied`` without an order."""

    external_id: Id
    member: OneMember
    outcome: CartEnd
    ended_at: Moment


class CertificateShown(Wire, frozen=True):
    """A gift certificate by its number, as it was typed or scanned, and its PIN if its kind has one."""

    certificate: Text
    pin: Text | None = None


class CertificateSaleIn(Wire, frozen=True):
    """A gift certificate to sell: a printed one by its number, or a new one of a kind, which gets its number now.

    ``external_id`` is the till's number of the sale, unique for ever. ``amount_minor`` may be left out where only one
    is possible; ``member``: whose it shall be, who then sees it in their app.
    """

    external_id: Id
    certificate: Text | UnsetType = UNSET
    type: UUID | UnsetType = UNSET
    amount_minor: SomeMoney | None = None
    member: OneMember | None = None

    def what(self) -> str | UUID:
        """Return the number or the kind.

        :raises CertificateAmbiguous: when it is not exactly one of the two
        :raises CertificateMistyped: nobody's number is written so
        """
        if (self.certificate is UNSET) == (self.type is UNSET):
            raise CertificateAmbiguous(field="certificate")
        if self.type is not UNSET:
            return self.type
        return read_number(str(self.certificate), field="certificate")
