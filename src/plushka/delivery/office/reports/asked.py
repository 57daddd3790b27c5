"""What a report is asked about, as it stands in the address: period, comparison, branches, programme."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from types import MappingProxyType
from typing import get_args
from urllib.parse import urlencode
from uuid import UUID

from litestar.datastructures import MultiDict
from msgspec import Struct

from plushka.delivery.office.choosing import PARAMETER
from plushka.delivery.office.visit import Visit
from plushka.delivery.web.address import day_of, id_of
from plushka.domain.businesses.model import Branch
from plushka.domain.businesses.queries import list_branches
from plushka.domain.insights.reports.period import Comparison, Kind, Period, compared, custom, period_of
from plushka.domain.insights.reports.scope import Scope
from plushka.platform.database import Tx

PERIODS: tuple[Kind, ...] = get_args(Kind)
COMPARISONS: tuple[Comparison, ...] = get_args(Comparison)
DAYS_MAX = 3 * 366
"""Of a period of one's own; a longer one is cut at its beginning."""

PART_LENGTH_MAX = 40


class Asked(Struct, frozen=True):
    """``branches`` are those chosen; ``branch_ids`` those that figures are of, empty for all the business has.

    Somebody who is kept to some branches is answered of these alone, whatever they choose. ``program_id``: the
    programme whose receipts count, None for all. ``offered``: what the bar lets choose from. ``part``: of a block that
    lists who is behind a figure, of which one. ``measure``: of a block that tells several things, which one.
    """

    kind: Kind
    period: Period
    comparison: Comparison
    before: Period | None
    branches: tuple[Branch, ...]
    branch_ids: tuple[UUID, ...]
    program_id: UUID | None
    offered: tuple[Branch, ...]
    part: str = ""
    measure: str = ""

    @property
    def is_of_whole_business(self) -> bool:
        return not self.branch_ids

    @property
    def scope(self) -> Scope:
        return self.scope_of(self.period)

    def scope_of(self, period: Period) -> Scope:
        return Scope(period, self.branch_ids, self.program_id)

    def query(self, **more: str) -> str:
        """Return the address's part after the question mark, without what goes without saying."""
        pairs: list[tuple[str, str]] = []
        if self.kind != PERIODS[0]:
            pairs.append(("period", self.kind))
        if self.kind == "custom":
            pairs += [("from", self.period.from_on.isoformat()), ("until", self.period.last_on.isoformat())]
        if self.comparison != COMPARISONS[0]:
            pairs.append(("compare", self.comparison))
        pairs += [("branch", branch.code) for branch in self.branches]
        if self.program_id:
            pairs.append((PARAMETER, str(self.program_id)))
        if self.part:
            pairs.append(("part", self.part))
        if self.measure:
            pairs.append(("measure", self.measure))
        return urlencode([*pairs, *more.items()])

    def receipts_url(
        self,
        filters: Mapping[str, str | Sequence[str]] = MappingProxyType({}),
        period: Period | None = None,
        *,
        days: tuple[str, str] = ("from", "to"),
    ) -> str:
        """Return where the receipts are listed that a figure is of.

        ``days``: what its period is of, if not of purchases. A receipt that came back whole is in no figure, so the
        list is without it unless ``left`` says otherwise; a filter that is empty is none.
        """
        period = period or self.period
        pairs: dict[str, str | Sequence[str]] = {
            days[0]: period.from_on.isoformat(),
            days[1]: period.last_on.isoformat(),
            "left": "yes",
        }
        if self.branch_ids:
            pairs["branch"] = [str(branch_id) for branch_id in self.branch_ids]
        if self.program_id:
            pairs[PARAMETER] = str(self.program_id)
        chosen = {name: value for name, value in (pairs | dict(filters)).items() if value}
        return f"/receipts?{urlencode(chosen, doseq=True)}"


async def read_asked(tx: Tx, visit: Visit, query: MultiDict[str]) -> Asked:
    """Return what the address asks for; nonsense counts as not chosen."""
    branches = await list_branches(tx)
    kept = visit.session.branch_ids
    offered = tuple(branch for branch in branches if not kept or branch.id in kept)
    codes = set(query.getall("branch", []))
    chosen = tuple(branch for branch in offered if branch.code in codes)
    return asked_of(query, visit, offered, chosen)


def asked_of(
    query: MultiDict[str], visit: Visit, offered: Sequence[Branch], chosen: Sequence[Branch]
) -> Asked:
    kind = next((kind for kind in PERIODS if kind == query.get("period")), PERIODS[0])
    comparison = next((one for one in COMPARISONS if one == query.get("compare")), COMPARISONS[0])
    today = visit.business_day
    period = period_of(kind, today)
    if kind == "custom":
        period = _custom(query, period)
    program_id = id_of(query, PARAMETER)
    # All of what is offered is the whole only for who is offered the whole.
    is_whole = not visit.session.branch_ids and len(chosen) in {0, len(offered)}
    counted = () if is_whole else chosen or offered
    return Asked(
        kind=kind,
        period=period,
        comparison=comparison,
        before=compared(period, comparison),
        branches=() if is_whole else tuple(chosen),
        branch_ids=tuple(branch.id for branch in counted),
        program_id=program_id if program_id in {choice.id for choice in visit.choices} else None,
        offered=tuple(offered),
        part=query.get("part", "")[:PART_LENGTH_MAX],
        measure=query.get("measure", "")[:PART_LENGTH_MAX],
    )


def _custom(query: MultiDict[str], default: Period) -> Period:
    """Return the days that were typed, in either order; a bound that is missing is that of the last 30 days."""
    first = day_of(query, "from") or default.from_on
    last = day_of(query, "until") or default.last_on
    first, last = min(first, last), max(first, last)
    return custom(max(first, last - timedelta(days=DAYS_MAX)), last)
