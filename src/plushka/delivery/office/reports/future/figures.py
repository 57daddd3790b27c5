"""The forecast in figures: what the base is expected to bring, and what is at risk."""

from plushka.delivery.office.reports.asked import Asked
from plushka.delivery.office.reports.behind import linked, members_url
from plushka.delivery.office.reports.blocks import Block, Cell, Column, Row, Table
from plushka.delivery.office.reports.future.words import no_forecast
from plushka.delivery.office.reports.future.worth import Worth, find_worth
from plushka.delivery.office.visit import Visit
from plushka.domain.insights.reports.future import BANDS, ONCE, Future, sum_future
from plushka.domain.insights.reports.ratio import Ratio
from plushka.domain.segments.lifetime.keeping import find_lifetime_run
from plushka.domain.segments.lifetime.model import MILLI
from plushka.platform.database import Tx


async def make_future_figures(tx: Tx, visit: Visit, _: Asked) -> Block:
    run, future = await find_lifetime_run(tx), await sum_future(tx)
    worth = await find_worth(tx, run, visit)
    gettext = visit.words.gettext
    return Block(
        name="future_figures",
        title=gettext("What the base will bring"),
        table=Table(
            (Column(gettext("Figure"), "text"), Column(gettext("Forecast"), "money")),
            _rows(future, worth, visit) if future.buyers else (),
        ),
        as_of=run.as_of if run else None,
        notes=(gettext("Estimates of a model."), *worth.notes(visit)),
        form="tiles",
        definition="future",
        is_nightly=True,
        empty=no_forecast(run, visit),
    )


def _rows(future: Future, worth: Worth, visit: Visit) -> tuple[Row, ...]:
    gettext = visit.words.gettext

    def named(title: str, key: str) -> Cell:
        return Cell(title, definition=key)

    everybody = members_url(band=list(map(str, (ONCE, *BANDS))))
    leaving = members_url(leaving="yes")
    soon: list[Row] = []
    year: list[Row] = []
    if worth.has_money:
        soon.append(
            (named(gettext("Revenue of 90 days"), "future_soon"), *linked(everybody, future.soon_minor))
        )
        year.append(
            (named(gettext("Revenue of a year"), "future_year"), *linked(everybody, future.year_minor))
        )
        if worth.is_margin:
            told = worth.of(future.soon_minor)
            soon.append((named(worth.soon_title(visit), "future_soon"), *linked(everybody, told)))
        told = worth.of(future.value_minor)
        year.append((named(worth.year_title(visit), "future_value"), *linked(everybody, told)))
    return (
        *soon,
        (
            named(gettext("Visits of 90 days"), "future_visits"),
            *linked(everybody, Cell(Ratio(future.visits_soon_milli, MILLI), kind="count")),
        ),
        *year,
        (
            named(gettext("Buyers of the forecast"), "future_buyers"),
            *linked(everybody, Cell(future.buyers, kind="count")),
        ),
        (
            named(gettext("Have probably left"), "future_at_risk"),
            *linked(leaving, Cell(future.at_risk, kind="count")),
        ),
        (named(gettext("Revenue at risk"), "future_lost"), *linked(leaving, future.lost_minor)),
    )
