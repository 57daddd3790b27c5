"""What all parts of the forecast say alike."""

from plushka.delivery.office.reports.blocks import Empty
from plushka.delivery.office.visit import Visit
from plushka.domain.insights.reports.future import LEFT_FROM_BP, ONCE
from plushka.domain.segments.lifetime.model import (
    BUYERS_MIN,
    COMEBACKS_MIN,
    HISTORY_DAYS_MIN,
    LifetimeRun,
)


def told_band(band: int, visit: Visit) -> str:
    """Return ``20–40 %``: how likely who is in it has left."""
    if band == ONCE:
        return visit.words.gettext("came once")
    percents = [0, *(bp // 100 for bp in LEFT_FROM_BP), 100]
    return visit.words.gettext("{first}–{last}%", first=percents[band], last=percents[band + 1])


def no_forecast(run: LifetimeRun | None, visit: Visit) -> Empty:
    """Return why there is no forecast, with the numbers that it lacks."""
    gettext, number = visit.words.gettext, visit.figures.number
    if run is None:
        return Empty(
            gettext("The forecast has not been worked out yet"),
            gettext("That happens at night, once a day."),
        )
    match run.outcome:
        case "too_short":
            return Empty(
                gettext("Not enough data for a forecast: the history is too short"),
                gettext(
                    "A forecast needs purchases of {least} days, so that it can be checked on the last of them; "
                    "there are {days}.",
                    least=number(HISTORY_DAYS_MIN),
                    days=number(run.history_days),
                ),
            )
        case "too_few_buyers":
            return Empty(
                gettext("Not enough data for a forecast: too few buyers"),
                gettext(
                    "A forecast needs {buyers} buyers, {comebacks} of whom came again, before the days on which it is "
                    "checked. Now there are {now} buyers in all, {again} of whom came again.",
                    buyers=number(BUYERS_MIN),
                    comebacks=number(COMEBACKS_MIN),
                    now=number(run.buyers),
                    again=number(run.comebacks),
                ),
            )
        case _:
            return Empty(
                gettext("The model does not fit these purchases"),
                gettext(
                    "The search for its parameters found no answer, so nothing is told rather than something wrong. "
                    "It is tried again tomorrow."
                ),
            )
