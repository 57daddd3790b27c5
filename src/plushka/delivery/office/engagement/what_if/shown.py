"""An answer before its reader: in the points of its programme, with the names that things had when it was asked."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from types import MappingProxyType
from urllib.parse import urlencode
from uuid import UUID

from plushka.delivery.office.permissions import MARGIN
from plushka.delivery.office.visit import Visit
from plushka.domain.businesses.model import Branch
from plushka.domain.businesses.queries import list_branches
from plushka.domain.insights.reports.period import Period, custom
from plushka.domain.insights.reports.ratio import Ratio
from plushka.domain.programs.model import PublishedVersion
from plushka.domain.programs.names import load_names
from plushka.domain.programs.queries import get_version
from plushka.domain.programs.telling.voice import Names, Voice
from plushka.domain.simulation.course import Spending
from plushka.domain.simulation.figures import Figures
from plushka.domain.simulation.lines import has_lines
from plushka.domain.simulation.model import Simulation
from plushka.domain.simulation.payback import (
    BreakEven,
    Part,
    Weights,
    Worth,
    break_even,
    weights_of,
    worth_of,
)
from plushka.domain.simulation.question import Answer, Question
from plushka.domain.simulation.shares import DRAFT, PUBLISHED
from plushka.engine.local_time import moment
from plushka.engine.program import Program
from plushka.engine.purchase import Place
from plushka.platform.database import Tx
from plushka.platform.i18n import marked

NONE = "-"
"""In an address: the group or the tier of who is in none."""
SPENDING_WORDS: Mapping[Spending, str] = MappingProxyType(
    {
        "low": marked("Spend no more than really"),
        "observed": marked("Spend as they did"),
        "high": marked("Spend all they can"),
    }
)
SPENDINGS: tuple[Spending, ...] = tuple(SPENDING_WORDS)


def path_of(program_id: UUID) -> str:
    """Return where drafts of a programme are tried and what came of it is listed."""
    return f"/engagement/programs/{program_id}/what-if"


@dataclass(frozen=True)
class Shown:
    """``visit`` is about the rules that were in force when it was asked."""

    visit: Visit
    simulation: Simulation
    version: PublishedVersion
    answer: Answer
    names: Names
    branches: Mapping[UUID, Branch]
    is_listed: bool = False
    """Whether it is kept still what came of it for each member."""

    @property
    def url(self) -> str:
        return f"{path_of(self.simulation.program_id)}/{self.simulation.id}"

    def members_url(self, **filters: str | int) -> str:
        """Return where the members are listed whom a figure is of; empty where this person cannot see them."""
        if not self.is_listed or not self.visit.may("members.read"):
            return ""
        pairs = {name: str(value) for name, value in filters.items() if value != ""}
        return f"{self.url}/members?{urlencode(pairs)}"

    @property
    def question(self) -> Question:
        return self.simulation.question

    @property
    def sees_margin(self) -> bool:
        return self.visit.may(MARGIN)

    @property
    def is_costed(self) -> bool:
        """Whether the cost of anything is known, or supposed."""
        return self.observed[0].margin is not None

    @property
    def period(self) -> Period:
        span = self.question.span
        place = Place(branch="", time_zone=self.visit.business.time_zone)
        return custom(span.from_on, moment(span.until_at, place).business_date)

    @property
    def spendings(self) -> tuple[Spending, ...]:
        """The ways of spending that were asked for."""
        return SPENDINGS if self.question.has_range else ("observed",)

    def program(self, course: str) -> Program:
        return self.question.published if course == PUBLISHED else self.question.draft

    def voice(self, course: str) -> Voice:
        return Voice(
            self.program(course), self.visit.look.language, self.names, self.visit.business.time_zone
        )

    @property
    def unit(self) -> int:
        """What differences of members are told in: by so many units a minor unit of money is divided."""
        return int(10**self.question.published.point.scale)

    def figures(self, course: str, spending: Spending = "observed") -> Figures:
        return self.answer.courses.get(f"{course}.{spending}", Figures())

    def both(self, spending: Spending = "observed") -> tuple[Figures, Figures]:
        """Return the sums of the published rules and of the draft."""
        return self.figures(PUBLISHED, spending), self.figures(DRAFT, spending)

    def worths(self, spending: Spending = "observed") -> tuple[Worth, Worth]:
        published, draft = self.both(spending)
        program = self.question.published
        return worth_of(published, program, program), worth_of(draft, self.question.draft, program)

    def weights(self, part: Part, spending: Spending = "observed") -> tuple[Weights, Weights]:
        """Return of what sums of members a figure is made, by the published rules and by the draft."""
        published, draft = self.both(spending)
        program = self.question.published
        return (
            weights_of(part, published, program, program),
            weights_of(part, draft, self.question.draft, program),
        )

    @cached_property
    def observed(self) -> tuple[Worth, Worth]:
        return self.worths()

    def break_even(self, spending: Spending = "observed") -> BreakEven:
        return break_even(*self.worths(spending))

    def rule_name(self, rule: str) -> str:
        """Return what a rule or a promotion of either programme is called."""
        voices = (self.voice(DRAFT), self.voice(PUBLISHED))
        return next((told for voice in voices if (told := voice.rule_name(rule)) != rule), rule)

    def tier_name(self, tier: str) -> str:
        voices = (self.voice(DRAFT), self.voice(PUBLISHED))
        named = next((told for voice in voices if (told := voice.tier_name(tier)) != tier), tier)
        return named or self.visit.words.gettext("Without a tier")

    def branches_told(self) -> str:
        """Return the branches whose receipts are counted."""
        wanted = self.question.branches
        names = [branch.name for branch in self.branches.values() if branch.code in wanted]
        return ", ".join(names) or self.visit.words.gettext("All branches")


async def load_shown(tx: Tx, visit: Visit, simulation: Simulation) -> Shown:
    """Gather what is needed to show a what-if that has its answer, or has none yet."""
    question = simulation.question
    version = await get_version(tx, question.version_id)
    return Shown(
        visit=visit.about(version),
        simulation=simulation,
        version=version,
        answer=simulation.answer or Answer(),
        names=await load_names(tx, programs=[question.published, question.draft]),
        branches={branch.id: branch for branch in await list_branches(tx)},
        is_listed=await has_lines(tx, simulation.id),
    )


def exactly(amount: Fraction | None) -> Ratio | None:
    """Return an exact amount as what a table holds; it is rounded once, where it is shown."""
    return None if amount is None else Ratio(amount.numerator, amount.denominator)
