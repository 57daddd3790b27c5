"""How small an effect a group can see, asked before the start: a comparison that is too small proves nothing."""

from math import ceil, sqrt
from typing import Final

from msgspec import Struct

from plushka.engine.experiments.effects import CONFIDENCE, CONTROL_MIN
from plushka.engine.experiments.groups import BP, CONTROL_MAX_BP, share_of
from plushka.engine.experiments.moments import Moments
from plushka.engine.experiments.quantiles import normal

POWER: Final = 0.80
"""How often an effect that is just large enough to be seen is seen."""

_REACH = normal((1 + CONFIDENCE) / 2) + normal(POWER)
_STEP_BP = 1_00


class Sight(Struct, frozen=True):
    """What ``treated`` members beside ``control`` held out can tell.

    ``minor`` is the smallest increase of what a member pays that is seen with ``POWER``, ``lift_bp`` the same as a
    share of what they paid over as long a time before, ``buyers_bp`` the smallest increase of the share who buy.
    None: nothing is known to work it out from (nobody has bought), or a side is smaller than ``CONTROL_MIN``.
    """

    treated: int
    control: int
    minor: int | None = None
    lift_bp: int | None = None
    buyers_bp: int | None = None

    @property
    def is_too_few(self) -> bool:
        """Tell whether no verdict will be given, whatever happens."""
        return min(self.treated, self.control) < CONTROL_MIN


def minimal_effect(members: int, control_bp: int, past: Moments, buyers: int) -> Sight:
    """Return what ``members`` can tell when ``control_bp`` of them are held out.

    ``past`` has what members like them paid (``y``) over as long a time as will be measured, and what before it
    (``x``); ``buyers`` of them bought in it.
    """
    control = share_of(members, control_bp)
    treated = members - control
    sight = Sight(treated, control)
    if sight.is_too_few or not past.y:
        return sight
    reach = _REACH * sqrt(1 / treated + 1 / control)
    minor = reach * sqrt(_variance(past))
    share = buyers / past.members
    return Sight(
        treated,
        control,
        minor=ceil(minor),
        lift_bp=ceil(minor * past.members * BP / past.y),
        buyers_bp=min(BP, ceil(reach * sqrt(share * (1 - share)) * BP)),
    )


def control_needed(members: int, hoped_minor: int, past: Moments, buyers: int) -> int | None:
    """Return the smallest whole per cent of ``members``, in basis points, that sees ``hoped_minor`` more a member.

    None: not even a half does.
    """
    for control_bp in range(_STEP_BP, CONTROL_MAX_BP + 1, _STEP_BP):
        minor = minimal_effect(members, control_bp, past, buyers).minor
        if minor is not None and minor <= hoped_minor:
            return control_bp
    return None


def _variance(past: Moments) -> float:
    """Return the variance of what members pay that what they paid before does not explain."""
    explained = past.spread_xy**2 / past.spread_xx if past.spread_xx > 0 else 0.0
    return max(0.0, past.spread_yy - explained) / max(1, past.members - 2)
