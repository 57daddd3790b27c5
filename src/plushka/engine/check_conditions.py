"""What is wrong with a condition that its types cannot say."""

from collections.abc import Iterable, Iterator
from datetime import date

from msgspec import Struct

from plushka.engine.conditions import (
    DEPTH_MAX,
    NODES_MAX,
    All,
    Any,
    Brand,
    Category,
    Condition,
    HasLines,
    Not,
    Period,
    Product,
    ReceiptAmount,
    Tier,
    TimeWindow,
)


class Problem(Struct, frozen=True):
    """``path`` is where it stands in the programme's file; ``code`` is stable; ``facts`` are for its sentence."""

    path: str
    code: str
    facts: dict[str, int | str] = {}


def condition_problems(
    path: str, condition: Condition | None, tier_ids: frozenset[str], *, of_lines: bool
) -> Iterator[Problem]:
    """Find what is nonsensical in a condition on lines or on the receipt; ``path`` is where it stands."""
    if condition is None:
        return
    walk = _walk(path, condition, of_lines=of_lines, depth=1)
    for nodes, (at, node, in_lines, depth) in enumerate(walk, start=1):
        if depth > DEPTH_MAX:
            yield Problem(at, "condition_too_deep", {"depth_max": DEPTH_MAX})
            return
        if nodes > NODES_MAX:
            yield Problem(path, "condition_too_large", {"nodes_max": NODES_MAX})
            return
        yield from _node(at, node, tier_ids, of_lines=in_lines)


def _walk(
    path: str, node: Condition, *, of_lines: bool, depth: int
) -> Iterator[tuple[str, Condition, bool, int]]:
    yield path, node, of_lines, depth
    match node:
        case All(of=parts) | Any(of=parts):
            for index, part in enumerate(parts):
                yield from _walk(f"{path}.of[{index}]", part, of_lines=of_lines, depth=depth + 1)
        case Not(of=part):
            yield from _walk(f"{path}.of", part, of_lines=of_lines, depth=depth + 1)
        case HasLines(where=part):
            yield from _walk(f"{path}.where", part, of_lines=True, depth=depth + 1)
        case _:
            pass


def _node(path: str, node: Condition, tier_ids: frozenset[str], *, of_lines: bool) -> Iterator[Problem]:
    if not isinstance(node, All | Any | Not) and isinstance(node, Product | Category | Brand) != of_lines:
        yield Problem(path, "receipt_condition_on_line" if of_lines else "line_condition_on_receipt")
    match node:
        case HasLines(quantity_min_milli=0, amount_min_minor=0) | Period(first_on=None, last_on=None):
            yield Problem(path, "always_holds")
        case Tier(ids=ids):
            yield from unknown_tiers(f"{path}.ids", ids, tier_ids)
        case TimeWindow(start=start, end=end) if start == end:
            yield Problem(path, "empty_window")
        case Period(first_on=date() as first_on, last_on=date() as last_on) if first_on > last_on:
            yield Problem(path, "period_reversed")
        case ReceiptAmount(max_minor=int() as most) as amount:
            least = amount.min_minor + (not amount.min_included)
            if least > most - (not amount.max_included):
                yield Problem(path, "amounts_reversed")
        case _:
            pass


def unknown_tiers(path: str, ids: Iterable[str], tier_ids: frozenset[str]) -> Iterator[Problem]:
    """Find tiers that the programme does not have."""
    for tier in ids:
        if tier not in tier_ids:
            yield Problem(path, "unknown_tier", {"tier": tier})
