"""Conditions nested with all, any and not, and what is left of them while some are not asked yet."""

from collections.abc import Callable, Iterator

from plushka.engine.audience import All, Any, Audience, Campaign, Not


def combined(audience: Audience, asked: Callable[[Audience], str]) -> str:
    """Return what ``audience`` asks of a member, of each condition as ``asked`` tells it."""
    match audience:
        case All(of=parts):
            return f"({' and '.join(combined(part, asked) for part in parts)})"
        case Any(of=parts):
            return f"({' or '.join(combined(part, asked) for part in parts)})"
        case Not(of=part):
            return f"not {combined(part, asked)}"
        case _:
            return asked(audience)


def leaves_of(audience: Audience) -> Iterator[Audience]:
    match audience:
        case All(of=parts) | Any(of=parts):
            for part in parts:
                yield from leaves_of(part)
        case Not(of=part):
            yield from leaves_of(part)
        case _:
            yield audience


def is_dear(leaf: Audience) -> bool:
    """Tell whether a condition puts letters and purchases of months in order: some ten times what another costs."""
    return isinstance(leaf, Campaign) and (leaf.reaction == "bought" or leaf.bought_within_days is not None)


def bound(audience: Audience, *, most: bool) -> Audience | bool:
    """Return what is left of ``audience`` if each dear condition turns out as lets in the most members, or the least.

    A truth value: nothing is left to be asked.
    """
    match audience:
        case All(of=parts) | Any(of=parts):
            settles = isinstance(audience, Any)
            left = [bound(part, most=most) for part in parts]
            if settles in left:
                return settles
            open_parts = tuple(part for part in left if not isinstance(part, bool))
            return type(audience)(open_parts) if open_parts else not settles
        case Not(of=part):
            inner = bound(part, most=not most)
            return not inner if isinstance(inner, bool) else Not(inner)
        case _:
            return most if is_dear(audience) else audience
