"""The tables of the payback: scenarios, costs and coverage by month, boosters, what was caused, and receipts behind."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from msgspec import structs

from plushka.delivery.office.campaigns.proof.telling import caused_told, subject_told, subject_url
from plushka.delivery.office.permissions import MARGIN
from plushka.delivery.office.reports.asked import Asked
from plushka.delivery.office.reports.behind import WHOLE, linked
from plushka.delivery.office.reports.blocks import Block, Cell, Chart, Column, Empty, Row, Series, Table
from plushka.delivery.office.reports.payback.paths import COSTS
from plushka.delivery.office.reports.payback.words import OTHER_CAMPAIGN, SCENARIO_WORDS, told_quarter
from plushka.delivery.office.reports.words import told_month, told_period
from plushka.delivery.office.visit import Visit
from plushka.domain.insights.campaigns.keeping import find_caused
from plushka.domain.insights.campaigns.model import Caused, is_promotion, subject_in_quarter
from plushka.domain.insights.campaigns.subjects import list_subjects
from plushka.domain.insights.payback.costs import list_costs
from plushka.domain.insights.payback.effects import (
    RECEIPTS_MAX,
    find_counted,
    list_receipts,
    list_scenarios,
    sum_effects,
    sum_messages,
)
from plushka.domain.insights.payback.model import (
    QUARTER,
    SCENARIOS,
    Cost,
    Effect,
    Scenario,
    is_covered,
    quarter_of,
)
from plushka.domain.insights.reports.period import Period
from plushka.domain.insights.reports.ratio import Ratio, difference
from plushka.domain.insights.reports.sales import Sold, sum_sales
from plushka.domain.insights.reports.scope import Scope
from plushka.domain.rollups.queries import find_as_of
from plushka.engine.experiments.effects import Effect as CausedEffect
from plushka.engine.expiry import DAY, add_months
from plushka.engine.local_time import instant
from plushka.platform.database import Tx

_ALL = "all"
"""In an address: every scenario."""
Line = Sequence[int]
"""An amount for each month of the quarter, in minor units."""


async def make_payback(tx: Tx, visit: Visit, asked: Asked) -> Block:
    """Scenarios, costs and what part of the costs the effect covers, by month and for the quarter."""
    months = quarter_of(asked.period.from_on)
    effects = await sum_effects(tx, months)
    costs = await list_costs(tx, months)
    messages = await sum_messages(tx, months, visit.business.time_zone)
    gettext = visit.words.gettext
    brought = {each: [_of(effects, each, month).effect_minor for month in months] for each in SCENARIOS}
    effect = [sum(line[place] for line in brought.values()) for place in range(len(months))]
    costs_url = COSTS if visit.may("payback.costs") else ""
    lines = [
        (cost.name, [cost.share(month) for month in months], costs_url and f"{COSTS}/{cost.id}")
        for cost in reversed(costs)
    ]
    told = [0 if is_covered(costs, month) else messages.get(month, 0) for month in months]
    if any(told):
        lines.append((gettext("Messages, by their deliveries"), told, ""))
    cost = [sum(line[place] for _, line, _ in lines) for place in range(len(months))]
    rows: list[Row] = [
        _brought(
            Cell(gettext(SCENARIO_WORDS[each]), definition=f"payback_{each}"), brought[each], each, months
        )
        for each in SCENARIOS
    ]
    rows.append(_brought(Cell(gettext("Effect together"), definition="payback_effect"), effect, _ALL, months))
    rows += [(name, *linked(href, *line, sum(line))) for name, line, href in lines]
    rows.append(
        (
            Cell(gettext("Costs together"), definition="payback_costs"),
            *linked(costs_url, *cost, sum(cost)),
        )
    )
    coverage = [Ratio(one, other) for one, other in zip(effect, cost, strict=True)]
    coverage.append(Ratio(sum(effect), sum(cost)))
    rows.append(
        (
            Cell(gettext("Coverage"), definition="payback_coverage"),
            *(Cell(each, kind="share") for each in coverage),
        )
    )
    counted = await find_counted(tx, months)
    return Block(
        name="payback",
        title=gettext("Payback, {quarter}", quarter=told_quarter(months[0], visit)),
        table=Table(
            (
                Column(gettext("Line"), "text"),
                *(Column(told_month(month, visit), "money") for month in months),
                Column(gettext("Quarter"), "money"),
            ),
            tuple(rows) if counted or lines else (),
        ),
        as_of=counted,
        is_nightly=True,
        chart=Chart(
            labels=tuple(told_month(month, visit, short=True) for month in months),
            series=(
                Series(gettext("Effect together"), tuple(effect), "money"),
                Series(gettext("Costs together"), tuple(cost), "money", is_before=True),
            ),
        ),
        notes=tuple(_notes(effects, costs, messages, months, visit)),
        definition="payback_coverage",
        empty=Empty(
            gettext("Nothing to weigh yet"),
            gettext("Write down what the programme costs; what it brings is counted every few hours."),
        ),
    )


def _of(effects: Mapping[tuple[Scenario, date], Effect], scenario: Scenario, month: date) -> Effect:
    return effects.get((scenario, month), Effect())


def _brought(name: Cell, line: Line, scenario: str, months: Sequence[date]) -> Row:
    """Return a line of effects, each with the way to its receipts."""
    return (
        name,
        *(
            shown
            for month, amount in zip(months, line, strict=True)
            for shown in linked(_receipts_url(scenario, [month]), amount)
        ),
        *linked(_receipts_url(scenario, months), sum(line)),
    )


def _receipts_url(scenario: str, months: Sequence[date]) -> str:
    return f"/reports/blocks/payback_receipts?part={scenario}-{months[0]:%Y-%m}-{len(months)}"


def _notes(
    effects: Mapping[tuple[Scenario, date], Effect],
    costs: Sequence[Cost],
    messages: Mapping[date, int],
    months: Sequence[date],
    visit: Visit,
) -> Iterator[str]:
    gettext = visit.words.gettext
    yield gettext(
        "A receipt counts once: as a birthday greeting's, else as a reactivation's, else as a promotion's. "
        "This effect is attributed, not proven; what is proven stands below."
    )
    if unknown := sum(each.unknown_cost for each in effects.values()):
        yield gettext(
            "Receipts left out because the cost of their goods is not known: {count}.",
            count=visit.figures.number(unknown),
        )
    covered = [month for month in months if is_covered(costs, month) and messages.get(month)]
    if covered:
        yield gettext(
            "Deliveries of messages, {amount}, are not counted besides: a line of costs says that it covers them.",
            amount=visit.figures.money(sum(messages[month] for month in covered)),
        )
    if not costs:
        yield gettext("No costs are written down for this quarter.")


async def make_payback_boosters(tx: Tx, visit: Visit, asked: Asked) -> Block:
    """What makes the rest possible: this quarter beside the one before."""
    months = quarter_of(asked.period.from_on)
    this = Period(months[0], add_months(months[0], 3), 3)
    last = Period(add_months(months[0], -3), months[0], 3)
    now, before = await sum_sales(tx, Scope(this)), await sum_sales(tx, Scope(last))
    gettext = visit.words.gettext

    def booster(key: str, title: str, figure: Callable[[Sold], Ratio], **filters: str) -> Row:
        was, became = figure(before), figure(now)
        return (
            Cell(title, definition=key),
            *linked(asked.receipts_url({**WHOLE, **filters}, last), was),
            *linked(asked.receipts_url({**WHOLE, **filters}, this), became),
            difference(became, was),
        )

    rows = (
        booster("penetration", gettext("Penetration"), lambda sold: sold.penetration, member="with"),
        booster(
            "engagement",
            gettext("Engagement of members"),
            lambda sold: sold.with_card.engagement,
            member="with",
            mark="redeemed",
        ),
        booster("repeats", gettext("Repeat purchases"), lambda sold: sold.with_card.repeats, turn="again"),
    )
    return Block(
        name="payback_boosters",
        title=gettext("What boosts the payback"),
        table=Table(
            (
                Column(gettext("Figure"), "text"),
                Column(gettext("Quarter before"), "share"),
                Column(told_quarter(months[0], visit), "share"),
                Column(gettext("Difference"), "difference"),
            ),
            rows if now.all.receipts else (),
        ),
        as_of=await find_as_of(tx),
        notes=(gettext("These bring no money of their own, so they are in no sum above."),),
        definition="payback_boosters",
        empty=Empty(
            gettext("No receipts in this quarter"),
            gettext("Choose another quarter, or wait for the first receipt of a till."),
        ),
    )


async def make_payback_caused(tx: Tx, visit: Visit, asked: Asked) -> Block:
    """What control groups prove, whatever was attributed: what was compared in the quarter, of its days alone."""
    months = quarter_of(asked.period.from_on)
    names, scenarios = await list_subjects(tx), await list_scenarios(tx)
    whole = await _compared_in(tx, months[0], list(names), visit)
    parts = await find_caused(tx, [subject_in_quarter(subject, months[0]) for subject in whole])
    gettext = visit.words.gettext
    rows: list[Row] = []
    for subject, caused in sorted(whole.items(), key=lambda each: names[each[0]].name):
        told = parts.get(subject_in_quarter(subject, months[0]), caused)
        about = subject_url(subject, names[subject])
        scenario = "promotions" if is_promotion(subject) else scenarios.get(subject)
        paid = told.effects.get("paid")
        profit = told.effects.get("profit") if told.knows_profit else None
        rows.append(
            (
                Cell(subject_told(names[subject], visit), href=about),
                gettext(SCENARIO_WORDS[scenario] if scenario else OTHER_CAMPAIGN),
                _days_told(told, visit),
                # Both groups and how they were compared stand there.
                *linked(
                    about,
                    paid.treated if paid else None,
                    paid.control if paid else None,
                    *_totals(paid),
                    *_totals(profit),
                ),
                caused_told(caused, visit).title,
            )
        )
    return Block(
        name="payback_caused",
        title=gettext("What control groups prove"),
        table=Table(
            (
                Column(gettext("Campaign or promotion"), "text"),
                Column(gettext("Scenario"), "text"),
                Column(gettext("Compared"), "text", "payback_compared"),
                Column(gettext("Members who got it"), "count"),
                Column(gettext("Control group"), "count"),
                Column(gettext("Members paid more by"), "money", "payback_caused"),
                Column(gettext("Paid more, from"), "money", "payback_caused"),
                Column(gettext("Paid more, to"), "money", "payback_caused"),
                Column(gettext("Profit grew by"), "money", "payback_caused_profit", MARGIN),
                Column(gettext("Profit grew, from"), "money", "payback_caused_profit", MARGIN),
                Column(gettext("Profit grew, to"), "money", "payback_caused_profit", MARGIN),
                Column(gettext("Verdict"), "text", "payback_verdict"),
            ),
            tuple(rows),
        ),
        as_of=tx.at,
        notes=(gettext("One member may be in several of these, so they are not added up."),),
        form="list",
        definition="payback_caused",
        empty=Empty(
            gettext("Nothing was compared with a control group in this quarter"),
            gettext("Without members who are left alone nothing is proven: hold out a tenth."),
        ),
    )


async def _compared_in(
    tx: Tx, quarter_on: date, subjects: Sequence[str], visit: Visit
) -> Mapping[str, Caused]:
    """Return what was compared on some day of a quarter."""
    zone = visit.business.time_zone
    from_at, until_at = instant(quarter_on, 0, zone), instant(add_months(quarter_on, 3), 0, zone)
    return {
        subject: caused
        for subject, caused in (await find_caused(tx, subjects)).items()
        if caused.from_at < until_at and caused.until_at > from_at
    }


def _days_told(caused: Caused, visit: Visit) -> str:
    """Return the days on which a comparison was made, the last one included."""
    zone = ZoneInfo(visit.business.time_zone)
    last = (min(caused.until_at, caused.counted_at) - timedelta(microseconds=1)).astimezone(zone).date()
    first = caused.from_at.astimezone(zone).date()
    return told_period(Period(first, max(first, last) + DAY), visit)


def _totals(effect: CausedEffect | None) -> tuple[int | None, int | None, int | None]:
    return (effect.total, effect.total_low, effect.total_high) if effect else (None, None, None)


async def make_payback_receipts(tx: Tx, visit: Visit, asked: Asked) -> Block:
    """The receipts of a scenario, or of all, from a month on: ``part`` of the address, ``birthday-2026-01-3``."""
    scenarios, months = read_part(asked.part, visit.business_day)
    receipts = await list_receipts(tx, scenarios, months)
    gettext = visit.words.gettext
    of = " + ".join(gettext(SCENARIO_WORDS[each]) for each in scenarios)
    notes = [f"{of}, {_told_months(months, visit)}."]
    if len(receipts) == RECEIPTS_MAX:
        notes.append(
            gettext("The {count} that brought most are shown.", count=visit.figures.number(RECEIPTS_MAX))
        )
    return Block(
        name="payback_receipts",
        title=gettext("Receipts behind the effect"),
        table=Table(
            (
                Column(gettext("Receipt"), "text"),
                Column(gettext("Business day"), "date"),
                Column(gettext("Member"), "text"),
                Column(gettext("Paid"), "money", "payback_paid"),
                Column(gettext("Cost of goods"), "money", "payback_goods", MARGIN),
                Column(gettext("Effect"), "money", "payback_effect", MARGIN),
            ),
            tuple(
                (
                    Cell(each.external_id, href=f"/receipts/{each.id}"),
                    each.business_date,
                    Cell(each.name, href=f"/members/{each.member_id}" if each.member_id else ""),
                    *linked(
                        f"/receipts/{each.id}",
                        each.revenue_minor,
                        each.goods_minor,
                        None if each.goods_minor is None else each.revenue_minor - each.goods_minor,
                    ),
                )
                for each in receipts
            ),
        ),
        as_of=await find_counted(tx, months),
        is_nightly=True,
        notes=tuple(notes),
        empty=Empty(
            gettext("No such receipts"), gettext("Choose another month, or wait until they are counted.")
        ),
    )


def _told_months(months: Sequence[date], visit: Visit) -> str:
    return told_month(months[0], visit) if len(months) == 1 else told_quarter(months[0], visit)


def read_part(part: str, today: date) -> tuple[Sequence[Scenario], Sequence[date]]:
    """Return the scenarios and the months that an address names; nonsense counts as the first one, this month."""
    name, _, rest = part.partition("-")
    month, _, count = rest.rpartition("-")
    scenarios = (
        SCENARIOS if name == _ALL else tuple(each for each in SCENARIOS if each == name) or SCENARIOS[:1]
    )
    try:
        first = date.fromisoformat(f"{month}-01")
    except ValueError:
        return scenarios, [today.replace(day=1)]
    return scenarios, quarter_of(first) if count == str(QUARTER) else [first]


def in_quarter(asked: Asked, first: date) -> Asked:
    """Return what is asked of the quarter that begins with ``first``, compared with nothing."""
    period = Period(first, add_months(first, 3), 3)
    return structs.replace(asked, kind="custom", period=period, comparison="none", before=None)


def list_quarters(today: date, count: int = 9) -> list[date]:
    """Return the first days of this quarter and of those before it."""
    first = quarter_of(today)[0]
    return [add_months(first, -3 * place) for place in range(count)]
