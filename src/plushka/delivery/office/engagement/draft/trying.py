"""The try-it panel: a purchase made up or taken from a receipt, decided by the draft beside the rules in force."""

from collections.abc import Iterator
from datetime import datetime
from typing import Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from msgspec import Struct, field

from plushka.delivery.office.engagement.draft.desk import Desk
from plushka.delivery.office.engagement.draft.somebody import (
    BY_TIER,
    find_somebody,
    offer_tiers,
    suggest,
    with_nobody,
    with_somebody,
)
from plushka.delivery.office.engagement.draft.trying_occasion import PREFIX as OCCASIONS
from plushka.delivery.office.engagement.draft.typist import TRUE, Typed, one, under
from plushka.delivery.web.figures import NOTHING
from plushka.delivery.web.forms import Form
from plushka.domain.insights.receipts.found import ReceiptFilter, list_receipts
from plushka.domain.members.model import Member
from plushka.domain.programs.presets import amounts
from plushka.domain.programs.telling.explanation import explain
from plushka.domain.programs.telling.model import Explanation, Reason
from plushka.domain.programs.telling.referral import LEVELS
from plushka.domain.programs.telling.stamps import find_card, tell_filled
from plushka.domain.programs.telling.voice import Voice
from plushka.domain.purchases.model import AMOUNT_MAX_MINOR, PurchaseLine
from plushka.domain.purchases.queries import get_receipt
from plushka.domain.purchases.trial import Supposed, Trial, try_out
from plushka.engine.program import Program
from plushka.engine.purchase import Outcome
from plushka.engine.version import compile_version
from plushka.platform.database import Tx
from plushka.platform.errors import Refusal
from plushka.platform.ids import new_id

PREFIX = "try"
LINES_MAX = 50
_QUANTITY_DECIMALS = 3
_POINTS_MAX = 10**12
_THOUSAND_ROUBLES = 1000_00


class Row(Struct, frozen=True):
    """A figure under the rules in force and under the draft."""

    title: str
    published: str
    draft: str
    differs: bool
    is_rule: bool = False


class Tried(Struct, frozen=True):
    """What came of the trial; ``problem`` says why nothing did."""

    problem: str = ""
    rows: tuple[Row, ...] = ()
    reasons: tuple[Reason, ...] = ()
    not_applied: tuple[Reason, ...] = ()


class Panel(Struct, frozen=True):
    """The panel as it is shown."""

    form: Form
    whos: tuple[tuple[str, str], ...]
    member: str = ""
    suggestions: tuple[tuple[str, str], ...] = ()
    tried: Tried = field(default_factory=Tried)
    template: str = "own/engagement/draft/try.html"
    outcome: str = "own/engagement/draft/outcome.html"


def begun(desk: Desk) -> Typed:
    """Return what the panel begins with: a purchase of a middling amount by somebody new."""
    branch = desk.branches[0].code if desk.branches else ""
    return under(
        PREFIX,
        {
            **one(who="new", redeem="0", points="", branch=branch, at="", receipt="", member=""),
            "lines": ["0"],
            "line.0.quantity": ["1"],
            "line.0.amount": [desk.typist.money(_middling(desk.program.currency))],
        },
    )


def _middling(currency: str) -> int:
    """Return what a thousand roubles are in ``currency``: an amount that a receipt may well have."""
    try:
        return amounts.money(_THOUSAND_ROUBLES, currency)
    except KeyError:
        return _THOUSAND_ROUBLES


async def altered(tx: Tx, form: Form, desk: Desk) -> Form | None:
    """Return the form after a button of the panel was pressed; None where it is no button of its own."""
    verb, _, rest = form.value("do").partition(":")
    match verb:
        case "load":
            return await _loaded(tx, form, desk)
        case "member":
            return with_somebody(form, _of_page(form), rest)
        case "nobody":
            return with_nobody(form, _of_page(form))
        case "line":
            keys = form.values(f"{PREFIX}.lines")
            key = str(max((int(key) for key in keys if key.isdigit()), default=-1) + 1)
            line = f"{PREFIX}.line.{key}"
            return form.altered(
                {
                    f"{PREFIX}.lines": [*keys, key][:LINES_MAX],
                    f"{line}.product": [rest],
                    f"{line}.quantity": ["1"],
                    f"{PREFIX}.goods.search": [""],
                }
            )
        case _:
            return None


def _of_page(form: Form) -> str:
    """Return the prefix of the panel that the page has."""
    return OCCASIONS if form.values(f"{OCCASIONS}.who") else PREFIX


