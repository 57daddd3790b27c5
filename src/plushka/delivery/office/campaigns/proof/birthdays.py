"""Birthday greetings by tier: how many members bought after one, and what that came to."""

from datetime import timedelta

from litestar import Response, get
from litestar.di import NamedDependency
from msgspec import Struct

from plushka.delivery.office.campaigns.proof.promotions import PERIODS
from plushka.delivery.office.context import OfficeRequest
from plushka.delivery.office.visit import Visit
from plushka.domain.campaigns.sums import ratio, summed
from plushka.domain.insights.campaigns.birthdays import Greetings, count_greetings
from plushka.domain.programs.queries import find_version_in_force, list_programs
from plushka.platform.i18n import format_ratio

PATH = "/campaigns/birthdays"
_PERIOD = 90


class Line(Struct, frozen=True):
    """A tier's figures as they are written; a ratio of nothing is a dash."""

    tier: str
    greeted: str
    purchases: str
    conversion: str
    revenue: str
    cost: str
    messages: str
    profit: str
    average: str
    discount: str
    positions: str


@get(PATH, opt={"action": "programs.read"})
async def show_birthdays(visit: NamedDependency[Visit], request: OfficeRequest) -> Response[str]:
    """Show every programme that has greeted somebody; ``days`` is one of ``PERIODS``."""
    asked = request.query_params.get("days", "")
    days = int(asked) if asked in map(str, PERIODS) else _PERIOD
    today, tables = visit.figures.today, []
    async with visit.reading() as tx:
        programs = await list_programs(tx)
        for program in programs:
            found = await count_greetings(tx, program.id, today - timedelta(days=days - 1), today)
            version = await find_version_in_force(tx, program.id)
            tiers = version.program.tiers.tiers if version and version.program.tiers else ()
            names = {"": visit.words.gettext("Without a tier")} | {tier.id: tier.name for tier in tiers}
            order = [*[tier.id for tier in tiers], *[each for each in found if each not in names or not each]]
            lines = [_line(names.get(each, each), found[each], visit) for each in order if each in found]
            if lines:
                lines.append(_line(visit.words.gettext("Total"), summed(Greetings, found.values()), visit))
                tables.append((program.name if len(programs) > 1 else "", lines))
    return visit.page(
        "campaigns/proof/birthdays.html",
        section="campaigns",
        page="birthdays",
        tables=tables,
        periods=[
            (each, visit.words.ngettext("{count} day", "{count} days", each, count=each), each == days)
            for each in PERIODS
        ],
    )


def _line(tier: str, came: Greetings, visit: Visit) -> Line:
    told, nothing = visit.figures, "—"
    positions = ratio(came.positions * 1000, came.purchases)
    return Line(
        tier=tier,
        greeted=told.number(came.greeted),
        purchases=told.number(came.purchases),
        conversion=format_ratio(came.purchases, came.greeted, visit.look.language)
        if came.greeted
        else nothing,
        revenue=told.money(came.revenue_minor),
        cost=told.money(came.cost_minor) if came.known_cost or not came.purchases else nothing,
        messages=told.money(came.messages_minor),
        profit=nothing if came.profit_minor is None else told.money(came.profit_minor),
        average=nothing if came.average_minor is None else told.money(came.average_minor),
        discount=told.money(came.discount_minor),
        positions=nothing if positions is None else told.quantity(positions),
    )
