"""Journeys told a second time, slowly and another way: a run is a generator that walks the tree of its steps.

It shares the data with the product and nothing of what is done with them: no plan, no ids of what comes next, no SQL.
"""

from collections.abc import Generator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID
from zoneinfo import ZoneInfo

from plushka.engine.audience import Audience, Purchases
from plushka.engine.conditions import Tag
from plushka.engine.journeys.parts import (
    AfterDays,
    Choice,
    Finish,
    GoalAudience,
    GoalEvent,
    GoalPurchase,
    Journey,
    Never,
    OnPurchase,
    Split,
    Step,
    TagMember,
    UntagMember,
    Wait,
)

ZONE = ZoneInfo("Europe/Moscow")
MINUTE = timedelta(minutes=1)
READ_TWICE = 10 * MINUTE

Passed = tuple[str, int | None, datetime]


@dataclass
class Done:
    """A step that asks nothing: it is done; ``way`` of a split."""

    step: Step
    way: int | None = None


Walk = Generator[Done | Wait | Choice, bool | None, bool]


@dataclass
class Person:
    """What is true of a member: when they have bought, what has happened to them, their tags."""

    id: UUID
    bought: list[datetime] = field(default_factory=list)
    happened: list[tuple[str, datetime]] = field(default_factory=list)
    tags: set[str] = field(default_factory=set)

    def is_of(self, audience: Audience) -> bool:
        match audience:
            case Purchases(count_min=least, count_max=most):
                return (least or 0) <= len(self.bought) <= (10**6 if most is None else most)
            case Tag(ids=ids):
                return not self.tags.isdisjoint(ids)
            case _:
                raise AssertionError(audience)


@dataclass
class SlowRun:
    """A member's way, with all that is behind it."""

    person: Person
    version: int
    journey: Journey
    happened_at: datetime
    entered_at: datetime
    due_at: datetime
    walk: Walk
    state: str = "active"
    passed: list[Passed] = field(default_factory=list)
    waits: Wait | None = None


@dataclass
class SlowJourney:
    """A journey by its versions; what happens from ``reads_from`` on begins it, and was read up to ``read_to``."""

    salt: str
    versions: list[Journey]
    reads_from: datetime
    read_to: datetime
    is_paused: bool = False
    runs: list[SlowRun] = field(default_factory=list)
    met: set[tuple[UUID, datetime]] = field(default_factory=set)

    def let_begin(self, people: Sequence[Person], now: datetime) -> None:
        journey, since = self.versions[-1], max(self.reads_from, self.read_to - READ_TWICE)
        self.read_to = now
        for person in people:
            before = [run for run in self.runs if run.person is person]
            for at in sorted(self._happenings(person, journey)):
                if at < since or (person.id, at) in self.met or not self._may(journey, person):
                    continue
                active = sum(run.state == "active" for run in before)
                last_at = max((run.entered_at for run in before), default=None)
                match journey.again:
                    case Never():
                        is_barred = last_at is not None
                    case AfterDays(days=days):
                        is_barred = last_at is not None and now - last_at < timedelta(days=days)
                    case _:
                        is_barred = False
                if is_barred or active >= journey.at_once:
                    continue
                self.met.add((person.id, at))
                run = SlowRun(
                    person, len(self.versions), journey, at, now, now, self._walked(journey.steps, person.id)
                )
                before.append(run)
                self.runs.append(run)

    def end_reached(self) -> None:
        """End whoever has bought, or come to be what the journey is for; events are met when they are due."""
        for run in self.runs:
            if run.state == "active" and not isinstance(run.journey.goal, GoalEvent) and _has_goal(run):
                run.state = "goal"

    def move(self, now: datetime) -> None:
        for run in self.runs:
            while run.state == "active" and run.due_at <= now:
                if _has_goal(run):
                    run.state = "goal"
                elif (
                    run.journey.leaves and run.journey.audience and not run.person.is_of(run.journey.audience)
                ):
                    run.state = "left"
                else:
                    _advance(run, now)

    def _happenings(self, person: Person, journey: Journey) -> list[datetime]:
        if isinstance(journey.trigger, OnPurchase):
            return person.bought
        return [at for kind, at in person.happened if kind == "review"]

    @staticmethod
    def _may(journey: Journey, person: Person) -> bool:
        if journey.audience is not None and not person.is_of(journey.audience):
            return False
        return not (isinstance(journey.goal, GoalAudience) and person.is_of(journey.goal.when))

    def _walked(self, steps: Sequence[Step], member_id: UUID) -> Walk:
        """Walk the steps; ask for what must be waited for or answered; return whether it ends for good."""
        for step in steps:
            match step:
                case Wait():
                    yield step
                case Choice():
                    holds = yield step
                    if (yield from self._walked(step.yes if holds else step.no, member_id)):
                        return True
                case Split():
                    number = (
                        int(sha256(f"{self.salt}:{step.id}:{member_id}".encode()).hexdigest()[:16], 16) % 100
                    )
                    ways = [way for way, share in enumerate(step.shares) for _ in range(share.percent)]
                    yield Done(step, ways[number])
                    if (yield from self._walked(step.shares[ways[number]].steps, member_id)):
                        return True
                case Finish():
                    yield Done(step)
                    return True
                case _:
                    yield Done(step)
        return False


def _has_goal(run: SlowRun) -> bool:
    person = run.person
    match run.journey.goal:
        case GoalPurchase():
            return any(at > run.happened_at for at in person.bought)
        case GoalEvent(event=event):
            return any(kind == event and at > run.happened_at for kind, at in person.happened)
        case GoalAudience(when=when):
            return person.is_of(when)
        case None:
            return False


def _advance(run: SlowRun, now: datetime) -> None:
    """Go on to the next wait, or to the end."""
    answer: bool | None = None
    if run.waits is not None:
        run.passed.append((run.waits.id, None, now))
        run.waits = None
    try:
        while True:
            asked = run.walk.send(answer)
            answer = None
            match asked:
                case Wait():
                    run.waits, run.due_at = asked, _end(asked, now)
                    return
                case Choice(id=step_id, when=when):
                    answer = run.person.is_of(when)
                    run.passed.append((step_id, 0 if answer else 1, now))
                case Done(step=step, way=way):
                    _do(step, run.person)
                    run.passed.append((step.id, way, now))
    except StopIteration:
        run.state = "passed"


def _do(step: Step, person: Person) -> None:
    match step:
        case TagMember(tag=tag):
            person.tags.add(tag)
        case UntagMember(tag=tag):
            person.tags.discard(tag)
        case _:
            pass


def _end(wait: Wait, now: datetime) -> datetime:
    """Return when a wait is over, found minute by minute on the clock of Moscow, which is never put forward."""
    begun, end = now.astimezone(ZONE), now
    while (local := end.astimezone(ZONE)).date() < begun.date() + timedelta(days=wait.days) or (
        local.time() < begun.time()
    ):
        end += MINUTE
    for _ in range(wait.hours * 60):
        end += MINUTE
    while wait.until is not None and end.astimezone(ZONE).strftime("%H:%M") != wait.until:
        end += MINUTE
    return end
