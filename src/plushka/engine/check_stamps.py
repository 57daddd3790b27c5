"""What is wrong with a programme's stamp cards that their types cannot say."""

from collections.abc import Iterator

from plushka.engine.check_conditions import Problem, condition_problems
from plushka.engine.check_expiry import expiry_problems
from plushka.engine.program import PointsReward, Program


def stamp_problems(program: Program, tier_ids: frozenset[str]) -> Iterator[Problem]:
    """Find everything nonsensical in the stamp cards of ``program``, in the order of its file."""
    ids = {rule.id for rule in program.earning} | {promotion.id for promotion in program.promotions}
    for index, card in enumerate(program.cards):
        path = f"cards[{index}]"
        if card.id in ids:
            yield Problem(f"{path}.id", "duplicate_id", {"id": card.id})
        ids.add(card.id)
        yield from condition_problems(f"{path}.when", card.when, tier_ids, of_lines=False)
        yield from condition_problems(f"{path}.lines", card.lines, tier_ids, of_lines=True)
        if isinstance(card.reward, PointsReward):
            yield from expiry_problems(f"{path}.reward.expiry", card.reward.expiry)
