"""What is wrong with a programme that its types cannot say. A sound programme compiles and means something."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import pairwise

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
from plushka.engine.expiry import clamped
from plushka.engine.program import (
    EarningRule,
    ExpiryCalendar,
    ExpiryFixed,
    ExpiryPolicy,
    Fixed,
    Ladder,
    Percent,
    Program,
    TierRule,
)

LEAP_YEAR = 2024
WHOLE_BP = 100_00


class Problem(Struct, frozen=True):
    """``path`` is where it stands in the programme's file; ``code`` is stable; ``facts`` are for its sentence."""

    path: str
    code: str
    facts: dict[str, int | str] = {}


def problems(program: Program) -> tuple[Problem, ...]:
    """Return everything nonsensical in ``program``, in the order of its file; nothing: it may be published."""
    return tuple(_problems(program))


def _problems(program: Program) -> Iterator[Problem]:
    tier_ids = frozenset(tier.id for tier in program.tiers.tiers) if program.tiers else frozenset[str]()
    yield from _repeated("earning", [rule.id for rule in program.earning])
    for index, rule in enumerate(program.earning):
        yield from _rule(f"earning[{index}]", rule, tier_ids)
    yield from _free_rates(program)
    if program.redemption is not None:
        yield from _unknown_tiers("redemption.by_tier", program.redemption.by_tier, tier_ids)
        yield from _condition("redemption.excluded", program.redemption.excluded, tier_ids, of_lines=True)
    if program.tiers is not None:
        yield from _tiers(program.tiers.tiers)
    yield from _condition("excluded", program.excluded, tier_ids, of_lines=True)
    yield from _expiry("expiry", program.expiry)
    if program.welcome is not None:
        yield from _expiry("welcome.expiry", program.welcome.expiry)


def _rule(path: str, rule: EarningRule, tier_ids: frozenset[str]) -> Iterator[Problem]:
    match rule.effect:
        case Percent(by_tier=by_tier):
            yield from _unknown_tiers(f"{path}.effect.by_tier", by_tier, tier_ids)
        case Ladder(bands=bands):
            for index, (band, above) in enumerate(pairwise(bands)):
                if above.from_minor <= band.from_minor:
                    yield Problem(f"{path}.effect.bands[{index + 1}].from_minor", "ladder_not_ascending")
        case Fixed():
            pass
    yield from _condition(f"{path}.when", rule.when, tier_ids, of_lines=False)
    yield from _condition(f"{path}.lines", rule.lines, tier_ids, of_lines=True)
    yield from _expiry(f"{path}.expiry", rule.expiry)


def _free_rates(program: Program) -> Iterator[Problem]:
    """Find percents that, all at once and without any condition, give back more than was paid."""
    best: dict[str, int] = {}
    for rule in program.earning:
        if isinstance(rule.effect, Percent) and rule.when is None and rule.lines is None:
            rate_bp = max(rule.effect.rate_bp, *rule.effect.by_tier.values(), 0)
            rival = rule.group if rule.policy == "best_in_group" else f"{rule.policy} {rule.id}"
            best[rival] = max(best.get(rival, 0), rate_bp)
    total_bp = sum(best.values())
    if total_bp > WHOLE_BP:
        yield Problem("earning", "rates_over_whole", {"rate_bp": total_bp})


def _tiers(tiers: Sequence[TierRule]) -> Iterator[Problem]:
    path = "tiers.tiers"
    yield from _repeated(path, [tier.id for tier in tiers])
    if tiers[0].requirements:
        yield Problem(f"{path}[0].requirements", "first_tier_has_requirements")
    for index, tier in enumerate(tiers):
        if index and not tier.requirements:
            yield Problem(f"{path}[{index}].requirements", "tier_without_requirements")
        yield from _expiry(f"{path}[{index}].expiry", tier.expiry)
    bars: dict[object, int] = {}
    for index, tier in enumerate(tiers):
        for place, requirement in enumerate(tier.requirements):
            key = (requirement.metric, requirement.window)
            if requirement.at_least <= bars.get(key, 0):
                yield Problem(f"{path}[{index}].requirements[{place}].at_least", "requirement_not_rising")
            bars[key] = requirement.at_least


def _expiry(path: str, policy: ExpiryPolicy | None) -> Iterator[Problem]:
    match policy:
        case ExpiryFixed(days=days, months=months) if (days is None) == (months is None):
            yield Problem(path, "days_or_months")
        case ExpiryCalendar(month=month, day=day) if clamped(LEAP_YEAR, month, day).day != day:
            yield Problem(path, "no_such_day", {"month": month, "day": day})
        case _:
            pass


def _condition(
    path: str, condition: Condition | None, tier_ids: frozenset[str], *, of_lines: bool
) -> Iterator[Problem]:
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
            yield from _unknown_tiers(f"{path}.ids", ids, tier_ids)
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


def _repeated(path: str, ids: Iterable[str]) -> Iterator[Problem]:
    seen = set()
    for index, name in enumerate(ids):
        if name in seen:
            yield Problem(f"{path}[{index}].id", "duplicate_id", {"id": name})
        seen.add(name)


def _unknown_tiers(path: str, ids: Iterable[str], tier_ids: frozenset[str]) -> Iterator[Problem]:
    for tier in ids:
        if tier not in tier_ids:
            yield Problem(path, "unknown_tier", {"tier": tier})
