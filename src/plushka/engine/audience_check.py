"""What is wrong with an audience that its types cannot say."""

from collections.abc import Iterator

from plushka.engine.audience import (
    DEPTH_MAX,
    NODES_MAX,
    Age,
    All,
    Any,
    Audience,
    AverageReceipt,
    Balance,
    Birthday,
    Bought,
    Campaign,
    CloseDate,
    Debt,
    Enrolled,
    EnrolledOn,
    ExpectedSpend,
    Friends,
    Happened,
    LastPurchase,
    Not,
    Pending,
    ProbablyLeft,
    Purchases,
    Rfm,
    Spend,
    Stamped,
)
from plushka.engine.check_conditions import Problem
from plushka.engine.field_tests import field_test_problems


def audience_problems(audience: Audience) -> Iterator[Problem]:
    """Find what is nonsensical in an audience; ``path`` is where it stands, as ``of[2].of``."""
    for nodes, (path, node, depth) in enumerate(walk(audience), start=1):
        if depth > DEPTH_MAX:
            yield Problem(path, "condition_too_deep", {"depth_max": DEPTH_MAX})
            return
        if nodes > NODES_MAX:
            yield Problem("", "condition_too_large", {"nodes_max": NODES_MAX})
            return
        yield from _node(path, node)


def walk(node: Audience, path: str = "", depth: int = 1) -> Iterator[tuple[str, Audience, int]]:
    """Return an audience and all its parts, each with its path and how deep it lies."""
    yield path, node, depth
    inner = f"{path}.of" if path else "of"
    match node:
        case All(of=parts) | Any(of=parts):
            for index, part in enumerate(parts):
                yield from walk(part, f"{inner}[{index}]", depth + 1)
        case Not(of=part):
            yield from walk(part, inner, depth + 1)
        case _:
            pass


def _node(path: str, node: Audience) -> Iterator[Problem]:
    match node:
        case (
            Bought(products=(), categories=(), brands=())
            | Rfm(r=(), f=(), m=())
            | Stamped(have_min=None, left_max=None)
        ):
            yield Problem(path, "nothing_asked")
        case EnrolledOn(first_on=first, last_on=last):
            if first is None and last is None:
                yield Problem(path, "nothing_asked")
            elif first is not None and last is not None and first > last:
                yield Problem(path, "period_reversed")
        case Campaign(reaction="nothing", bought_within_days=int()):
            yield Problem(path, "nothing_has_no_day")
        case Happened(where=tests):
            yield from field_test_problems(f"{path}.where" if path else "where", tests)
        case _:
            if (bounds := _bounds(node)) is None:
                return
            least, most = bounds
            if least is None and most is None:
                yield Problem(path, "nothing_asked")
            elif least is not None and most is not None and least > most:
                yield Problem(path, "bounds_reversed")


def _bounds(  # noqa: PLR0911 - one case a form
    node: Audience,
) -> tuple[int | None, int | None] | None:
    match node:
        case Age():
            return node.years_min, node.years_max
        case Birthday() | CloseDate() | Enrolled() | LastPurchase():
            return node.days_min, node.days_max
        case Balance() | Pending() | Debt():
            return node.points_min, node.points_max
        case Purchases() | Friends():
            return node.count_min, node.count_max
        case ProbablyLeft():
            return node.percent_min, node.percent_max
        case Spend() | AverageReceipt() | ExpectedSpend():
            return node.min_minor, node.max_minor
        case _:
            return None
