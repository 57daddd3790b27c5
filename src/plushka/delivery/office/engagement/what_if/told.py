"""What stands above the tables of an answer: the verdict, what is uncertain about it, and the proof."""

from collections.abc import Iterator
from fractions import Fraction

from msgspec import Struct

from plushka.delivery.office.engagement.what_if.shown import Shown, exactly
from plushka.delivery.office.reports.telling import told_value
from plushka.delivery.office.reports.words import told_period
from plushka.delivery.office.visit import Visit
from plushka.domain.simulation.budgets import Overrun, overruns
from plushka.domain.simulation.payback import BreakEven
from plushka.domain.simulation.shares import DRAFT


class Verdict(Struct, frozen=True):
    """``text`` says it in a sentence, ``more`` how far it depends on what members spend."""

    is_good: bool
    text: str
    more: tuple[str, ...]


class Proof(Struct, frozen=True):
    """Whether the rules of their time have reproduced the journal, and of whom it could not be told."""

    is_clean: bool
    text: str
    more: tuple[str, ...]


def tell_verdict(shown: Shown) -> Verdict:
    found = shown.break_even()
    return Verdict(found.costs <= 0, _verdict(shown, found), tuple(_range(shown, found)))


def _verdict(shown: Shown, found: BreakEven) -> str:
    gettext = shown.visit.words.gettext
    period = told_period(shown.period, shown.visit)
    costs = _money(abs(found.costs), shown)
    if found.costs == 0:
        return gettext("The draft brings as much as the rules in force: {period}.", period=period)
    if found.costs < 0:
        return gettext(
            "The draft brings {money} more than the rules in force: {period}. It pays with the visits there are.",
            money=costs,
            period=period,
        )
    told = gettext(
        "The draft costs {money} more than the rules in force: {period}.", money=costs, period=period
    )
    return " ".join(filter(None, [told, _what_pays(shown, found)]))


def _what_pays(shown: Shown, found: BreakEven) -> str:
    visit = shown.visit
    words = visit.words
    if not shown.sees_margin:
        return ""
    if found.kind == "unknown":
        return words.gettext(
            "How many more visits would pay for it cannot be told: the cost of goods is not known. "
            "Ask again with a margin that you suppose."
        )
    if found.kind == "never" or found.share is None:
        return words.gettext(
            "More visits do not pay for it: by the draft a visit of a member brings nothing."
        )
    return words.gettext(
        "It pays if members come {share} more often: {more} visits besides {visits}, of which each brings {money}.",
        share=told_value(exactly(found.share), "share", visit),
        more=visit.figures.number(found.visits),
        visits=visit.figures.number(shown.observed[1].visits),
        money=_money(found.per_visit or Fraction(0), shown),
    )


def _range(shown: Shown, found: BreakEven) -> Iterator[str]:
    visit = shown.visit
    gettext = visit.words.gettext
    if shown.question.has_range:
        costs = [shown.break_even(spending).costs for spending in shown.spendings]
        if min(costs) != max(costs):
            yield gettext(
                "It depends on what members spend: the difference is from {least} to {most}.",
                least=_signed(-max(costs), shown),
                most=_signed(-min(costs), shown),
            )
    if found.kind == "needs" and shown.sees_margin:
        yield gettext(
            "That people come more often is not assumed: whether they do, you will see after publishing."
        )


def tell_proof(shown: Shown) -> Proof:
    visit, answer = shown.visit, shown.answer
    words = visit.words
    more = []
    if answer.joined:
        more.append(
            words.ngettext(
                "Of {count} member it could not be told: cards were joined in this time.",
                "Of {count} members it could not be told: cards were joined in this time.",
                answer.joined,
                count=visit.figures.number(answer.joined),
            )
        )
    if answer.other_rules:
        more.append(
            words.ngettext(
                "{count} receipt was decided by other rules then; here all are decided by those in force now.",
                "{count} receipts were decided by other rules then; here all are decided by those in force now.",
                answer.other_rules,
                count=visit.figures.number(answer.other_rules),
            )
        )
    if not answer.checked:
        return Proof(
            is_clean=True,
            text=words.gettext("No member could be compared with the journal."),
            more=tuple(more),
        )
    right = answer.checked - answer.differing
    facts = {"right": visit.figures.number(right), "checked": visit.figures.number(answer.checked)}
    text = (
        words.gettext(
            "Not all came out: the rules of their time reproduced the points of {right} members out of {checked}. "
            "Take the figures with care, and tell the makers of Plushka.",
            **facts,
        )
        if answer.differing
        else words.gettext(
            "The proof: the rules of their time reproduced the journal of {right} members out of {checked}, "
            "to the point.",
            **facts,
        )
    )
    return Proof(is_clean=not answer.differing, text=text, more=tuple(more))


def tell_overruns(shown: Shown) -> list[str]:
    """Return what budgets of all members together would have been exceeded by."""
    found = overruns(shown.question.draft, shown.figures(DRAFT).used)
    return [_overrun(each, shown.visit) for each in found]


def _overrun(overrun: Overrun, visit: Visit) -> str:
    gettext = visit.words.gettext
    is_money = overrun.budget.of == "amount"

    def told(amount: int) -> str:
        return visit.figures.money(amount) if is_money else visit.figures.number(amount)

    facts = {
        "name": overrun.promotion.name,
        "most": told(overrun.budget.most),
        "used": told(overrun.used),
        "excess": told(overrun.excess),
    }
    if is_money:
        return gettext(
            "“{name}” would have used up its budget of {most}: here it gives up to {used}. At tills it would have "
            "stopped, so up to {excess} of the discounts would not have been given.",
            **facts,
        )
    return gettext(
        "“{name}” would have used up its budget of {most} receipts: here up to {used} get it. At tills it would have "
        "stopped, so up to {excess} receipts would have gone without.",
        **facts,
    )


def _money(amount: Fraction, shown: Shown) -> str:
    return told_value(exactly(amount), "money", shown.visit)


def _signed(amount: Fraction, shown: Shown) -> str:
    return told_value(exactly(amount), "money", shown.visit, signed=True)
