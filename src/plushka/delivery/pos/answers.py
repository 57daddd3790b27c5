"""What tills get back, and how the domain's words become it."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from msgspec import Struct
from msgspec.structs import astuple

from plushka.domain.certificates.certificate import Certificate
from plushka.domain.certificates.model import State as CertificateState
from plushka.domain.coupons.model import CodeReason, OwnCode, ShownCode
from plushka.domain.events.carts.model import Cart
from plushka.domain.events.carts.model import Outcome as CartOutcome
from plushka.domain.ledger.model import Balance, WalletView
from plushka.domain.members.model import Identity, Member
from plushka.domain.programs.model import Serving, TierStanding
from plushka.domain.programs.telling.model import Explanation
from plushka.domain.purchases.model import PurchaseLine, Quote, Receipt
from plushka.domain.referrals.model import NotBound
from plushka.domain.rewards.model import MemberCard, Reward, RewardState
from plushka.domain.rewards.offers import Chance, Unavailable
from plushka.engine.fiscal import fiscal_lines
from plushka.engine.purchase import Outcome, TierProgress
from plushka.platform.errors import Fact


class Problem(Struct, frozen=True):
    """Why nothing was done (RFC 9457). ``code`` is for programs, ``detail`` for people.

    ``errors`` name the ``field`` (the path of the input at fault), its ``code`` and the figures of it.
    """

    type: str
    title: str
    status: int
    code: str
    detail: str
    errors: tuple[dict[str, Fact], ...] = ()


class Burning(Struct, frozen=True):
    """The next points to burn: ``points`` at the moment ``at``."""

    points: int
    at: datetime


class TierOut(Struct, frozen=True):
    """The member's tier, and the way to the next one by the requirement that is furthest away.

    ``next_discount_bp`` is the discount that the next one has where it is larger than this one's, else 0.
    """

    id: str | None
    name: str | None
    since: datetime | None
    next: TierProgress | None
    next_name: str | None
    next_discount_bp: int


class ProgramOut(Struct, frozen=True):
    """A programme of the business."""

    id: UUID
    name: str


class RewardOut(Struct, frozen=True):
    """A gift: the member shows its ``code``. ``expired``: it was not taken in time.

    It was won by a stamp ``card`` or by a ``promotion``, or bought in the catalogue: an ``offer_id`` for
    ``price_points``. ``withdrawn``: what won it was returned before anybody took it; ``cancelled``: its points went
    back.
    """

    id: UUID
    member_id: UUID
    card: str | None
    promotion: str | None
    offer_id: UUID | None
    price_points: int
    name: str
    code: str
    state: RewardState
    issued_at: datetime
    expires_at: datetime | None
    taken_at: datetime | None

    @classmethod
    def of(cls, reward: Reward, at: datetime) -> "RewardOut":
        """Return the gift as it is at this moment."""
        is_late = reward.state == "open" and not reward.is_open(at)
        return cls(
            id=reward.id,
            member_id=reward.member_id,
            card=reward.card,
            promotion=reward.promotion,
            offer_id=reward.offer_id,
            price_points=reward.price_points,
            name=reward.name,
            code=reward.code,
            state="expired" if is_late else reward.state,
            issued_at=reward.issued_at,
            expires_at=reward.expires_at,
            taken_at=reward.taken_at,
        )


class OfferOut(Struct, frozen=True):
    """A reward of the catalogue: `reason` says why this member cannot have it now, null: they can.

    ``stock_left`` null: any number. ``points_missing``: how many more points they need.
    """

    id: UUID
    name: str
    description: str
    price_points: int
    stock_left: int | None
    reason: Unavailable | None
    points_missing: int

    @classmethod
    def of(cls, chance: Chance) -> "OfferOut":
        """Return an offer as tills see it."""
        offer = chance.offer
        return cls(
            id=offer.id,
            name=offer.terms.name,
            description=offer.terms.description,
            price_points=offer.terms.price_points,
            stock_left=offer.stock_left,
            reason=chance.reason,
            points_missing=chance.points_missing,
        )


class OffersOut(Struct, frozen=True):
    """The catalogue of the programme that serves the branch, in the business's order."""

    offers: tuple[OfferOut, ...]


class OwnCodeOut(Struct, frozen=True):
    """A promo code that is the member's alone: send it in ``coupon_codes``. ``coupon`` is its coupon's name."""

    code: str
    coupon: str


