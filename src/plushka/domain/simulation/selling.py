"""A receipt of the past is decided again: what ``purchases.decide`` does at a till, without what only a till asks."""

from datetime import date
from typing import Literal

import msgspec
from msgspec import structs

from plushka.domain.ledger.model import Cause
from plushka.domain.purchases.moving import move_points
from plushka.domain.rewards.model import StampRow
from plushka.domain.simulation.budgets import used_by
from plushka.domain.simulation.cards import Pile
from plushka.domain.simulation.course import Spending, budgeted_on
from plushka.domain.simulation.page import Decided, Page
from plushka.domain.simulation.past import Sale, State
from plushka.domain.simulation.reviewing import hold_reviews, move_tier
from plushka.engine.evaluate import evaluate
from plushka.engine.phases.case import Asks
from plushka.engine.purchase import Basket, CardState, Member, Outcome, Totals
from plushka.engine.version import Version

_NO_STATE = State()
_decode_totals = msgspec.json.Decoder(tuple[Totals, ...]).decode


def sell(page: Page, sale: Sale, *, explains: bool = False) -> Outcome:
    """Decide a receipt from where the member stands, move their points, and return the outcome."""
    course, book, standing = page.course, page.book, page.standing
    is_as_it_was = course.version is None
    version = course.version or course.version_of(sale)
    if page.review_on is not None and sale.day >= page.review_on:
        hold_reviews(page, sale.day)
    basket = _basket(page, version, sale)
    is_due = book.due_at is not None and book.due_at <= sale.at
    if basket.redeem or (is_due and (book.debt or not page.may_wait)):
        book.settle(sale.at)
    member = _member(page, version, sale.state or _NO_STATE, sale, spends=bool(basket.redeem))
    asks = None if is_as_it_was or not basket.redeem else _asks(course.spending, sale)
    outcome = evaluate(
        version,
        member,
        basket,
        sale.occurred_at,
        explains=explains or sale.comes_back,
        asks=asks,
        sight=page.past.sight(version, sale, len(page.outcomes)),
    )
    if asks is not None and outcome.redeemed is not None and outcome.redeemed.points > sale.spent:
        page.overspent = True
    zone = basket.place.time_zone
    cause = Cause(sale.id, version.id, sale.at)
    move_points(book, outcome, at=sale.occurred_at, bought_on=sale.day, zone=zone, cause=cause)
    standing.count(version, sale.day, outcome)
    if outcome.tier_after != standing.tier:
        _set_tier(page, sale, outcome.tier_after)
    page.outcomes.append(outcome)
    if outcome.cards:
        _stamp(page, version, sale, outcome)
    if version.budgeted and (outcome.discounts or outcome.gifts):
        _note_uses(page, sale, outcome)
    if page.keeps_used_lots:
        page.bought.append((sale.day, zone, sale.id))
        if sale.comes_back:
            if asks is not None and outcome.redeemed is not None:
                basket = structs.replace(basket, redeem=outcome.redeemed.requested)
            _keep(page, sale, Decided(version, member, basket, outcome, sale.occurred_at, sale.day))
        page.note()
    return outcome


def _keep(page: Page, sale: Sale, decided: Decided) -> None:
    """Keep how a receipt was decided of which something comes back; lots have moved on by then."""
    member = decided.member
    if member is not None and member.lots:
        decided.member = structs.replace(member, lots=())
    page.rests[sale.id] = decided


def _basket(page: Page, version: Version, sale: Sale) -> Basket:
    """Return the basket with what the course asks to be spent, and what it has left of budgets."""
    basket = sale.basket
    if page.course.version is None:
        return basket
    if version.budgeted and (basket.budgets_used or budgeted_on(version, sale.day)):
        used = used_by(page.course, version, sale, page.uses)
        if used != basket.budgets_used:
            basket = structs.replace(basket, budgets_used=used)
    redeem = _asked(page, sale)
    return basket if redeem == basket.redeem else structs.replace(basket, redeem=redeem)


