"""How many of the points that are there will burn, by what became of earlier ones, and what is to be set aside."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from fractions import Fraction
from math import floor

from plushka.delivery.office.permissions import MARGIN
from plushka.delivery.office.reports.asked import Asked
from plushka.delivery.office.reports.behind import linked, movements_url
from plushka.delivery.office.reports.blocks import Block, Cell, Column, HeatMap, Row, Table, Value
from plushka.delivery.office.reports.points.liability import no_points, of_program
from plushka.delivery.office.reports.words import told_month
from plushka.delivery.office.visit import Visit
from plushka.domain.insights.points.breaking import Issued, list_issued
from plushka.domain.insights.points.days import load_history
from plushka.domain.insights.points.prices import load_prices
from plushka.domain.insights.points.ways import Way
from plushka.domain.insights.points.worth import money
from plushka.domain.insights.reports.period import Period
from plushka.domain.insights.reports.ratio import Ratio
from plushka.domain.insights.reports.sales import sum_sales
from plushka.domain.insights.reports.scope import Scope
from plushka.domain.rollups.queries import find_as_of
from plushka.engine.expiry import add_months
from plushka.engine.runoff import COHORTS_MIN, LOTS_MIN, UNSEEN_MAX_BP, Breakage, TooLittle, breakage
from plushka.platform.database import Tx

MONTHS_SHOWN = 24
AGES_SHOWN = 18


async def make_points_reserve(tx: Tx, visit: Visit, _asked: Asked) -> Block:
    """What members have today, what of it will burn, and what is to be set aside for the rest."""
    balances = (await load_history(tx, visit.program_id)).closing
    prices = await load_prices(tx, visit.program_id)
    issued = await list_issued(tx, visit.program_id, visit.today)
    found = breakage([each.cohort for each in issued])
    price = prices.on(visit.today)
    gettext = visit.words.gettext
    all_of_them = movements_url(visit, moved=(None, visit.today))
    rows: list[Row] = [
        _tile(
            "points_liability", gettext("Members have"), Cell(balances.have, href=all_of_them, kind="points")
        ),
        _tile(
            "points_money",
            gettext("In money"),
            Cell(money(balances.have, price), href=all_of_them, kind="money"),
        ),
        _tile(
            "points_price", gettext("A point buys"), Cell(money(10**visit.figures.scale, price), kind="money")
        ),
        _tile(
            "points_debt",
            gettext("Debt of members"),
            Cell(balances.debt, href=all_of_them, kind="points"),
        ),
    ]
    if isinstance(found, Breakage):
        reserve = _reserve(balances.have, price, found.burned_bp)
        rows += [
            _tile(
                "points_breakage",
                gettext("Will burn"),
                Cell(Ratio(found.burned_bp, 100_00), href=_ESTIMATED_FROM, kind="share"),
            ),
            _tile(
                "points_reserve", gettext("To set aside"), Cell(reserve, href=_ESTIMATED_FROM, kind="money")
            ),
        ]
        if visit.may(MARGIN) and (share := await _cost_share(tx, visit)).denominator:
            cost = Ratio(reserve * share.numerator, share.denominator)
            rows.append(
                _tile(
                    "points_reserve_cost",
                    gettext("The same at cost of goods"),
                    Cell(cost, href=_ESTIMATED_FROM, kind="money"),
                )
            )
    return Block(
        name="points_reserve",
        title=gettext("What members can ask for today"),
        table=Table(
            (Column(gettext("Figure"), "text"), Column(gettext("Value"), "points")),
            tuple(rows) if issued else (),
        ),
        as_of=await find_as_of(tx),
        notes=tuple(_said(found, balances.have, price, visit)),
        form="tiles",
        definition="points_reserve",
        empty=no_points(visit),
    )


_ESTIMATED_FROM = "/reports/blocks/points_issues"


def _tile(key: str, title: str, shown: Cell) -> Row:
    return (Cell(title, definition=key), shown)


def _reserve(points: int, price: Fraction, burned_bp: int) -> int:
    return floor(points * price * Fraction(100_00 - burned_bp, 100_00) + Fraction(1, 2))


async def _cost_share(tx: Tx, visit: Visit) -> Ratio:
    """Return the cost of goods in what they were sold for, over a year, of goods whose cost was known."""
    today = visit.business_day
    period = Period(add_months(today, -12), today)
    sold = (await sum_sales(tx, Scope(period, (), visit.program_id))).all
    return Ratio(sold.cost_minor, sold.costed_minor)


def _said(found: Breakage | TooLittle, have: int, price: Fraction, visit: Visit) -> Iterator[str]:
    gettext, figures = visit.words.gettext, visit.figures
    match found:
        case Breakage():
            yield gettext(
                "Between {low} and {high} of them will burn (95 cases of 100): {least} to {most} are to be set aside.",
                low=figures.percent(found.low_bp),
                high=figures.percent(found.high_bp),
                least=figures.money(_reserve(have, price, found.high_bp)),
                most=figures.money(_reserve(have, price, found.low_bp)),
            )
            yield gettext(
                "Estimated from {lots} lots of {months} months of issue. How old {unseen} of the points will be when "
                "they end, no lot has shown yet.",
                lots=figures.number(found.lots),
                months=figures.number(found.cohorts),
                unseen=figures.percent(found.unseen_bp),
            )
        case TooLittle("months"):
            yield gettext(
                "How many will burn cannot be said yet: that takes {needed} whole months of issue, there are {months}.",
                needed=COHORTS_MIN,
                months=found.cohorts,
            )
        case TooLittle("lots"):
            yield gettext(
                "How many will burn cannot be said yet: that takes {needed} lots, there are {lots}.",
                needed=LOTS_MIN,
                lots=found.lots,
            )
        case TooLittle("unseen"):
            yield gettext(
                "How many will burn cannot be said yet: {unseen} of the points are going to be older than any lot was "
                "so far, and no more than {most} may be.",
                unseen=figures.percent(found.unseen_bp),
                most=figures.percent(UNSEEN_MAX_BP),
            )
        case TooLittle("changed"):
            yield gettext(
                "How many will burn cannot be said yet: points of the latest months are spent in another way than "
                "earlier ones were at their age."
            )
        case _:
            yield gettext("Members have no points that could burn.")
    yield from of_program(visit)


async def make_points_issues(tx: Tx, visit: Visit, _asked: Asked) -> Block:
    """Months of issue: what became of their lots, whose life is over and whose is not."""
    issued = await list_issued(tx, visit.program_id, visit.today)
    shown = issued[::-1][:MONTHS_SHOWN]
    over = [each for each in issued if each.cohort.left == 0 and each.kept > 0]
    gettext = visit.words.gettext
    notes = [
        gettext(
            "Of {lots} lots whose life is over {share} of the points burned.",
            lots=visit.figures.number(sum(each.cohort.lots for each in over)),
            share=visit.figures.percent(
                Ratio(sum(each.burned for each in over), sum(each.kept for each in over)).rounded(4) or 0
            ),
        )
        if over
        else gettext("No month of issue has come to its end yet.")
    ]
    return Block(
        name="points_issues",
        title=gettext("What became of the points of a month"),
        table=Table(
            (
                Column(gettext("Earned in"), "month"),
                Column(gettext("Lots"), "count", "points_lots"),
                Column(gettext("Granted"), "points", "points_granted"),
                Column(gettext("Taken back"), "points", "points_taken_back"),
                Column(gettext("Spent"), "points", "points_spent"),
                Column(gettext("Burned"), "points", "points_burned"),
                Column(gettext("Are there"), "points", "points_left"),
                Column(gettext("Spent, share"), "share", "points_spent_share"),
                Column(gettext("Burned, share"), "share", "points_burned_share"),
            ),
            tuple(
                (
                    each.month,
                    *linked(_of_lots(each, visit, "issued", "given"), each.cohort.lots, each.cohort.granted),
                    *linked(_of_lots(each, visit), each.cohort.granted - each.kept),
                    *linked(_of_lots(each, visit, "spent", "restored"), each.spent),
                    *linked(_of_lots(each, visit, "burned"), each.burned),
                    *linked(_of_lots(each, visit), each.cohort.left),
                    *linked(_of_lots(each, visit, "spent", "restored"), Ratio(each.spent, each.kept)),
                    *linked(_of_lots(each, visit, "burned"), Ratio(each.burned, each.kept)),
                )
                for each in shown
            ),
        ),
        as_of=await find_as_of(tx),
        notes=(*notes, *of_program(visit)),
        definition="points_breakage",
        empty=no_points(visit),
    )


async def make_points_spent_ages(tx: Tx, visit: Visit, _asked: Asked) -> Block:
    issued = await list_issued(tx, visit.program_id, visit.today)
    title = visit.words.gettext("How soon points are spent")
    return await _triangle(tx, visit, issued, "points_spent_ages", title, is_spent=True)


async def make_points_burned_ages(tx: Tx, visit: Visit, _asked: Asked) -> Block:
    issued = await list_issued(tx, visit.program_id, visit.today)
    title = visit.words.gettext("When points burn")
    return await _triangle(tx, visit, issued, "points_burned_ages", title, is_spent=False)


async def _triangle(
    tx: Tx, visit: Visit, issued: Sequence[Issued], name: str, title: str, *, is_spent: bool
) -> Block:
    """Which part of a month's points was spent, or had burned, by the end of each month after it."""
    shown = issued[-MONTHS_SHOWN:]
    ages = min(max((each.cohort.age for each in shown), default=0) + 1, AGES_SHOWN)
    values = [_shares(each, ages, is_spent=is_spent) for each in shown]
    months = [each.month for each in shown]
    ways: tuple[Way, ...] = ("spent", "restored") if is_spent else ("burned",)
    gettext = visit.words.gettext
    group = gettext("By the end of the month, counted from the month of issue")
    return Block(
        name=name,
        title=title,
        table=Table(
            (
                Column(gettext("Earned in"), "month"),
                *(
                    Column(
                        str(age),
                        "share",
                        "points_by_age",
                        group=group,
                    )
                    for age in range(ages)
                ),
            ),
            tuple(
                (
                    each.month,
                    *(
                        cell
                        for age, value in enumerate(row)
                        for cell in linked(
                            _of_lots(each, visit, *ways, until=add_months(each.month, age + 1)), value
                        )
                    ),
                )
                for each, row in zip(shown, values, strict=True)
            ),
        ),
        as_of=await find_as_of(tx),
        chart=HeatMap(
            columns=tuple(str(age) for age in range(ages)),
            rows=tuple(told_month(month, visit) for month in months),
            values=tuple(values),
            kind="share",
        ),
        notes=of_program(visit),
        form="chart",
        definition="points_by_age",
        empty=no_points(visit),
    )


def _of_lots(each: Issued, visit: Visit, *ways: Way, until: date | None = None) -> str:
    """Return where what became of a month's lots is listed, all of it or what did before a day."""
    day = timedelta(days=1)
    last = until - day if until else None
    return movements_url(
        visit, ways, moved=(None, last), earned=(each.month, add_months(each.month, 1) - day)
    )


def _shares(each: Issued, ages: int, *, is_spent: bool) -> tuple[Value, ...]:
    """Return the share at each age; of the month that is not over, and of later ones, none."""
    sums = 0
    shares: list[Value] = []
    for age in range(ages):
        if age >= each.cohort.age:
            shares.append(None)
            continue
        gone = each.cohort.gone[age]
        sums += gone.spent if is_spent else gone.burned
        shares.append(Ratio(sums, each.cohort.granted))
    return tuple(shares)
