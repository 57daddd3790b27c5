"""Every member is in exactly one of seven groups, and equals have equal scores."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plushka.engine.lifecycle import (
    BRING_BACK,
    GROUPS,
    KEEP,
    BoundOutOfRange,
    BoundsNotRising,
    Facts,
    Rhythm,
    ScoreBounds,
    Scores,
    check_rhythm,
    check_score_bounds,
    group_of,
    scores_by_bounds,
    scores_by_fifths,
)

RHYTHM = Rhythm()
bought = st.builds(
    Facts,
    days=st.integers(0, 400),
    visits=st.integers(0, 9),
    spend_minor=st.integers(0, 20).map(lambda each: each * 1000),
)
facts = bought | st.just(Facts(None))
days = st.lists(st.integers(1, 365), min_size=3, max_size=3, unique=True).map(sorted)
rhythms = st.builds(lambda days, visits: Rhythm(days[0], days[1], days[2], visits), days, st.integers(3, 9))


@pytest.mark.parametrize(
    ("one", "group"),
    [
        (Facts(None), "none"),
        (Facts(0, 1), "newcomer"),
        (Facts(30, 1), "newcomer"),
        (Facts(30, 2), "potential"),
        (Facts(30, 3), "potential"),
        (Facts(30, 4), "core"),
        (Facts(31, 1), "drowsy"),
        (Facts(31, 40), "drowsy"),
        (Facts(60, 4), "drowsy"),
        (Facts(61, 4), "asleep"),
        (Facts(90, 4), "asleep"),
        (Facts(91, 4), "lost"),
        (Facts(4000), "lost"),
    ],
)
def test_the_groups_are_as_the_decision_tells(one: Facts, group: str) -> None:
    assert group_of(one, RHYTHM) == group


@given(st.lists(facts, max_size=60), rhythms)
def test_each_member_is_in_one_group_and_the_groups_sum_to_the_base(
    base: list[Facts], rhythm: Rhythm
) -> None:
    check_rhythm(rhythm)
    groups = Counter(group_of(one, rhythm) for one in base)
    assert set(groups) <= set(GROUPS)
    assert groups.total() == len(base)
    assert groups["none"] == sum(one.days is None for one in base)
    for one in base:
        # By its own words, in another order than the code asks.
        active = one.days is not None and one.days <= rhythm.active_days
        is_in = {
            "none": one.days is None,
            "core": active and one.visits >= rhythm.core_visits,
            "potential": active and 1 < one.visits < rhythm.core_visits,
            "newcomer": active and one.visits < 2,
            "drowsy": one.days is not None and rhythm.active_days < one.days <= rhythm.drowsy_days,
            "asleep": one.days is not None and rhythm.drowsy_days < one.days <= rhythm.asleep_days,
            "lost": one.days is not None and one.days > rhythm.asleep_days,
        }
        assert [group for group, holds in is_in.items() if holds] == [group_of(one, rhythm)]


def test_the_groups_to_act_on_leave_out_only_those_who_never_bought() -> None:
    assert sorted((*BRING_BACK, *KEEP, "none")) == sorted(GROUPS)


def test_equals_have_the_score_of_the_worst_place_among_them() -> None:
    base = [Facts(10, visits, 100) for visits in (1, 1, 1, 2, 9)]
    assert [scores.f for scores in scores_by_fifths(base)] == [1, 1, 1, 4, 5]
    assert {scores.r for scores in scores_by_fifths(base)} == {1}
    assert scores_by_fifths([Facts(None)]) == [Scores(0, 0, 0)]


def test_without_ties_there_is_a_fifth_of_the_buyers_in_each_score() -> None:
    base = [Facts(day, day, day) for day in range(100)] + [Facts(None)] * 7
    scores = scores_by_fifths(base)
    assert Counter(each.r for each in scores) == {0: 7, 1: 20, 2: 20, 3: 20, 4: 20, 5: 20}
    assert (scores[0].r, scores[0].f) == (5, 1)
    assert (scores[99].r, scores[99].f) == (1, 5)


@given(st.lists(facts, max_size=40), st.randoms(use_true_random=False))
def test_scores_do_not_depend_on_the_order_of_members(base: list[Facts], dice: object) -> None:
    before = dict(zip(base, scores_by_fifths(base), strict=True))
    dice.shuffle(base)  # type: ignore[attr-defined]
    assert dict(zip(base, scores_by_fifths(base), strict=True)) == before
    for one in base:
        for other in base:
            if one.days is not None and other.days is not None and one.days < other.days:
                assert before[one].r >= before[other].r


def test_own_steps_are_inclusive_on_the_better_side() -> None:
    bounds = ScoreBounds((7, 14, 30, 90), (2, 5, 10, 20), (1000, 2000, 3000, 4000))
    assert scores_by_bounds(Facts(7, 2, 1000), bounds) == Scores(5, 2, 2)
    assert scores_by_bounds(Facts(8, 1, 999), bounds) == Scores(4, 1, 1)
    assert scores_by_bounds(Facts(91, 20, 4000), bounds) == Scores(1, 5, 5)
    assert scores_by_bounds(Facts(None), bounds) == Scores(0, 0, 0)


@pytest.mark.parametrize(
    ("rhythm", "refusal", "field"),
    [
        (Rhythm(30, 30, 90), BoundsNotRising, "drowsy_days"),
        (Rhythm(30, 60, 60), BoundsNotRising, "asleep_days"),
        (Rhythm(0, 60, 90), BoundOutOfRange, "active_days"),
        (Rhythm(30, 60, 366), BoundOutOfRange, "asleep_days"),
        (Rhythm(core_visits=2), BoundOutOfRange, "core_visits"),
    ],
)
def test_bounds_that_leave_a_group_empty_are_refused(
    rhythm: Rhythm, refusal: type[BoundsNotRising | BoundOutOfRange], field: str
) -> None:
    with pytest.raises(refusal) as refused:
        check_rhythm(rhythm)
    assert refused.value.field == field


def test_steps_of_scores_rise() -> None:
    with pytest.raises(BoundsNotRising):
        check_score_bounds(ScoreBounds((7, 7, 30, 90), (2, 5, 10, 20), (1, 2, 3, 4)))
    with pytest.raises(BoundOutOfRange):
        check_score_bounds(ScoreBounds((7, 14, 30, 90), (0, 5, 10, 20), (1, 2, 3, 4)))


@pytest.mark.parametrize(("gap", "active"), [(1, 7), (30, 30), (300, 121)])
def test_a_business_s_own_rhythm_makes_bounds_that_are_accepted(gap: int, active: int) -> None:
    rhythm = Rhythm.of_gap(gap)
    check_rhythm(rhythm)
    assert rhythm.active_days == active