def _asked(page: Page, sale: Sale) -> Literal["max", 0]:
    if page.course.spending == "high":
        return "max" if page.book.available or page.book.pending else 0
    return "max" if sale.spent else 0


def _asks(spending: Spending, sale: Sale) -> Asks | None:
    """Return how much a member asks for of what they may spend; None: all."""
    if spending == "high":
        return None
    spent, spendable = sale.spent, sale.spendable or sale.spent
    if spending == "low":
        return lambda most: min(most * spent // spendable, spent)
    return lambda most: most * spent // spendable


def _member(page: Page, version: Version, state: State, sale: Sale, *, spends: bool) -> Member:
    book, standing = page.book, page.standing
    totals = standing.totals(version, sale.day)
    if version.windows_of_friends:
        totals = _with_friends(page, version, state, totals)
    return Member(
        book.available,
        book.pending,
        book.debt,
        page.spendable() if spends else (),
        standing.tier,
        standing.tier_is_manual,
        state.personal_discount_bp,
        state.tags,
        _segments(page, version, state, sale) if version.segments else state.segments,
        state.birthday,
        standing.purchases,
        book.last_purchase[0] if book.last_purchase else None,
        totals,
        standing.rule_points(version, sale.day) if version.capped_rules else {},
        _cards(page, version, state, sale.day) if page.piles or state.cards is None else {},
        False,
        state.is_unverified,
        state.is_spending_stopped,
        state.invited if version.referral is not None else None,
        book.member_id if version.has_control_groups else None,
    )


def _cards(page: Page, version: Version, state: State, day: date) -> dict[str, CardState] | None:
    if state.cards is None and page.course.is_as_it_was:
        # Brought in from another system, which had given what its stamps were worth.
        return None
    if not version.cards or not page.piles:
        return {}
    return {card: pile.state(day) for card, pile in page.piles.items()}


def _segments(page: Page, version: Version, state: State, sale: Sale) -> tuple[str, ...]:
    """Return the segments that the receipt kept; of those that its rules did not ask for, where the member is today."""
    asked = page.course.setting.versions[sale.version_id].segments
    if page.course.is_as_it_was or version.segments <= asked:
        return state.segments
    return (*state.segments, *[each for each in page.past.segments if each not in asked])


def _with_friends(
    page: Page, version: Version, state: State, totals: tuple[Totals, ...]
) -> tuple[Totals, ...]:
    """Return the totals with the active friends that the last receipt kept which asked for them."""
    kept = _decode_totals(state.totals) if bytes(state.totals) else ()
    page.active_friends = max([each.active_friends for each in kept], default=page.active_friends)
    return tuple(
        structs.replace(each, active_friends=page.active_friends)
        if index in version.windows_of_friends
        else each
        for index, each in enumerate(totals)
    )


def _set_tier(page: Page, sale: Sale, tier: str | None) -> None:
    """Set the tier that a receipt brings; one told by rules that were not in force any more has brought none."""
    superseded_at = page.course.setting.superseded_at(sale.occurred_at) if page.course.is_as_it_was else None
    if superseded_at is None or superseded_at > sale.at:
        move_tier(page, tier, sale.at)


def _stamp(page: Page, version: Version, sale: Sale, outcome: Outcome) -> None:
    # The cards of an outcome are those of its rules, in their order.
    for plan, card in zip(version.cards, outcome.cards, strict=True):
        if card.stamps:
            row = StampRow(
                receipt_id=sale.id,
                member_id=page.book.member_id,
                card=card.card,
                day=sale.day,
                left=card.stamps,
                rewards_left=card.rewards,
                terms=plan.terms,
            )
            page.piles.setdefault(card.card, Pile([])).add(row)


def _note_uses(page: Page, sale: Sale, outcome: Outcome) -> None:
    page.uses += [
        (discount.id, sale.day, discount.amount_minor, sale.id)
        for discount in outcome.discounts
        if discount.source == "promotion" and discount.id is not None
    ]
    page.uses += [(gift.promotion, sale.day, 1, sale.id) for gift in outcome.gifts if gift.promotion]
