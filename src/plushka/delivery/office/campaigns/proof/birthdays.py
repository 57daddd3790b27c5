"""Birthday greetings by tier: how many members bought after one, and what that came to."""

from datetime import timedelta
from decimal import Decimal

from litestar import Response, get
from litestar.di import NamedDependency
from msgspec import Struct

from plushka.delivery.office.campaigns.explaining import explain_campaigns
from plushka.delivery.office.campaigns.proof.file import check_may_read
from plushka.delivery.office.campaigns.proof.promotions import PERIODS
from plushka.delivery.office.context import OfficeRequest
from plushka.delivery.office.permissions import MARGIN
from plushka.delivery.office.table_files import table_file
from plushka.delivery.office.visit import Visit
from plushka.domain.campaigns.sums import ratio, summed
from plushka.domain.insights.campaigns.birthdays import Greetings, count_greetings
from plushka.domain.programs.queries import find_version_in_force, list_programs
from plushka.platform.csv_files import Cell
from plushka.platform.database import Tx
from plushka.platform.i18n import currency_decimals

PATH = "/campaigns/birthdays"
_PERIOD = 90


class Table(Struct, frozen=True):
    """The greetings of one programme, tier by tier in the tiers' order, and all together."""

    program: str
    tiers: tuple[tuple[str, Greetings], ...]

    @property
    def total(self) -> Greetings:
        return summed(Greetings, [came for _, came in self.tiers])


class Line(Struct, frozen=True):
    """A tier's figures as they are written; a ratio of nothing is a dash. ``expenses``: goods and messages together.

    They, ``cost`` and ``profit`` are empty for who may not know what goods cost.
    """

    tier: str
    greeted: str
    letters: str
    purchases: str
    conversion: str
    revenue: str
    expenses: str
    cost: str
    messages: str
    profit: str
    average: str
    discount: str
    positions: str


@get(PATH, opt={"action": "campaigns.read"})
async def show_birthdays(visit: NamedDependency[Visit], request: OfficeRequest) -> Response[str]:
    """Show every programme that has greeted somebody; ``days`` is one of ``PERIODS``."""
    days = _days_of(request)
    async with visit.reading() as tx:
        tables = await _list_tables(tx, visit, days)
    told = [
        (
            table.program,
            [_line(tier, came, visit) for tier, came in table.tiers],
            _line(visit.words.gettext("Total"), table.total, visit),
        )
        for table in tables
    ]
    return visit.page(
        "campaigns/proof/birthdays.html",
        section="campaigns",
        page="birthdays",
        knows_margin=visit.may(MARGIN),
        may_export=visit.may("reports.export"),
        tables=told,
        explained=explain_campaigns(visit),
        days=days,
        periods=[
            (each, visit.words.ngettext("{count} day", "{count} days", each, count=each), each == days)
            for each in PERIODS
        ],
    )


@get(f"{PATH}.xlsx", opt={"action": "reports.export"})
async def download_birthdays(visit: NamedDependency[Visit], request: OfficeRequest) -> Response[bytes]:
    check_may_read(visit)
    async with visit.reading() as tx:
        tables = await _list_tables(tx, visit, _days_of(request))
    gettext, knows_margin = visit.words.gettext, visit.may(MARGIN)
    heading: list[Cell] = [
        gettext("Programme"),
        gettext("Tier"),
        gettext("Greeted"),
        gettext("Letters"),
        gettext("Purchases"),
        gettext("Conversion, %"),
        gettext("Revenue"),
        *([gettext("Cost of the goods")] if knows_margin else []),
        gettext("Messages"),
        *([gettext("Profit")] if knows_margin else []),
        gettext("Average receipt"),
        gettext("Discounts and points"),
        gettext("Positions per receipt"),
    ]
    rows = (
        [table.program, tier, *_cells(came, visit)]
        for table in tables
        for tier, came in (*table.tiers, (gettext("Total"), table.total))
    )
    return table_file("birthdays", heading, rows)


def _days_of(request: OfficeRequest) -> int:
    asked = request.query_params.get("days", "")
    return int(asked) if asked in map(str, PERIODS) else _PERIOD


async def _list_tables(tx: Tx, visit: Visit, days: int) -> list[Table]:
    today, tables = visit.figures.today, []
    programs = await list_programs(tx)
    for program in programs:
        found = await count_greetings(tx, program.id, today - timedelta(days=days - 1), today)
        version = await find_version_in_force(tx, program.id)
        tiers = version.program.tiers.tiers if version and version.program.tiers else ()
        names = {"": visit.words.gettext("Without a tier")} | {tier.id: tier.name for tier in tiers}
        order = [*[tier.id for tier in tiers], *[each for each in found if each not in names or not each]]
        if found:
            rows = tuple((names.get(each, each), found[each]) for each in order if each in found)
            tables.append(Table(program.name if len(programs) > 1 else "", rows))
    return tables


def _line(tier: str, came: Greetings, visit: Visit) -> Line:
    told, nothing = visit.figures, "—"
    positions, conversion = came.positions_hundredths, ratio(came.purchases * 100_00, came.greeted)
    knows_cost, knows_margin = bool(came.known_cost) or not came.purchases, visit.may(MARGIN)
    cost = told.money(came.cost_minor) if knows_cost else nothing
    expenses = told.money(came.cost_minor + came.messages_minor) if knows_cost else nothing
    profit = nothing if came.profit_minor is None else told.money(came.profit_minor)
    return Line(
        tier=tier,
        greeted=told.number(came.greeted),
        letters=told.number(came.letters),
        purchases=told.number(came.purchases),
        conversion=nothing if conversion is None else told.column_percent(conversion),
        revenue=told.money(came.revenue_minor),
        expenses=expenses if knows_margin else "",
        cost=cost if knows_margin else "",
        messages=told.money(came.messages_minor),
        profit=profit if knows_margin else "",
        average=nothing if came.average_minor is None else told.money(came.average_minor),
        discount=told.money(came.discount_minor),
        positions=nothing if positions is None else told.hundredths(positions),
    )


def _cells(came: Greetings, visit: Visit) -> list[Cell]:
    decimals, knows_margin = currency_decimals(visit.business.currency), visit.may(MARGIN)

    def money(minor: int | None) -> Cell:
        return None if minor is None else Decimal(minor).scaleb(-decimals)

    def hundredths(number: int | None) -> Cell:
        return None if number is None else Decimal(number).scaleb(-2)

    return [
        came.greeted,
        came.letters,
        came.purchases,
        hundredths(ratio(came.purchases * 100_00, came.greeted)),
        money(came.revenue_minor),
        *(
            [money(came.cost_minor if came.known_cost or not came.purchases else None)]
            if knows_margin
            else []
        ),
        money(came.messages_minor),
        *([money(came.profit_minor)] if knows_margin else []),
        money(came.average_minor),
        money(came.discount_minor),
        hundredths(came.positions_hundredths),
    ]
