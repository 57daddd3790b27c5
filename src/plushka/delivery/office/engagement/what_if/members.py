"""The members whom a figure of an answer is of, each with what it is of them; as a page and as a file."""

from collections.abc import Iterator
from fractions import Fraction
from urllib.parse import urlencode
from uuid import UUID

from litestar import Response, get
from litestar.datastructures import MultiDict
from litestar.di import NamedDependency
from litestar.params import FromPath
from msgspec import Struct, structs

from plushka.delivery.office.chips import Chip
from plushka.delivery.office.context import OfficeRequest
from plushka.delivery.office.engagement.what_if.answer import PATH, find_answered
from plushka.delivery.office.engagement.what_if.comparing import beside
from plushka.delivery.office.engagement.what_if.people import tenth_name
from plushka.delivery.office.engagement.what_if.shown import NONE, SPENDING_WORDS, Shown, load_shown
from plushka.delivery.office.permissions import MARGIN
from plushka.delivery.office.reports.blocks import Block, Cell, Column, Empty, Kind, Row, Table
from plushka.delivery.office.reports.files import block_file
from plushka.delivery.office.reports.showing import BlockNotFound, told_block
from plushka.delivery.office.visit import Visit
from plushka.delivery.web.address import text_of
from plushka.domain.insights.reports.ratio import Ratio
from plushka.domain.segments.lifecycle.words import GROUP_WORDS
from plushka.domain.simulation.course import Spending
from plushka.domain.simulation.figures import Figures
from plushka.domain.simulation.lines import (
    LINES_MAX,
    OF_PARTS,
    PAGE_LINES,
    Course,
    LineFilter,
    LineSum,
    MemberLine,
    list_lines,
    sum_lines,
)
from plushka.domain.simulation.payback import PARTS, Part, weighed
from plushka.domain.simulation.planning import TENTHS
from plushka.domain.simulation.shares import DRAFT, PUBLISHED
from plushka.engine.lifecycle import GROUPS
from plushka.engine.promotion_plans import is_gift
from plushka.platform.errors import Denied
from plushka.platform.i18n import marked

FIGURES: dict[str, tuple[str, Kind, str]] = {
    "of_members": (marked("Receipts"), "count", "what_if_of_members"),
    "receipts": (marked("Receipts"), "count", "what_if_receipts"),
    "touched": (marked("Receipts that the programme touches"), "count", "what_if_touched"),
    "discount_minor": (marked("Discounts"), "money", "what_if_discount"),
    "redeemed_minor": (marked("Paid with points, in money"), "money", "what_if_redeemed"),
    "revenue_minor": (marked("Paid in money"), "money", "what_if_paid"),
    "margin": (marked("Margin"), "money", "what_if_margin"),
    "liability": (marked("Points in hand at the end, in money"), "money", "what_if_liability"),
    "growth": (marked("By how much that has grown"), "money", "what_if_growth"),
    "result": (marked("Result after points"), "money", "what_if_result"),
    "opening": (marked("In hand at the beginning"), "points", "what_if_opening"),
    "issued": (marked("Issued"), "points", "what_if_issued"),
    "given": (marked("Given by hand"), "points", "what_if_given"),
    "spent": (marked("Spent"), "points", "points_spent"),
    "burned": (marked("Burned"), "points", "what_if_burned"),
    "taken_back": (marked("Taken back by returns"), "points", "what_if_taken_back"),
    "taken": (marked("Taken by hand, and with those who left"), "points", "what_if_taken"),
    "outstanding": (marked("In hand at the end"), "points", "what_if_outstanding"),
    "rule_receipts": (marked("Receipts with the rule"), "count", "what_if_part_receipts"),
    "rule_points": (marked("Points by the rule"), "points", "what_if_rule_points"),
    "promotion_receipts": (marked("Receipts with the promotion"), "count", "what_if_part_receipts"),
    "promotion_sum": (marked("Discount, or gifts"), "money", "what_if_promotion_sum"),
}
"""What is told of each member: its title, its kind and its definition."""
OF_MARGIN = frozenset({"margin", "result"})
"""For who sees what goods cost."""
COURSES: tuple[Course, ...] = ("published", "draft")


