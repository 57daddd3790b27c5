"""Steps put in, taken out, moved and written anew: each change gives new steps, wherever in the tree it is."""

from collections.abc import Callable

from plushka.engine.journeys.parts import Choice, Split, Step
from plushka.engine.journeys.plan import ways_of, with_ways

Row = tuple[Step, ...]


def find_step(steps: Row, step_id: str) -> Step | None:
    """Return a step, however deep it lies."""
    for step in steps:
        if step.id == step_id:
            return step
        for way in ways_of(step):
            if (found := find_step(way, step_id)) is not None:
                return found
    return None


def added(steps: Row, step: Step, *, parent: str = "", way: int = 0) -> Row:
    """Return the steps with one more at the end: of all, or of a way of the choice or split ``parent``."""
    if not parent:
        return (*steps, step)

    def grown(known: Step) -> Step:
        ways = list(ways_of(known))
        if known.id != parent or not isinstance(known, Choice | Split) or way >= len(ways):
            return known
        ways[way] = (*ways[way], step)
        return with_ways(known, ways)

    return _each(steps, grown)


def replaced(steps: Row, step: Step) -> Row:
    """Return the steps with the one of the same id written anew."""
    return _each(steps, lambda known: step if known.id == step.id else known)


def removed(steps: Row, step_id: str) -> Row:
    """Return the steps without one, and without all that is in it."""
    return _rows(steps, lambda row: tuple(step for step in row if step.id != step_id))


def moved(steps: Row, step_id: str, by: int) -> Row:
    """Return the steps with one that has changed places with its neighbour: ``by`` -1 the one above, 1 below."""

    def swapped(row: Row) -> Row:
        place = next((place for place, step in enumerate(row) if step.id == step_id), None)
        if place is None or not 0 <= place + by < len(row):
            return row
        changed = list(row)
        changed[place], changed[place + by] = changed[place + by], changed[place]
        return tuple(changed)

    return _rows(steps, swapped)


def _each(steps: Row, change: Callable[[Step], Step]) -> Row:
    return tuple(_inside(change(step), lambda row: _each(row, change)) for step in steps)


def _rows(steps: Row, change: Callable[[Row], Row]) -> Row:
    return tuple(_inside(step, lambda row: _rows(row, change)) for step in change(steps))


def _inside(step: Step, change: Callable[[Row], Row]) -> Step:
    if isinstance(step, Choice | Split):
        return with_ways(step, [change(way) for way in ways_of(step)])
    return step
