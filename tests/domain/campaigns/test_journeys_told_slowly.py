"""Random journeys, members and versions: what the product does is what a slow model says (F21, F106)."""

import random
from collections import defaultdict
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from itertools import count
from uuid import UUID

import pytest
from msgspec import structs
from tests.conftest import SetClock
from tests.domain.campaigns.road import Road
from tests.domain.campaigns.slow_journeys import Passed, Person, SlowJourney
from tests.domain.campaigns.test_journeys import review
from tests.domain.purchases.test_commit import CASHBACK
from tests.domain.shop import open_shop

from plushka.delivery.jobs.journeys import GOALS_EVERY_MINUTES
from plushka.domain.campaigns.journeys import entering
from plushka.domain.campaigns.journeys.entering import ASKED_MAX
from plushka.domain.campaigns.journeys.publishing import pause, publish, resume
from plushka.domain.campaigns.journeys.queries import get_journey
from plushka.domain.campaigns.journeys.writing import save_draft
from plushka.domain.events.store import Told
from plushka.domain.occasions.noting import note_event
from plushka.engine.audience import Audience, Purchases
from plushka.engine.conditions import Tag
from plushka.engine.journeys.parts import (
    AfterDays,
    Again,
    Choice,
    EachTime,
    Finish,
    GivePoints,
    Goal,
    GoalAudience,
    GoalEvent,
    GoalPurchase,
    Journey,
    Never,
    OnPurchase,
    Share,
    Split,
    Step,
    TagMember,
    UntagMember,
    Wait,
)
from plushka.engine.occasion_parts import OnEvent
from plushka.platform.database import Database

JOURNEYS, MEMBERS, TICKS = 8, 4, 36
PAUSES = timedelta(minutes=50), timedelta(hours=5), timedelta(hours=11), timedelta(hours=26)
"""Between looks of the job; three days at most are caught up with, and none of these comes near."""


LEFT = Journey(
    "Ц0",
    OnEvent("review"),
    (Wait("w", days=2), GivePoints("p", 5)),
    audience=Purchases(count_max=1),
    again=EachTime(),
    leaves=True,
)


class Writer:
    """Writes random journeys; of one journey tags are its own, so that journeys do not change each other."""

    def __init__(self, drawn: random.Random, name: str) -> None:
        self._drawn = drawn
        self._name = name
        self._numbers = count()

    def journey(self) -> Journey:
        drawn = self._drawn
        audience = drawn.choice([None, None, self._bought()])
        goals: list[Goal | None] = [
            None,
            GoalPurchase(),
            GoalEvent("survey"),
            GoalAudience(Purchases(count_min=4)),
        ]
        agains: list[Again] = [Never(), EachTime(), AfterDays(3)]
        return Journey(
            self._name,
            OnPurchase() if drawn.random() < 0.3 else OnEvent("review"),
            self._steps(),
            audience=audience,
            again=drawn.choice(agains),
            at_once=drawn.choice([1, 1, 2]),
            goal=drawn.choice(goals),
            leaves=audience is not None and drawn.random() < 0.5,
            control_bp=0,
        )

    def _steps(self, depth: int = 0) -> tuple[Step, ...]:
        return tuple(self._step(depth) for _ in range(self._drawn.randint(1, 4 if depth == 0 else 2)))

    def _step(self, depth: int) -> Step:  # noqa: PLR0911 - one case a step
        drawn, step_id = self._drawn, f"s{next(self._numbers)}"
        kind = drawn.choice(["wait", "wait", "tag", "untag", "points", "choice", "choice", "split", "finish"])
        if depth == 2 and kind in {"choice", "split"}:
            kind = "wait"
        match kind:
            case "wait":
                until = drawn.choice([None, None, "00:00", "11:00", "23:40"])
                days, hours = drawn.randint(0, 2), drawn.choice([0, 0, 1, 5])
                return Wait(step_id, days, hours, until if days + hours else until or "11:00")
            case "tag":
                return TagMember(step_id, f"{self._name} {drawn.randint(0, 1)}")
            case "untag":
                return UntagMember(step_id, f"{self._name} {drawn.randint(0, 1)}")
            case "points":
                return GivePoints(step_id, 5)
            case "choice":
                tagged = Tag((f"{self._name} {drawn.randint(0, 1)}",))
                when: Audience = drawn.choice([tagged, self._bought()])
                return Choice(step_id, when, self._steps(depth + 1), self._steps(depth + 1))
            case "split":
                percent = drawn.choice([10, 50, 70])
                ways = self._steps(depth + 1), self._steps(depth + 1)
                return Split(step_id, (Share(percent, ways[0]), Share(100 - percent, ways[1])))
            case _:
                return Finish(step_id)

    def _bought(self) -> Audience:
        if self._drawn.random() < 0.5:
            return Purchases(count_min=self._drawn.randint(1, 3))
        return Purchases(count_max=self._drawn.randint(0, 3))


@pytest.fixture
async def road(database: Database, clock: SetClock) -> AsyncIterator[Road]:
    async with open_shop(database, clock, CASHBACK) as shop:
        yield Road(shop, clock)


