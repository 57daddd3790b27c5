"""Between a shop owner's units and the engine's: a case becomes a purchase, an outcome becomes figures."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Literal
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from plushka.engine.program import Calendar
from plushka.engine.purchase import (
    Basket,
    CardState,
    Invited,
    Line,
    Look,
    Lot,
    Member,
    Note,
    Outcome,
    Place,
    Redeemed,
    Remainder,
    Totals,
)
from plushka.engine.receipt_tests import minute_of
from plushka.engine.specs.format import (
    ZERO,
    CardAfter,
    CardExample,
    Case,
    ExampleFile,
    Expect,
    GiftExample,
    GrantExample,
    LineExample,
    LotExample,
    MemberExample,
    NextTierExample,
    TotalsExample,
)
from plushka.engine.stamp_parts import Spend
from plushka.engine.version import DAY_WINDOW, MONTH_WINDOW, CountedWindow, Version
from plushka.platform.errors import Invalid

NUMBER_MAX = 10**13
MILLI = 1000
PERCENT_BP = 100
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


class NotExpressible(Invalid):
    """A number or a moment that cannot be: too fine for its unit, below 0, too large, or no such day or zone."""

    code = "not_expressible"


class Units:
    """Converts for one example file and one compiled programme."""

    def __init__(self, spec: ExampleFile, version: Version) -> None:
        self._version = version
        self._minor: int = 10**spec.minor_digits
        branch = spec.branch
        self._place = Place(branch.code, branch.time_zone, minute_of(branch.day_starts))
        try:
            self._zone = ZoneInfo(branch.time_zone)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise NotExpressible(field="branch.time_zone", value=branch.time_zone) from error

    def instant(self, local: str) -> datetime:
        """Return the UTC instant of a branch's time."""
        try:
            return datetime.fromisoformat(local).replace(tzinfo=self._zone).astimezone(UTC)
        except ValueError as error:
            raise NotExpressible(value=local) from error

    def basket(self, case: Case) -> Basket:
        """Return the purchase of a case."""
        lines = tuple(map(self._line, case.lines))
        redeem: int | Literal["max"] = (
            "max" if case.redeem == "max" else self._points_in(Decimal(case.redeem))
        )
        return Basket(lines, self._place, case.channel, redeem, coupons=case.coupons)

    def returned(self, case: Case) -> dict[int, int]:
        """Return what is given back, as ``returns.remainder`` takes it."""
        return {int(number) - 1: _whole(quantity, MILLI) for number, quantity in case.returned.items()}

    def member(self, example: MemberExample) -> Member:
        """Return the member; without lots, the points are one lot that never expires."""
        lots = example.lots or ((LotExample(example.points),) if example.points else ())
        return Member(
            available=self._points_in(example.points or sum((lot.points for lot in lots), ZERO)),
            debt=self._points_in(example.debt),
            lots=tuple(self._lot(order, lot) for order, lot in enumerate(lots)),
            tier=example.tier,
            personal_discount_bp=_whole(example.personal_discount_percent, PERCENT_BP),
            tags=example.tags,
            segments=example.segments,
            birthday=_day(example.birthday),
            purchases=example.purchases,
            last_purchase_on=_day(example.last_purchase_on),
            totals=tuple(self._totals(example, window) for window in self._version.windows),
            rule_points={
                rule: (self._points_in(today), self._points_in(this_month))
                for rule, (today, this_month) in example.points_by_rule.items()
            },
            cards={name: self._card(name, card) for name, card in example.cards.items()},
            invited=Invited(example.invited.levels, example.invited.purchases, example.invited.rewarded)
            if example.invited
            else None,
            id=example.id,
        )

    def told(self, outcome: Outcome, rest: Remainder, at: datetime) -> Expect:
        """Return all figures of an outcome and of what returns leave of it, in the owner's units."""
        redeemed = outcome.redeemed or Redeemed(requested=0, points=0, amount_minor=0, points_max=0)
        return Expect(
            business_date=outcome.business_date.isoformat(),
            discount=self._money(outcome.discount_minor),
            points_max=self._points(redeemed.points_max),
            limits=tuple(limit.code for limit in redeemed.limits if limit.points == redeemed.points_max),
            points_spent=self._points(redeemed.points),
            lots_used=tuple(self._points(use.points) for use in redeemed.lots),
            paid_with_points=self._money(outcome.redeemed_minor),
            payable=self._money(outcome.payable_minor),
            payable_by_line=tuple(self._money(line.payable_minor) for line in outcome.lines),
            earned=self._points(outcome.earned_points),
            earned_by_line=tuple(self._points(line.earned_points) for line in outcome.lines),
            by_rule={award.rule: self._points(award.points) for award in outcome.awards},
            grants=tuple(
                GrantExample(
                    points=self._points(grant.points),
                    active=None if grant.activates_at == at else self._local(grant.activates_at),
                    expires=self._local(grant.expires_at) if grant.expires_at else None,
                )
                for grant in outcome.grants
            ),
            tier=outcome.tier_after,
            next_tier=self._next_tier(outcome),
            cards={
                card.card: CardAfter(
                    have=self._stamps(card.card, card.after),
                    rewards=card.rewards,
                    ends_on=card.ends_on.isoformat() if card.ends_on else None,
                )
                for card in outcome.cards
            },
            gifts=tuple(
                GiftExample(gift.name, gift.count, self._local(gift.expires_at) if gift.expires_at else None)
                for gift in outcome.gifts
            ),
            referrers=self._referrers(outcome, outcome.referred.levels if outcome.referred else ()),
            reasons=_reasons(outcome.notes),
            refund=self._money(sum(rest.refund_minor_by_line)),
            points_back=self._points(sum(rest.points_back_by_line)),
            still_earned=self._points(rest.earned_points),
            still_won=tuple(
                gift.promotion
                for gift in outcome.gifts
                if gift.promotion is not None and rest.promotions_minor[gift.promotion]
            ),
            still_stamped={name: self._stamps(name, card.stamps) for name, card in rest.cards.items()},
            still_referrers=self._referrers(outcome, rest.referred or ()),
        )

    def _referrers(self, outcome: Outcome, levels: tuple[int, ...]) -> tuple[Decimal, ...]:
        counts = outcome.referred is not None and outcome.referred.counts
        return tuple(self._points(points) for points in levels) if counts else ()

    def _line(self, line: tuple[str, Decimal] | LineExample) -> Line:
        if isinstance(line, tuple):
            line = LineExample(*line)
        return Line(
            product=line.product,
            quantity_milli=_whole(line.quantity, MILLI),
            amount_minor=_whole(line.sum, self._minor),
            look=Look(line.categories, line.brand, line.kind),
        )

    def _lot(self, order: int, lot: LotExample) -> Lot:
        share = lot.receipt_share_percent
        return Lot(
            id=UUID(int=order),
            available=self._points_in(lot.points),
            earned_at=LONG_AGO + timedelta(days=order),
            expires_at=self.instant(lot.expires) if lot.expires else None,
            receipt_share_bp=None if share is None else _whole(share, PERCENT_BP),
        )

    def _card(self, name: str, card: CardExample) -> CardState:
        return CardState(
            have=_whole(card.have, self._stamp_unit(name)),
            first_on=_day(card.first_on),
            last_on=_day(card.last_on),
            ends_on=_day(card.ends_on),
            due=card.due,
            is_day_stamped=card.stamped_today,
        )

    def _stamps(self, name: str, stamps: int) -> Decimal:
        return Decimal(stamps) / self._stamp_unit(name)

    def _stamp_unit(self, name: str) -> int:
        of_money = {card.id for card in self._version.program.cards if isinstance(card.counts, Spend)}
        return self._minor if name in of_money else 1

    def _totals(self, member: MemberExample, window: CountedWindow) -> Totals:
        example: TotalsExample = member.totals
        if window == DAY_WINDOW:
            example = member.today
        elif window in {MONTH_WINDOW, Calendar("month")}:
            example = member.this_month
        return Totals(
            spend_minor=_whole(example.spend, self._minor),
            visits=example.visits,
            points_earned=self._points_in(example.points_earned),
            active_friends=example.active_friends,
        )

    def _next_tier(self, outcome: Outcome) -> NextTierExample | None:
        progress = outcome.next_tier
        if progress is None:
            return None
        unit = {"spend": self._minor, "points_earned": self._version.unit}.get(progress.metric, 1)
        return NextTierExample(progress.tier, Decimal(progress.have) / unit, Decimal(progress.need) / unit)

    def _points_in(self, points: Decimal) -> int:
        return _whole(points, self._version.unit)

    def _points(self, points: int) -> Decimal:
        return Decimal(points) / self._version.unit

    def _money(self, minor: int) -> Decimal:
        return Decimal(minor) / Decimal(self._minor)

    def _local(self, at: datetime) -> str:
        return at.astimezone(self._zone).strftime("%Y-%m-%d %H:%M")


def _whole(number: Decimal, unit: int) -> int:
    if not 0 <= number <= NUMBER_MAX or number * unit % 1:
        raise NotExpressible(value=str(number))
    return int(number * unit)


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise NotExpressible(value=text) from error


def _reasons(notes: tuple[Note, ...]) -> dict[str, str]:
    codes: dict[str, list[str]] = {}
    for note in notes:
        codes.setdefault(note.rule or "", []).append(note.code)
    return {rule: ", ".join(of_rule) for rule, of_rule in codes.items()}
