"""The steps of a journey in order: what comes behind each. Steps only lead forward, so nobody walks in a circle."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import assert_never

from plushka.engine.audience import Audience
from plushka.engine.journeys.parts import Choice, GoalAudience, Journey, Share, Split, Step


@dataclass(frozen=True, slots=True)
class Plan:
    """A journey whose steps are found by their ids; ``behind`` is what comes after a step and all that is in it.

    ``salt`` decides who goes which way of a split. A version that was published never changes.
    """

    journey: Journey
    salt: str
    first: str | None
    steps: dict[str, Step]
    behind: dict[str, str | None]


def plan(journey: Journey, *, salt: str) -> Plan:
    """Return the plan of a journey without repeated ids."""
    steps: dict[str, Step] = {}
    behind: dict[str, str | None] = {}
    _lay(journey.steps, None, steps, behind)
    return Plan(journey, salt, first_of(journey.steps), steps, behind)


def first_of(steps: Sequence[Step]) -> str | None:
    return steps[0].id if steps else None


def ways_of(step: Step) -> tuple[tuple[Step, ...], ...]:
    """Return the steps inside a step, by way: both of a choice, each of a split; none of others."""
    match step:
        case Choice(yes=yes, no=no):
            return yes, no
        case Split(shares=shares):
            return tuple(share.steps for share in shares)
        case _:
            return ()


def with_ways(step: Choice | Split, ways: Sequence[tuple[Step, ...]]) -> Step:
    """Return a choice or split with other steps inside; ``ways`` as ``ways_of`` has them."""
    match step:
        case Choice():
            yes, no = ways
            return Choice(step.id, step.when, yes, no)
        case Split():
            shares = zip(step.shares, ways, strict=True)
            return Split(step.id, tuple(Share(share.percent, steps) for share, steps in shares))
        case _:
            assert_never(step)


def walk(steps: Sequence[Step], path: str = "steps", depth: int = 0) -> Iterator[tuple[str, Step, int]]:
    """Yield every step with its path and how deep it lies, in the order in which they are read."""
    for index, step in enumerate(steps):
        at = f"{path}[{index}]"
        yield at, step, depth
        match step:
            case Choice(yes=yes, no=no):
                yield from walk(yes, f"{at}.yes", depth + 1)
                yield from walk(no, f"{at}.no", depth + 1)
            case Split(shares=shares):
                for place, share in enumerate(shares):
                    yield from walk(share.steps, f"{at}.shares[{place}].steps", depth + 1)
            case _:
                pass


def audiences(journey: Journey) -> Iterator[tuple[str, Audience]]:
    """Yield all conditions over members that a journey asks, each with its path."""
    if journey.audience is not None:
        yield "audience", journey.audience
    if isinstance(journey.goal, GoalAudience):
        yield "goal.when", journey.goal.when
    for path, step, _ in walk(journey.steps):
        if isinstance(step, Choice):
            yield f"{path}.when", step.when


def _lay(
    steps: Sequence[Step], after: str | None, laid: dict[str, Step], behind: dict[str, str | None]
) -> None:
    for index, step in enumerate(steps):
        laid[step.id] = step
        behind[step.id] = steps[index + 1].id if index + 1 < len(steps) else after
        for way in ways_of(step):
            _lay(way, behind[step.id], laid, behind)
