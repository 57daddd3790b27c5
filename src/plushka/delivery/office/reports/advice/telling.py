"""What a rule says, in words: the sentence with its numbers, why it is said, and what can be done."""

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from urllib.parse import urlencode

from msgspec import Struct

from plushka.delivery.office.visit import Visit
from plushka.domain.insights.advice import rules
from plushka.domain.insights.advice.model import Advice
from plushka.domain.insights.reports.ratio import Ratio
from plushka.platform.i18n import format_number

PATH = "/reports/advice"


class Told(Struct, frozen=True):
    """A piece of advice; ``does`` is what its button says, empty where the person may not do it.

    It is a link to ``href``, or, where that is empty, a form that begins it. ``subject`` goes with the form.
    """

    rule: str
    subject: str
    sentence: str
    why: str
    does: str
    href: str


def told(advice: Advice, visit: Visit) -> Told:
    sentence, why, does, href, action = _WORDS[advice.rule](advice.facts, advice.subject, visit)
    return Told(
        rule=advice.rule,
        subject=advice.subject,
        sentence=sentence,
        why=why,
        does=does
        if visit.may(action) and (advice.rule not in SEGMENTS or visit.may("segments.change"))
        else "",
        href=href,
    )


SEGMENTS = {"vip_asleep", "unreachable", "branch_revenue"}
"""What begins with a segment."""
Facts = Mapping[str, int | str]
Words = tuple[str, str, str, str, str]
"""The sentence, why, what the button says, where it leads, and who may."""


def _vip_asleep(facts: Facts, _: str, visit: Visit) -> Words:
    words, number = visit.words, visit.figures.number
    count = int(facts["members"])
    return (
        words.ngettext(
            "{count} VIP member of {of} has not come for {days} days",
            "{count} VIP members of {of} have not come for {days} days",
            count,
            count=number(count),
            of=number(int(facts["of"])),
            days=rules.VIP_ASLEEP_DAYS,
        ),
        words.gettext(
            "VIP are the fifth of buyers who have spent most within a year. It is said when {least} of them or more "
            "have not come for {days} days.",
            least=rules.VIP_ASLEEP_MIN,
            days=rules.VIP_ASLEEP_DAYS,
        ),
        words.gettext("Begin a broadcast to them"),
        "",
        "campaigns.change",
    )


def _second_purchase(facts: Facts, _: str, visit: Visit) -> Words:
    words, number = visit.words, visit.figures.number
    count = int(facts["members"])
    return (
        words.ngettext(
            "{count} new buyer of {of} has not come a second time",
            "{count} new buyers of {of} have not come a second time",
            count,
            count=number(count),
            of=number(int(facts["of"])),
        ),
        words.gettext(
            "Of those whose first purchase was {until}–{since} days ago. It is said when they are {least} or more, "
            "{share} of them or more have not come again, and no journey begins with the first purchase.",
            until=rules.FIRST_UNTIL_DAYS,
            since=rules.FIRST_FROM_DAYS,
            least=rules.FIRST_BUYERS_MIN,
            share=visit.figures.percent(rules.BOUGHT_ONCE_MIN_BP),
        ),
        words.gettext("Take the journey “{name}”", name=words.gettext("Second purchase")),
        "",
        "campaigns.change",
    )


def _win_back(facts: Facts, _: str, visit: Visit) -> Words:
    words = visit.words
    count = int(facts["members"])
    return (
        words.ngettext(
            "{count} member has stopped coming, and nothing calls them back",
            "{count} members have stopped coming, and nothing calls them back",
            count,
            count=visit.figures.number(count),
        ),
        words.gettext(
            "Members of the groups “Falling asleep” and “Asleep”. It is said when they are {least} or more and no "
            "journey begins with an absence.",
            least=rules.FALLING_MIN,
        ),
        words.gettext("Take the journey “{name}”", name=words.gettext("Win-back 30 / 60 / 90")),
        "",
        "campaigns.change",
    )


def _points_burning(facts: Facts, _: str, visit: Visit) -> Words:
    words = visit.words
    count = int(facts["members"])
    return (
        words.ngettext(
            "{points} of {count} member burn within {days} days, and no journey reminds of them",
            "{points} of {count} members burn within {days} days, and no journey reminds of them",
            count,
            points=visit.figures.points(int(facts["points"])),
            count=visit.figures.number(count),
            days=rules.BURNING_DAYS,
        ),
        words.gettext(
            "As things stand, without purchases that prolong. It is said when it concerns {least} members or more and "
            "no journey begins before points burn.",
            least=rules.BURNING_MEMBERS_MIN,
        ),
        words.gettext("Take the journey “{name}”", name=words.gettext("Points burn soon")),
        "",
        "campaigns.change",
    )


