"""Values of what members are expected to bring."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from msgspec import Struct

MODEL = "BG/NBD + Gamma-Gamma, 2"
"""What worked a run out; the number changes with the method."""
BUYERS_MIN = 200
COMEBACKS_MIN = 50
HISTORY_DAYS_MIN = 84
HOLDOUT_DAYS_MAX = 90
HOLDOUT_PART = 4
"""A quarter of the history at most is kept back to look whether the forecast comes true."""
WHOLE_BP = 10_000
MILLI = 1000
"""Thousandths of a visit in a visit."""
SOON_DAYS = 90
YEAR_DAYS = 365
CLASSES = ((0, 0), (1, 1), (2, 2), (3, 3), (4, 6), (7, 12), (13, None))
"""Visits after the first one, both bounds inclusive, by which a forecast is compared with what came."""

Outcome = Literal["fitted", "too_few_buyers", "too_short", "not_converged"]
NoMoney = Literal["", "few_paid", "not_converged"]
"""Why visits are foreseen and money is not: too few have paid anything, or Gamma-Gamma did not fit; empty: it did."""


class Terms(Struct, frozen=True):
    """How money to come is weighed: by these figures of ours until the business has its own. The page says which.

    What comes in twelve months is worth ``discount_bp`` less today. ``margin_bp`` of revenue is margin; None: as goods
    have it whose cost is known, and these are to be ``costed_min_bp`` of the revenue, to stand for the rest.
    """

    discount_bp: int = 15_00
    margin_bp: int | None = None
    costed_min_bp: int = 50_00


class History(Struct, frozen=True):
    """Buyers as columns of one length, as of the end of ``through_on`` and, ``known_``, of ``calibrated_on`` before it.

    ``age``: days since the first visit, ``recency``: days from the first visit to the last one. ``known_visits`` is 0
    of who came first in the days that are kept back.
    """

    through_on: date
    calibrated_on: date
    days: int
    member_ids: list[UUID]
    age: list[int]
    recency: list[int]
    visits: list[int]
    spend_minor: list[int]
    known_recency: list[int]
    known_visits: list[int]

    @property
    def holdout_days(self) -> int:
        return (self.through_on - self.calibrated_on).days


class Churn(Struct, frozen=True):
    """The four parameters of BG/NBD, of time in weeks."""

    r: float
    alpha: float
    a: float
    b: float


class Spending(Struct, frozen=True):
    """The three parameters of Gamma-Gamma; ``v`` is in minor units."""

    p: float
    q: float
    v: float


class Compared(Struct, frozen=True):
    """Buyers with so many visits after the first before the hold-out, and their visits in it.

    Forecast visits are in thousandths.
    """

    visits_min: int
    visits_max: int | None
    members: int
    actual: int
    expected_milli: int


class Calibration(Struct, frozen=True):
    """How a forecast from days through ``calibrated_on`` came true in the ``holdout_days`` after it.

    ``steady_milli``: what it would be if everybody simply went on as often as before: the yardstick of a forecast.
    """

    calibrated_on: date
    holdout_days: int
    classes: tuple[Compared, ...]
    steady_milli: int

    @property
    def actual(self) -> int:
        return sum(each.actual for each in self.classes)

    @property
    def expected_milli(self) -> int:
        return sum(each.expected_milli for each in self.classes)


class LifetimeRun(Struct, frozen=True):
    """A night's work: of days through ``through_on``. Only a ``fitted`` one has parameters and a calibration.

    Without ``spending`` it foresees visits alone, and ``no_money`` says why.
    """

    as_of: datetime
    through_on: date
    model: str
    outcome: Outcome
    buyers: int
    comebacks: int
    history_days: int
    churn: Churn | None = None
    spending: Spending | None = None
    calibration: Calibration | None = None
    no_money: NoMoney = ""
    discount_bp: int = 0


class MemberLifetime(Struct, frozen=True):
    """What one member is expected to do, as of the last run. Money is an estimate, rounded half up to minor units.

    ``alive_bp`` is None of who has come once: of them the model knows nothing. Visits are in thousandths. Money is None
    where it is not foreseen; ``value_minor`` is that of the year, discounted.
    """

    visits: int
    first_on: date
    last_on: date
    alive_bp: int | None
    visits_soon_milli: int
    visits_year_milli: int
    visit_minor: int | None
    soon_minor: int | None
    year_minor: int | None
    value_minor: int | None


class ExpectedMoney(Struct, frozen=True):
    """Columns of minor units: of a visit, of 90 days, of a year, and of the year discounted."""

    visit_minor: list[int]
    soon_minor: list[int]
    year_minor: list[int]
    value_minor: list[int]


class Expected(Struct, frozen=True):
    """What members are expected to do, as columns in the order of the history's members.

    ``alive_bp`` is None of who has come once; ``money`` None where it is not foreseen.
    """

    alive_bp: list[int | None]
    visits_soon_milli: list[int]
    visits_year_milli: list[int]
    money: ExpectedMoney | None