class MemberOut(Struct, frozen=True):
    """A member with the balance of this moment.

    Balance and tier are those in the programme that serves the branch, nothing and none before the member's first
    purchase there. ``program`` names it where the business has several.

    One who ``is_blocked`` neither earns nor spends: their purchases are booked as without a card. One who
    ``is_unverified`` enrolled by a link: until their first purchase no points are spent. One who
    ``is_spending_stopped`` said that points were spent without them: none are until the office allows it.

    ``cards`` are the stamp cards and goals of the programme, ``rewards`` the gifts that wait for the member,
    ``coupons`` the codes that are theirs alone.

    One who ``can_be_asked`` may agree to spend by a button in their messenger: ``POST /v1/members/permits``.

    ``referrer_refused`` says why the code of who brought them was not noted, where one was given with ``POST
    /v1/members``: the member is enrolled all the same.
    """

    id: UUID
    name: str
    birthday: date | None
    enrolled_at: datetime
    identities: tuple[Identity, ...]
    program: ProgramOut | None
    balance: Balance
    burns_next: Burning | None
    tier: TierOut
    cards: tuple[MemberCard, ...]
    rewards: tuple[RewardOut, ...]
    coupons: tuple[OwnCodeOut, ...]
    is_blocked: bool
    is_unverified: bool
    is_spending_stopped: bool
    can_be_asked: bool
    referrer_refused: NotBound | None = None

    @classmethod
    def of(
        cls,
        member: Member,
        wallet: WalletView | None,
        standing: TierStanding,
        serving: Serving,
        *,
        cards: Sequence[MemberCard],
        rewards: Sequence[RewardOut],
        codes: Sequence[OwnCode],
        can_be_asked: bool,
    ) -> "MemberOut":
        """Return the member as tills see them; ``wallet`` None: they have not taken part in the programme."""
        return cls(
            id=member.id,
            name=member.name,
            birthday=member.birthday,
            enrolled_at=member.enrolled_at,
            identities=member.identities,
            program=None if serving.is_only else ProgramOut(id=serving.id, name=serving.name),
            balance=wallet.balance if wallet else Balance(),
            burns_next=_burns_next(wallet) if wallet else None,
            tier=TierOut(
                id=standing.tier,
                name=standing.tier_name,
                since=standing.since,
                next=standing.next_tier,
                next_name=standing.next_tier_name,
                next_discount_bp=standing.next_discount_bp,
            ),
            cards=tuple(cards),
            rewards=tuple(rewards),
            coupons=tuple(OwnCodeOut(code.code, code.coupon) for code in codes),
            is_blocked=member.block is not None,
            is_unverified=member.is_unverified,
            is_spending_stopped=member.spending_stopped_at is not None,
            can_be_asked=can_be_asked,
        )


class ReferrerOut(Struct, frozen=True):
    """Who brought the member ``member_id`` is noted."""

    member_id: UUID


class PermitOut(Struct, frozen=True):
    """The member's word that one receipt or hold of this till may spend their points, until ``expires_at``."""

    id: UUID
    expires_at: datetime


class ShownCodeOut(Struct, frozen=True):
    """Who showed the code, and the ``permit`` that it became."""

    member: MemberOut
    permit: PermitOut


class QuestionOut(Struct, frozen=True):
    """What a member was asked, until ``expires_at``; ``permit`` is there once they agreed."""

    id: UUID
    expires_at: datetime
    permit: PermitOut | None
    declined: bool


class FiscalLine(Struct, frozen=True):
    """A part of a line as a fiscal receipt prints it: price × quantity comes to the sum exactly."""

    quantity_milli: int
    price_minor: int


class LineOut(Struct, frozen=True):
    """A line decided: ``amount − discount − redeemed = payable``.

    ``fiscal`` has two parts where one price cannot express the sum.
    """

    sku: str
    name: str | None
    quantity_milli: int
    amount_minor: int
    discount_minor: int
    redeemed_minor: int
    payable_minor: int
    redeemed_points: int
    earned_points: int
    fiscal: tuple[FiscalLine, ...]


class CouponOut(Struct, frozen=True):
    """A code that was shown: ``coupon`` is its coupon's name. ``reason`` says why it gives nothing; null: it does."""

    code: str
    coupon: str | None
    reason: CodeReason | None


class CardOut(Struct, frozen=True):
    """What a purchase does to a stamp card or a goal: it had ``before`` of ``needed`` stamps, and has ``after``.

    ``stamps`` are what the purchase is worth; ``finished`` cards it fills, for which it gives ``rewards``. A goal
    counts minor units of money. ``ends_on`` is the last day to fill it.
    """

    card: str
    stamps: int
    before: int
    after: int
    needed: int
    finished: int
    rewards: int
    ends_on: date | None


class GiftOut(Struct, frozen=True):
    """``count`` gifts that a purchase wins by a ``card`` or a ``promotion``; taken until ``expires_at``."""

    card: str | None
    name: str
    count: int
    expires_at: datetime | None
    promotion: str | None


