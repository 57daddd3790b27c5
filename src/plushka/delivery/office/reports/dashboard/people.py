"""Who buys, by sex and age (F101), and who buys most (F103)."""

from datetime import date, timedelta

from plushka.delivery.office.receipts.asked import NONE
from plushka.delivery.office.reports.asked import Asked
from plushka.delivery.office.reports.behind import WHOLE, linked, members_url
from plushka.delivery.office.reports.blocks import Block, Cell, Chart, Column, Empty, Series, Table
from plushka.delivery.office.reports.words import of_months, whole_months
from plushka.delivery.office.visit import Visit
from plushka.domain.insights.reports.people import AGES, Kind, list_best, list_kinds
from plushka.domain.insights.reports.period import Period
from plushka.domain.insights.reports.ratio import Ratio
from plushka.domain.rollups.queries import find_as_of
from plushka.engine.expiry import add_months
from plushka.platform.database import Tx
from plushka.platform.i18n import marked

_SEXES: dict[str | None, str] = {
    "female": marked("Women"),
    "male": marked("Men"),
    None: marked("Sex is not known"),
}


async def make_people(tx: Tx, visit: Visit, asked: Asked) -> Block:
    first, until = whole_months(asked.period)
    kinds = await list_kinds(tx, first, until, visit.business_day)
    members, revenue = sum(kind.members for kind in kinds), sum(kind.revenue_minor for kind in kinds)
    gettext = visit.words.gettext
    return Block(
        name="people",
        title=gettext("Who buys"),
        table=Table(
            (
                Column(gettext("Sex"), "text"),
                Column(gettext("Age"), "text"),
                Column(gettext("Members"), "count", "members"),
                Column(gettext("Share of the base"), "share", "members_share"),
                Column(gettext("Bought"), "count", "buyers"),
                Column(gettext("Revenue"), "money", "card_revenue"),
                Column(gettext("Share of the revenue"), "share", "revenue_share"),
                Column(gettext("Average receipt"), "money", "average_receipt"),
            ),
            tuple(
                (
                    gettext(_SEXES[kind.sex]),
                    _told_age(kind.age_from, visit),
                    *linked(
                        members_url(**_of_kind(kind, visit.business_day)),
                        kind.members,
                        Ratio(kind.members, members),
                    ),
                    *linked(
                        asked.receipts_url(
                            {**WHOLE, **_of_kind(kind, visit.business_day)}, Period(first, until)
                        ),
                        kind.buyers,
                        kind.revenue_minor,
                        Ratio(kind.revenue_minor, revenue),
                        Ratio(kind.revenue_minor, kind.receipts),
                    ),
                )
                for kind in kinds
            ),
        ),
        as_of=await find_as_of(tx),
        chart=_chart(kinds, visit),
        notes=(
            gettext(
                "Members and their ages are as of {day}, whichever days are chosen; what they bought is of those.",
                day=visit.figures.day(visit.business_day),
            ),
            of_months(first, until, visit),
        ),
        form="chart",
        empty=Empty(
            gettext("Nobody has joined yet"),
            gettext("Members are told by sex and age as soon as there are any."),
        ),
    )


async def make_best(tx: Tx, visit: Visit, asked: Asked) -> Block:
    first, until = whole_months(asked.period)
    best = await list_best(tx, first, until)
    gettext = visit.words.gettext
    return Block(
        name="best",
        title=gettext("Who buys most"),
        table=Table(
            (
                Column(gettext("Member"), "text"),
                Column(gettext("Revenue"), "money", "card_revenue"),
                Column(gettext("Receipts"), "count", "receipts"),
                Column(gettext("Average receipt"), "money", "average_receipt"),
                Column(gettext("Last purchase"), "date"),
            ),
            tuple(
                (
                    Cell(each.name or gettext("without a name"), href=f"/members/{each.member_id}"),
                    *linked(
                        f"/members/{each.member_id}",
                        each.revenue_minor,
                        each.receipts,
                        Ratio(each.revenue_minor, each.receipts),
                    ),
                    each.last_on,
                )
                for each in best
            ),
        ),
        as_of=await find_as_of(tx),
        notes=(of_months(first, until, visit),),
        empty=Empty(
            gettext("Nobody bought with a card in these months"),
            gettext("Whoever buys with a card stands here by what they have paid."),
        ),
    )


def _of_kind(kind: Kind, today: date) -> dict[str, str]:
    """Return the filters, alike of members and of receipts, that find those of a sex and age as of ``today``."""
    filters = {"sex": kind.sex or NONE}
    if kind.age_from is None:
        return filters | {"born": "no"}
    if kind.age_from:
        filters["born_to"] = add_months(today, -12 * kind.age_from).isoformat()
    older = next((age for age in AGES if age > kind.age_from), None)
    if older:
        filters["born_from"] = (add_months(today, -12 * older) + timedelta(days=1)).isoformat()
    return filters


def _told_age(age_from: int | None, visit: Visit) -> str:
    gettext = visit.words.gettext
    match age_from:
        case None:
            return gettext("age is not known")
        case 0:
            return gettext("under {age}", age=AGES[0])
        case _ if age_from == AGES[-1]:
            return gettext("{age} and older", age=age_from)
        case _:
            return f"{age_from}–{AGES[AGES.index(age_from) + 1] - 1}"


def _chart(kinds: list[Kind], visit: Visit) -> Chart:
    ages: list[int | None] = [0, *AGES, None]
    by_place = {(kind.sex, kind.age_from): kind.members for kind in kinds}
    return Chart(
        labels=tuple(_told_age(age, visit) for age in ages),
        series=tuple(
            Series(visit.words.gettext(title), tuple(by_place.get((sex, age), 0) for age in ages), "count")
            for sex, title in _SEXES.items()
            if any(kind.sex == sex for kind in kinds)
        ),
        of_things=True,
    )
