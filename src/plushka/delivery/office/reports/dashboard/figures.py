"""The figures of the period beside those of the period compared with."""

from collections.abc import Callable
from typing import Literal

from msgspec import Struct, structs

from plushka.delivery.office.choosing import PARAMETER
from plushka.delivery.office.permissions import MARGIN
from plushka.delivery.office.reports.asked import Asked
from plushka.delivery.office.reports.behind import members_url, movements_url
from plushka.delivery.office.reports.blocks import Block, Cell, Column, Kind, Row, Table
from plushka.delivery.office.reports.words import no_receipts
from plushka.delivery.office.visit import Visit
from plushka.domain.insights.points.ways import Way
from plushka.domain.insights.reports.base import count_enrolled
from plushka.domain.insights.reports.period import Period
from plushka.domain.insights.reports.points import PointsMoved, sum_points
from plushka.domain.insights.reports.ratio import Ratio, change, difference
from plushka.domain.insights.reports.refunds import Refunds, sum_refunds
from plushka.domain.insights.reports.sales import Sold, sum_sales
from plushka.domain.rollups.queries import find_as_of
from plushka.platform.database import Tx
from plushka.platform.i18n import marked


class Counted(Struct, frozen=True):
    """All that the tiles are made of, for one period.

    ``own``: receipts by the rules of the programme whose points are told, where branches are chosen.
    """

    sold: Sold
    own: Sold
    refunds: Refunds
    points: PointsMoved
    enrolled: int


class Tile(Struct, frozen=True):
    """A figure under the ``key`` of its definition.

    ``good``: which way it should go. ``behind``: the list of what it is of in a period, None where there is none.
    ``of_whole_business``: it knows no branches. ``of_any_program``: nor programmes. ``of_branches``: it stands where
    branches are chosen, in place of what knows none.
    """

    key: str
    title: str
    kind: Kind
    value: Callable[[Counted], int | Ratio]
    behind: Callable[[Asked, Period, Visit], str] | None = None
    action: str = ""
    of_whole_business: bool = False
    of_branches: bool = False
    of_any_program: bool = False
    good: Literal["up", "down", "neither"] = "up"


def _receipts(**filters: str) -> Callable[[Asked, Period, Visit], str]:
    return lambda asked, period, _: asked.receipts_url(filters, period)


def _moved(*ways: Way) -> Callable[[Asked, Period, Visit], str]:
    return lambda _, period, visit: movements_url(visit, ways, moved=(period.from_on, period.last_on))


def _returned(asked: Asked, period: Period, _: Visit) -> str:
    """Return where the receipts are listed of which something came back in a period, whenever they were bought."""
    return asked.receipts_url({"left": ""}, period, days=("back_from", "back_to"))


def _of_points(mark: str) -> Callable[[Asked, Period, Visit], str]:
    """Return where receipts are listed that points came from or went to, by the programme whose points they are."""

    def href(asked: Asked, period: Period, visit: Visit) -> str:
        program = str(visit.program_id) if visit.choices else ""
        return asked.receipts_url({"mark": mark, PARAMETER: program}, period)

    return href


_WITH = _receipts(member="with")
TILES = (
    Tile("revenue", marked("Revenue"), "money", lambda each: each.sold.all.revenue_minor, _receipts()),
    Tile("receipts", marked("Receipts"), "count", lambda each: each.sold.all.receipts, _receipts()),
    Tile("average_receipt", marked("Average receipt"), "money", lambda each: each.sold.all.mean, _receipts()),
    Tile(
        "card_average",
        marked("Average receipt with a card"),
        "money",
        lambda each: each.sold.with_card.mean,
        _WITH,
    ),
    Tile("penetration", marked("Penetration"), "share", lambda each: each.sold.penetration, _WITH),
    Tile("card_share", marked("Revenue with a card"), "share", lambda each: each.sold.revenue_share, _WITH),
    Tile(
        "engagement",
        marked("Engagement of members"),
        "share",
        lambda each: each.sold.with_card.engagement,
        _receipts(member="with", mark="redeemed"),
    ),
    Tile(
        "repeats",
        marked("Repeat purchases"),
        "share",
        lambda each: each.sold.with_card.repeats,
        _receipts(turn="again"),
    ),
    Tile(
        "cost",
        marked("Cost of goods"),
        "money",
        lambda each: each.sold.all.cost_minor,
        _receipts(),
        MARGIN,
        good="neither",
    ),
    Tile("margin", marked("Margin"), "money", lambda each: each.sold.all.margin_minor, _receipts(), MARGIN),
    Tile(
        "margin_share",
        marked("Margin, share"),
        "share",
        lambda each: each.sold.all.margin,
        _receipts(),
        MARGIN,
    ),
    Tile(
        "discount",
        marked("Discounts"),
        "money",
        lambda each: each.sold.all.discount_minor,
        _receipts(),
        good="neither",
    ),
    Tile(
        "redeemed",
        marked("Paid with points"),
        "money",
        lambda each: each.sold.all.redeemed_minor,
        _receipts(mark="redeemed"),
        good="neither",
    ),
    Tile(
        "refunds",
        marked("Given back"),
        "money",
        lambda each: each.refunds.refund_minor,
        _returned,
        of_any_program=True,
        good="down",
    ),
    Tile(
        "first_purchases",
        marked("First purchases"),
        "count",
        lambda each: each.sold.all.first_purchases,
        _receipts(turn="first"),
    ),
    Tile(
        "enrolled",
        marked("New members"),
        "count",
        lambda each: each.enrolled,
        lambda _asked, period, _visit: members_url(enrolled_from=period.from_on, enrolled_to=period.last_on),
        of_whole_business=True,
    ),
    Tile(
        "points_issued",
        marked("Points issued"),
        "points",
        lambda each: each.points.issued,
        _moved("issued", "given"),
        of_whole_business=True,
        good="neither",
    ),
    Tile(
        "points_spent",
        marked("Points spent"),
        "points",
        lambda each: each.points.spent,
        _moved("spent", "restored"),
        of_whole_business=True,
    ),
    Tile(
        "branch_points_earned",
        marked("Points for purchases"),
        "points",
        lambda each: each.own.all.earned_points,
        _of_points("earned"),
        of_branches=True,
        good="neither",
    ),
    Tile(
        "branch_points_spent",
        marked("Points spent on purchases"),
        "points",
        lambda each: each.own.all.redeemed_points,
        _of_points("redeemed"),
        of_branches=True,
    ),
    Tile(
        "points_burned",
        marked("Points burned"),
        "points",
        lambda each: each.points.burned,
        _moved("burned", "forfeited"),
        of_whole_business=True,
        good="down",
    ),
)


