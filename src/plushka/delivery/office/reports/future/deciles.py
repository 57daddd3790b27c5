"""What the next year will bring, by tenths of the buyers."""

from plushka.delivery.office.reports.asked import Asked
from plushka.delivery.office.reports.behind import linked, members_url
from plushka.delivery.office.reports.blocks import Block, Chart, Column, Kind, Series, Table, Value
from plushka.delivery.office.reports.future.words import no_forecast
from plushka.delivery.office.reports.future.worth import find_worth
from plushka.delivery.office.visit import Visit
from plushka.domain.insights.reports.future import list_deciles
from plushka.domain.insights.reports.ratio import Ratio
from plushka.domain.segments.lifetime.keeping import find_lifetime_run
from plushka.domain.segments.lifetime.model import MILLI
from plushka.platform.database import Tx


async def make_future_deciles(tx: Tx, visit: Visit, _: Asked) -> Block:
    run, deciles = await find_lifetime_run(tx), await list_deciles(tx)
    worth = await find_worth(tx, run, visit)
    gettext = visit.words.gettext
    members = sum(each.members for each in deciles)
    brought = [each.value_minor if worth.has_money else each.visits_year_milli for each in deciles]
    title = worth.year_title(visit) if worth.has_money else gettext("Visits of a year")
    kind: Kind = "money" if worth.has_money else "decimal"

    def told(sum_of: int, count: int = 1) -> Value:
        return worth.of(sum_of, count) if worth.has_money else Ratio(sum_of, MILLI * count)

    return Block(
        name="future_deciles",
        title=gettext("What tenths of the buyers will bring"),
        table=Table(
            (
                Column(gettext("Tenth"), "text", "future_tenth"),
                Column(gettext("Buyers"), "count", "future_buyers"),
                Column(title, kind, "future_value" if worth.has_money else "future_visits_year"),
                Column(gettext("Of a buyer"), kind, "future_each"),
                Column(gettext("Share of the forecast"), "share", "future_year_share"),
            ),
            tuple(
                (
                    str(each.number),
                    *linked(
                        members_url(tenth=each.number),
                        each.members,
                        told(own),
                        told(own, each.members),
                        Ratio(own, sum(brought)),
                    ),
                )
                for each, own in zip(deciles, brought, strict=True)
            ),
            total=(
                gettext("All buyers"),
                *linked(
                    members_url(tenth=list(map(str, range(1, 11)))),
                    members,
                    told(sum(brought)),
                    told(sum(brought), members),
                    Ratio(sum(brought), sum(brought)),
                ),
            ),
        ),
        as_of=run.as_of if run else None,
        chart=Chart(
            labels=tuple(str(each.number) for each in deciles),
            series=(Series(title, tuple(told(own) for own in brought), kind),),
        ),
        notes=worth.lack(visit),
        definition="future_tenth",
        is_nightly=True,
        empty=no_forecast(run, visit),
    )
