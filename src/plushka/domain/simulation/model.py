"""A question that was asked, and why one cannot be."""

from datetime import datetime
from uuid import UUID

from msgspec import Struct

from plushka.domain.simulation.question import Answer, Question
from plushka.platform.errors import Conflict, Invalid, NotFound

KIND = "simulation.run"
"""The kind of its task."""
MONTHS_MAX = 36
KEPT_MAX = 50
"""Answers kept of a programme; the oldest gives way."""
LISTED_MAX = 3
"""So many of them keep what came of it for each member: of a hundred thousand that is some sixty megabytes each."""


class Simulation(Struct, frozen=True):
    """A what-if of a programme; ``draft_mark`` names the save of the draft that was tried. ``answer`` None: not yet."""

    id: UUID
    program_id: UUID
    task_id: UUID
    draft_mark: str
    question: Question
    answer: Answer | None
    actor: str
    created_at: datetime
    finished_at: datetime | None


class UnknownSimulation(NotFound):
    """The business has none of this id."""

    code = "simulation_not_found"


class SimulationRunning(Conflict):
    """Another one is at work: it takes all processors that tills leave."""

    code = "simulation_running"


class NothingPublished(Conflict):
    """No rules are in force that a draft could be compared with."""

    code = "nothing_published"


class NoReceipts(Conflict):
    """There are no receipts of the span."""

    code = "receipts_missing"


class MonthsOutOfRange(Invalid):
    """From 1 to ``months_max`` months can be asked about."""

    code = "months_out_of_range"


class UnknownBranches(Invalid):
    """A branch was named that the business does not have."""

    code = "branch_not_found"
