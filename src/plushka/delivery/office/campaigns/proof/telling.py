"""What was caused, in words: a verdict that claims nothing more than the figures do, and the figures.

``caused_told`` is what ``campaigns/proof/block.html`` shows on the page of a campaign or a promotion.
"""

from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Literal

from msgspec import Struct

from plushka.delivery.office.permissions import MARGIN
from plushka.delivery.office.visit import Visit
from plushka.domain.insights.campaigns.columns import figures_told
from plushka.domain.insights.campaigns.model import Caused, Figure
from plushka.domain.insights.campaigns.sight import HOPED_LIFT_BP, Prospect
from plushka.domain.insights.campaigns.subjects import Subject
from plushka.domain.insights.campaigns.words import GONE, MONEY, TITLES
from plushka.engine.experiments.effects import CONTROL_MIN, Effect, Verdict
from plushka.platform.i18n import currency_decimals, format_money, format_number

Tone = Literal["success", "error", "neutral"]
TONES: Mapping[Verdict, Tone] = MappingProxyType(
    {"proven": "success", "harm_proven": "error", "not_proven": "neutral", "too_few": "neutral"}
)


class FigureTold(Struct, frozen=True):
    """A figure of both groups per member, and what it grew by for all treated together."""

    title: str
    treated: str
    control: str
    increase: str
    interval: str


class CausedTold(Struct, frozen=True):
    """A comparison: ``title`` and ``sentence`` are the verdict, ``costs`` what was given for it."""

    tone: Tone
    title: str
    sentence: str
    groups: str
    figures: tuple[FigureTold, ...]
    costs: tuple[tuple[str, str, str], ...]
    remarks: tuple[str, ...]
    counted: str


def subject_told(subject: Subject, visit: Visit) -> str:
    """Return what a campaign or a promotion is called; of one that is over and gone it is said."""
    return visit.words.gettext(GONE, name=subject.name) if subject.is_gone else subject.name


def subject_url(key: str, subject: Subject) -> str:
    """Return the page that tells of both groups; ``key`` names what was compared. What is gone has none."""
    if subject.is_gone:
        return ""
    named = key.partition(":")[2].replace(":", "/", 1)
    return f"/campaigns/{_FOLDERS[subject.kind]}{named}"


_FOLDERS = {"broadcast": "", "journey": "journeys/", "promotion": "promotions/"}


def caused_told(caused: Caused, visit: Visit) -> CausedTold:
    """Return what a comparison says."""
    gettext, figures = visit.words.gettext, visit.figures
    paid, is_still = caused.effects.get("paid"), nobody_bought(caused)
    tone, title, sentence = _verdict(caused, paid, visit)
    if is_still and caused.verdict != "too_few":
        sentence = gettext(
            "Nobody of either group has bought anything since it began: there is nothing to compare yet."
        )
    return CausedTold(
        tone=tone,
        title=title,
        sentence=sentence,
        groups=gettext(
            "{treated} against {control} in the control group.",
            treated=figures.number(paid.treated if paid else 0),
            control=figures.number(paid.control if paid else 0),
        ),
        figures=()
        if is_still
        else tuple(
            _figure(name, effect, visit)
            for name in figures_told(knows_margin=visit.may(MARGIN))
            if (effect := caused.effects.get(name)) is not None and (name != "profit" or caused.knows_profit)
        ),
        costs=_costs(caused, visit),
        remarks=tuple(_remarks(caused, paid, visit)),
        counted=gettext("Counted {moment}.", moment=figures.moment(caused.counted_at)),
    )


def nobody_bought(caused: Caused) -> bool:
    """Tell whether neither group has a buyer yet, so that all figures are 0 and say nothing."""
    buyers = caused.effects.get("buyers")
    return buyers is not None and not buyers.treated_mean and not buyers.control_mean


def _verdict(caused: Caused, paid: Effect | None, visit: Visit) -> tuple[Tone, str, str]:
    gettext = visit.words.gettext
    if paid is None or caused.verdict == "too_few":
        return (
            "neutral",
            gettext("Too few to tell"),
            gettext("A comparison takes {count} members on either side.", count=CONTROL_MIN),
        )
    low, high = (estimated(bound, visit) for bound in (paid.total_low, paid.total_high))
    if caused.verdict == "proven":
        sentence = gettext("Members paid {amount} more because of it.", amount=estimated(paid.total, visit))
        told = gettext(
            "The true figure lies between {low} and {high}, in 95 cases of 100.", low=low, high=high
        )
        return "success", gettext("Proven"), f"{sentence} {told}"
    if caused.verdict == "harm_proven":
        sentence = gettext("Members paid {amount} less because of it.", amount=estimated(-paid.total, visit))
        return "error", gettext("Proven that it does harm"), sentence
    if paid.low <= 0 <= paid.high:
        sentence = gettext(
            "The difference to the control group can be chance: what it caused lies between {low} and {high}.",
            low=low,
            high=high,
        )
    elif caused.is_open and paid.verdict != "not_proven":
        sentence = gettext("While it is being measured, the difference must be larger to be believed.")
    else:
        sentence = gettext("The difference hangs on a few large receipts, and can be chance.")
    return "neutral", gettext("Not proven"), sentence


