"""How far the forecast can be believed: what it would have said of the days that were kept back, and what came."""

from datetime import timedelta

from plushka.delivery.office.reports.asked import Asked
from plushka.delivery.office.reports.blocks import Block, Cell, Chart, Column, Row, Series, Table
from plushka.delivery.office.reports.future.words import no_forecast
from plushka.delivery.office.reports.telling import told_value
from plushka.delivery.office.visit import Visit
from plushka.domain.insights.reports.ratio import Ratio
from plushka.domain.segments.lifetime.keeping import find_lifetime_run
from plushka.domain.segments.lifetime.model import MILLI, Calibration, Compared
from plushka.platform.database import Tx


async def make_future_accuracy(tx: Tx, visit: Visit, _: Asked) -> Block:
    run = await find_lifetime_run(tx)
    calibration = run.calibration if run else None
    gettext = visit.words.gettext
    classes = [each for each in calibration.classes if each.members] if calibration else []
    return Block(
        name="future_accuracy",
        title=gettext("How true the forecast is"),
        table=Table(
            (
                Column(gettext("Visits after the first"), "text", "future_class"),
                Column(gettext("Buyers"), "count", "future_class_buyers"),
                Column(gettext("Visits that came"), "count", "future_actual"),
                Column(gettext("Were expected"), "count", "future_expected"),
                Column(gettext("Error"), "change", "future_error"),
            ),
            tuple(_row(each) for each in classes),
            total=_total(calibration, visit) if calibration else None,
        ),
        as_of=run.as_of if run else None,
        chart=Chart(
            labels=tuple(_told_class(each) for each in classes),
            series=(
                Series(
                    gettext("Came, visits of a buyer"),
                    tuple(Ratio(each.actual, each.members) for each in classes),
                    "decimal",
                ),
                Series(
                    gettext("Were expected, visits of a buyer"),
                    tuple(Ratio(each.expected_milli, MILLI * each.members) for each in classes),
                    "decimal",
                ),
            ),
        ),
        notes=_notes(calibration, visit) if calibration else (),
        definition="future_accuracy",
        is_nightly=True,
        empty=no_forecast(run, visit),
    )


def _error(expected_milli: int, actual: int) -> Cell:
    return Cell(Ratio(expected_milli - MILLI * actual, MILLI * actual), good="neither")


def _told_class(each: Compared) -> str:
    if each.visits_max is None:
        return f"{each.visits_min}+"
    return (
        str(each.visits_min) if each.visits_min == each.visits_max else f"{each.visits_min}–{each.visits_max}"
    )


def _row(each: Compared) -> Row:
    return (
        _told_class(each),
        each.members,
        each.actual,
        Ratio(each.expected_milli, MILLI),
        _error(each.expected_milli, each.actual),
    )


def _total(calibration: Calibration, visit: Visit) -> Row:
    return (
        visit.words.gettext("All buyers"),
        sum(each.members for each in calibration.classes),
        calibration.actual,
        Ratio(calibration.expected_milli, MILLI),
        _error(calibration.expected_milli, calibration.actual),
    )


def _notes(calibration: Calibration, visit: Visit) -> tuple[str, ...]:
    gettext, figures = visit.words.gettext, visit.figures
    period = gettext(
        "The last {days} days, from {first}, were kept back: the model saw only what was before them.",
        days=figures.number(calibration.holdout_days),
        first=figures.full_day(calibration.calibrated_on + timedelta(days=1)),
    )
    if not calibration.actual:
        return (period, gettext("Nobody came in them, so there is nothing to compare with."))
    return (
        period,
        gettext(
            "The model was wrong by {error}. "
            "If everybody simply went on as often as before, the error would be {steady}.",
            error=_told(calibration.expected_milli, calibration.actual, visit),
            steady=_told(calibration.steady_milli, calibration.actual, visit),
        ),
    )


def _told(expected_milli: int, actual: int, visit: Visit) -> str:
    return told_value(Ratio(abs(expected_milli - MILLI * actual), MILLI * actual), "share", visit)