async def _loaded(tx: Tx, form: Form, desk: Desk) -> Form:
    number = form.value(f"{PREFIX}.receipt").strip()
    found = await list_receipts(tx, ReceiptFilter(number=number), limit=1) if number else ()
    if not found:
        form.fail(f"{PREFIX}.receipt", desk.words.gettext("There is no receipt of this number."))
        return form
    receipt = await get_receipt(tx, found[0].id)
    typist = desk.typist
    typed = one(
        receipt=number,
        who="member" if receipt.member_id else "none",
        member_id=str(receipt.member_id or ""),
        member="",
        branch=receipt.branch,
        at=receipt.occurred_at.astimezone(ZoneInfo(receipt.time_zone)).strftime("%Y-%m-%dT%H:%M"),
    )
    lines = receipt.lines[:LINES_MAX]
    typed["lines"] = [str(key) for key in range(len(lines))]
    for key, line in enumerate(lines):
        typed |= under(
            f"line.{key}",
            one(
                product=f"product:{line.sku}",
                quantity=typist.quantity(line.quantity_milli),
                amount=typist.money(line.amount_minor),
            ),
        )
    return form.altered(under(PREFIX, typed))


async def show_panel(tx: Tx, form: Form, desk: Desk, program: Program, *, is_sound: bool) -> Panel:
    """Return the panel with what ``program`` and the version in force make of the purchase."""
    panel_form = form.part(f"{PREFIX}.")
    if not panel_form.values(f"{PREFIX}.who"):
        panel_form = panel_form.altered(begun(desk))
    for name in [name for name in form.problems if name.startswith(f"{PREFIX}.")]:
        panel_form.fail(name, form.problems.pop(name))
    whos = tuple(_whos(desk))
    member, suggestions = await find_somebody(tx, panel_form, desk, PREFIX)
    trial = _read(panel_form, desk, member)
    if trial is None or not panel_form.is_sound:
        problem = desk.words.gettext("Fill in the purchase, and you see what it gives.")
        tried = Tried(problem)
    elif not is_sound:
        tried = Tried(desk.words.gettext("Mend the draft first: as it is, no receipt can be decided by it."))
    else:
        tried = await _try(tx, trial, desk, program)
    return Panel(
        form=panel_form,
        whos=whos,
        member=member.name if member else "",
        suggestions=suggest(suggestions),
        tried=tried,
    )


def _whos(desk: Desk) -> Iterator[tuple[str, str]]:
    words = desk.words
    yield "new", words.gettext("A new member, first purchase")
    yield from offer_tiers(desk)
    yield "none", words.gettext("Nobody: a receipt without a card")


def _read(form: Form, desk: Desk, member: Member | None) -> Trial | None:
    words = desk.words
    lines = [_read_line(form, key, desk) for key in form.values(f"{PREFIX}.lines")[:LINES_MAX]]
    if not lines:
        form.fail(f"{PREFIX}.lines", words.gettext("Add a line."))
    buyer = _read_buyer(form, desk, member)
    branch = form.choice(f"{PREFIX}.branch", [branch.code for branch in desk.branches])
    at = _read_moment(form, desk, branch)
    redeem = _read_redeem(form, desk)
    if not form.is_sound or branch is None:
        return None
    return Trial(
        lines=tuple(line for line in lines if line), branch=branch, at=at, member=buyer, redeem=redeem
    )


def _read_line(form: Form, key: str, desk: Desk) -> PurchaseLine | None:
    name = f"{PREFIX}.line.{key}"
    quantity = form.number(f"{name}.quantity", decimals=_QUANTITY_DECIMALS, least=1, most=AMOUNT_MAX_MINOR)
    amount = form.money(f"{name}.amount", desk.program.currency, most=AMOUNT_MAX_MINOR)
    if quantity is None or amount is None:
        return None
    kind, _, code = form.value(f"{name}.product").partition(":")
    return PurchaseLine(
        sku=code if kind == "product" else "",
        quantity_milli=quantity,
        amount_minor=amount,
        category=code if kind == "category" else None,
        brand=code if kind == "brand" else None,
    )


def _read_buyer(form: Form, desk: Desk, member: Member | None) -> UUID | Supposed | None:
    who = form.value(f"{PREFIX}.who")
    if who in {"none", "member"}:
        return member.id if member else None
    points = form.number(
        f"{PREFIX}.points", decimals=desk.program.point.scale, most=_POINTS_MAX, required=False
    )
    is_invited = form.flag(f"{PREFIX}.invited")
    if who == "new":
        first = desk.tiers[0].id if desk.tiers else None
        return Supposed(tier=first, points=points or 0, is_invited=is_invited)
    return Supposed(
        tier=who.removeprefix(BY_TIER) or None, points=points or 0, is_new=False, is_invited=is_invited
    )


def _read_moment(form: Form, desk: Desk, branch: str | None) -> datetime:
    typed = form.moment(f"{PREFIX}.at", required=False)
    zone = next(
        (each.time_zone for each in desk.branches if each.code == branch), desk.visit.business.time_zone
    )
    return typed.replace(tzinfo=ZoneInfo(zone)) if typed else desk.visit.at