class Asked(Struct, frozen=True, omit_defaults=True):
    """What the address asks for; nonsense counts as not chosen. ``of`` is a rule or promotion.

    ``spending``: how members spend, empty: as they did.
    """

    group: str = ""
    tier: str = ""
    tenth: int = 0
    change: str = ""
    ends: str = ""
    figure: str = "of_members"
    of: str = ""
    spending: str = ""
    bought: str = ""
    after: int = 0

    @classmethod
    def read(cls, query: MultiDict[str]) -> "Asked":
        figure, ends = query.get("figure", ""), text_of(query, "ends")
        tenth, after = query.get("tenth", ""), query.get("after", "")
        return cls(
            group=query.get("group", "") if query.get("group") in (*GROUPS, NONE) else "",
            tier=text_of(query, "tier"),
            tenth=int(tenth) if tenth in map(str, range(1, TENTHS + 1)) else 0,
            change=query.get("change", "") if query.get("change") in ("gains", "loses") else "",
            ends=ends if ends.partition(":")[0] in COURSES and ":" in ends else "",
            figure=figure if figure in FIGURES else "of_members",
            of=text_of(query, "of"),
            spending=query.get("spending", "") if query.get("spending") in ("low", "high") else "",
            bought="yes" if query.get("bought") == "yes" else "",
            after=int(after)
            if after.isascii() and after.isdigit() and len(after) < len(str(LINES_MAX)) + 2
            else 0,
        )

    @property
    def spends(self) -> Spending:
        return next((each for each in SPENDING_WORDS if each == self.spending), "observed")

    @property
    def part(self) -> Part | None:
        """The figure, if it is made of several sums of each member."""
        return next((each for each in PARTS if each == self.figure), None)

    def where(self, shown: Shown) -> LineFilter:
        course, _, tier = self.ends.partition(":")
        return LineFilter(
            group=_value(self.group),
            tier=_value(self.tier),
            tenth=TENTHS - self.tenth if self.tenth else None,
            change=next((each for each in ("gains", "loses") if each == self.change), None),
            least=shown.question.published.point.value_minor,
            ends=next(((each, _value(tier) or "") for each in COURSES if each == course), None),
            figure=self.figure,
            of=self.of,
            weights=shown.weights(self.part, self.spends) if self.part else None,
            spending=self.spends,
            bought=bool(self.bought),
        )

    @property
    def is_of_all(self) -> bool:
        """Tell whether receipts without a card are of the figure, too."""
        return self == Asked(figure=self.figure, of=self.of, spending=self.spending)

    def query(self, *without: str) -> str:
        given = structs.asdict(self)
        return urlencode({name: given[name] for name in given if given[name] and name not in without})


@get(f"{PATH}/members", opt={"action": "programs.try"})
async def show_members_of_answer(
    visit: NamedDependency[Visit],
    program_id: FromPath[UUID],
    simulation_id: FromPath[UUID],
    request: OfficeRequest,
) -> Response[str]:
    """Show the members, those of whom the figure differs most first.

    :raises Denied: this person does not see members, or not what goods cost
    """
    asked = Asked.read(request.query_params)
    shown, lines, whole = await _load(visit, program_id, simulation_id, asked, limit=PAGE_LINES + 1)
    block = _block(shown, asked, lines[:PAGE_LINES], whole)
    query, here = asked.query("after"), f"{shown.url}/members"
    values = told_block(
        block, visit, files=f"{shown.url}/members/files", query=f"?{query}", notes=block.notes
    )
    return visit.page(
        "engagement/what_if/members.html",
        section="engagement",
        page="programs",
        back_to=shown.url,
        title=visit.words.gettext("Members behind the figure"),
        chips=[Chip(text, f"{here}?{asked.query(*names)}") for names, text in _chips(shown, asked)],
        all_url=here,
        next=f"{here}?{query}&after={asked.after + PAGE_LINES}" if len(lines) > PAGE_LINES else "",
        values=values,
    )


