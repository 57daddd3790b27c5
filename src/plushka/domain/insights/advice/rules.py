"""When something is worth saying: each rule is a pure function of the figures, with its thresholds by name.

Shares are compared as integers, in hundredths of a per cent.
"""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from plushka.domain.insights.advice.model import Advice, Counter, Figures, Rule

VIP_SCORE = 5
"""VIP are the fifth of buyers who spend most in a year: the highest score of money."""
VIP_ASLEEP_DAYS = 60
VIP_ASLEEP_MIN = 10

FIRST_FROM_DAYS, FIRST_UNTIL_DAYS = 60, 14
"""Whose first purchase was so many days ago has had the time to come again, and can still be asked to."""
FIRST_BUYERS_MIN = 20
BOUGHT_ONCE_MIN_BP = 50_00

FALLING_MIN = 20

BURNING_DAYS = 14
BURNING_MEMBERS_MIN = 20

BIRTHDAY_DAYS = 30
BIRTHDAYS_MIN = 10

PENETRATION_DAYS = 30
BRANCH_RECEIPTS_MIN = 200
BRANCH_GAP_MIN_BP = 10_00
SALES_DAYS = 28
"""Whole weeks, so that both sides have the same days of the week; today is not among them, as it is not over."""
SALES_RECEIPTS_MIN = 200
BRANCH_REVENUE_FALL_MIN_BP = 15_00
AVERAGE_RECEIPT_FALL_MIN_BP = 5_00
RATING_DAYS = 30
RATINGS_MIN = 20
RATING_FALL_MIN_HUNDREDTHS = 30
CASHIER_RECEIPTS_MIN = 100
CASHIER_GAP_MIN_BP = 15_00

RECENT_DAYS = 90
RECENT_BUYERS_MIN = 50
UNREACHABLE_MIN_BP = 30_00

LIABILITY_DAYS = 90
LIABILITY_GROWTH_MIN_BP = 10_00


def advise(figures: Figures) -> list[Advice]:
    """Return all that there is to say, what is dearest first."""
    said = (rule(figures) for rule in RULES.values())
    return [advice for advice in said if advice is not None]


def vip_asleep(figures: Figures) -> Advice | None:
    if figures.vips_asleep < VIP_ASLEEP_MIN:
        return None
    return Advice("vip_asleep", {"members": figures.vips_asleep, "of": figures.vips})


def second_purchase(figures: Figures) -> Advice | None:
    share_bp = _share_bp(figures.bought_once, figures.first_buyers)
    if figures.brings_second or figures.first_buyers < FIRST_BUYERS_MIN or share_bp < BOUGHT_ONCE_MIN_BP:
        return None
    return Advice("second_purchase", {"members": figures.bought_once, "of": figures.first_buyers})


def win_back(figures: Figures) -> Advice | None:
    if figures.wins_back or figures.falling < FALLING_MIN:
        return None
    return Advice("win_back", {"members": figures.falling})


def points_burning(figures: Figures) -> Advice | None:
    if figures.warns_of_burning or figures.burning_members < BURNING_MEMBERS_MIN:
        return None
    return Advice("points_burning", {"members": figures.burning_members, "points": figures.burning_points})


def birthdays(figures: Figures) -> Advice | None:
    if figures.greets or figures.birthdays < BIRTHDAYS_MIN:
        return None
    return Advice("birthdays", {"members": figures.birthdays})


def branch_penetration(figures: Figures) -> Advice | None:
    """Say which branch asks for the card least, against all others together."""
    behind = [
        (gap, each)
        for each in figures.branches
        if each.receipts >= BRANCH_RECEIPTS_MIN
        and (gap := _gap_bp(each, figures.branches)) >= BRANCH_GAP_MIN_BP
    ]
    if not behind:
        return None
    _, worst = max(behind, key=lambda pair: (pair[0], str(pair[1].branch_id)))
    return Advice(
        "branch_penetration", _of_counter(worst, figures.branches), subject=f"branch:{worst.branch_id}"
    )


def branch_revenue(figures: Figures) -> Advice | None:
    """Say which branch's revenue has fallen most against the same weeks before.

    One that sells nothing any more is closed, and needs no advice.
    """
    fallen = [
        (fall, each)
        for each in figures.sold
        if each.receipts
        and each.receipts_before >= SALES_RECEIPTS_MIN
        and (fall := -_growth_bp(each.revenue_minor, each.revenue_minor_before)) >= BRANCH_REVENUE_FALL_MIN_BP
    ]
    if not fallen:
        return None
    _, worst = max(fallen, key=lambda pair: (pair[0], str(pair[1].branch_id)))
    return Advice(
        "branch_revenue",
        {
            "branch": worst.branch,
            "revenue_minor": worst.revenue_minor,
            "revenue_minor_before": worst.revenue_minor_before,
        },
        subject=f"branch:{worst.branch_id}",
    )


def average_receipt(figures: Figures) -> Advice | None:
    """Say that a receipt of all branches together is worth less than in the weeks before."""
    receipts = sum(each.receipts for each in figures.sold)
    receipts_before = sum(each.receipts_before for each in figures.sold)
    if min(receipts, receipts_before) < SALES_RECEIPTS_MIN:
        return None
    revenue_minor = sum(each.revenue_minor for each in figures.sold)
    revenue_minor_before = sum(each.revenue_minor_before for each in figures.sold)
    # Both multiplied by both numbers of receipts, so that nothing is rounded before it is compared.
    fall_bp = -_growth_bp(revenue_minor * receipts_before, revenue_minor_before * receipts)
    if fall_bp < AVERAGE_RECEIPT_FALL_MIN_BP:
        return None
    return Advice(
        "average_receipt",
        {
            "receipts": receipts,
            "revenue_minor": revenue_minor,
            "receipts_before": receipts_before,
            "revenue_minor_before": revenue_minor_before,
        },
    )


