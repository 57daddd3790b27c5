"""Where the coffee shop's branches are, to the street and no nearer, and when they are open."""

from plushka.demo.cafe.guests import BRANCH_NAMES
from plushka.demo.cafe.year import TIME_ZONE
from plushka.domain.businesses.model import BranchPlan, Opening, Week

_ADDRESSES = {
    "1": "Москва, Тверская улица",
    "2": "Москва, Комсомольская площадь",
    "3": "Москва, парк Сокольники",
}
_OPENS = {"1": 8, "2": 7, "3": 8}
_OPENS_AT_WEEKENDS = 9
_CLOSES = 21
_HOUR_MINUTES = 60


def plan_of(code: str) -> BranchPlan:
    """Return what is decided about the branch of this code; it is open whenever the year has visits (year.py)."""
    return BranchPlan(
        code=code,
        name=BRANCH_NAMES[code],
        time_zone=TIME_ZONE,
        address=_ADDRESSES[code],
        hours=_week(_OPENS[code]),
    )


def _week(opens: int) -> Week:
    day, weekend = _opening(opens), _opening(_OPENS_AT_WEEKENDS)
    return day, day, day, day, day, weekend, weekend


def _opening(hour: int) -> Opening:
    return Opening(hour * _HOUR_MINUTES, _CLOSES * _HOUR_MINUTES)
