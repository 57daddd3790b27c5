"""What the next year will bring, by tenths of the buyers."""

from plushka.delivery.office.reports.asked import Asked
from plushka.delivery.office.reports.behind import linked, members_url
from plushka.delivery.office.reports.blocks import Block, Chart, Column, Series, Table
from plushka.delivery.office.reports.future.words import no_forecast
from plushka.delivery.office.visit import Visit
from plushka.domain.insights.reports.future import list_deciles
from plushka.domain.insights.reports.ratio import Ratio
from plushka.domain.segments.lifetime.keeping import find_lifetime_run
from plushka.platform.database import Tx


async def make_future_deciles(tx: Tx, visit: Visit, _: Asked) -> Block:
    run, deciles = await find_lifetime_run(tx), await list_deciles(tx)
    gettext = visit.words.gettext
    members = sum(each.members for each in deciles)
    year_minor = sum(each.year_minor for each in deciles)
    return Block(
        name="future_deciles",
        title=gettext("What tenths of the buyers will bring"),
        table=Table(
            (
                Column(gettext("Tenth"), "text", "future_tenth"),
                Column(gettext("Buyers"), "count", "future_buyers"),
                Column(gettext("Forecast for a year"), "money", "future_year"),
                Column(gettext("Of a buyer"), "money", "future_each"),
                Column(gettext("Share of the forecast"), "share", "future_year_share"),
            ),
            tuple(
                (
                    str(each.number),
                    *linked(
                        members_url(tenth=each.number),
                        each.members,
                        each.year_minor,
                        Ratio(each.year_minor, each.members),
                        Ratio(each.year_minor, year_minor),
                    ),
                )
                for each in deciles
            ),
            total=(
                gettext("All buyers"),
                *linked(
                    members_url(tenth=list(map(str, range(1, 11)))),
                    members,
                    year_minor,
                    Ratio(year_minor, members),
                    Ratio(year_minor, year_minor),
                ),
            ),
        ),
        as_of=run.as_of if run else None,
        chart=Chart(
            labels=tuple(str(each.number) for each in deciles),
            series=(
                Series(gettext("Forecast for a year"), tuple(each.year_minor for each in deciles), "money"),
            ),
        ),
        definition="future_tenth",
        is_nightly=True,
        empty=no_forecast(run, visit),
    )
