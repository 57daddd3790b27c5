"""Who has probably left: by the chance of it, and the most valuable of them by name."""

from plushka.delivery.office.reports.asked import Asked
from plushka.delivery.office.reports.behind import linked, members_url
from plushka.delivery.office.reports.blocks import Block, Cell, Chart, Column, Series, Table, Value
from plushka.delivery.office.reports.future.paths import WRITE
from plushka.delivery.office.reports.future.words import no_forecast, told_band
from plushka.delivery.office.reports.future.worth import find_worth
from plushka.delivery.office.reports.whom import write_to
from plushka.delivery.office.visit import Visit
from plushka.domain.insights.reports.future import BANDS, ONCE, list_at_risk, list_bands
from plushka.domain.insights.reports.ratio import Ratio
from plushka.domain.segments.lifetime.keeping import find_lifetime_run
from plushka.domain.segments.lifetime.model import MILLI, WHOLE_BP
from plushka.platform.database import Tx


async def make_future_bands(tx: Tx, visit: Visit, _: Asked) -> Block:
    """Make a line for each band of the chance to have left, who has come once first."""
    run, bands = await find_lifetime_run(tx), await list_bands(tx)
    worth = await find_worth(tx, run, visit)
    gettext = visit.words.gettext
    members = sum(each.members for each in bands)
    foreseen = (
        (
            Column(worth.soon_title(visit), "money", "future_soon"),
            Column(worth.year_title(visit), "money", "future_value"),
        )
        if worth.has_money
        else (Column(gettext("Visits of 90 days"), "count", "future_visits"),)
    )

    def told(visits_milli: int, soon_minor: int, value_minor: int) -> tuple[Value, ...]:
        if worth.has_money:
            return worth.of(soon_minor), worth.of(value_minor)
        return (Ratio(visits_milli, MILLI),)

    return Block(
        name="future_bands",
        title=gettext("How likely buyers have left"),
        table=Table(
            (
                Column(gettext("Chance of having left"), "text", "future_left"),
                Column(gettext("Buyers"), "count", "future_buyers"),
                Column(gettext("Share of buyers"), "share", "future_share"),
                Column(gettext("Spent in the last year"), "money", "future_spent"),
                *foreseen,
            ),
            tuple(
                (
                    told_band(each.band, visit),
                    *linked(
                        members_url(band=str(each.band)),
                        each.members,
                        Ratio(each.members, members),
                        each.spend_minor,
                        *told(each.visits_soon_milli, each.soon_minor, each.value_minor),
                    ),
                )
                for each in bands
            ),
            total=(
                gettext("All buyers"),
                *linked(
                    members_url(band=list(map(str, (ONCE, *BANDS)))),
                    members,
                    Ratio(members, members),
                    sum(each.spend_minor for each in bands),
                    *told(
                        sum(each.visits_soon_milli for each in bands),
                        sum(each.soon_minor for each in bands),
                        sum(each.value_minor for each in bands),
                    ),
                ),
            ),
            acts=tuple(
                write_to(WRITE, [("band", str(each.band))], name=told_band(each.band, visit), visit=visit)
                for each in bands
            ),
        ),
        as_of=run.as_of if run else None,
        chart=Chart(
            labels=tuple(told_band(each.band, visit) for each in bands),
            series=(Series(gettext("Buyers"), tuple(each.members for each in bands), "count"),),
            of_things=True,
        ),
        notes=(
            gettext(
                "Of who came once the model cannot tell whether they have left: "
                "nobody leaves before their second visit in it."
            ),
            *worth.lack(visit),
        ),
        definition="future_left",
        is_nightly=True,
        empty=no_forecast(run, visit),
    )


async def make_future_at_risk(tx: Tx, visit: Visit, _: Asked) -> Block:
    run, found = await find_lifetime_run(tx), await list_at_risk(tx)
    worth = await find_worth(tx, run, visit)
    gettext = visit.words.gettext
    return Block(
        name="future_at_risk",
        title=gettext("The most valuable of those who have probably left"),
        table=Table(
            (
                Column(gettext("Member"), "text"),
                Column(gettext("Last visit"), "date"),
                Column(gettext("Visits"), "count", "future_past_visits"),
                Column(gettext("Chance of having left"), "share", "future_left"),
                Column(gettext("Spent in the last year"), "money", "future_spent"),
                Column(worth.year_title(visit), "money", "future_value"),
            ),
            tuple(
                (
                    Cell(each.name or gettext("Without a name"), href=f"/members/{each.member_id}"),
                    each.last_on,
                    *linked(
                        f"/members/{each.member_id}",
                        each.visits,
                        Ratio(WHOLE_BP - each.alive_bp, WHOLE_BP),
                        each.spend_minor,
                        worth.of(each.value_minor),
                    ),
                )
                for each in found
            ),
        ),
        as_of=run.as_of if run else None,
        notes=(gettext("Up to 100, by what they spent in the last year."), *worth.lack(visit)),
        definition="future_at_risk",
        is_nightly=True,
        empty=no_forecast(run, visit),
    )