class Decision(Struct, frozen=True):
    """What a purchase comes to. ``points_max`` is the most points that may be spent, when some were asked for.

    ``unearned_reason`` says why the whole purchase earns nothing: ``anonymous``, ``member_blocked`` or
    ``earning_off_when_redeeming``.
    """

    amount_minor: int
    discount_minor: int
    redeemed_minor: int
    payable_minor: int
    redeemed_points: int
    points_max: int | None
    earned_points: int
    unearned_reason: str | None
    coupons: tuple[CouponOut, ...]
    lines: tuple[LineOut, ...]
    cards: tuple[CardOut, ...]
    gifts: tuple[GiftOut, ...]
    tier_before: str | None
    tier_after: str | None
    next_tier: TierProgress | None


class Told(Struct, frozen=True):
    """What is told of a decision when it is asked for: lines for the printed receipt, and reasons."""

    slip: tuple[str, ...] | None = None
    explanation: Explanation | None = None


UNTOLD = Told()
UNEARNED = frozenset({"anonymous", "member_blocked", "earning_off_when_redeeming"})


class CertificatePaid(Struct, frozen=True):
    """What a gift certificate paid of a receipt; ``left_minor`` was on it right after that."""

    number: str
    amount_minor: int
    left_minor: int


class QuoteOut(Struct, frozen=True):
    """What a purchase would come to; nothing is booked."""

    member_id: UUID | None
    balance: Balance | None
    decision: Decision
    slip: tuple[str, ...] | None
    explanation: Explanation | None

    @classmethod
    def of(cls, quote: Quote, lines: Sequence[PurchaseLine], told: Told = UNTOLD) -> "QuoteOut":
        """Return the answer to a quote of ``lines``."""
        return cls(
            member_id=quote.member_id,
            balance=quote.balance,
            decision=_decision(quote.outcome, lines, quote.codes),
            slip=told.slip,
            explanation=told.explanation,
        )


class PointsGivenOut(Struct, frozen=True):
    """Points that an occasion gave, in units of ``scale``; they burn at ``expires_at`` (null: never)."""

    program: UUID
    occasion: str
    name: str
    points: int
    scale: int
    expires_at: datetime | None


class NotGivenOut(Struct, frozen=True):
    """Why an occasion gave nothing: ``code`` for programs, ``detail`` for people."""

    program: UUID
    occasion: str
    name: str
    code: str
    detail: str


class EventOut(Struct, frozen=True):
    """An event as it was noted, with what it ``gave`` and what it did ``not_given``."""

    id: UUID
    external_id: str | None
    kind: str
    member_id: UUID
    occurred_at: datetime
    noted_at: datetime
    data: dict[str, str | int | bool]
    given: tuple[PointsGivenOut, ...]
    not_given: tuple[NotGivenOut, ...]
    cancelled_at: datetime | None


class EventCancelledOut(Struct, frozen=True):
    """What a cancelled event took back, in all programmes: ``points_owed`` of it as debt; the rest had burned."""

    event: EventOut
    points_taken: int
    points_owed: int
    points_burned: int


class CartItemOut(Struct, frozen=True):
    """Goods in a cart."""

    name: str
    count: int


class CartOut(Struct, frozen=True):
    """A cart as it stands, by what was told of it last; ``outcome`` (null: it is not over) how it ended.

    ``bought``: a purchase named it. ``id`` is another one when it is filled after it was over.
    """

    id: UUID
    external_id: str
    member_id: UUID
    sum_minor: int
    items: tuple[CartItemOut, ...]
    link: str
    changed_at: datetime
    ended_at: datetime | None
    outcome: CartOutcome | None

    @classmethod
    def of(cls, cart: Cart) -> "CartOut":
        return cls(
            id=cart.id,
            external_id=cart.external_id,
            member_id=cart.member_id,
            sum_minor=cart.sum_minor,
            items=tuple([CartItemOut(item.name, item.count) for item in cart.items]),
            link=cart.link,
            changed_at=cart.changed_at,
            ended_at=cart.ended_at,
            outcome=cart.outcome,
        )


