"""A standing that is carried along sums up its days as they are, in whatever order purchases and returns come."""

from datetime import date, timedelta
from types import SimpleNamespace
from typing import cast
from unittest.mock import patch

from hypothesis import given
from hypothesis import strategies as st

from plushka.domain.programs import running_sums
from plushka.domain.programs.model import Sums
from plushka.domain.programs.running_sums import RunningSums
from plushka.engine.purchase import Totals
from plushka.engine.version import Version

START = date(2026, 3, 1)
days = st.integers(0, 12).map(lambda number: START + timedelta(days=number))
sums = st.builds(Sums, st.integers(-1, 1), st.integers(-500, 500), st.integers(-9, 9))
spans = st.tuples(days, days).map(lambda span: (min(span), max(span)))


@given(st.lists(st.tuples(days, sums), max_size=12), st.lists(spans, min_size=1, max_size=3))
def test_totals_are_the_sums_of_their_days(
    added: list[tuple[date, Sums]], asked: list[tuple[date, date]]
) -> None:
    history = RunningSums(tier=None, tier_since=None, tier_is_manual=False)
    for day, more in added:
        history.put(day, more.purchases, more.spend_minor, more.points_earned)
    with patch.object(running_sums, "window_spans", lambda *_: asked):
        totals = history.totals(cast(Version, SimpleNamespace()), START)
    for (first_on, last_on), total in zip(asked, totals, strict=True):
        within = [more for day, more in added if first_on <= day <= last_on]
        assert total == Totals(
            sum(more.spend_minor for more in within),
            sum(more.purchases for more in within),
            sum(more.points_earned for more in within),
        )
    for day in {day for day, _ in added}:
        assert history.sums_on(day) == Sums(
            sum(more.purchases for on, more in added if on == day),
            sum(more.spend_minor for on, more in added if on == day),
            sum(more.points_earned for on, more in added if on == day),
        )
