"""What is wrong with what a programme gives for friends that its types cannot say."""

from collections.abc import Iterator

from plushka.engine.check_conditions import Problem, condition_problems
from plushka.engine.check_expiry import expiry_problems
from plushka.engine.program import REFERRAL, Program
from plushka.engine.referral_parts import BaseShare

WHOLE_BP = 100_00


def referral_problems(program: Program, tier_ids: frozenset[str]) -> Iterator[Problem]:
    """Find everything nonsensical in the referral of ``program``, and parts that have its name."""
    referral = program.referral
    if referral is None:
        return
    for field in ("earning", "promotions", "cards", "occasions"):
        for index, part in enumerate(getattr(program, field)):
            if part.id == REFERRAL:
                yield Problem(f"{field}[{index}].id", "duplicate_id", {"id": REFERRAL})
    shares_bp = [level.rate_bp for level in referral.levels if isinstance(level, BaseShare)]
    if sum(shares_bp) > WHOLE_BP:
        yield Problem("referral.levels", "rates_over_whole", {"rate_bp": sum(shares_bp)})
    yield from condition_problems("referral.when", referral.when, tier_ids, of_lines=False)
    yield from condition_problems("referral.lines", referral.lines, tier_ids, of_lines=True)
    yield from expiry_problems("referral.expiry", referral.expiry)
    if referral.friend is not None:
        yield from expiry_problems("referral.friend.expiry", referral.friend.expiry)