@get(f"{PATH}/members/files/{{file_name:str}}", opt={"action": "programs.try"})
async def download_members_of_answer(
    visit: NamedDependency[Visit],
    program_id: FromPath[UUID],
    simulation_id: FromPath[UUID],
    file_name: FromPath[str],
    request: OfficeRequest,
) -> Response[bytes]:
    """Return the members as ``members.xlsx`` or ``members.csv``, the first ``LINES_MAX`` of them.

    :raises BlockNotFound: there is no such kind of file
    :raises Denied: this person takes no members away
    """
    if not visit.may("reports.export") or not visit.may("members.export"):
        raise Denied
    name, _, kind = file_name.rpartition(".")
    if name != "members":
        raise BlockNotFound
    asked = structs.replace(Asked.read(request.query_params), after=0)
    shown, lines, whole = await _load(visit, program_id, simulation_id, asked, limit=LINES_MAX)
    gettext = visit.words.gettext
    about = [
        (gettext("Programme"), shown.question.draft.name),
        *(("", text) for _, text in _chips(shown, asked)),
    ]
    return block_file(_block(shown, asked, lines, whole), kind, shown.period, about, shown.visit)


async def _load(
    visit: Visit, program_id: UUID, simulation_id: UUID, asked: Asked, *, limit: int
) -> tuple[Shown, list[MemberLine], LineSum]:
    if not visit.may("members.read") or (asked.figure in OF_MARGIN and not visit.may(MARGIN)):
        raise Denied
    async with visit.reading() as tx:
        simulation = await find_answered(tx, program_id, simulation_id)
        shown = await load_shown(tx, visit, simulation)
        where = asked.where(shown)
        lines = await list_lines(tx, simulation.id, where, limit=limit, offset=asked.after)
        return shown, lines, await sum_lines(tx, simulation.id, where)


def _block(shown: Shown, asked: Asked, lines: list[MemberLine], whole: LineSum) -> Block:
    gettext = shown.visit.words.gettext
    title, kind, definition = FIGURES[asked.figure]
    figure = gettext(title)
    if asked.spending:
        figure = f"{figure}: {gettext(SPENDING_WORDS[asked.spends]).lower()}"
    if asked.of:
        figure = f"{figure}: {shown.rule_name(asked.of)}"
        kind = "count" if asked.figure == "promotion_sum" and _is_gift(shown, asked.of) else kind
    return Block(
        name="members",
        title=gettext("Members behind the figure") if asked.figure == Asked().figure else figure,
        table=Table(
            (
                Column(gettext("Member"), "text"),
                Column(gettext("Group today"), "text", is_more=True),
                Column(gettext("Tier today"), "text", is_more=True),
                Column(gettext("Receipts"), "count", "what_if_of_members"),
                Column(gettext("On balance"), "money", "what_if_balance"),
                Column(gettext("By the rules in force"), kind, definition),
                Column(gettext("By the draft"), kind, definition),
                Column(gettext("Difference"), kind, "what_if_difference"),
            ),
            (*_strangers(shown, asked, whole, kind), *(_row(shown, line, kind) for line in lines)),
            total=_total(shown, asked, whole, kind) if lines else None,
        ),
        as_of=None,
        notes=(gettext("The first {count} members are listed.", count=shown.visit.figures.number(LINES_MAX)),)
        if len(lines) == LINES_MAX
        else (),
        empty=Empty(
            gettext("Nobody is listed"),
            gettext("There is no such member, or what came of it for each of them is not kept any more."),
        ),
    )


def _row(shown: Shown, line: MemberLine, kind: Kind) -> Row:
    gettext = shown.visit.words.gettext
    group = next((GROUP_WORDS[group] for group in GROUPS if group == line.group), "")
    return (
        Cell(line.name or gettext("without a name"), href=f"/members/{line.member_id}"),
        gettext(group) if group else "",
        shown.tier_name(line.tier),
        line.receipts,
        Cell(Ratio(line.difference, shown.unit), is_signed=True, good="neither"),
        *beside(line.published, line.draft, kind),
    )


