"""Replays a share of the members, or of the receipts without a card, through all that is asked."""

from bisect import bisect_right
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import compress
from uuid import UUID

import msgspec
from msgspec.structs import replace

from plushka.domain.catalog.queries import look_up
from plushka.domain.programs.segments import list_segments_of
from plushka.domain.simulation.budgets import note_used
from plushka.domain.simulation.checking import find_differing, read_sums
from plushka.domain.simulation.comparing import Side, examples
from plushka.domain.simulation.course import Course, Spending, bounded_by_member
from plushka.domain.simulation.figures import (
    Figures,
    add_member,
    add_movements,
    add_parts,
    add_receipts,
    sums_alone,
)
from plushka.domain.simulation.page import Decided, Page
from plushka.domain.simulation.past import Past, Sale
from plushka.domain.simulation.pasts import read_pasts
from plushka.domain.simulation.question import Answer, Change, Line, Question
from plushka.domain.simulation.reading import Members
from plushka.domain.simulation.receipts import Receipts, Sold, decided_receipts, receipts_as_they_were
from plushka.domain.simulation.replaying import replay
from plushka.domain.simulation.setting import Setting, read_setting
from plushka.domain.simulation.strangers import Strangers, decide_stranger, read_strangers
from plushka.engine.purchase import Look, Outcome
from plushka.engine.version import Version, compile_version
from plushka.platform.database import Tx
from plushka.platform.ids import new_id

WAS = "was"
PUBLISHED, DRAFT = "published", "draft"
CHECKED_MAX = 200
"""So many members of the first share are replayed as they were, too, and compared with the journal."""

_encode = msgspec.json.Encoder().encode

Share = Members | Strangers


@dataclass(frozen=True, slots=True)
class Desk:
    """A question made ready to be asked of many shares; ``bounds`` divide members by what they spent."""

    question: Question
    setting: Setting
    published: Version
    draft: Version
    branches: frozenset[UUID]
    bounds: Sequence[int] = ()

    def course(self, name: str, spending: Spending) -> Course:
        return Course(self.setting, self.version(name), spending)

    def version(self, name: str) -> Version:
        return self.published if name == PUBLISHED else self.draft

    @property
    def versions(self) -> tuple[Version, Version]:
        return self.published, self.draft


async def make_ready(tx: Tx, question: Question) -> Desk:
    """Read what all shares need, and compile both programmes."""
    setting = await read_setting(tx, program_id=question.program_id, span=question.span)
    wanted = set(question.branches)
    published = compile_version(question.version_id, question.published)
    return Desk(
        question=question,
        setting=setting,
        published=published,
        draft=compile_version(new_id(), question.draft, beside=published),
        branches=frozenset(branch_id for branch_id, code in setting.branch_codes.items() if code in wanted),
    )


async def replay_share(tx: Tx, desk: Desk, share: Share, *, checks: bool = False) -> Answer:
    """Return what a share comes to; with ``checks`` some of it is compared with the journal."""
    if isinstance(share, Strangers):
        return await _replay_strangers(tx, desk, share)
    pasts = await read_members(tx, desk, share)
    if desk.branches:
        pasts = [past for past in pasts if any(sale.branch_id in desk.branches for sale in past.sales)]
    answer = Answer(members=len(pasts))
    if checks:
        await _check(tx, desk, share, pasts, answer)
    was = answer.course(WAS)
    sums = await read_sums(tx, desk.setting, [past.member_id for past in pasts])
    add_movements(was, sums.moved)
    was.outstanding += sums.outstanding
    pasts.reverse()
    while pasts:
        # Each is let go of before the next is told: its memory serves again while the processor has it at hand.
        _replay_member(desk, pasts.pop(), answer)
    return answer


async def read_members(tx: Tx, desk: Desk, members: Members) -> list[Past]:
    """Return the pasts of members with all that either programme may ask."""
    bounded = {promotion for version in desk.versions for promotion in bounded_by_member(version)}
    with_stamps = any(version.cards for version in desk.versions)
    pasts = await read_pasts(tx, desk.setting, members, with_stamps=with_stamps, bounded=bounded)
    if desk.question.goods == "today":
        await _see_goods_today(tx, pasts)
    segments = desk.published.segments | desk.draft.segments
    if segments:
        found = await list_segments_of(tx, [past.member_id for past in pasts], among=segments)
        for past in pasts:
            past.segments = found.get(past.member_id, ())
    return pasts


async def _see_goods_today(tx: Tx, pasts: Sequence[Past]) -> None:
    """Let goods look as the catalogue has them now; what it does not know looks as it did."""
    skus = {sku for past in pasts for sale in past.sales for sku in sale.goods.products}
    looks = {sku: product.look for sku, product in (await look_up(tx, skus)).items()}
    for past in pasts:
        past.events = [see_today(event, looks) if isinstance(event, Sale) else event for event in past.events]


def see_today(sale: Sale, looks: Mapping[str, Look]) -> Sale:
    """Return the receipt with goods that look as they are told to."""
    then = sale.goods
    now = [looks.get(sku, look) for sku, look in zip(then.products, then.looks, strict=True)]
    goods = replace(then, looks=now)
    basket = replace(sale.basket, lines=goods.lines) if sale.comes_back else sale.basket
    return replace(sale, basket=basket, goods=goods)


