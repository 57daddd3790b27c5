"""How members rate their purchases: by branch, by cashier and by month (F161)."""

from collections.abc import Iterable, Mapping

from plushka.delivery.office.choosing import PARAMETER
from plushka.delivery.office.receipts.asked import NONE
from plushka.delivery.office.reports.asked import Asked
from plushka.delivery.office.reports.behind import linked
from plushka.delivery.office.reports.blocks import (
    Block,
    Cell,
    Chart,
    Column,
    Empty,
    Row,
    Series,
    Table,
    Value,
)
from plushka.delivery.office.reports.words import of_all_programs, told_month
from plushka.delivery.office.visit import Visit
from plushka.domain.businesses.queries import list_branches
from plushka.domain.insights.reports.period import Period
from plushka.domain.insights.reports.ratings import Rated, Scores, list_ratings
from plushka.engine.expiry import add_months
from plushka.platform.database import Tx


async def make_ratings(tx: Tx, visit: Visit, asked: Asked) -> Block:
    """Branches by what their purchases were rated, beside the days before if these are asked for."""
    found = await list_ratings(tx, asked.scope, "branch")
    before = await list_ratings(tx, asked.scope_of(asked.before), "branch") if asked.before else []
    was = {each.branch_id: each.scores for each in before}
    names = {branch.id: branch.name for branch in await list_branches(tx)}
    gettext = visit.words.gettext

    def row(name: Cell | Value, scores: Scores, earlier: Scores, **branch: str) -> Row:
        was = linked(_rated(asked, branch, asked.before), earlier.mean) if asked.before else ()
        return (name, *_told(scores, asked, branch), *was)

    return Block(
        name="ratings",
        title=gettext("Ratings of branches"),
        table=Table(
            (
                Column(gettext("Branch"), "text"),
                *_columns(visit),
                *((Column(gettext("Average before"), "decimal", "rating_mean"),) if asked.before else ()),
            ),
            tuple(
                row(
                    Cell(
                        names.get(each.branch_id, "") if each.branch_id else "",
                        href=asked.receipts_url({"branch": str(each.branch_id)}),
                    ),
                    each.scores,
                    was.get(each.branch_id, Scores()),
                    branch=str(each.branch_id),
                )
                for each in found
            ),
            total=row(gettext("All branches"), _sum(found), _sum(before)) if found else None,
        ),
        as_of=tx.at,
        notes=of_all_programs(asked, visit),
        definition="ratings",
        empty=_nothing(visit),
    )


async def make_rating_cashiers(tx: Tx, visit: Visit, asked: Asked) -> Block:
    found = await list_ratings(tx, asked.scope, "cashier")
    names = {branch.id: branch.name for branch in await list_branches(tx)}
    gettext = visit.words.gettext
    return Block(
        name="rating_cashiers",
        title=gettext("Ratings of cashiers"),
        table=Table(
            (Column(gettext("Cashier"), "text"), Column(gettext("Branch"), "text"), *_columns(visit)),
            tuple(
                (
                    each.cashier or gettext("not named by the till"),
                    names.get(each.branch_id, "") if each.branch_id else "",
                    *_told(
                        each.scores, asked, {"branch": str(each.branch_id), "seller": each.cashier or NONE}
                    ),
                )
                for each in found
            ),
        ),
        as_of=tx.at,
        notes=of_all_programs(asked, visit),
        definition="ratings",
        empty=_nothing(visit),
    )


async def make_rating_months(tx: Tx, visit: Visit, asked: Asked) -> Block:
    found = await list_ratings(tx, asked.scope, "month")
    months = [each.month_on for each in found if each.month_on]
    gettext = visit.words.gettext
    return Block(
        name="rating_months",
        title=gettext("Ratings by month"),
        table=Table(
            (Column(gettext("Month"), "month"), *_columns(visit)),
            tuple((each.month_on, *_told(each.scores, asked, {}, _within(each, asked))) for each in found),
        ),
        as_of=tx.at,
        chart=Chart(
            labels=tuple(told_month(month, visit, short=True) for month in months),
            series=(
                Series(
                    gettext("Average rating"), tuple(each.scores.mean for each in found), "decimal", "line"
                ),
            ),
        )
        if len(months) > 1
        else None,
        notes=of_all_programs(asked, visit),
        definition="ratings",
        empty=_nothing(visit),
    )


def _columns(visit: Visit) -> tuple[Column, ...]:
    gettext = visit.words.gettext
    return (
        Column(gettext("Average rating"), "decimal", "rating_mean"),
        Column(gettext("Ratings"), "count", "ratings"),
        Column(gettext("Low ones"), "share", "rating_low"),
    )


def _told(scores: Scores, asked: Asked, filters: Mapping[str, str], period: Period | None = None) -> Row:
    low = _rated(asked, {**filters, "rated": "low"}, period)
    return (
        *linked(_rated(asked, filters, period), scores.mean, scores.ratings),
        *linked(low, scores.low_share),
    )


def _rated(asked: Asked, filters: Mapping[str, str], period: Period | None = None) -> str:
    """Return where rated receipts are listed: those too that came back, and of all programmes."""
    return asked.receipts_url({"rated": "any", "left": "", PARAMETER: "", **filters}, period)


def _within(each: Rated, asked: Asked) -> Period:
    """Return the days of a month that are of the period."""
    month_on = each.month_on or asked.period.from_on
    return Period(max(month_on, asked.period.from_on), min(add_months(month_on, 1), asked.period.until_on))


def _sum(found: Iterable[Rated]) -> Scores:
    every = [each.scores for each in found]
    return Scores(*(sum(getattr(one, field) for one in every) for field in Scores.__struct_fields__))


def _nothing(visit: Visit) -> Empty:
    gettext = visit.words.gettext
    return Empty(
        gettext("No purchase of this period was rated"),
        gettext("The ready journey “Thank you for a purchase” asks for a rating."),
    )