@pytest.mark.parametrize("asked_max", [0, ASKED_MAX])
async def test_paths_through_random_journeys_are_those_of_the_model(
    road: Road, monkeypatch: pytest.MonkeyPatch, asked_max: int
) -> None:
    # Who is of the audience is asked one by one, or all who are selected.
    monkeypatch.setattr(entering, "ASKED_MAX", asked_max)
    drawn, clock = random.Random(20), road.clock  # noqa: S311 - a story, not a secret
    people = [Person(await road.shop.enroll(f"+7999000000{number}")) for number in range(MEMBERS)]
    writers = [Writer(drawn, f"Ц{number}") for number in range(JOURNEYS)]
    cards = [await road.begin(journey) for journey in (LEFT, *map(sound, writers[1:]))]
    slow = [SlowJourney(card.salt, [card.draft], clock.at, clock.at) for card in cards]
    for tick in range(TICKS):
        for _ in range(drawn.choice([0, 1, 2, 3])):
            clock.advance(timedelta(minutes=drawn.randint(1, 8)))
            await something(road, drawn, drawn.choice(people))
        number = drawn.randrange(JOURNEYS)
        if number and drawn.random() < 0.4:
            await rewrite(road, cards[number].id, slow[number], sound(writers[number]))
        elif drawn.random() < 0.4:
            await rest_or_go_on(road, cards[number].id, slow[number])
        clock.at = rounded(clock.at + drawn.choice(PAUSES))
        await road.go()
        go_slowly([journey for journey in slow if not journey.is_paused], people, clock.at)
        for card, journey in zip(cards, slow, strict=True):
            assert await done(road, card.id) == told(journey), f"{tick}: {card.name} at {clock.at}"

    ends = {run.state for journey in slow for run in journey.runs}
    assert ends >= {"active", "passed", "goal", "left"}, "all of it has happened"
    assert any(len(journey.versions) > 2 for journey in slow)
    assert sum(len(run.passed) for journey in slow for run in journey.runs) > 60
    assert await road.shop.differences() == ()


def go_slowly(journeys: list[SlowJourney], people: list[Person], now: datetime) -> None:
    """Do what the job does: all begin, then who waits is asked for the goal, then all go on."""
    for journey in journeys:
        journey.let_begin(people, now)
    for journey in journeys:
        if now.minute % GOALS_EVERY_MINUTES == 0:
            journey.end_reached()
    for journey in journeys:
        journey.move(now)


def sound(writer: Writer) -> Journey:
    """Return a journey without steps behind an end, which would not be published."""
    while True:
        journey = writer.journey()
        if not any(isinstance(step, Finish) for steps in all_rows(journey.steps) for step in steps[:-1]):
            return journey


def all_rows(steps: tuple[Step, ...]) -> list[tuple[Step, ...]]:
    rows = [steps]
    for step in steps:
        if isinstance(step, Choice):
            rows += all_rows(step.yes) + all_rows(step.no)
        if isinstance(step, Split):
            rows += [row for share in step.shares for row in all_rows(share.steps)]
    return rows


def rounded(moment: datetime) -> datetime:
    """Return the next moment at ten minutes or at five, so that goals are looked at by some looks only."""
    return moment + timedelta(minutes=-moment.minute % 5)


async def something(road: Road, drawn: random.Random, person: Person) -> None:
    match drawn.choice(["bought", "review", "review", "survey"]):
        case "bought":
            await road.shop.buy(f"{drawn.random()}", 100_00, member=person.id)
            person.bought.append(road.clock.at)
        case "review":
            await review(road, person.id)
            person.happened.append(("review", road.clock.at))
        case _:
            async with road.shop.tx() as tx:
                await note_event(tx, road.shop.reference.versions, Told(person.id, "survey", {}))
            person.happened.append(("survey", road.clock.at))


async def rewrite(road: Road, journey_id: UUID, slow: SlowJourney, journey: Journey) -> None:
    async with road.shop.tx() as tx:
        card = await get_journey(tx, journey_id)
        # What begins it stays: how an event is met by another trigger is no matter of a path.
        journey = structs.replace(journey, trigger=card.draft.trigger)
        saved = await save_draft(tx, journey_id, journey, revision=card.revision)
        await publish(tx, journey_id, revision=saved.revision)
    slow.versions.append(journey)


async def rest_or_go_on(road: Road, journey_id: UUID, slow: SlowJourney) -> None:
    async with road.shop.tx() as tx:
        if slow.is_paused:
            await resume(tx, journey_id)
            slow.reads_from = slow.read_to = road.clock.at
        else:
            await pause(tx, journey_id)
    slow.is_paused = not slow.is_paused


Way = tuple[UUID, datetime, int, str, str | None, tuple[Passed, ...]]
"""A run: whose, of which happening, by which version, how it stands and where, and what it has passed."""


async def done(road: Road, journey_id: UUID) -> set[Way]:
    """Return what the product has done."""
    async with road.shop.tx() as tx:
        runs = await tx.fetch(
            """
            select id, member_id, happened_at, version, state, step from journey_runs
            where tenant_id = $1 and journey_id = $2
            """,
            tx.tenant_id,
            journey_id,
        )
        passes = await tx.fetch(
            "select run_id, step, way, at from journey_passes where tenant_id = $1 and journey_id = $2",
            tx.tenant_id,
            journey_id,
        )
    passed: dict[UUID, list[Passed]] = defaultdict(list)
    for row in passes:
        passed[row["run_id"]].append((row["step"], row["way"], row["at"]))
    return {
        (
            run["member_id"],
            run["happened_at"],
            run["version"],
            run["state"],
            run["step"],
            tuple(sorted(passed[run["id"]])),
        )
        for run in runs
    }


def told(journey: SlowJourney) -> set[Way]:
    """Return what the model says."""
    return {
        (
            run.person.id,
            run.happened_at,
            run.version,
            run.state,
            run.waits.id if run.state == "active" and run.waits else None,
            tuple(sorted(run.passed)),
        )
        for run in journey.runs
    }
