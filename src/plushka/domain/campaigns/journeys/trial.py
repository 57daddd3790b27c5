"""A journey tried for a real member from a day on: what would happen to them and when. Nothing is done."""

from datetime import datetime
from uuid import UUID

from msgspec import Struct

from plushka.domain.businesses.queries import get_business
from plushka.domain.campaigns.journeys.drawing import is_held_out
from plushka.domain.campaigns.journeys.entering import choose, list_entrants
from plushka.domain.campaigns.journeys.finding import DAILY, find
from plushka.domain.campaigns.journeys.model import JourneyCard
from plushka.domain.programs.versions import Versions
from plushka.domain.segments.asking import still_in
from plushka.engine.journeys.advancing import Outcome, Seen, advance, asks, begin
from plushka.engine.journeys.parts import GoalAudience, Journey, Step
from plushka.engine.journeys.plan import plan
from plushka.platform.database import Tx

FOUND_MAX = 100_000


class Tried(Struct, frozen=True):
    """A step that is passed at a moment; ``way`` of a choice or a split, as of ``engine/journeys``."""

    at: datetime
    step: Step
    way: int | None


class Trial(Struct, frozen=True):
    """What a journey would do. ``in_audience``: they are of it now; ``is_control``: they are left alone.

    Who has not begun it yet is drawn when they do.

    ``has_goal``: they have what it is for already, and so would not begin.
    """

    in_audience: bool
    has_goal: bool
    is_control: bool
    steps: tuple[Tried, ...]
    outcome: Outcome
    ends_at: datetime


async def try_journey(
    tx: Tx, card: JourneyCard, journey: Journey, member_id: UUID, *, starts_at: datetime
) -> Trial:
    """Return what happens to a member who begins at ``starts_at``; choices are made by what is known of them today."""
    zone = (await get_business(tx)).time_zone
    laid = plan(journey, salt=card.salt)
    run, now = begin(laid, str(member_id), starts_at), starts_at
    tried: list[Tried] = []
    while run.outcome is None:
        now = max(now, run.due_at)
        choice = asks(laid, run, now)
        holds = None if choice is None else bool(await still_in(tx, choice.when, [member_id]))
        done = advance(laid, run, Seen(holds=holds), now, zone)
        tried += [Tried(now, laid.steps[each.step], each.way) for each in done.passed]
        run = done.run
    goal = journey.goal
    return Trial(
        in_audience=journey.audience is None or bool(await still_in(tx, journey.audience, [member_id])),
        has_goal=isinstance(goal, GoalAudience) and bool(await still_in(tx, goal.when, [member_id])),
        is_control=await is_held_out(tx, card.id, member_id),
        steps=tuple(tried),
        outcome=run.outcome,
        ends_at=now,
    )


async def count_entrants(tx: Tx, versions: Versions, card: JourneyCard, *, since: datetime) -> int:
    """Return how many would begin by the draft: today, where it goes by days; else by what has happened since."""
    found = await find(tx, versions, card.draft.trigger, since=since)
    entrants = await list_entrants(tx, card.id, card.draft, found, limit=FOUND_MAX)
    return len(choose(card.draft, entrants, tx.at))


def goes_by_days(journey: Journey) -> bool:
    """Tell whether a journey is looked at once a day, and not as soon as something happens."""
    return isinstance(journey.trigger, DAILY)
