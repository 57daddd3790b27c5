"""Phase 9: the stamps that the receipt puts on the member's cards, and what full ones give (F47 to F50)."""

from collections.abc import Sequence
from datetime import date
from typing import assert_never

from msgspec import Struct

from plushka.engine.phases.awarding import award_over
from plushka.engine.phases.case import Case
from plushka.engine.phases.gifts import issued
from plushka.engine.program import PointsReward
from plushka.engine.purchase import Award, CardProgress, CardState, IssuedGift, Note
from plushka.engine.reasons import note
from plushka.engine.receipt_tests import Scene
from plushka.engine.stamp_parts import Gift, OwnCoupon, Spend, Units, Visits
from plushka.engine.stamp_plans import StampPlan
from plushka.engine.stamps import Filled, Stamps, add_stamps, on_day
from plushka.engine.units import units_in

NEW = CardState()
NOT_COUNTED = note("stamps_not_counted")


class Stamped(Struct, frozen=True):
    """What the receipt does to each card, the points and the gifts that full ones give, and why others got no stamp."""

    cards: tuple[CardProgress, ...] = ()
    awards: tuple[Award, ...] = ()
    gifts: tuple[IssuedGift, ...] = ()
    notes: Sequence[Note] = ()


NOTHING = Stamped()


def stamp(case: Case, scene: Scene, nets_minor: Sequence[int]) -> Stamped:
    """Return the member's cards with this receipt on them; ``nets_minor`` is what is paid for the lines (S2)."""
    version, member = case.version, case.member
    if member.cards is None:
        return Stamped(notes=(NOT_COUNTED,))
    cards, notes = [], list[Note]()
    awards, gifts = list[Award](), list[IssuedGift]()
    day = scene.moment.business_date
    for plan in version.cards:
        lines: Sequence[int] = ()
        failed = plan.when(scene) if plan.when is not None else None
        if failed is None:
            if scene.bits & plan.bit:
                lines = [index for index, mask in enumerate(scene.masks) if mask & plan.bit]
            count = _count(plan, scene, lines, nets_minor, notes)
        else:
            notes.append(failed)
            count = 0
        progress = _progress(plan, member.cards.get(plan.card.id, NEW), count, day, notes)
        cards.append(progress)
        if progress.rewards:
            match plan.card.reward:
                case PointsReward(points=points):
                    awards.append(award_over(plan.card.id, points * progress.rewards, lines, nets_minor))
                case Gift() as gift:
                    gifts.append(
                        issued(
                            gift,
                            day,
                            case.basket.place.time_zone,
                            count=progress.rewards,
                            card=plan.card.id,
                        )
                    )
                case OwnCoupon():
                    # Its codes are drawn when the receipt is booked: so many as the card has rewards.
                    pass
                case _:
                    assert_never(plan.card.reward)
    return Stamped(tuple(cards), tuple(awards), tuple(gifts), notes)


def _count(
    plan: StampPlan, scene: Scene, lines: Sequence[int], nets_minor: Sequence[int], notes: list[Note]
) -> int:
    """Return the stamps that lines are worth by themselves; where there are none, a note says why."""
    if not lines:
        notes.append(plan.no_lines)
        return 0
    match plan.card.counts:
        case Visits():
            return 1
        case Units():
            return sum([units_in(scene.quantities_milli[line]) for line in lines])
        case Spend():
            paid_minor = sum([nets_minor[line] for line in lines])
            if not paid_minor:
                notes.append(plan.nothing_paid)
            return paid_minor
        case _:
            assert_never(plan.card.counts)


def _progress(plan: StampPlan, state: CardState, count: int, day: date, notes: list[Note]) -> CardProgress:
    before = on_day(Filled(state.have, 0, state.first_on, state.last_on, state.ends_on), day)
    after = before
    if count:
        stamps = Stamps(day, count, plan.terms)
        after = add_stamps(before, stamps, is_day_stamped=state.is_day_stamped)
        if plan.terms.once_a_day and state.is_day_stamped:
            notes.append(plan.day_stamped)
    rewards = max(0, after.finished + state.due) if count else 0
    return CardProgress(
        plan.card.id, count, before.have, after.have, plan.card.needed, after.finished, rewards, after.ends_on
    )
