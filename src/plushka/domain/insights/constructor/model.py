"""A question put together from the catalogue, its answer, and why it is not answered."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from msgspec import Struct

from plushka.domain.insights.reports import period
from plushka.domain.insights.reports.period import Period
from plushka.platform.errors import Conflict, Denied, Invalid, NotFound

ROWS_MAX, MEASURES_MAX, FILTERS_MAX, VALUES_MAX = 3, 6, 8, 100
"""Of one question: row dimensions, measures, conditions, values of a condition."""
GROUPS_MAX = 50_000
"""Groups that one answer reads; what is ordered behind them is cut off."""
COLUMNS_MAX = 31
"""Columns side by side: the days of a month."""
VALUE_LENGTH_MAX = 200
ALL_FROM, ALL_UNTIL = date(2000, 1, 1), date(2200, 1, 1)

Span = period.Kind | Literal["all"]
View = Literal["table", "pivot", "chart"]


class Filter(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """Only rows whose ``dimension`` has one of ``values`` as its key; ``is_not``: none of them."""

    dimension: str
    values: tuple[str, ...]
    is_not: bool = False


class Question(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """What is asked. Names are those of the catalogue; ``column`` stands side by side in a pivot, empty: none does.

    ``span`` is a period as of the day of asking; ``first_on`` and ``last_on`` are of a ``custom`` one, both count.
    ``sort`` is a measure, from the most down; empty: the first one, or the order of a dimension that rises.
    """

    source: str
    measures: tuple[str, ...]
    rows: tuple[str, ...] = ()
    column: str = ""
    filters: tuple[Filter, ...] = ()
    span: Span = "days30"
    first_on: date | None = None
    last_on: date | None = None
    sort: str = ""
    view: View = "table"
    has_subtotals: bool = False

    @property
    def dimensions(self) -> tuple[str, ...]:
        """The dimensions of a group, those of rows first."""
        return (*self.rows, self.column) if self.column else self.rows

    def period(self, today: date) -> Period:
        """Return its days as of the business day ``today``."""
        if self.span == "all":
            return Period(ALL_FROM, ALL_UNTIL)
        if self.span == "custom" and self.first_on and self.last_on:
            return period.custom(min(self.first_on, self.last_on), max(self.first_on, self.last_on))
        return period.period_of(self.span, today)


Figure = tuple[int | None, int | None]
"""A figure as it was summed: numerator and, of a ratio, denominator. (None, …): there is no such figure."""


class Group(Struct, frozen=True, array_like=True):
    """Figures of rows put together: by ``keys`` of the row dimensions, fewer in a subtotal, and ``column``.

    ``column`` None: of all columns. No ``keys``: of all rows.
    """

    keys: tuple[str, ...]
    column: str | None
    figures: tuple[Figure, ...]


class Answer(Struct, frozen=True):
    """Groups in their order, totals among them. ``is_cut``: there are more; totals are of all.

    ``names``: by dimension how its keys are called. ``period``: the days it is of, None: all there are.
    """

    question: Question
    groups: tuple[Group, ...]
    names: dict[str, dict[str, str]]
    counted_at: datetime
    period: tuple[date, date] | None
    is_cut: bool = False


class Asker(Struct, frozen=True):
    """Who asks: the actions they may do, and the branches that they are kept to (none: all of them)."""

    actions: frozenset[str]
    branch_ids: frozenset[UUID] = frozenset()

    def may(self, action: str) -> bool:
        return not action or action in self.actions


class QuestionUnsound(Invalid):
    """It names nothing, too much, or what the catalogue does not have."""

    code = "report_question_unsound"


class QuestionDenied(Denied):
    """It asks for what this person may not see."""

    code = "report_question_denied"


class QuestionTooCostly(Conflict):
    """It would keep the database busy for too long."""

    code = "report_too_costly"


class QuestionTooLong(Conflict):
    """It was not answered in ``seconds``."""

    code = "report_too_long"


class QuestionTooWide(Conflict):
    """There are more than ``columns_max`` columns side by side, or too many cells."""

    code = "report_too_wide"


class ReportRunning(Conflict):
    """Another long question of the business is being answered."""

    code = "report_running"


class UnknownReport(NotFound):
    """There is no saved report of this id, or it is somebody's own."""

    code = "report_not_found"


class NotYourReport(Denied):
    """Only who has saved it may change it."""

    code = "report_not_yours"


class ReportNameWrong(Invalid):
    """The name is empty, or longer than ``length_max``."""

    code = "report_name_wrong"


class RhythmWrong(Invalid):
    """There is no such day or hour, or there are too many recipients."""

    code = "report_rhythm_wrong"


class TooManyReports(Conflict):
    """The business has ``reports_max`` saved reports."""

    code = "reports_too_many"