def _birthdays(facts: Facts, _: str, visit: Visit) -> Words:
    words = visit.words
    count = int(facts["members"])
    return (
        words.ngettext(
            "{count} member has a birthday within {days} days, and nobody greets them",
            "{count} members have a birthday within {days} days, and nobody greets them",
            count,
            count=visit.figures.number(count),
            days=rules.BIRTHDAY_DAYS,
        ),
        words.gettext(
            "It is said when they are {least} or more and neither the programme nor a journey gives anything for a "
            "birthday.",
            least=rules.BIRTHDAYS_MIN,
        ),
        words.gettext("Take the journey “{name}”", name=words.gettext("Birthday")),
        "",
        "campaigns.change",
    )


def _branch_penetration(facts: Facts, subject: str, visit: Visit) -> Words:
    words = visit.words
    since = visit.business_day - timedelta(days=rules.PENETRATION_DAYS - 1)
    query = {
        "branch": subject.removeprefix("branch:"),
        "member": "without",
        "from": since.isoformat(),
        "to": visit.business_day.isoformat(),
    }
    return (
        words.gettext(
            "“{branch}”: a card is shown on {share} of receipts, elsewhere on {others}",
            branch=facts["branch"],
            share=_share(facts, "with_card", "receipts", visit),
            others=_share(facts, "others_with_card", "others_receipts", visit),
        ),
        words.gettext(
            "Of the last {days} days. It is said of the branch that is furthest behind all others together, from {gap} "
            "and {least} receipts on.",
            days=rules.PENETRATION_DAYS,
            gap=visit.figures.percent(rules.BRANCH_GAP_MIN_BP),
            least=rules.BRANCH_RECEIPTS_MIN,
        ),
        words.gettext("See receipts without a card"),
        f"/receipts?{urlencode(query)}",
        "receipts.read",
    )


def _branch_revenue(facts: Facts, _: str, visit: Visit) -> Words:
    words = visit.words
    now, before = int(facts["revenue_minor"]), int(facts["revenue_minor_before"])
    return (
        words.gettext(
            "“{branch}”: revenue fell by {share}, to {now} from {before}",
            branch=facts["branch"],
            share=visit.figures.ratio(before - now, before),
            now=visit.figures.money(now),
            before=visit.figures.money(before),
        ),
        words.gettext(
            "The last {days} whole days against as many before, so the days of the week are the same. It is said of "
            "the branch that has fallen furthest, from {gap} and {least} receipts before on. The broadcast is to "
            "those who bought there and have not come for {days} days.",
            days=rules.SALES_DAYS,
            gap=visit.figures.percent(rules.BRANCH_REVENUE_FALL_MIN_BP),
            least=rules.SALES_RECEIPTS_MIN,
        ),
        words.gettext("Begin a broadcast to them"),
        "",
        "campaigns.change",
    )


def _average_receipt(facts: Facts, _: str, visit: Visit) -> Words:
    words = visit.words
    now = Ratio(int(facts["revenue_minor"]), int(facts["receipts"]))
    before = Ratio(int(facts["revenue_minor_before"]), int(facts["receipts_before"]))
    whole = now.denominator * before.numerator
    return (
        words.gettext(
            "The average receipt fell by {share}, to {now} from {before}",
            share=visit.figures.ratio(whole - now.numerator * before.denominator, whole),
            now=visit.figures.money(now.rounded() or 0),
            before=visit.figures.money(before.rounded() or 0),
        ),
        words.gettext(
            "All branches together, the last {days} whole days against as many before. It is said from {gap} and "
            "{least} receipts of both on. A promotion that rewards a larger receipt can help.",
            days=rules.SALES_DAYS,
            gap=visit.figures.percent(rules.AVERAGE_RECEIPT_FALL_MIN_BP),
            least=rules.SALES_RECEIPTS_MIN,
        ),
        words.gettext("Make a promotion"),
        f"/engagement/programs/{visit.program_id}/draft/promotions",
        "programs.edit",
    )


def _branch_rating(facts: Facts, subject: str, visit: Visit) -> Words:
    words = visit.words
    return (
        words.gettext(
            "“{branch}”: the average rating fell from {before} to {now}",
            branch=facts["branch"],
            before=_hundredths(facts["hundredths_before"], visit),
            now=_hundredths(facts["hundredths"], visit),
        ),
        words.gettext(
            "Of purchases of the last {days} days against as many before. It is said of the branch that has fallen "
            "furthest, from {gap} and {least} ratings of both on.",
            days=rules.RATING_DAYS,
            gap=_hundredths(rules.RATING_FALL_MIN_HUNDREDTHS, visit),
            least=rules.RATINGS_MIN,
        ),
        words.gettext("See the ratings"),
        f"/reports/branches?{urlencode({'branch': subject.removeprefix('branch:')})}",
        "reports.read",
    )


def _hundredths(number: int | str, visit: Visit) -> str:
    return format_number(Decimal(int(number)) / 100, visit.look.language, decimals=2)


