"""What is wrong with a programme that its types cannot say. A sound programme compiles and means something."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from plushka.engine.check_conditions import Problem, condition_problems, unknown_tiers
from plushka.engine.check_expiry import expiry_problems
from plushka.engine.check_occasions import occasion_problems
from plushka.engine.check_promotions import promotion_problems
from plushka.engine.check_referral import referral_problems
from plushka.engine.check_stamps import stamp_problems
from plushka.engine.program import (
    EarningRule,
    Fixed,
    Ladder,
    Multiplied,
    Percent,
    Program,
    TierRule,
)

WHOLE_BP = 100_00


def problems(program: Program) -> tuple[Problem, ...]:
    """Return everything nonsensical in ``program``, in the order of its file; nothing: it may be published."""
    return tuple(_problems(program))


def _problems(program: Program) -> Iterator[Problem]:
    tier_ids = frozenset(tier.id for tier in program.tiers.tiers) if program.tiers else frozenset[str]()
    yield from _repeated("earning", [rule.id for rule in program.earning])
    for index, rule in enumerate(program.earning):
        yield from _rule(f"earning[{index}]", rule, tier_ids)
    yield from _multipliers(program.earning)
    yield from _free_rates(program)
    if program.redemption is not None:
        yield from unknown_tiers("redemption.by_tier", program.redemption.by_tier, tier_ids)
        yield from condition_problems(
            "redemption.excluded", program.redemption.excluded, tier_ids, of_lines=True
        )
    if program.tiers is not None:
        yield from _tiers(program.tiers.tiers)
    yield from condition_problems("excluded", program.excluded, tier_ids, of_lines=True)
    yield from expiry_problems("expiry", program.expiry)
    if program.welcome is not None:
        yield from expiry_problems("welcome.expiry", program.welcome.expiry)
    yield from promotion_problems(program, tier_ids)
    yield from stamp_problems(program, tier_ids)
    yield from occasion_problems(program, tier_ids)
    yield from referral_problems(program, tier_ids)


def _rule(path: str, rule: EarningRule, tier_ids: frozenset[str]) -> Iterator[Problem]:
    match rule.effect:
        case Percent(by_tier=by_tier):
            yield from unknown_tiers(f"{path}.effect.by_tier", by_tier, tier_ids)
        case Ladder(bands=bands):
            for index, (band, above) in enumerate(pairwise(bands)):
                if above.from_minor <= band.from_minor:
                    yield Problem(f"{path}.effect.bands[{index + 1}].from_minor", "ladder_not_ascending")
        case Fixed() | Multiplied():
            pass
    yield from condition_problems(f"{path}.when", rule.when, tier_ids, of_lines=False)
    yield from condition_problems(f"{path}.lines", rule.lines, tier_ids, of_lines=True)
    yield from expiry_problems(f"{path}.expiry", rule.expiry)


def _multipliers(rules: Sequence[EarningRule]) -> Iterator[Problem]:
    """Find multipliers in a programme where no rule gives points by itself."""
    if not all(isinstance(rule.effect, Multiplied) for rule in rules):
        return
    for index in range(len(rules)):
        yield Problem(f"earning[{index}].effect", "nothing_to_multiply")


def _free_rates(program: Program) -> Iterator[Problem]:
    """Find percents that, all at once and without any condition, multiplied, give back more than was paid."""
    best: dict[str, int] = {}
    added: dict[str, int] = {}
    for rule in program.earning:
        if rule.when is not None or rule.lines is not None:
            continue
        rival = rule.group if rule.policy == "best_in_group" else f"{rule.policy} {rule.id}"
        match rule.effect:
            case Percent(rate_bp=rate_bp, by_tier=by_tier):
                best[rival] = max(best.get(rival, 0), rate_bp, *by_tier.values())
            case Multiplied(times_bp=times_bp):
                added[rival] = max(added.get(rival, 0), times_bp - WHOLE_BP)
            case _:
                pass
    total_bp = sum(best.values()) * (WHOLE_BP + sum(added.values())) // WHOLE_BP
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
        yield from expiry_problems(f"{path}[{index}].expiry", tier.expiry)
    bars: dict[object, int] = {}
    for index, tier in enumerate(tiers):
        for place, requirement in enumerate(tier.requirements):
            key = (requirement.metric, requirement.window)
            if requirement.at_least <= bars.get(key, 0):
                yield Problem(f"{path}[{index}].requirements[{place}].at_least", "requirement_not_rising")
            bars[key] = requirement.at_least


def _repeated(path: str, ids: Iterable[str]) -> Iterator[Problem]:
    seen = set()
    for index, name in enumerate(ids):
        if name in seen:
            yield Problem(f"{path}[{index}].id", "duplicate_id", {"id": name})
        seen.add(name)
