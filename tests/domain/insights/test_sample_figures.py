"""The ratios of a dashboard that owners know (F191–F202, F207–F210) come out of its sums as that dashboard shows."""

import pytest

from plushka.domain.insights.campaigns.promotions import PromotionFigures
from plushka.domain.insights.reports.averages import Bought
from plushka.domain.insights.reports.ratio import Ratio, change, difference
from plushka.domain.insights.reports.sales import Sales, Sold


def month(card: tuple[int, int], no_card: tuple[int, int], discount: int, cost_minor: int) -> Sold:
    """Return a month by revenue in roubles and receipts of each side, the discount in roubles and the cost."""
    return Sold(
        Sales(
            receipts=card[1],
            revenue_minor=card[0] * 100,
            discount_minor=discount * 100,
            cost_minor=cost_minor,
            costed_minor=card[0] * 100,
        ),
        Sales(receipts=no_card[1], revenue_minor=no_card[0] * 100),
    )


APRIL = month((3_519_988, 115), (3_305_490, 84), 315_592, 1_065_297_62)
MARCH = month((5_933_995, 198), (2_542_890, 91), 1_303_015, 2_352_197_16)
FEBRUARY = month((744_289, 38), (397_920, 16), 107_301, 251_383_21)


@pytest.mark.parametrize(
    ("sold", "card_bp", "means", "given_percent", "margin_minor"),
    [
        (APRIL, 51_57, (30_608_59, 39_351_07), 5, 2_454_690_38),
        (MARCH, 70_00, (29_969_67, 27_943_85), 15, 3_581_797_84),
        (FEBRUARY, 65_16, (19_586_55, 24_870_00), 9, 492_905_79),
    ],
)
def test_shares_means_and_discounts_of_months_are_those_of_the_sample(
    sold: Sold, card_bp: int, means: tuple[int, int], given_percent: int, margin_minor: int
) -> None:
    assert sold.revenue_share.rounded(4) == card_bp
    assert Ratio(sold.without.revenue_minor, sold.all.revenue_minor).rounded(4) == 100_00 - card_bp
    assert (sold.with_card.mean.rounded(), sold.without.mean.rounded()) == means
    assert sold.all.given.rounded(2) == given_percent
    assert sold.with_card.margin_minor == margin_minor


@pytest.mark.parametrize(
    ("now", "before", "share_bp", "change_bp"),
    [
        # April against March: the base, potential, drowsy, core, newcomers, asleep.
        (25840, 25798, 100_00, 16),
        (468, 500, 1_81, -6_40),
        (514, 514, 1_99, 0),
        (661, 680, 2_56, -2_79),
        (402, 411, 1_56, -2_19),
        (2528, 2586, 9_78, -2_24),
    ],
)
def test_shares_and_changes_of_groups_are_those_of_the_sample(
    now: int, before: int, share_bp: int, change_bp: int
) -> None:
    assert Ratio(now, 25840).rounded(4) == share_bp
    assert change(now, before).rounded(4) == change_bp


@pytest.mark.parametrize(
    ("before", "now", "before_percent", "now_percent", "points"),
    [
        # F191: penetration, engagement and repeat purchases of the quarter before and of the quarter.
        (Ratio(1_320, 2_000), Ratio(1_554, 2_100), 66, 74, 8_00),
        (Ratio(304, 1_320), Ratio(731, 1_554), 23, 47, 24_01),
        (Ratio(1_135, 1_320), Ratio(1_399, 1_554), 86, 90, 4_04),
    ],
)
def test_boosters_are_those_of_the_sample_and_their_difference_is_in_points_of_per_cent(
    before: Ratio, now: Ratio, before_percent: int, now_percent: int, points: int
) -> None:
    assert (before.rounded(2), now.rounded(2)) == (before_percent, now_percent)
    assert difference(now, before).rounded(4) == points


def test_averages_of_two_years_are_those_of_the_sample() -> None:
    """F197: the average receipt, and an active buyer's revenue, purchases and positions; of 2026 and of 2025."""
    sold = [Sales(receipts=100, revenue_minor=each) for each in (2_766_761_00, 2_834_393_00)]
    assert [each.mean.rounded() for each in sold] == [27_667_61, 28_343_93]
    active = Bought(members=100, receipts=121, lines=206, revenue_minor=3_209_932_00)
    earlier = Bought(members=100, receipts=146, lines=220, revenue_minor=4_149_518_00)
    assert [each.revenue_each.rounded() for each in (active, earlier)] == [32_099_32, 41_495_18]
    assert [each.receipts_each.rounded(2) for each in (active, earlier)] == [1_21, 1_46]
    assert [each.positions.rounded(2) for each in (active, earlier)] == [1_70, 1_51]
    assert change(*(each.revenue_each for each in (active, earlier))).rounded(4) == -22_64


def test_what_a_buyer_brings_in_all_their_time_is_that_of_the_sample() -> None:
    """F198: revenue 99 691.97, 3.82 receipts, 4.89 items."""
    life = Bought(members=100, receipts=382, lines=489, revenue_minor=9_969_197_00)
    assert (life.revenue_each.rounded(), life.receipts_each.rounded(2), life.lines_each.rounded(2)) == (
        99_691_97,
        3_82,
        4_89,
    )


ALL = PromotionFigures(2_934, 2_251, 8_376, 4_481_382_00, True, 189_738_00, 7_932_00, 315_540_00, 404_428)
FIRST = PromotionFigures(656, 656, 2_027, 1_127_989_00, True, 35_684_00, 0, 85_886_00)
ONE_AND_ONE = PromotionFigures(77, 66, 213, 108_085_00, True, 4_073_00, 0, 5_784_00)


@pytest.mark.parametrize(
    ("came", "profit", "shares_bp"),
    [
        (ALL, 4_291_644, (100_00, 100_00, 100_00)),
        (FIRST, 1_092_305, (22_36, 24_20, 29_14)),
        (ONE_AND_ONE, 104_012, (2_62, 2_54, 2_93)),
    ],
)
def test_promotions_have_the_profit_and_the_shares_of_the_sample(
    came: PromotionFigures, profit: int, shares_bp: tuple[int, int, int]
) -> None:
    """F208–F210: revenue less the cost of goods; shares of receipts, of positions and of buyers."""
    assert came.profit_minor == profit * 100
    assert (
        Ratio(came.receipts, ALL.receipts).rounded(4),
        Ratio(came.positions, ALL.positions).rounded(4),
        Ratio(came.buyers, ALL.buyers).rounded(4),
    ) == shares_bp
