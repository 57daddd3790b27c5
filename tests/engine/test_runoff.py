"""How many points will burn: by hand where it can be done by hand, and by many invented programmes where it cannot."""

from random import Random

import pytest

from plushka.engine.runoff import Breakage, Cohort, Gone, TooLittle, breakage, rates


def cohort(granted: int, *gone: tuple[int, int], lots: int = 100) -> Cohort:
    return Cohort(granted, lots, tuple(Gone(*each) for each in gone))


def lived(age: int) -> Cohort:
    """A thousand points: half of what is there is spent in each of three months, and the rest burns in the third."""
    ages = [(500, 0), (250, 0), (125, 125)]
    return cohort(1000, *(ages[at] if at < len(ages) else (0, 0) for at in range(age)), (0, 0))


def test_worked_by_hand() -> None:
    cohorts = [lived(age) for age in range(7, -1, -1)]
    found = breakage(cohorts)
    assert isinstance(found, Breakage)
    # There are 1000 of age 0, of which 125 burn; 500 of age 1, of which 125 do; 250 of age 2, of which 125 do.
    assert sum(each.left for each in cohorts) == 1750
    assert found.burned_bp == 375 * 100_00 // 1750 + 1  # 21.428…, half up
    assert (found.unseen_bp, found.cohorts, found.lots) == (0, 7, 700)
    # All months went alike, so leaving one out changes nothing.
    assert found.low_bp == found.burned_bp == found.high_bp


def test_rates_are_of_whole_months_that_three_have_had() -> None:
    cohorts = [lived(age) for age in (3, 2, 2, 1)]
    assert [(each.spent, each.burned) for each in rates(cohorts)] == [(0.5, 0.0), (0.5, 0.0)]


def test_a_month_that_is_not_over_tells_nothing_of_its_age() -> None:
    odd = cohort(1000, (500, 0), (0, 500))
    assert rates([odd, lived(1), lived(1)]) == rates([lived(1), lived(1), lived(1)])


@pytest.mark.parametrize(
    ("cohorts", "missing"),
    [
        ([lived(age) for age in range(5, -1, -1)], "months"),
        ([cohort(1000, *[(500, 0), (250, 0), (125, 125)], *[(0, 0)] * 5, lots=10)] * 7, "lots"),
        ([lived(age) for age in range(9, 2, -1)], "nothing"),
        # Nothing has ever burned or been spent: all of it will be older than any lot was.
        ([cohort(1000, *[(0, 0)] * (age + 1)) for age in range(7)], "unseen"),
        ([], "months"),
    ],
)
def test_too_little_history_gives_no_figure(cohorts: list[Cohort], missing: str) -> None:
    found = breakage(cohorts)
    assert isinstance(found, TooLittle)
    assert found.missing == missing


def test_months_that_are_spent_unlike_those_before_are_told_nothing_of() -> None:
    old = [cohort(100, *[(5, 0)] * 5, (0, 75), *[(0, 0)] * age) for age in range(8, 1, -1)]
    new = [cohort(5000, (3000, 0), (0, 0))]
    found = breakage([*old, *new])
    assert isinstance(found, TooLittle)
    assert found.missing == "changed"
    alike = breakage([*old, cohort(5000, (250, 0), (0, 0))])
    assert isinstance(alike, Breakage)


def test_what_came_back_makes_no_part_smaller_than_nothing() -> None:
    back = [cohort(1000, (400, 0), (-100, 0), (0, 0), *[(0, 0)] * 5) for _ in range(8)]
    assert all(0 <= each.spent <= 1 for each in rates(back))


def simulated(random: Random, months: int) -> tuple[list[Cohort], float]:
    """Return a business's months of issue, and which part of what is left does burn in the end.

    Lots live 5 or 6 months; how readily a month's points are spent differs from month to month.
    """
    cohorts, burned_later, left_now = [], 0, 0
    for now in range(months - 1, -1, -1):
        lots, pace, granted = random.randint(80, 160), random.uniform(0.12, 0.2), 0
        spent, burned = [0] * (now + 1), [0] * (now + 1)
        for _ in range(lots):
            points, life, age = random.randint(5, 60), random.choice((5, 6)), 0
            while random.random() > pace and age < life:
                age += 1
            granted += points
            if age < now:
                (burned if age == life else spent)[age] += points
            else:
                left_now += points
                burned_later += points if age == life else 0
        cohorts.append(Cohort(granted, lots, tuple(map(Gone, spent, burned))))
    return cohorts, burned_later / left_now


def test_the_interval_holds_what_burns_in_the_end() -> None:
    random, held, errors, widths = Random(7), 0, [], []  # noqa: S311  the same programmes every time
    for _ in range(120):
        cohorts, truth = simulated(random, 18)
        found = breakage(cohorts)
        assert isinstance(found, Breakage)
        held += found.low_bp <= truth * 100_00 <= found.high_bp
        errors.append(found.burned_bp / 100_00 - truth)
        widths.append(found.high_bp - found.low_bp)
    assert held >= 0.9 * 120
    assert abs(sum(errors) / len(errors)) < 0.01
    # It says something: of points of which a good half burns, not "between nothing and all".
    assert sum(widths) / len(widths) < 25_00
