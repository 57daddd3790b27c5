"""Gifts that are given whether or not the letter behind them goes, so that whoever writes a journey can be told."""

from plushka.engine.journeys.parts import (
    Choice,
    Finish,
    GiveCoupon,
    GivePoints,
    GiveReward,
    Journey,
    Message,
    Split,
    Wait,
)
from plushka.engine.journeys.plan import Plan, first_of, plan, ways_of


def gifts_apart(journey: Journey) -> frozenset[str]:
    """Return the ids of gifts between which and the next letter of the same moment a condition stands.

    A letter that follows at once is asked before its gift is given whether it will go. What stands behind a condition
    is known when the gift is given already.
    """
    laid = plan(journey, salt="")
    return frozenset(
        step.id
        for step in laid.steps.values()
        if isinstance(step, GivePoints | GiveCoupon | GiveReward) and _is_apart(laid, step.id)
    )


def _is_apart(laid: Plan, gift: str) -> bool:
    """Tell whether a way leads from a gift to a letter at once, and asks something before it."""
    seen: set[tuple[str, bool]] = set()
    ahead: list[tuple[str | None, bool]] = [(laid.behind[gift], False)]
    while ahead:
        at, has_asked = ahead.pop()
        # Ways meet again behind a condition: each place is looked at once.
        if at is None or (at, has_asked) in seen:
            continue
        seen.add((at, has_asked))
        step = laid.steps[at]
        match step:
            case Message() if has_asked:
                return True
            case Message() | Wait() | Finish():
                pass
            case Choice() | Split():
                asks = has_asked or isinstance(step, Choice)
                ahead += [(first_of(way) or laid.behind[at], asks) for way in ways_of(step)]
            case _:
                ahead.append((laid.behind[at], has_asked))
    return False