class ReceiptOut(Struct, frozen=True):
    """A committed purchase; ``balance`` is the member's right after it.

    ``certificates`` paid a part of what was to be paid; ``money_minor`` is what is left to be paid in money.
    """

    id: UUID
    external_id: str
    branch: str
    cashier: str | None
    occurred_at: datetime
    received_at: datetime
    business_date: date
    member_id: UUID | None
    balance: Balance | None
    refunded_minor: int
    certificates: tuple[CertificatePaid, ...]
    money_minor: int
    decision: Decision
    slip: tuple[str, ...] | None
    explanation: Explanation | None

    @classmethod
    def of(cls, receipt: Receipt, told: Told = UNTOLD) -> "ReceiptOut":
        """Return a receipt as tills see it."""
        return cls(
            id=receipt.id,
            external_id=receipt.external_id,
            branch=receipt.branch,
            cashier=receipt.cashier,
            occurred_at=receipt.occurred_at,
            received_at=receipt.received_at,
            business_date=receipt.business_date,
            member_id=receipt.member_id,
            balance=receipt.balance,
            refunded_minor=receipt.refunded_minor,
            certificates=tuple(
                [CertificatePaid(one.number, one.amount_minor, one.left_minor) for one in receipt.tendered]
            ),
            money_minor=receipt.money_minor,
            decision=_decision(receipt.outcome, receipt.lines, receipt.codes),
            slip=told.slip,
            explanation=told.explanation,
        )


class CertificateTypeOut(Struct, frozen=True):
    """A kind of gift certificate: of one of ``nominals_minor``, or without them of any amount within the bounds."""

    id: UUID
    name: str
    nominals_minor: tuple[int, ...]
    amount_min_minor: int | None
    amount_max_minor: int | None
    is_used_in_parts: bool
    needs_pin: bool


class CertificateTypesOut(Struct, frozen=True):
    """The kinds that are sold."""

    types: tuple[CertificateTypeOut, ...]


class CertificateOut(Struct, frozen=True):
    """A gift certificate at this moment. Only ``balance_minor`` of an ``active`` one can be paid with.

    Past ``expires_at`` it is expired. One that ``is_used_in_parts`` keeps what is left; another is worth nothing after
    its first purchase.
    """

    number: str
    type: str
    state: CertificateState
    nominal_minor: int | None
    balance_minor: int
    expires_at: datetime | None
    is_used_in_parts: bool

    @classmethod
    def of(cls, certificate: Certificate, at: datetime) -> "CertificateOut":
        """Return a certificate as tills see it."""
        return cls(
            number=certificate.number,
            type=certificate.type.name,
            state=certificate.state(at),
            nominal_minor=certificate.only_nominal_minor,
            balance_minor=certificate.spendable_minor(at),
            expires_at=certificate.expires_at,
            is_used_in_parts=certificate.type.is_used_in_parts,
        )


class CertificateSoldOut(Struct, frozen=True):
    """A certificate that was sold. ``pin`` is told of one that was made by this sale: print it, or hand it over."""

    certificate: CertificateOut
    pin: str | None


class BatchResult(Struct, frozen=True):
    """The answer to one receipt of a batch: ``status`` as if it had come alone, and a receipt or a problem."""

    status: int
    receipt: ReceiptOut | None = None
    problem: Problem | None = None


class BatchOut(Struct, frozen=True):
    """The answers to a batch, in its order."""

    results: tuple[BatchResult, ...]


def _burns_next(wallet: WalletView) -> Burning | None:
    burning = [lot for lot in wallet.lots if lot.expires_at is not None and lot.available]
    if not burning:
        return None
    at = min(lot.expires_at for lot in burning if lot.expires_at is not None)
    return Burning(points=sum(lot.available for lot in burning if lot.expires_at == at), at=at)


def _decision(outcome: Outcome, lines: Sequence[PurchaseLine], codes: Sequence[ShownCode]) -> Decision:
    return Decision(
        amount_minor=outcome.amount_minor,
        discount_minor=outcome.discount_minor,
        redeemed_minor=outcome.redeemed_minor,
        payable_minor=outcome.payable_minor,
        redeemed_points=0 if outcome.redeemed is None else outcome.redeemed.points,
        points_max=None if outcome.redeemed is None else outcome.redeemed.points_max,
        earned_points=outcome.earned_points,
        unearned_reason=next((note.code for note in outcome.notes if note.code in UNEARNED), None),
        coupons=tuple([CouponOut(one.code, one.coupon, one.reason) for one in codes]),
        lines=tuple(
            [
                LineOut(
                    line.sku,
                    line.name,
                    line.quantity_milli,
                    decided.amount_minor,
                    decided.discount_minor,
                    decided.redeemed_minor,
                    decided.payable_minor,
                    decided.redeemed_points,
                    decided.earned_points,
                    tuple(
                        [
                            FiscalLine(*part)
                            for part in fiscal_lines(line.quantity_milli, decided.payable_minor)
                        ]
                    ),
                )
                for line, decided in zip(lines, outcome.lines, strict=True)
            ]
        ),
        cards=tuple([CardOut(*astuple(card)) for card in outcome.cards]),
        gifts=tuple([GiftOut(*astuple(gift)) for gift in outcome.gifts]),
        tier_before=outcome.tier_before,
        tier_after=outcome.tier_after,
        next_tier=outcome.next_tier,
    )
