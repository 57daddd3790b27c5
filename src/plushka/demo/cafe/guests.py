"""Who comes to the coffee shop: everybody in the morning, some every other day, most once. Always the same people."""

from datetime import date, timedelta
from random import Random
from typing import Literal

from msgspec import Struct

from plushka.demo import people

GUESTS = 1_500
DAYS = 357
"""Of the past: 51 weeks."""
BRANCHES = ("1", "2", "3")
BRANCH_NAMES = {"1": "На Тверской", "2": "У вокзала", "3": "В парке"}
_FIRST_NAME = 2_469
"""The grocery chain's members have the names before this one."""
_OLDEST_BORN_ON = date(1955, 1, 1)
_BIRTHDAYS_RANGE_DAYS = 50 * 365

Kind = Literal["regular", "occasional", "rare"]
_KINDS: tuple[tuple[Kind, int], ...] = (("regular", 16), ("occasional", 38), ("rare", 46))
_GAP_DAYS = {"regular": 2.7, "occasional": 15.0, "rare": 45.0}
"""Between visits, on average."""
_STAYS_DAYS = {"regular": 260.0, "occasional": 200.0, "rare": 25.0}
"""How long somebody of the kind keeps coming, on average."""
_PAYS_SHARE = {"regular": 0.14, "occasional": 0.1, "rare": 0.03}
_EARLY_SHARE = 0.38
_EARLY_DAYS = 45
"""Of all guests, so many take a card while the programme is news."""
_GROWTH = 0.85
"""Of the others, below one, more join the later it is."""


class Guest(Struct, frozen=True):
    """A member: ``joins_on_day`` counts from the first day; ``pays_share`` is how often they pay with points."""

    number: int
    name: str
    birthday: date
    branch: str
    kind: Kind
    joins_on_day: int
    stays_days: float
    gap_days: float
    pays_share: float

    @property
    def card(self) -> str:
        return card(self.number)

    @property
    def email(self) -> str:
        """An address of a domain that is reserved for examples: nothing sent there arrives anywhere."""
        return f"guest-{self.number:04}@example.com"


def card(number: int) -> str:
    """Return the card number of a guest."""
    return f"PAR{number:06}"


def guest(number: int) -> Guest:
    """Return the guest ``number``, from 0."""
    draw = Random(f"cafe guest {number}")  # noqa: S311 - invention, not secrecy
    kind = draw.choices([kind for kind, _ in _KINDS], [share for _, share in _KINDS])[0]
    return Guest(
        number=number,
        name=people.name(_FIRST_NAME + number),
        birthday=_OLDEST_BORN_ON + timedelta(days=draw.randrange(_BIRTHDAYS_RANGE_DAYS)),
        branch=draw.choices(BRANCHES, (42, 34, 24))[0],
        kind=kind,
        joins_on_day=_joins_on_day(draw),
        stays_days=draw.expovariate(1 / _STAYS_DAYS[kind]),
        gap_days=_GAP_DAYS[kind],
        pays_share=_PAYS_SHARE[kind],
    )


def _joins_on_day(draw: Random) -> int:
    if draw.random() < _EARLY_SHARE:
        return draw.randrange(_EARLY_DAYS)
    return int(DAYS * draw.random() ** _GROWTH)