def branch_rating(figures: Figures) -> Advice | None:
    """Say which branch's average rating has fallen most against the days before."""
    fallen = [
        (fall, each)
        for each in figures.rated
        if min(each.ratings, each.ratings_before) >= RATINGS_MIN
        and (fall := _mean(each.score_before, each.ratings_before) - _mean(each.score, each.ratings))
        >= RATING_FALL_MIN_HUNDREDTHS
    ]
    if not fallen:
        return None
    _, worst = max(fallen, key=lambda pair: (pair[0], str(pair[1].branch_id)))
    return Advice(
        "branch_rating",
        {
            "branch": worst.branch,
            "ratings": worst.ratings,
            "hundredths": _mean(worst.score, worst.ratings),
            "hundredths_before": _mean(worst.score_before, worst.ratings_before),
        },
        subject=f"branch:{worst.branch_id}",
    )


def cashier_penetration(figures: Figures) -> Advice | None:
    """Say which cashier asks for the card least, against the others of the same branch together."""
    behind = []
    for each in figures.cashiers:
        beside = [other for other in figures.cashiers if other.branch_id == each.branch_id]
        gap = _gap_bp(each, beside)
        if each.receipts >= CASHIER_RECEIPTS_MIN and gap >= CASHIER_GAP_MIN_BP:
            behind.append((gap, each, beside))
    if not behind:
        return None
    _, worst, beside = max(behind, key=lambda found: (found[0], found[1].cashier, str(found[1].branch_id)))
    return Advice(
        "cashier_penetration",
        {**_of_counter(worst, beside), "cashier": worst.cashier},
        subject=f"cashier:{worst.branch_id}:{worst.cashier}",
    )


def promotion_lost(figures: Figures) -> Advice | None:
    """Say which promotion has lost most, of those of which it is proven."""
    if not figures.lost:
        return None
    worst = max(figures.lost, key=lambda each: (each.lost_minor, each.promotion_id))
    return Advice(
        "promotion_lost",
        {"name": worst.name, "lost_minor": worst.lost_minor},
        subject=f"promotion:{worst.program_id}:{worst.promotion_id}",
    )


def no_control(figures: Figures) -> Advice | None:
    if not figures.uncontrolled:
        return None
    first = figures.uncontrolled[0]
    kind = "journey" if first.is_journey else "broadcast"
    return Advice(
        "no_control", {"name": first.name, "count": len(figures.uncontrolled)}, subject=f"{kind}:{first.id}"
    )


def unreachable(figures: Figures) -> Advice | None:
    share_bp = _share_bp(figures.unreachable, figures.recent_buyers)
    if figures.recent_buyers < RECENT_BUYERS_MIN or share_bp < UNREACHABLE_MIN_BP:
        return None
    return Advice("unreachable", {"members": figures.unreachable, "of": figures.recent_buyers})


def liability(figures: Figures) -> Advice | None:
    """Say that points are issued faster than they are spent, unless sales have grown as fast.

    A business that sold nothing in the days before is young, and its points have nothing to be compared with.
    """
    if not figures.revenue_minor_before:
        return None
    grown_bp = _growth_bp(figures.liability_points, figures.liability_points_before)
    if grown_bp < LIABILITY_GROWTH_MIN_BP:
        return None
    if grown_bp <= _growth_bp(figures.revenue_minor, figures.revenue_minor_before):
        return None
    return Advice(
        "liability", {"points": figures.liability_points, "before": figures.liability_points_before}
    )


RULES: Mapping[Rule, Callable[[Figures], Advice | None]] = MappingProxyType(
    {
        "promotion_lost": promotion_lost,
        "branch_revenue": branch_revenue,
        "average_receipt": average_receipt,
        "vip_asleep": vip_asleep,
        "win_back": win_back,
        "second_purchase": second_purchase,
        "points_burning": points_burning,
        "birthdays": birthdays,
        "unreachable": unreachable,
        "branch_rating": branch_rating,
        "branch_penetration": branch_penetration,
        "cashier_penetration": cashier_penetration,
        "liability": liability,
        "no_control": no_control,
    }
)
"""In the order in which they are told: what loses money or the best members comes first."""
OF_SALES: frozenset[Rule] = frozenset(
    {"branch_revenue", "average_receipt", "branch_penetration", "cashier_penetration"}
)
"""What is told beside the figures of sales, too."""


def _share_bp(part: int, whole: int) -> int:
    return part * 100_00 // whole if whole else 0


def _mean(score: int, ratings: int) -> int:
    return (200 * score + ratings) // (2 * ratings)


def _growth_bp(now: int, before: int) -> int:
    return (now - before) * 100_00 // before if before > 0 else 0


def _gap_bp(each: Counter, among: Sequence[Counter]) -> int:
    """Return by how much the others together are ahead; 0 where there are none."""
    others = _others(each, among)
    if not each.receipts or not others.receipts:
        return 0
    return _share_bp(others.with_card, others.receipts) - _share_bp(each.with_card, each.receipts)


def _others(each: Counter, among: Sequence[Counter]) -> Counter:
    return Counter(
        "",
        each.branch_id,
        sum(other.receipts for other in among) - each.receipts,
        sum(other.with_card for other in among) - each.with_card,
    )


def _of_counter(each: Counter, among: Sequence[Counter]) -> dict[str, int | str]:
    others = _others(each, among)
    return {
        "branch": each.branch,
        "receipts": each.receipts,
        "with_card": each.with_card,
        "others_receipts": others.receipts,
        "others_with_card": others.with_card,
    }