def estimated(minor: int, visit: Visit) -> str:
    """Return an estimate of money: in whole units of the currency, for it is not known to the last of them."""
    unit = 10 ** currency_decimals(visit.business.currency)
    whole = (minor + unit // 2) // unit * unit
    return format_money(whole, visit.business.currency, visit.look.language, trim=True)


def _figure(name: Figure, effect: Effect, visit: Visit) -> FigureTold:
    def told(total: int) -> str:
        return estimated(total, visit) if name in MONEY else visit.figures.number(total, signed=True)

    def of_one(mean: float) -> str:
        if name in MONEY:
            return visit.figures.money(round(mean))
        if name == "buyers":
            return visit.figures.column_percent(round(mean * 100_00))
        return format_number(Decimal(mean), visit.look.language, decimals=2)

    return FigureTold(
        title=visit.words.gettext(TITLES[name]),
        treated=of_one(effect.treated_mean),
        control=of_one(effect.control_mean),
        increase=told(effect.total),
        interval=visit.words.gettext(
            "{low} to {high}", low=told(effect.total_low), high=told(effect.total_high)
        ),
    )


def _costs(caused: Caused, visit: Visit) -> tuple[tuple[str, str, str], ...]:
    """Return titles, keys of definitions, and figures."""
    gettext, figures, costs = visit.words.gettext, visit.figures, caused.costs
    goods = (
        gettext("Cost of the goods"),
        "caused_goods",
        figures.money(costs.goods_minor) if caused.knows_profit else "—",
    )
    told = [
        *([goods] if visit.may(MARGIN) else []),
        (gettext("Discounts"), "caused_discounts", figures.money(costs.discount_minor)),
        (gettext("Paid with points"), "caused_redeemed", figures.money(costs.redeemed_minor)),
        (gettext("Messages"), "caused_messages", figures.money(costs.messages_minor)),
    ]
    if costs.points_given:
        told.append((gettext("Given by the campaign"), "caused_given", figures.points(costs.points_given)))
    return tuple(told)


def _remarks(caused: Caused, paid: Effect | None, visit: Visit) -> list[str]:
    gettext, costs, remarks = visit.words.gettext, caused.costs, list[str]()
    if caused.is_open and caused.until_at == caused.counted_at:
        remarks.append(gettext("It goes on: the verdict can change."))
    elif caused.is_open:
        remarks.append(
            gettext(
                "It is still being measured, until {moment}: the verdict can change.",
                moment=visit.figures.moment(caused.until_at),
            )
        )
    if costs.receipts and costs.unknown_cost and visit.may(MARGIN):
        share = visit.figures.ratio(costs.unknown_cost, costs.receipts)
        remarks.append(
            gettext(
                "{share} of receipts do not know what their goods cost: profit is told too high.",
                share=share,
            )
            if caused.knows_profit
            else gettext("Profit is not told: no receipt knows what its goods cost.")
        )
    if paid is not None and paid.lowered_by >= 0.01:  # noqa: PLR2004 - a per cent is worth telling
        share = visit.figures.percent(round(paid.lowered_by * 100) * 100)
        remarks.append(
            gettext("Earlier purchases explained {share} of the differences between members.", share=share)
        )
    if costs.points_given:
        remarks.append(gettext("Points given are charged when they are spent."))
    return remarks


def prospect_warnings(prospect: Prospect, visit: Visit) -> list[str]:
    """Return what to know before a start: that its group is too small to see the effect one may hope for."""
    gettext, figures = visit.words.gettext, visit.figures
    if not prospect.members or not prospect.is_weak:
        return []
    lift_bp = prospect.lift_bp
    hoped = figures.percent(HOPED_LIFT_BP)
    if lift_bp is None:
        told = gettext(
            "The control group will be too small to prove anything: it takes {count} members on either side.",
            count=CONTROL_MIN,
        )
        if not prospect.sight.is_too_few:
            told = gettext(
                "Nobody of them has bought lately, so it cannot be said what the control group will see."
            )
    else:
        told = gettext(
            "The control group will only see it if members pay {share} more; a good campaign lifts {hoped}.",
            share=figures.percent(lift_bp),
            hoped=hoped,
        )
    if prospect.control_needed_bp is not None:
        told += " " + gettext(
            "To see {hoped} leave {share} of members alone.",
            hoped=hoped,
            share=figures.percent(prospect.control_needed_bp),
        )
    elif lift_bp is not None:
        told += " " + gettext("No group of these members sees {hoped}: take a wider audience.", hoped=hoped)
    return [told]
