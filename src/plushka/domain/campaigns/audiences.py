"""An audience as a broadcast asks for it: some segments, without others, by how they can be told, and of which sex."""

from collections.abc import Sequence
from typing import Literal, get_args

from msgspec import Struct

from plushka.engine.audience import All, Audience, Blocked, Channel, Not, Reachable, Sex
from plushka.engine.conditions import Segment

CHANNELS: tuple[Channel, ...] = get_args(Channel)


class Who(Struct, frozen=True):
    """Members of one of ``segments`` (none: everybody), of none of ``excluded``, of all the other parts.

    ``channels``: who can be told by one of them; ``sexes``: who is one of them. Blocked members are never asked for.
    """

    segments: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    channels: tuple[Channel, ...] = ()
    sexes: tuple[Literal["female", "male"], ...] = ()
    others: tuple[Audience, ...] = ()


def composed(who: Who) -> Audience:
    """Return the audience that is asked for."""
    parts: list[Audience] = [Not(Blocked())]
    if who.segments:
        parts.append(Segment(who.segments))
    if who.excluded:
        parts.append(Not(Segment(who.excluded)))
    if who.channels:
        parts.append(Reachable(who.channels))
    if who.sexes:
        parts.append(Sex(who.sexes))
    return All((*parts, *who.others))


def taken_apart(audience: Audience | None) -> Who:
    """Return what an audience asks for; parts that no field has are ``others``, and stay."""
    parts: Sequence[Audience] = (
        audience.of if isinstance(audience, All) else () if audience is None else (audience,)
    )
    who = Who()
    others: list[Audience] = []
    for part in parts:
        match part:
            case Not(Blocked()):
                pass
            case Segment(ids) if not who.segments:
                who = Who(ids, who.excluded, who.channels, who.sexes)
            case Not(Segment(ids)) if not who.excluded:
                who = Who(who.segments, ids, who.channels, who.sexes)
            case Reachable(channels) if not who.channels:
                who = Who(who.segments, who.excluded, channels, who.sexes)
            case Sex(ids) if not who.sexes:
                who = Who(who.segments, who.excluded, who.channels, ids)
            case _:
                others.append(part)
    return Who(who.segments, who.excluded, who.channels, who.sexes, tuple(others))