def _read_redeem(form: Form, desk: Desk) -> int | Literal["max"]:
    if form.value(f"{PREFIX}.all") == TRUE:
        return "max"
    points = form.number(
        f"{PREFIX}.redeem", decimals=desk.program.point.scale, most=_POINTS_MAX, required=False
    )
    return points or 0


async def _try(tx: Tx, trial: Trial, desk: Desk, program: Program) -> Tried:
    in_force = desk.in_force
    versions = [compile_version(new_id(), program)]
    if in_force:
        versions.append(await desk.visit.office.reference.versions.get(tx, in_force.id))
    try:
        outcomes = await try_out(tx, desk.visit.office.reference, trial, versions, program_id=desk.card.id)
    except Refusal:
        return Tried(desk.words.gettext("This purchase cannot be decided: its branch or its member is gone."))
    drafted, published = outcomes[0], outcomes[1] if in_force else None
    zone = next(
        (each.time_zone for each in desk.branches if each.code == trial.branch), desk.visit.business.time_zone
    )
    told = explain(
        drafted, program, language=desk.visit.look.language, zone=zone, names=desk.names, names_groups=True
    )
    return Tried(
        rows=tuple(outcome_rows(published, drafted, desk, program)),
        reasons=reasons_of(told),
        not_applied=told.not_applied,
    )


def reasons_of(told: Explanation) -> tuple[Reason, ...]:
    """Return all that explains what a purchase gives, in the order in which it came about."""
    return (
        *told.discounts,
        *told.redemption,
        *told.earning,
        *told.grants,
        *told.tier,
        *told.cards,
        *told.friends,
    )


def outcome_rows(published: Outcome | None, drafted: Outcome, desk: Desk, program: Program) -> Iterator[Row]:
    """Yield the figures of a purchase by the rules in force beside those of ``program``."""
    words, figures = desk.words, desk.figures

    def row(title: str, before: str, after: str, *, is_rule: bool = False) -> Row:
        shown = before if published else NOTHING
        return Row(title, shown, after, differs=published is not None and shown != after, is_rule=is_rule)

    def points(outcome: Outcome | None) -> int:
        return outcome.redeemed.points if outcome and outcome.redeemed else 0

    was = published or drafted
    if was.discount_minor or drafted.discount_minor:
        yield row(
            words.gettext("Discount"),
            figures.money(was.discount_minor),
            figures.money(drafted.discount_minor),
        )
    if points(was) or points(drafted):
        yield row(
            words.gettext("Points spent"),
            figures.points_number(points(was)),
            figures.points_number(points(drafted)),
        )
    yield row(words.gettext("To pay"), figures.money(was.payable_minor), figures.money(drafted.payable_minor))
    yield row(
        words.gettext("Points earned"),
        figures.points_number(was.earned_points),
        figures.points_number(drafted.earned_points),
    )
    yield from _card_rows(published, drafted, desk, program)
    for place, who in enumerate(LEVELS):
        was_given, is_given = _given(published, place), _given(drafted, place)
        if was_given or is_given:
            yield row(
                words.gettext("For friends: {who}", who=words.gettext(who)),
                figures.points_or_nothing(was_given),
                figures.points_or_nothing(is_given),
            )
    before = {award.rule: award.points for award in published.awards} if published else {}
    after = {award.rule: award.points for award in drafted.awards}
    voices = [desk.voice(program), *([desk.voice(desk.in_force.program)] if desk.in_force else [])]
    for rule in dict.fromkeys([*after, *before]):
        name = next((told for voice in voices if (told := voice.rule_name(rule)) != rule), rule)
        yield row(
            name,
            figures.points_or_nothing(before.get(rule, 0)),
            figures.points_or_nothing(after.get(rule, 0)),
            is_rule=True,
        )


def _given(outcome: Outcome | None, place: int) -> int:
    """Return what a purchase gives to one of those above the member."""
    referred = outcome.referred if outcome else None
    return referred.levels[place] if referred and referred.counts and place < len(referred.levels) else 0


def _card_rows(published: Outcome | None, drafted: Outcome, desk: Desk, program: Program) -> Iterator[Row]:
    """Yield how full each card is after the purchase, where a draft or the rules in force have any."""
    after = _filled(drafted, desk.voice(program))
    before = _filled(published, desk.voice(desk.in_force.program)) if published and desk.in_force else {}
    for name in dict.fromkeys([*after, *before]):
        was, now = before.get(name, NOTHING), after.get(name, NOTHING)
        yield Row(name, was, now, differs=published is not None and was != now)


def _filled(outcome: Outcome, voice: Voice) -> dict[str, str]:
    return {
        voice.rule_name(card.card): tell_filled(card.after, card.needed, find_card(card.card, voice), voice)
        for card in outcome.cards
    }