def _replay_member(desk: Desk, past: Past, answer: Answer) -> None:
    sales, branches = past.sales, desk.branches
    counted = [not branches or sale.branch_id in branches for sale in sales]
    sold = _add_as_it_was(desk, list(compress(sales, counted)), answer)
    sides: dict[str, Side] = {}
    told: dict[str, str] = {}
    for name in (PUBLISHED, DRAFT):
        observed = replay(past, desk.course(name, "observed"))
        receipts = decided_receipts(sales, observed.outcomes, observed.rests)
        sides[name] = Side(desk.version(name), observed, receipts)
        own = _figures(desk, observed, sales, counted, sold, receipts)
        told[name] = _encode(own).decode()
        answer.course(f"{name}.observed").add(own)
        if desk.question.has_range:
            low = replay(past, desk.course(name, "low")) if observed.overspent else observed
            high = replay(past, desk.course(name, "high")) if observed.course.can_be_spent else observed
            for spending, page in (("low", low), ("high", high)):
                otherwise = own
                if page is not observed:
                    receipts = decided_receipts(sales, page.outcomes, page.rests)
                    otherwise = _figures(desk, page, sales, counted, sold, receipts)
                answer.course(f"{name}.{spending}").add(otherwise)
                if otherwise != own:
                    told[f"{name}_{spending}"] = _encode(sums_alone(otherwise)).decode()
    tenth, difference = None, 0
    if sales:
        tenth, difference = _compare(desk, past, sales, counted, sides, answer)
    answer.lines.append(Line(past.member_id, past.group or "", past.tier or "", tenth, difference, **told))


def _add_as_it_was(desk: Desk, sales: Sequence[Sale], answer: Answer) -> Sold:
    """Add receipts as they stand in the books, and return what goods were sold on them."""
    sold = Sold.of(desk.setting, sales, desk.question.costing)
    add_receipts(answer.course(WAS), sold, receipts_as_they_were(sales))
    answer.other_rules += sum([sale.version_id != desk.published.id for sale in sales])
    return sold


def _figures(  # noqa: PLR0917 - called above
    desk: Desk, page: Page, sales: Sequence[Sale], counted: Sequence[bool], sold: Sold, receipts: Receipts
) -> Figures:
    """Return what a member comes to in a course; ``sold`` is of the receipts that are ``counted``."""
    figures = Figures()
    add_member(figures, page)
    outcomes: Sequence[Outcome] = page.outcomes
    if desk.branches:
        sales, outcomes = list(compress(sales, counted)), list(compress(outcomes, counted))
        receipts = receipts.among(counted)
    add_receipts(figures, sold, receipts)
    add_parts(figures, outcomes)
    _note_used(desk, page.course, sales, outcomes, page.rests, figures)
    return figures


def _note_used(  # noqa: PLR0917 - for members and strangers here
    desk: Desk,
    course: Course,
    sales: Sequence[Sale],
    outcomes: Sequence[Outcome],
    rests: Mapping[UUID, Decided],
    figures: Figures,
) -> None:
    """Note what a draft's receipts have used of its budgets."""
    if not desk.draft.budgeted or course.version is not desk.draft:
        return
    for sale, outcome in zip(sales, outcomes, strict=True):
        if outcome.discounts or outcome.gifts:
            decided = rests.get(sale.id)
            note_used(figures.used, desk.draft, sale, outcome, decided.rest if decided else None)


def _compare(  # noqa: PLR0917 - called once, above
    desk: Desk,
    past: Past,
    sales: Sequence[Sale],
    counted: Sequence[bool],
    sides: Mapping[str, Side],
    answer: Answer,
) -> tuple[int, int]:
    """Note whether the member gains or loses, and their receipt that differs most to either side.

    Return the tenth of members that they are of, and what they gain.
    """
    published, draft = sides[PUBLISHED], sides[DRAFT]
    difference = draft.worth - published.worth
    spent_minor = sum([sale.was.payable_minor - sale.was.refunded_minor for sale in sales])
    tenth = bisect_right(desk.bounds, spent_minor)
    segment = f"{past.group or ''}|{past.tier or ''}|{tenth}"
    answer.segments.setdefault(segment, Change()).note(difference, desk.published.program.point.value_minor)
    gaining, losing = examples(past, sales, counted, published, draft)
    if gaining or losing:
        answer.show([gaining] if gaining else (), [losing] if losing else ())
    return tenth, difference


async def _check(tx: Tx, desk: Desk, members: Members, pasts: Collection[Past], answer: Answer) -> None:
    """Replay some members by the rules of their time, and compare with the journal."""
    if desk.question.goods == "today":
        pasts = await read_pasts(tx, desk.setting, members, with_stamps=True)
    some = list(pasts)[:CHECKED_MAX]
    told = [past for past in some if not past.is_joined]
    differing = await find_differing(tx, desk.setting, told)
    answer.checked, answer.differing, answer.joined = len(told), len(differing), len(some) - len(told)


async def _replay_strangers(tx: Tx, desk: Desk, strangers: Strangers) -> Answer:
    answer, branches = Answer(), desk.branches
    sales = [
        sale
        for sale in await read_strangers(tx, desk.setting, strangers)
        if not branches or sale.branch_id in branches
    ]
    sold = _add_as_it_was(desk, sales, answer)
    spendings = ("observed", "low", "high") if desk.question.has_range else ("observed",)
    for name in (PUBLISHED, DRAFT):
        course = desk.course(name, "observed")
        decided = [decide_stranger(course, sale) for sale in sales]
        outcomes = [outcome for outcome, _ in decided]
        rests = {sale.id: rest for sale, (_, rest) in zip(sales, decided, strict=True) if rest is not None}
        receipts = decided_receipts(sales, outcomes, rests)
        for spending in spendings:
            figures = answer.course(f"{name}.{spending}")
            add_receipts(figures, sold, receipts)
            add_parts(figures, outcomes)
            _note_used(desk, course, sales, outcomes, rests, figures)
    return answer