def _cashier_penetration(facts: Facts, subject: str, visit: Visit) -> Words:
    words = visit.words
    since = visit.business_day - timedelta(days=rules.PENETRATION_DAYS - 1)
    query = {
        "branch": subject.split(":")[1],
        "cashier": facts["cashier"],
        "member": "without",
        "from": since.isoformat(),
        "to": visit.business_day.isoformat(),
    }
    return (
        words.gettext(
            "{cashier}, “{branch}”: a card is shown on {share} of receipts, by others there on {others}",
            cashier=facts["cashier"],
            branch=facts["branch"],
            share=_share(facts, "with_card", "receipts", visit),
            others=_share(facts, "others_with_card", "others_receipts", visit),
        ),
        words.gettext(
            "Of the last {days} days. It is said of the cashier who is furthest behind the others of the branch, from "
            "{gap} and {least} receipts on.",
            days=rules.PENETRATION_DAYS,
            gap=visit.figures.percent(rules.CASHIER_GAP_MIN_BP),
            least=rules.CASHIER_RECEIPTS_MIN,
        ),
        words.gettext("See receipts without a card"),
        f"/receipts?{urlencode(query)}",
        "receipts.read",
    )


def _promotion_lost(facts: Facts, subject: str, visit: Visit) -> Words:
    words = visit.words
    _, program_id, promotion_id = subject.split(":", 2)
    return (
        words.gettext(
            "The promotion “{name}” has lost {money}",
            name=facts["name"],
            money=visit.figures.money(int(facts["lost_minor"])),
        ),
        words.gettext(
            "Against its control group, after goods, discounts and points. It is said when even the best end of the "
            "interval, which holds in 95 cases of 100, is a loss."
        ),
        words.gettext("Look at the promotion"),
        f"/campaigns/promotions/{program_id}/{promotion_id}",
        "programs.read",
    )


def _no_control(facts: Facts, subject: str, visit: Visit) -> Words:
    words = visit.words
    kind, _, campaign_id = subject.partition(":")
    others = int(facts["count"]) - 1
    sentence = words.gettext(
        "“{name}” leaves nobody aside: what it brings cannot be seen", name=facts["name"]
    )
    if others:
        sentence += " " + words.ngettext(
            "(and {count} more)", "(and {count} more)", others, count=visit.figures.number(others)
        )
    return (
        sentence,
        words.gettext(
            "A journey that runs or a broadcast that waits to be sent has no control group. Without members who are "
            "left aside there is nothing to compare with."
        ),
        words.gettext("Leave some aside"),
        f"/campaigns/journeys/{campaign_id}/terms" if kind == "journey" else f"/campaigns/{campaign_id}/edit",
        "campaigns.change",
    )


def _unreachable(facts: Facts, _: str, visit: Visit) -> Words:
    words, number = visit.words, visit.figures.number
    count = int(facts["members"])
    return (
        words.ngettext(
            "{count} buyer of {of} cannot be written to",
            "{count} buyers of {of} cannot be written to",
            count,
            count=number(count),
            of=number(int(facts["of"])),
        ),
        words.gettext(
            "Of those who bought within {days} days: no messenger, phone or mail leads to them, or they did not agree. "
            "It is said from {least} buyers and {share} on.",
            days=rules.RECENT_DAYS,
            least=rules.RECENT_BUYERS_MIN,
            share=visit.figures.percent(rules.UNREACHABLE_MIN_BP),
        ),
        words.gettext("Make a segment of them"),
        "",
        "campaigns.change",
    )


def _liability(facts: Facts, _: str, visit: Visit) -> Words:
    words = visit.words
    now, before = int(facts["points"]), int(facts["before"])
    return (
        words.gettext(
            "Members have {points}, {share} more than {days} days ago: sales have grown less",
            points=visit.figures.points(now),
            share=visit.figures.ratio(now - before, before),
            days=rules.LIABILITY_DAYS,
        ),
        words.gettext(
            "All points that members can still spend. It is said when they have grown by {share} or more, and faster "
            "than the revenue of the same days.",
            share=visit.figures.percent(rules.LIABILITY_GROWTH_MIN_BP),
        ),
        words.gettext("Look at what points may pay"),
        f"/engagement/programs/{visit.program_id}/draft/redemption",
        "programs.edit",
    )


def _share(facts: Facts, part: str, whole: str, visit: Visit) -> str:
    return visit.figures.ratio(int(facts[part]), int(facts[whole]))


_WORDS = {
    "vip_asleep": _vip_asleep,
    "second_purchase": _second_purchase,
    "win_back": _win_back,
    "points_burning": _points_burning,
    "birthdays": _birthdays,
    "branch_penetration": _branch_penetration,
    "branch_rating": _branch_rating,
    "branch_revenue": _branch_revenue,
    "average_receipt": _average_receipt,
    "cashier_penetration": _cashier_penetration,
    "promotion_lost": _promotion_lost,
    "no_control": _no_control,
    "unreachable": _unreachable,
    "liability": _liability,
}
