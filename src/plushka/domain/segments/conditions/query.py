"""SQL that is being put together."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Literal, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from msgspec import Struct

from plushka.domain.programs.versions import FIRST_PROGRAM
from plushka.domain.segments.cards import Needed
from plushka.engine.audience import Audience
from plushka.engine.local_time import instant

ALWAYS = "true"
Leaf = TypeVar("Leaf")
Column = Literal["purchases", "spend_minor"]
"""What is summed of business days."""


class Today(Struct, frozen=True):
    """The moment and the day that an audience is asked on, by the business's calendar."""

    at: datetime
    zone: str
    language: str

    @property
    def date(self) -> date:
        return self.at.astimezone(ZoneInfo(self.zone)).date()


class Query:
    """SQL that is being put together: values go to ``args``, where the tenant's id stands first."""

    def __init__(
        self,
        args: list[Any],
        today: Today,
        definitions: Mapping[str, Audience | None],
        needed: Needed,
        compiled: Callable[[Audience], str],
        *,
        still_open: str = "",
    ) -> None:
        self.today = today
        self.definitions = definitions
        self.compiled = compiled
        self._needed = needed
        self._still_open = still_open
        self._args = args
        self._places: dict[tuple[str, str], str] = {}
        self._joins: dict[str, str] = {}
        self._sums: dict[tuple[date, Column], str] = {}
        self._together: dict[Callable[[Sequence[Any], Query], str], list[Any]] = {}

    def place(self, value: Any, kind: str) -> str:
        """Return the place of a value of an SQL type; a value asked for again has the same one."""
        known = (kind, repr(value))
        if known not in self._places:
            self._args.append(value)
            self._places[known] = f"${len(self._args)}::{kind}"
        return self._places[known]

    def join(self, rows: str) -> str:
        """Join ``rows``, which have ``member_id`` once each, and return their alias; the same rows are joined once."""
        return self._joins.setdefault(rows, f"j{len(self._joins) + 1}")

    def sum_since(self, first: date, column: Column) -> str:
        """Join each member's sum of a column of business days since ``first``, and return its name.

        However many sums are asked for, business days are read once: there are some for each member.
        """
        return self._sums.setdefault((first, column), f"d.sum_{len(self._sums) + 1}")

    def has(self, members: str, *, is_each_once: bool = False) -> str:
        """Return whether a member is among ``members``, a statement that may name them often."""
        once = members if is_each_once else f"select distinct member_id from ({members}) as found"
        return f"{self.join(once)}.member_id is not null"

    def together(self, rows: "Callable[[Sequence[Leaf], Query], str]", leaf: Leaf) -> str:
        """Return whether a condition holds that is told in one pass with all others that ``rows`` is for.

        ``rows`` returns a statement of ``member_id``, once each, and of ``t1``, ``t2``… for the conditions it is given.
        """
        asked = self._together.setdefault(rows, [])
        if leaf not in asked:
            asked.append(leaf)
        return f"coalesce(t{list(self._together).index(rows) + 1}.t{asked.index(leaf) + 1}, false)"

    def only_open(self, member: str) -> str:
        """Return that ``member``, an expression, is one of whom it is open whether they are in the audience."""
        return f" and {member} in ({self._still_open})" if self._still_open else ""

    def program(self, program: UUID | None) -> str:
        if program is None:
            return f"({FIRST_PROGRAM})"
        return self.place(program, "uuid")

    def needed_for(self, program: UUID | None, card: str) -> int | None:
        """Return how many stamps fill a card; None: the rules in force have no such card."""
        of_program = (
            next(iter(self._needed.values()), {}) if program is None else self._needed.get(program, {})
        )
        return of_program.get(card)

    @property
    def joins(self) -> str:
        joined = [(alias, rows) for rows, alias in self._joins.items()]
        joined += [("d", self._days)] if self._sums else []
        joined += [(f"t{n}", rows(of, self)) for n, (rows, of) in enumerate(self._together.items(), start=1)]
        return "".join(
            f" left join ({rows}) as {alias} on {alias}.member_id = m.id" for alias, rows in joined
        )

    @property
    def _days(self) -> str:
        earliest = min(first for first, _ in self._sums)
        sums = ""
        for (first, column), name in self._sums.items():
            sums += f", sum({column})"
            if first > earliest:
                sums += f" filter (where business_date >= {self.place(first, 'date')})"
            sums += f" as {name.removeprefix('d.')}"
        # In the order of the index, which has all that is asked: to group millions of days by hash takes three times as
        # long, and PostgreSQL would.
        days = (
            "select member_id, business_date, purchases, spend_minor from standing_days"
            f" where tenant_id = $1 and business_date >= {self.place(earliest, 'date')} order by member_id offset 0"
        )
        return f"select member_id{sums} from ({days}) as days group by member_id"


def within(value: str, least: int | None, most: int | None, query: Query) -> str:
    """Return whether a number is there and lies in bounds, both inclusive; None: not bounded."""
    parts = [f"{value} is not null"]
    parts += [f"{value} >= {query.place(least, 'bigint')}"] if least is not None else []
    parts += [f"{value} <= {query.place(most, 'bigint')}"] if most is not None else []
    return f"({' and '.join(parts)})"


def day_ago(query: Query, days: int | None) -> date | None:
    return None if days is None else query.today.date - timedelta(days=days)


def between(moment: str, first: date | None, last: date | None, query: Query) -> str:
    """Return whether a moment is on a day of the business's calendar from first to last."""
    parts = []
    if first is not None:
        parts.append(f"{moment} >= {query.place(instant(first, 0, query.today.zone), 'timestamptz')}")
    if last is not None:
        midnight = instant(last + timedelta(days=1), 0, query.today.zone)
        parts.append(f"{moment} < {query.place(midnight, 'timestamptz')}")
    return f"({' and '.join(parts)})" if parts else ALWAYS


def first_day(query: Query, days: int) -> date:
    return query.today.date - timedelta(days=days - 1)


def since_moment(column: str, days: int | None, query: Query) -> str:
    """Return that a moment is in the last ``days`` days, if they are asked for."""
    if days is None:
        return ""
    midnight = instant(first_day(query, days), 0, query.today.zone)
    return f" and {column} >= {query.place(midnight, 'timestamptz')}"


def since(column: str, days: int | None, query: Query) -> str:
    return "" if days is None else f" and {column} >= {query.place(first_day(query, days), 'date')}"
