"""Goods of the past come back again: what ``purchases.returning`` does at a till."""

from msgspec import structs

from plushka.domain.ledger.model import Cause
from plushka.domain.programs.model import StandingChange
from plushka.domain.purchases.moving import move_back, rule_points_between, sums_between
from plushka.domain.simulation.cards import gives_gifts
from plushka.domain.simulation.earlier import remainder_of
from plushka.domain.simulation.page import Decided, Page
from plushka.domain.simulation.past import Back, EarlierSale
from plushka.domain.simulation.reviewing import move_tier
from plushka.engine.local_time import moment
from plushka.engine.program import Debt
from plushka.engine.purchase import Remainder
from plushka.engine.tiers import tier_after_return


def bring_back(page: Page, back: Back) -> None:
    """Take back what the rest of the receipt no longer earns, and give back what was spent on what came back."""
    earlier = page.past.earlier.get(back.receipt_id)
    decided = page.rests.get(back.receipt_id) or (_begin(page, earlier) if earlier else None)
    if decided is None:
        return
    page.lay_out()
    page.book.settle(back.at)
    page.note()
    before = decided.rest or decided.remainder()
    for line, quantity_milli in back.lines.items():
        decided.returned[line] = decided.returned.get(line, 0) + quantity_milli
    after = decided.rest = decided.remainder()
    so_far = decided.clawback
    decided.clawback = move_back(
        page.book,
        before,
        after,
        structs.replace(so_far, repaid=dict(+page.repaid) if so_far.owed else {}),
        receipt_id=back.receipt_id,
        earned_points=decided.outcome.earned_points,
        burned=page.burned[back.receipt_id],
        grace_days=decided.version.program.return_grace_days,
        debt=never_refusing(decided.version.program.debt),
        zone=decided.basket.place.time_zone,
        cause=Cause(back.id, decided.version.id, back.at),
    )
    page.note()
    _lower(page, decided, before, after, back)


def _begin(page: Page, earlier: EarlierSale) -> Decided:
    """Take up a receipt of before the span, with what had come back of it."""
    version = page.course.setting.versions[earlier.version_id]
    page.burned[earlier.id] += earlier.burned
    decided = page.rests[earlier.id] = Decided(
        version,
        earlier.member,
        earlier.basket,
        earlier.outcome,
        earlier.occurred_at,
        earlier.day,
        dict(earlier.returned),
        earlier.clawback,
        remainder_of(version, earlier, earlier.returned),
    )
    return decided


def _lower(page: Page, decided: Decided, before: Remainder, after: Remainder, back: Back) -> None:
    """Lower the member's sums, cards, budgets and perhaps their tier by what has come back."""
    standing, tier = page.standing, page.standing.tier
    change = StandingChange(
        member_id=page.book.member_id,
        business_date=decided.day,
        sums=sums_between(before, after),
        tier_before=tier,
        tier=tier,
        rule_points=dict(rule_points_between(decided.version, before, after)),
        reason="return",
    )
    standing.add(change, at=back.at)
    if after.is_empty:
        page.bought = [bought for bought in page.bought if bought[2] != back.receipt_id]
        latest = max(page.bought, key=lambda bought: bought[0], default=None)
        page.book.set_last_purchase(latest[:2] if latest else None)
    for plan in decided.version.cards:
        pile = page.piles.get(plan.card.id)
        if pile is not None:
            pile.lower(back.receipt_id, after.cards.get(plan.card.id), of_gifts=gives_gifts(plan))
    page.uses = [
        (promotion, day, after.promotions_minor.get(promotion, 0), receipt_id)
        if receipt_id == back.receipt_id
        else (promotion, day, left, receipt_id)
        for promotion, day, left, receipt_id in page.uses
    ]
    version = page.course.version or page.course.setting.version_at(back.at)
    if version is not None:
        day = moment(back.at, decided.basket.place).business_date
        totals = standing.totals(version, day)
        lowered = tier_after_return(version, tier, totals, is_manual=standing.tier_is_manual)
        if lowered != tier:
            move_tier(page, lowered, back.at)


def never_refusing(debt: Debt) -> Debt:
    """Return what is done where points are spent: what came back has come back, and cannot be refused here."""
    return Debt("clamp") if debt.policy == "refuse" else debt
