"""The ratios of a dashboard that owners know (F193–F202) come out of its sums as that dashboard shows them."""

import pytest

from plushka.domain.insights.reports.ratio import Ratio, change
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
