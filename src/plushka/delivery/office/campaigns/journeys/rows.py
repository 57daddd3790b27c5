"""Journeys and their steps as pages show them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from msgspec import Struct

from plushka.delivery.office.campaigns.broadcasts.rows import FiguresLine, Verdict, figures_line
from plushka.delivery.office.visit import Visit
from plushka.domain.campaigns.figures import Figures
from plushka.domain.campaigns.journeys.model import Counts, JourneyCard, StepCount
from plushka.domain.campaigns.journeys.telling import STATES, Voice, tell_problem, tell_step, tell_way
from plushka.domain.campaigns.reasons import reason_told
from plushka.engine.check_conditions import Problem
from plushka.engine.journeys.gifts import gifts_apart
from plushka.engine.journeys.parts import (
    DEPTH_MAX,
    Choice,
    Finish,
    GiveCoupon,
    GivePoints,
    GiveReward,
    Message,
    Split,
    Step,
    TagMember,
    UntagMember,
    Wait,
    Webhook,
)
from plushka.engine.journeys.plan import ways_of
from plushka.platform.i18n import marked

PATH = "/campaigns/journeys"
ICONS: Mapping[type, str] = {
    Wait: "clock",
    Choice: "filter",
    Split: "share",
    Message: "mail",
    GivePoints: "star",
    GiveCoupon: "ticket",
    GiveReward: "gift",
    TagMember: "tag",
    UntagMember: "tag",
    Webhook: "link",
    Finish: "player-stop",
}
KINDS: Mapping[str, tuple[str, str]] = {
    "wait": (marked("Wait"), "clock"),
    "message": (marked("Message"), "mail"),
    "points": (marked("Points"), "star"),
    "coupon": (marked("Coupon"), "ticket"),
    "reward": (marked("Gift"), "gift"),
    "choice": (marked("Condition"), "filter"),
    "split": (marked("By lot"), "share"),
    "tag": (marked("Put a tag"), "tag"),
    "untag": (marked("Take a tag away"), "tag"),
    "webhook": (marked("Another system"), "link"),
    "finish": (marked("The end"), "player-stop"),
}
"""Steps to add, by their tag: title and icon."""
_APART = marked(
    "Between this and the letter stands a condition: it is given even to whom the letter is not sent. Put it behind the"
    " condition if both are to go together."
)


class WayRow(Struct, frozen=True):
    """A way of a choice or a split: its name, how many went it, its steps."""

    parent: str
    number: int
    title: str
    passed: str
    steps: tuple["StepRow", ...]
    has_room: bool


class StepRow(Struct, frozen=True):
    """A step as the list shows it. ``here`` and ``passed`` are empty where nobody was yet; ``came``: of its deed.

    ``caution``: what is right as it stands, but may not be meant so.
    """

    id: str
    href: str
    icon: str
    text: str
    here: str
    passed: str
    came: tuple[str, ...]
    problem: str
    caution: str
    is_first: bool
    is_last: bool
    ways: tuple[WayRow, ...]


class JourneyLine(Struct, frozen=True):
    """A journey in the list. ``came``: of one that was never published nothing has."""

    href: str
    name: str
    state: str
    is_running: bool
    trigger: str
    active: str
    entered: str
    goal: str
    came: FiguresLine | None
    verdict: Verdict


def state_told(card: JourneyCard, visit: Visit) -> str:
    return visit.words.gettext(STATES[card.state])


def step_rows(
    card: JourneyCard,
    counts: Counts,
    problems: Sequence[Problem],
    voice: Voice,
    visit: Visit,
    *,
    came: Mapping[str, Figures],
) -> tuple[StepRow, ...]:
    """Return the steps of a draft with how many stand at each, what came of its letters and what is wrong with it."""
    told = {problem.path: tell_problem(problem, voice) for problem in problems}
    rows = _Rows(f"{PATH}/{card.id}", counts, came, told, gifts_apart(card.draft), voice, visit)
    return rows.of(card.draft.steps, "steps")


def _withheld_told(count: StepCount, visit: Visit) -> tuple[str, ...]:
    """Return to how many nothing was given, and why their letters were refused."""
    return tuple(
        visit.words.gettext(
            "not given, as the letter would not go: {count} ({reason})",
            count=visit.figures.number(members),
            reason=reason_told(reason, visit.words),
        )
        for reason, members in count.withheld
    )


def _came_told(figures: Figures, visit: Visit) -> tuple[str, ...]:
    """Return what came of the letters of a step, in a few words."""
    gettext, told = visit.words.gettext, figures_line(figures, visit)
    parts = [gettext("sent: {count}", count=told.sent)]
    if figures.delivered:
        parts.append(gettext("delivered: {count}", count=told.delivered))
    if unsent := figures.addressed - figures.sent:
        parts.append(gettext("not sent: {count}", count=visit.figures.number(unsent)))
    if figures.sent:
        parts.append(gettext("bought: {count} ({share})", count=told.purchases, share=told.conversion))
    if figures.purchases:
        parts.append(gettext("paid: {money}", money=told.revenue))
    return tuple(parts)


def other_problems(problems: Sequence[Problem], voice: Voice) -> list[str]:
    """Return what is wrong beside the steps."""
    return [tell_problem(problem, voice) for problem in problems if not problem.path.startswith("steps[")]


@dataclass(frozen=True, slots=True)
class _Rows:
    """What rows are told by: ``problems`` by their paths, ``apart`` the gifts that no letter answers for."""

    href: str
    counts: Counts
    came: Mapping[str, Figures]
    problems: Mapping[str, str]
    apart: Collection[str]
    voice: Voice
    visit: Visit

    def of(self, steps: Sequence[Step], path: str, depth: int = 0) -> tuple[StepRow, ...]:
        return tuple(
            self._row(step, f"{path}[{index}]", depth, is_first=index == 0, is_last=index == len(steps) - 1)
            for index, step in enumerate(steps)
        )

    def _row(self, step: Step, at: str, depth: int, *, is_first: bool, is_last: bool) -> StepRow:
        count, number = self.counts.by_step.get(step.id, StepCount()), self.visit.figures.number
        inner = _paths(step, at)
        return StepRow(
            id=step.id,
            href=f"{self.href}/steps/{step.id}",
            icon=ICONS[type(step)],
            text=tell_step(step, self.voice),
            here=number(count.here) if count.here else "",
            passed=number(count.passed) if count.passed else "",
            came=(
                *_withheld_told(count, self.visit),
                *(_came_told(self.came[step.id], self.visit) if step.id in self.came else ()),
            ),
            problem=self._problem(at, inner),
            caution=self.visit.words.gettext(_APART) if step.id in self.apart else "",
            is_first=is_first,
            is_last=is_last,
            ways=tuple(
                WayRow(
                    parent=step.id,
                    number=way,
                    title=tell_way(step, way, self.voice),
                    passed=number(dict(count.ways)[way]) if way in dict(count.ways) else "",
                    steps=self.of(steps, inner[way], depth + 1),
                    has_room=depth < DEPTH_MAX,
                )
                for way, steps in enumerate(ways_of(step))
            ),
        )

    def _problem(self, at: str, inner: Sequence[str]) -> str:
        """Return what is wrong with a step itself, not with those inside it."""
        for place, text in self.problems.items():
            is_own = place == at or place.startswith(f"{at}.")
            if is_own and not any(place.startswith(f"{path}[") for path in inner):
                return text
        return ""


def _paths(step: Step, at: str) -> list[str]:
    match step:
        case Choice():
            return [f"{at}.yes", f"{at}.no"]
        case Split(shares=shares):
            return [f"{at}.shares[{number}].steps" for number in range(len(shares))]
        case _:
            return []
