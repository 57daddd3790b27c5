"""Totals of ratios are sums by sums (S22): on figures that were published with means of rows (F206, F212)."""

from plushka.domain.campaigns.figures import Figures
from plushka.domain.campaigns.sums import ratio, summed
from plushka.domain.insights.campaigns.birthdays import Greetings

MEN = Figures(
    addressed=530,
    sent=516,
    purchases=21,
    known_cost=21,
    revenue_minor=24_632_00,
    cost_minor=15_486_67,
    positions=34,
)
WOMEN = Figures(
    addressed=498,
    sent=486,
    purchases=26,
    known_cost=26,
    revenue_minor=37_063_00,
    cost_minor=15_800_00,
    positions=42,
)
UNTOLD = Figures(
    addressed=607,
    sent=594,
    purchases=52,
    known_cost=52,
    revenue_minor=74_535_00,
    cost_minor=43_509_00,
    positions=85,
)


def test_rows_of_a_broadcast_by_sex_are_as_they_were_published() -> None:
    rows = (MEN, WOMEN, UNTOLD)
    assert [row.profit_minor for row in rows] == [9_145_33, 21_263_00, 31_026_00]
    assert [row.average_minor for row in rows] == [1_172_95, 1_425_50, 1_433_37]
    assert [row.positions_hundredths for row in rows] == [1_62, 1_62, 1_63]
    assert [ratio(row.purchases * 100_00, row.addressed) for row in rows] == [3_96, 5_22, 8_57]


def test_the_total_of_a_broadcast_is_weighted_and_not_the_mean_of_its_rows() -> None:
    total = summed(Figures, (MEN, WOMEN, UNTOLD))
    assert (total.sent, total.purchases, total.revenue_minor) == (1_596, 99, 136_230_00)
    assert (total.cost_minor, total.profit_minor) == (74_795_67, 61_434_33)
    # Published were 5.92 %, 1 343.94 and 1.623: means of the three rows.
    assert ratio(total.purchases * 100_00, total.addressed) == 6_06
    assert (total.average_minor, total.positions_hundredths) == (1_376_06, 1_63)
    # A ratio names its denominator: conversion is of letters that went out, not of recipients.
    assert [row.conversion_bp for row in (MEN, WOMEN, UNTOLD, total)] == [4_07, 5_35, 8_75, 6_20]
    assert Figures().conversion_bp is None


def test_the_total_of_birthday_greetings_is_weighted_and_not_the_mean_of_the_tiers() -> None:
    bronze = Greetings(
        greeted=232,
        purchases=13,
        known_cost=13,
        revenue_minor=21_843_00,
        cost_minor=3_485_00,
    )
    silver = Greetings(greeted=22, purchases=1, known_cost=1, revenue_minor=6_870_00, cost_minor=300_00)
    gold = Greetings(greeted=18, purchases=2, known_cost=2, revenue_minor=3_117_00, cost_minor=1_890_00)
    total = summed(Greetings, (bronze, silver, gold))
    assert [row.average_minor for row in (bronze, silver, gold)] == [1_680_23, 6_870_00, 1_558_50]
    assert [ratio(row.purchases * 100_00, row.greeted) for row in (bronze, silver, gold)] == [
        5_60,
        4_55,
        11_11,
    ]
    assert (total.revenue_minor, total.cost_minor, total.profit_minor) == (31_830_00, 5_675_00, 26_155_00)
    # Published were 7.09 % and 3 369.58.
    assert ratio(total.purchases * 100_00, total.greeted) == 5_88
    assert total.average_minor == 1_989_38