def _strangers(shown: Shown, asked: Asked, whole: LineSum, kind: Kind) -> Iterator[Row]:
    """Yield the line of receipts without a card, where some of the figure is of these."""
    rest = _of_strangers(shown, asked, whole)
    if not asked.after and any(rest):
        figures = shown.figures(PUBLISHED)
        name = shown.visit.words.gettext("Receipts without a card")
        yield (name, "", "", figures.receipts - figures.of_members, None, *beside(*rest, kind))


def _total(shown: Shown, asked: Asked, whole: LineSum, kind: Kind) -> Row:
    rest = _of_strangers(shown, asked, whole)
    figures = shown.figures(PUBLISHED)
    number = shown.visit.figures.number(whole.members)
    return (
        shown.visit.words.ngettext("{count} member", "{count} members", whole.members, count=number),
        "",
        "",
        whole.receipts + (figures.receipts - figures.of_members if any(rest) else 0),
        Cell(Ratio(whole.difference, shown.unit), is_signed=True, good="neither"),
        *beside(whole.published + rest[0], whole.draft + rest[1], kind),
    )


def _of_strangers(shown: Shown, asked: Asked, whole: LineSum) -> tuple[int | Fraction, int | Fraction]:
    """Return how much of the figure is of receipts without a card, by both courses: what is of no member."""
    if not asked.is_of_all:
        return 0, 0
    weights = shown.weights(asked.part, asked.spends) if asked.part else None
    figures = [shown.figures(course, asked.spends) for course in (PUBLISHED, DRAFT)]
    if weights is not None:
        return (
            weighed(figures[0], weights[0]) - whole.published,
            weighed(figures[1], weights[1]) - whole.draft,
        )
    return _figure(figures[0], asked) - whole.published, _figure(figures[1], asked) - whole.draft


def _figure(figures: Figures, asked: Asked) -> int:
    if asked.figure in OF_PARTS:
        name, place = OF_PARTS[asked.figure]
        parts: dict[str, tuple[int, int]] = getattr(figures, name)
        return parts.get(asked.of, (0, 0))[place]
    return int(getattr(figures, asked.figure))


def _is_gift(shown: Shown, promotion_id: str) -> bool:
    return any(
        promotion.id == promotion_id and is_gift(promotion)
        for course in (PUBLISHED, DRAFT)
        for promotion in shown.program(course).promotions
    )


def _value(text: str) -> str | None:
    """Return what is asked for, empty where it is who is in none, None where it is not asked."""
    return ("" if text == NONE else text) if text else None


def _chips(shown: Shown, asked: Asked) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield the names of the address that ask for something, and the words for it."""
    gettext = shown.visit.words.gettext
    title, _, _ = FIGURES[asked.figure]
    if asked.figure != Asked().figure:
        of = f": {shown.rule_name(asked.of)}" if asked.of else ""
        yield ("figure", "of"), f"{gettext(title)}{of}"
    if asked.spending:
        yield ("spending",), gettext(SPENDING_WORDS[asked.spends])
    if asked.group:
        named = next((gettext(GROUP_WORDS[group]) for group in GROUPS if group == asked.group), "")
        yield ("group",), gettext("Group today: {name}", name=named or gettext("In no group yet"))
    if asked.tier:
        yield ("tier",), gettext("Tier today: {name}", name=shown.tier_name(_value(asked.tier) or ""))
    if asked.tenth:
        yield ("tenth",), tenth_name(asked.tenth, shown)
    if asked.change:
        yield ("change",), gettext("Gain") if asked.change == "gains" else gettext("Lose")
    if asked.ends:
        course, _, tier = asked.ends.partition(":")
        name = shown.tier_name(_value(tier) or "")
        yield (
            ("ends",),
            gettext("By the draft they end in: {name}", name=name)
            if course == DRAFT
            else gettext("By the rules in force they end in: {name}", name=name),
        )
    if asked.bought:
        yield ("bought",), gettext("Bought in this time")
