"""What a member who is on the way does next: from where they stand, what is known of them and the moment. Pure.

``advance`` is called again and again. It does what can be done and stops where something must be waited for or asked:
a choice is made only by a run that stands at it when ``advance`` is called, so that the answer is of after all that
was done before. Deeds are named by their step, which a run passes once, so a deed is done once.
"""

from datetime import datetime, timedelta
from hashlib import sha256
from typing import Literal
from zoneinfo import ZoneInfo

from msgspec import Struct
from msgspec.structs import replace

from plushka.engine.journeys.parts import (
    Choice,
    Deed,
    Finish,
    Split,
    Step,
    Wait,
)
from plushka.engine.journeys.plan import Plan, first_of, ways_of
from plushka.engine.local_time import instant

DAY = timedelta(days=1)

Outcome = Literal["passed", "goal", "left"]
"""How it ended: all steps done; what it was for has happened; of its audience, or what began it so, no more."""


class Run(Struct, frozen=True):
    """Where a member stands. ``step`` is what comes next, or the wait that they are in; None with an ``outcome``.

    Nothing happens before ``due_at``. ``member`` is what lots are drawn by.
    """

    member: str
    step: str | None
    due_at: datetime
    is_waiting: bool = False
    outcome: Outcome | None = None


class Seen(Struct, frozen=True):
    """What is known of the member now. ``holds``: the answer to the choice at which they stand, None: not asked.

    ``is_over``: what began it is so no more, as a cart that was emptied.
    """

    goal_reached: bool = False
    in_audience: bool = True
    is_over: bool = False
    holds: bool | None = None


class Pass(Struct, frozen=True):
    """A step that is behind the member; ``way`` of a choice or a split: 0 for the first (yes)."""

    step: str
    way: int | None = None


class Advance(Struct, frozen=True):
    """Where the member stands afterwards, what is to be done to them, in order, and which steps they have passed."""

    run: Run
    deeds: tuple[Deed, ...] = ()
    passed: tuple[Pass, ...] = ()


def begin(plan: Plan, member: str, now: datetime) -> Run:
    """Return a member at the beginning."""
    return Run(member, plan.first, now, outcome=None if plan.first is not None else "passed")


def asks(plan: Plan, run: Run, now: datetime) -> Choice | None:
    """Return the choice to which ``advance`` wants an answer, if the run stands at one."""
    if run.outcome is not None or run.step is None or run.due_at > now:
        return None
    step = plan.steps[run.step]
    return step if isinstance(step, Choice) else None


def advance(plan: Plan, run: Run, seen: Seen, now: datetime, time_zone: str) -> Advance:
    """Go on as far as it goes now. Who is over or not due stays where they are, unless they leave."""
    if run.outcome is None and seen.goal_reached and plan.journey.goal is not None:
        return Advance(_ended(run, now, "goal"))
    if run.outcome is None and (seen.is_over or (plan.journey.leaves and not seen.in_audience)):
        return Advance(_ended(run, now, "left"))
    if run.outcome is not None or run.due_at > now:
        return Advance(run)
    return _go(plan, run, seen, now, time_zone)


def _go(plan: Plan, run: Run, seen: Seen, now: datetime, time_zone: str) -> Advance:
    deeds: list[Deed] = []
    passed: list[Pass] = []
    at, is_waiting, holds = run.step, run.is_waiting, seen.holds
    while at is not None:
        step, way = plan.steps[at], None
        match step:
            case Wait() if not is_waiting:
                stands = Run(run.member, at, wait_end(step, now, time_zone), is_waiting=True)
                return Advance(stands, tuple(deeds), tuple(passed))
            case Choice() if holds is None:
                return Advance(Run(run.member, at, now), tuple(deeds), tuple(passed))
            case Choice():
                way = 0 if holds else 1
            case Split():
                way = way_of(step, plan.salt, run.member)
            case Wait() | Finish():
                pass
            case _:
                deeds.append(step)
        passed.append(Pass(at, way))
        at = None if isinstance(step, Finish) else _next(plan, step, way)
        # The wait is over, and the answer was of the choice at which the run stood.
        is_waiting, holds = False, None
    return Advance(_ended(run, now, "passed"), tuple(deeds), tuple(passed))


def way_of(split: Split, salt: str, member: str) -> int:
    """Return which way of a split a member goes, always the same; shares come to 100."""
    drawn = int.from_bytes(sha256(f"{salt}:{split.id}:{member}".encode()).digest()[:8]) % 100
    for way, share in enumerate(split.shares):
        drawn -= share.percent
        if drawn < 0:
            return way
    return len(split.shares) - 1


def wait_end(wait: Wait, now: datetime, time_zone: str) -> datetime:
    """Return when a wait that begins now is over.

    Days are of the calendar: the clock shows the same, whether or not it was put forward meanwhile. Hours are real.
    """
    local = now.astimezone(ZoneInfo(time_zone))
    end = now
    if wait.days:
        minute = local.hour * 60 + local.minute
        end = instant(local.date() + wait.days * DAY, minute, time_zone)
        end += timedelta(seconds=local.second, microseconds=local.microsecond)
    end += timedelta(hours=wait.hours)
    if wait.until is None:
        return end
    hour, minute = map(int, wait.until.split(":"))
    day = end.astimezone(ZoneInfo(time_zone)).date()
    shown = instant(day, hour * 60 + minute, time_zone)
    return shown if shown >= end else instant(day + DAY, hour * 60 + minute, time_zone)


def _next(plan: Plan, step: Step, way: int | None) -> str | None:
    inside = first_of(ways_of(step)[way]) if way is not None else None
    return inside or plan.behind[step.id]


def _ended(run: Run, now: datetime, outcome: Outcome) -> Run:
    return replace(run, step=None, due_at=now, is_waiting=False, outcome=outcome)
