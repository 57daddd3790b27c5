"""A journey as it is kept, a member's way through it, and what is refused."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Literal, get_args
from uuid import UUID

from msgspec import Struct

from plushka.domain.messages.model import Reason
from plushka.engine.check_conditions import Problem
from plushka.engine.journeys.parts import Journey
from plushka.platform.errors import Conflict, Invalid, NotFound

JOURNEYS_MAX = 200
"""Of one business, without those that have ended."""
UNDO_MAX = 20
CATCH_UP_DAYS = 3
"""What happened longer ago begins nothing any more: thanks for a purchase are of no use a week later."""

State = Literal["draft", "sending", "paused", "done"]
"""Of the journey's campaign. ``sending``: members begin it and go on. ``done``: it was stopped for good."""
RunState = Literal["active", "passed", "goal", "left", "taken_out", "stopped", "gone", "control"]
ENDS: tuple[RunState, ...] = tuple(
    state for state in get_args(RunState) if state not in ("active", "control")
)


class JourneyCard(Struct, frozen=True):
    """A journey with its draft. ``version``: the latest that was published; ``undos``: drafts that can be brought back.

    ``is_changed``: the draft is not what was published.
    """

    id: UUID
    name: str
    state: State
    draft: Journey
    revision: int
    undos: int
    version: int | None
    is_changed: bool
    salt: str
    reads_from: datetime | None
    read_to: datetime | None
    looked_on: date | None
    changed_at: datetime
    started_at: datetime | None


class Candidate(Struct, frozen=True):
    """Somebody who may begin: ``key`` names what happened, once for ever; ``said`` is what letters can name of it."""

    member_id: UUID
    key: str
    happened_at: datetime
    said: Mapping[str, str] = {}


class RunCard(Struct, frozen=True):
    """A member's way through a journey. ``step``: where they stand, while they are on the way."""

    id: UUID
    journey_id: UUID
    journey: str
    version: int
    member_id: UUID
    state: RunState
    step: str | None
    due_at: datetime
    happened_at: datetime
    entered_at: datetime
    ended_at: datetime | None


class StepCount(Struct, frozen=True):
    """How many stand at a step now and how many have passed it, by way where it has several.

    ``withheld``: how many of them were given nothing, as their letter was refused, by its reason, the most first.
    """

    here: int = 0
    passed: int = 0
    ways: tuple[tuple[int, int], ...] = ()
    withheld: tuple[tuple[Reason, int], ...] = ()


class Counts(Struct, frozen=True):
    """How many are in a journey, by state of their runs, and at each step."""

    by_state: dict[RunState, int]
    by_step: dict[str, StepCount]

    @property
    def entered(self) -> int:
        """All who began, the control group not among them."""
        return sum(count for state, count in self.by_state.items() if state != "control")


class UnknownJourney(NotFound):
    code = "journey_not_found"


class UnknownRun(NotFound):
    code = "journey_run_not_found"


class JourneyChanged(Conflict):
    """Somebody else has saved it meanwhile."""

    code = "journey_changed"


class JourneyState(Conflict):
    """In its present ``state`` this cannot be done."""

    code = "journey_state"


class TooManyJourneys(Conflict):
    code = "journeys_too_many"


class NothingToUndo(Conflict):
    code = "journey_nothing_to_undo"


class JourneyUnsound(Invalid):
    """It cannot be published: ``problems`` say why, the first is the refusal's reason."""

    code = "journey_unsound"

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        self.problems = problems
        super().__init__(field=problems[0].path, reason=problems[0].code, problems=len(problems))
