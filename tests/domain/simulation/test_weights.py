"""What a course comes to is made of its members' sums: parts of it, each weighed, add up to it exactly."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs
from tests.domain.purchases.test_commit import CASHBACK

from plushka.domain.simulation.figures import Figures
from plushka.domain.simulation.payback import PARTS, opening, weighed, weights_of, worth_of

PUBLISHED = structs.replace(CASHBACK, point=structs.replace(CASHBACK.point, value_minor=100))
DRAFT = structs.replace(CASHBACK, point=structs.replace(CASHBACK.point, value_minor=30, scale=1))
MONEY = st.integers(0, 10**12)
POINTS = st.integers(-(10**9), 10**9)


@st.composite
def sums(draw: st.DrawFn) -> Figures:
    kept = draw(MONEY)
    costed = draw(st.integers(0, kept))
    figures = Figures(
        revenue_minor=draw(MONEY),
        kept_minor=kept,
        costed_minor=costed,
        cost_minor=draw(MONEY) if costed else 0,
        outstanding=draw(POINTS),
    )
    for name in ("issued", "given", "spent", "burned", "taken_back", "taken"):
        setattr(figures, name, draw(POINTS))
    return figures


@given(st.lists(sums(), min_size=1, max_size=5))
def test_members_come_to_the_whole(members: list[Figures]) -> None:
    whole = Figures()
    for each in members:
        whole.add(each)
    worth = worth_of(whole, DRAFT, PUBLISHED)
    for part in PARTS:
        weights = weights_of(part, whole, DRAFT, PUBLISHED)
        together = sum((weighed(each, weights) for each in members), Fraction(0))
        expected = opening(whole) if part == "opening" else getattr(worth, part)
        assert together == (0 if expected is None else expected), part