async def make_figures(tx: Tx, visit: Visit, asked: Asked) -> Block:
    now = await _count(tx, visit, asked, asked.period)
    before = await _count(tx, visit, asked, asked.before) if asked.before else None
    gettext = visit.words.gettext
    columns = [Column(gettext("Figure"), "text"), Column(gettext("In the period"), "count")]
    if before:
        columns += [Column(gettext("Before"), "count"), Column(gettext("The change"), "change")]
    knows_cost = any(each.sold.all.costed_minor for each in (now, before) if each)
    rows = tuple(
        _row(tile, now, before, asked, visit)
        for tile in TILES
        if _is_for(tile, asked, visit) and (knows_cost or tile.action != MARGIN)
    )
    return Block(
        name="figures",
        title=gettext("The period in figures"),
        table=Table(tuple(columns), rows if _is_any(now, before) else ()),
        as_of=await find_as_of(tx),
        notes=_notes(now, asked, visit),
        form="tiles",
        empty=no_receipts(visit),
    )


async def _count(tx: Tx, visit: Visit, asked: Asked, period: Period) -> Counted:
    scope = asked.scope_of(period)
    sold = await sum_sales(tx, scope)
    own = sold
    if visit.choices and not asked.is_of_whole_business:
        # Points of two programmes cannot be added up.
        own = await sum_sales(tx, structs.replace(scope, program_id=visit.program_id))
    return Counted(
        sold=sold,
        own=own,
        refunds=await sum_refunds(tx, scope),
        points=await sum_points(tx, visit.program_id, period),
        enrolled=await count_enrolled(tx, period, visit.business.time_zone),
    )


def _is_any(now: Counted, before: Counted | None) -> bool:
    return any(
        each.sold.all.receipts or each.sold.all.returned or each.enrolled for each in (now, before) if each
    )


def _is_for(tile: Tile, asked: Asked, visit: Visit) -> bool:
    if tile.of_whole_business and not asked.is_of_whole_business:
        return False
    if tile.of_branches and asked.is_of_whole_business:
        return False
    if tile.of_any_program and asked.program_id:
        return False
    return not tile.action or visit.may(tile.action)


def _row(tile: Tile, now: Counted, before: Counted | None, asked: Asked, visit: Visit) -> Row:
    value = tile.value(now)

    def href(period: Period) -> str:
        return tile.behind(asked, period, visit) if tile.behind else ""

    row: Row = (
        Cell(visit.words.gettext(tile.title), definition=tile.key),
        Cell(value, kind=tile.kind, href=href(asked.period)),
    )
    if before is None or asked.before is None:
        return row
    earlier = tile.value(before)
    if isinstance(value, Ratio) and isinstance(earlier, Ratio) and tile.kind == "share":
        grown = Cell(difference(value, earlier), kind="difference", good=tile.good)
    else:
        grown = Cell(change(value, earlier), good=tile.good)
    return (*row, Cell(earlier, kind=tile.kind, href=href(asked.before)), grown)


def _notes(now: Counted, asked: Asked, visit: Visit) -> tuple[str, ...]:
    gettext, notes = visit.words.gettext, []
    costed = now.sold.all.costed
    if visit.may(MARGIN) and costed.numerator == 0 < costed.denominator:
        notes.append(
            gettext(
                "What goods cost is not known: enter it at the products, and margin is told from then on."
            )
        )
    elif visit.may(MARGIN) and costed.numerator < costed.denominator:
        share = visit.figures.ratio(costed.numerator, costed.denominator)
        notes.append(
            gettext("The cost is known of {share} of the revenue; margin is of that part.", share=share)
        )
    if visit.program_name:
        notes.append(gettext("Points are those of “{program}”.", program=visit.program_name))
    if not asked.is_of_whole_business:
        notes.append(
            gettext(
                "Points are those of the receipts of these branches. What burned, what was given without a purchase "
                "and new members belong to no branch: see them for all branches together."
            )
        )
    return tuple(notes)
