"""What a course comes to for the business, and how many more visits a draft must bring to pay."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Literal, get_args

from msgspec import Struct

from plushka.domain.simulation.figures import Figures
from plushka.engine.program import Program


class Worth(Struct, frozen=True):
    """What a course comes to, in minor units and exactly; round where it is shown.

    ``margin``: what was paid less what the goods cost; goods of which nobody knows it are supposed to cost the same
    part of their price as the others. None where the cost of nothing is known. ``liability``: points in hand at the
    end; ``growth``: by how much more than at the beginning. ``kept``: what was paid less ``growth``. ``result``:
    ``margin`` less ``growth``. Those ``of_visits`` are of members' receipts alone.
    """

    margin: Fraction | None
    liability: Fraction
    growth: Fraction
    kept: Fraction
    result: Fraction | None
    of_visits: Fraction | None
    visits: int


Part = Literal["opening", "margin", "liability", "growth", "result"]
PARTS: tuple[Part, ...] = get_args(Part)
Weights = Mapping[str, Fraction]
"""How much of each of the sums of a course a figure has."""
_OPENING: Weights = {
    "outstanding": Fraction(1),
    **dict.fromkeys(("issued", "given"), Fraction(-1)),
    **dict.fromkeys(("spent", "burned", "taken_back", "taken"), Fraction(1)),
}


class BreakEven(Struct, frozen=True):
    """By which part more often members must come for a draft to bring what the published rules bring.

    ``costs``: by how much the draft falls short, in minor units; below zero: what it brings more. ``per_visit``: what a
    visit of a member brings by the draft. ``share`` more visits, ``visits`` in number (rounded up), make it even.
    """

    kind: Literal["pays", "needs", "never", "unknown"]
    costs: Fraction
    per_visit: Fraction | None = None
    share: Fraction | None = None
    visits: int = 0


def worth_of(figures: Figures, program: Program, published: Program) -> Worth:
    """Return what a course by ``program`` comes to; points of before are worth what ``published`` says."""
    liability = _worth_of(figures.outstanding, program)
    growth = liability - _worth_of(opening(figures), published)
    margin = _margin(figures.revenue_minor, figures.kept_minor, figures.costed_minor, figures.cost_minor)
    of_members = _margin(
        figures.member_revenue_minor,
        figures.member_kept_minor,
        figures.member_costed_minor,
        figures.member_cost_minor,
    )
    return Worth(
        margin=margin,
        liability=liability,
        growth=growth,
        kept=figures.revenue_minor - growth,
        result=None if margin is None else margin - growth,
        of_visits=None if of_members is None else of_members - growth,
        visits=figures.of_members,
    )


def opening(figures: Figures) -> int:
    """Return the points that were in hand when the span began: what is now, less what has moved since."""
    came = figures.issued + figures.given
    went = figures.spent + figures.burned + figures.taken_back + figures.taken
    return figures.outstanding - came + went


def weights_of(part: Part, figures: Figures, program: Program, published: Program) -> Weights:
    """Return how much a figure has of the sums of a member in a course that comes to ``figures`` as a whole.

    Members' parts, and those of receipts without a card, add up to the figure of the whole exactly. Of goods of which
    nobody knows what they cost, each part is supposed to have cost what those of the whole did. Where no margin can be
    told, nothing has any.
    """
    match part:
        case "opening":
            return _OPENING
        case "liability":
            return {"outstanding": _worth_of(1, program)}
        case "growth":
            began = {name: -weight * _worth_of(1, published) for name, weight in _OPENING.items()}
            return _added(began, {"outstanding": _worth_of(1, program)})
        case "margin":
            if not figures.costed_minor:
                return {} if figures.kept_minor else {"revenue_minor": Fraction(1)}
            supposed = Fraction(figures.cost_minor, figures.costed_minor)
            return {
                "revenue_minor": Fraction(1),
                "cost_minor": Fraction(-1),
                "kept_minor": -supposed,
                "costed_minor": supposed,
            }
        case "result":
            margin = weights_of("margin", figures, program, published)
            growth = weights_of("growth", figures, program, published)
            return _added(margin, {name: -weight for name, weight in growth.items()}) if margin else {}


def weighed(figures: Figures, weights: Weights) -> Fraction:
    """Return what the weights make of sums."""
    return sum((weight * getattr(figures, name) for name, weight in weights.items()), Fraction(0))


def _added(one: Weights, other: Weights) -> Weights:
    return {name: one.get(name, Fraction(0)) + other.get(name, Fraction(0)) for name in {**one, **other}}


def break_even(published: Worth, draft: Worth) -> BreakEven:
    """Return what it takes: k = D ÷ (r × visits). What goods cost cancels out of D, as the same ones are sold."""
    costs = published.kept - draft.kept
    per_visit = draft.of_visits / draft.visits if draft.of_visits is not None and draft.visits else None
    if costs <= 0:
        return BreakEven("pays", costs, per_visit)
    if draft.of_visits is None:
        return BreakEven("unknown", costs)
    if per_visit is None or per_visit <= 0:
        return BreakEven("never", costs, per_visit)
    share = costs / draft.of_visits
    return BreakEven("needs", costs, per_visit, share, -int(-share * draft.visits // 1))


def _worth_of(points: int, program: Program) -> Fraction:
    return Fraction(points * program.point.value_minor, 10**program.point.scale)


def _margin(revenue_minor: int, kept_minor: int, costed_minor: int, cost_minor: int) -> Fraction | None:
    if not costed_minor:
        return None if kept_minor else Fraction(revenue_minor)
    return revenue_minor - Fraction(cost_minor * kept_minor, costed_minor)
