"""Of which days, branches and programme figures are."""

from uuid import UUID

from msgspec import Struct

from plushka.domain.insights.reports.period import Period
from plushka.domain.rollups.model import ALL_BRANCHES


class Scope(Struct, frozen=True):
    """No ``branch_ids``: all the business has. ``program_id``: by whose rules receipts were decided, None for any."""

    period: Period
    branch_ids: tuple[UUID, ...] = ()
    program_id: UUID | None = None

    @property
    def summed_branches(self) -> list[UUID]:
        """The branches whose rows are added up: those asked for, or the one that has the sum over all."""
        return list(self.branch_ids) or [ALL_BRANCHES]
