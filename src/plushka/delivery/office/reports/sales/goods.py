"""What is sold: categories, products, and pairs that are bought together."""

from datetime import timedelta

from plushka.delivery.office.choosing import PARAMETER
from plushka.delivery.office.permissions import MARGIN
from plushka.delivery.office.receipts.asked import NONE
from plushka.delivery.office.reports.asked import Asked
from plushka.delivery.office.reports.behind import WHOLE, linked
from plushka.delivery.office.reports.blocks import Block, Chart, Column, Empty, Row, Series, Table
from plushka.delivery.office.reports.words import of_all_programs, of_months, whole_months
from plushka.delivery.office.visit import Visit
from plushka.domain.insights.reports.goods import (
    PRODUCTS_MAX,
    Sold,
    list_categories_sold,
    list_pairs,
    list_products_sold,
)
from plushka.domain.insights.reports.period import Period
from plushka.domain.insights.reports.ratio import Ratio
from plushka.domain.rollups.queries import find_as_of
from plushka.domain.segments.suggestions.model import WINDOW_DAYS
from plushka.platform.database import Tx

CHARTED_MAX = 12


async def make_categories(tx: Tx, visit: Visit, asked: Asked) -> Block:
    found = await list_categories_sold(tx, asked.scope, parts=False)
    gettext = visit.words.gettext
    names = [each.name or gettext("In no category") for each in found]
    revenue = sum(each.revenue_minor for each in found)
    return Block(
        name="categories",
        title=gettext("Categories"),
        table=Table(
            _columns(visit, Column(gettext("Category"), "text")),
            tuple(
                (name, *linked(_of_category(each.code, NONE, asked), *_figures(each, revenue)))
                for name, each in zip(names, found, strict=True)
            ),
        ),
        as_of=await find_as_of(tx),
        chart=Chart(
            labels=tuple(names[:CHARTED_MAX]),
            series=(
                Series(
                    gettext("Revenue"), tuple(each.revenue_minor for each in found[:CHARTED_MAX]), "money"
                ),
            ),
            of_things=True,
        )
        if len(found) > 1
        else None,
        notes=of_all_programs(asked, visit),
        empty=_nothing(visit),
    )


async def make_category_parts(tx: Tx, visit: Visit, asked: Asked) -> Block:
    found = await list_categories_sold(tx, asked.scope, parts=True)
    revenue = {
        each.code: each.revenue_minor for each in await list_categories_sold(tx, asked.scope, parts=False)
    }
    revenue |= {each.code: each.revenue_minor for each in found}
    gettext = visit.words.gettext
    return Block(
        name="category_parts",
        title=gettext("Within categories"),
        table=Table(
            _columns(visit, Column(gettext("Category"), "text"), Column(gettext("Part of"), "text")),
            tuple(
                (
                    each.name,
                    each.parent_name,
                    *linked(
                        _of_category(each.code, each.parent, asked),
                        *_figures(each, revenue.get(each.parent, 0)),
                    ),
                )
                for each in found
            ),
        ),
        as_of=await find_as_of(tx),
        notes=(
            gettext("Shares are of the category that it is within."),
            *of_all_programs(asked, visit),
        ),
        empty=Empty(
            gettext("No category has parts"),
            gettext("Categories within others stand here, as soon as something of them is sold."),
        ),
    )


async def make_products(tx: Tx, visit: Visit, asked: Asked) -> Block:
    first, until = whole_months(asked.period)
    products = await list_products_sold(tx, asked.scope, first, until)
    gettext = visit.words.gettext
    notes = [of_months(first, until, visit), *of_all_programs(asked, visit)]
    if products.count > PRODUCTS_MAX:
        notes.append(
            gettext(
                "The {shown} that brought most, of {count}.",
                shown=visit.figures.number(PRODUCTS_MAX),
                count=visit.figures.number(products.count),
            )
        )
    return Block(
        name="products",
        title=gettext("Products"),
        table=Table(
            _columns(visit, Column(gettext("Product"), "text")),
            tuple(
                (
                    each.name,
                    *linked(
                        asked.receipts_url({"sku": each.code, PARAMETER: ""}, Period(first, until)),
                        *_figures(each, products.revenue_minor),
                    ),
                )
                for each in products.best
            ),
        ),
        as_of=await find_as_of(tx),
        notes=tuple(notes),
        empty=_nothing(visit),
    )


async def make_pairs(tx: Tx, visit: Visit, asked: Asked) -> Block:
    pairs = await list_pairs(tx)
    today = visit.business_day
    year = Period(today - timedelta(days=WINDOW_DAYS - 1), today + timedelta(days=1))
    gettext = visit.words.gettext
    return Block(
        name="pairs",
        title=gettext("Often bought together"),
        table=Table(
            (
                Column(gettext("Product"), "text"),
                Column(gettext("Together with"), "text"),
                Column(gettext("Receipts with both"), "count", "pair_receipts"),
                Column(gettext("Times oftener than by chance"), "decimal", "lift"),
            ),
            tuple(
                (
                    each.name,
                    each.other_name,
                    *linked(
                        asked.receipts_url({**WHOLE, "sku": (each.sku, each.other_sku)}, year),
                        each.receipts,
                        Ratio(each.lift_hundredths, 100),
                    ),
                )
                for each in pairs
            ),
        ),
        as_of=await find_as_of(tx),
        notes=(gettext("Of the receipts of a year, whatever the period; worked out by night."),),
        definition="lift",
        empty=Empty(
            gettext("No pairs yet"),
            gettext("Pairs stand here after the night in which at least 10 receipts have both."),
        ),
    )


def _of_category(code: str, parent: str, asked: Asked) -> str:
    return asked.receipts_url({"category": code or NONE, "within": parent if code else "", PARAMETER: ""})


def _columns(visit: Visit, *names: Column) -> tuple[Column, ...]:
    gettext = visit.words.gettext
    return (
        *names,
        Column(gettext("Revenue"), "money", "goods_revenue"),
        Column(gettext("Share of the revenue"), "share", "goods_share"),
        Column(gettext("Receipts"), "count", "goods_receipts"),
        Column(gettext("Quantity"), "quantity", "quantity"),
        Column(gettext("Margin"), "money", "margin", MARGIN),
        Column(gettext("Margin, share"), "share", "margin_share", MARGIN),
    )


def _figures(sold: Sold, revenue_minor: int) -> Row:
    return (
        sold.revenue_minor,
        Ratio(sold.revenue_minor, revenue_minor),
        sold.receipts,
        sold.quantity_milli,
        sold.margin_minor if sold.costed_minor else None,
        sold.margin,
    )


def _nothing(visit: Visit) -> Empty:
    return Empty(
        visit.words.gettext("Nothing was sold in this period"),
        visit.words.gettext("Choose other days, or wait for the first receipt of a till."),
    )
