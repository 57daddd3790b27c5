"""The tables of the payback: scenarios, costs and coverage by month, boosters, what was caused, and receipts behind."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from msgspec import structs

from plushka.delivery.office.campaigns.proof.telling import caused_told
from plushka.delivery.office.permissions import MARGIN
from plushka.delivery.office.reports.asked import Asked
from plushka.delivery.office.reports.blocks import Block, Cell, Chart, Column, Empty, Row, Series, Table
from plushka.delivery.office.reports.payback.words import SCENARIO_WORDS, told_quarter
from plushka.delivery.office.reports.words import told_month
from plushka.delivery.office.visit import Visit
from plushka.domain.insights.campaigns.keeping import find_caused
from plushka.domain.insights.campaigns.subjects import list_subjects
from plushka.domain.insights.payback.costs import list_costs
from plushka.domain.insights.payback.effects import (
    RECEIPTS_MAX,
    find_counted,
    list_absence_subjects,
    list_receipts,
    sum_effects,
    sum_messages,
)
from plushka.domain.insights.payback.model import (
    SCENARIOS,
    Cost,
    Effect,
    Scenario,
    is_covered,
    quarter_of,
)
from plushka.domain.insights.reports.period import Period
from plushka.domain.insights.reports.ratio import Ratio, difference
from plushka.domain.insights.reports.sales import sum_sales
from plushka.domain.insights.reports.scope import Scope
from plushka.domain.rollups.queries import find_as_of
from plushka.engine.expiry import add_months
from plushka.platform.database import Tx

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
    lines = [(cost.name, [cost.share(month) for month in months]) for cost in reversed(costs)]
    told = [0 if is_covered(costs, month) else messages.get(month, 0) for month in months]
    if any(told):
        lines.append((gettext("Messages, by their deliveries"), told))
    cost = [sum(line[place] for _, line in lines) for place in range(len(months))]
    rows: list[Row] = [
        _row(Cell(gettext(SCENARIO_WORDS[each]), definition=f"payback_{each}"), brought[each], each, months)
        for each in SCENARIOS
    ]
    rows.append(_row(Cell(gettext("Effect together"), definition="payback_effect"), effect))
    rows += [_row(name, line) for name, line in lines]
    rows.append(_row(Cell(gettext("Costs together"), definition="payback_costs"), cost))
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


def _row(name: Cell | str, line: Line, scenario: Scenario | None = None, months: Sequence[date] = ()) -> Row:
    cells = [
        Cell(
            amount,
            href=f"/reports/blocks/payback_receipts?part={scenario}-{months[place].isoformat()[:7]}"
            if scenario and amount
            else "",
        )
        for place, amount in enumerate(line)
    ]
    return (name, *cells, sum(line))


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
    now = await sum_sales(tx, Scope(Period(months[0], add_months(months[0], 3), 3)))
    before = await sum_sales(tx, Scope(Period(add_months(months[0], -3), months[0], 3)))
    gettext = visit.words.gettext
    rows = (
        _booster("penetration", gettext("Penetration"), before.penetration, now.penetration),
        _booster(
            "engagement",
            gettext("Engagement of members"),
            before.with_card.engagement,
            now.with_card.engagement,
        ),
        _booster("repeats", gettext("Repeat purchases"), before.with_card.repeats, now.with_card.repeats),
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


def _booster(key: str, title: str, before: Ratio, now: Ratio) -> Row:
    return (Cell(title, definition=key), before, now, difference(now, before))


async def make_payback_caused(tx: Tx, visit: Visit, asked: Asked) -> Block:
    """What control groups prove, whatever was attributed: what was compared in the quarter."""
    months = quarter_of(asked.period.from_on)
    until = add_months(months[0], 3)
    names = await list_subjects(tx)
    absence = await list_absence_subjects(tx)
    gettext = visit.words.gettext
    rows: list[Row] = []
    for subject, caused in sorted(
        (await find_caused(tx, list(names))).items(), key=lambda each: names[each[0]]
    ):
        is_within = caused.from_at.date() < until and caused.until_at.date() >= months[0]
        paid = caused.effects.get("paid")
        if not is_within or not (subject in absence or subject.startswith("promotion:")):
            continue
        scenario: Scenario = "reactivation" if subject in absence else "promotions"
        rows.append(
            (
                names[subject],
                gettext(SCENARIO_WORDS[scenario]),
                visit.figures.full_day(caused.from_at.date()),
                None if paid is None else paid.total,
                None if paid is None else paid.total_low,
                None if paid is None else paid.total_high,
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
                Column(gettext("Compared since"), "text"),
                Column(gettext("Members paid more by"), "money", "payback_caused"),
                Column(gettext("From"), "money", "payback_caused"),
                Column(gettext("To"), "money", "payback_caused"),
                Column(gettext("Verdict"), "text", "payback_verdict"),
            ),
            tuple(rows),
        ),
        as_of=tx.at,
        notes=(
            gettext(
                "Of all the time that they were compared, which may be longer than the quarter; revenue, not profit."
            ),
        ),
        definition="payback_caused",
        empty=Empty(
            gettext("Nothing was compared with a control group in this quarter"),
            gettext("Without members who are left alone nothing is proven: hold out a tenth."),
        ),
    )


async def make_payback_receipts(tx: Tx, visit: Visit, asked: Asked) -> Block:
    """The receipts of a scenario in a month: ``part`` of the address names both, ``birthday-2026-01``."""
    scenario, month = read_part(asked.part, visit.business_day)
    receipts = await list_receipts(tx, scenario, month)
    gettext = visit.words.gettext
    notes = [f"{gettext(SCENARIO_WORDS[scenario])}, {told_month(month, visit)}."]
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
                    each.revenue_minor,
                    each.goods_minor,
                    None if each.goods_minor is None else each.revenue_minor - each.goods_minor,
                )
                for each in receipts
            ),
        ),
        as_of=await find_counted(tx, [month]),
        is_nightly=True,
        notes=tuple(notes),
        empty=Empty(
            gettext("No such receipts"), gettext("Choose another month, or wait until they are counted.")
        ),
    )


def read_part(part: str, today: date) -> tuple[Scenario, date]:
    """Return the scenario and the month that an address names; nonsense counts as the first one, this month."""
    name, _, month = part.partition("-")
    scenario = next((each for each in SCENARIOS if each == name), SCENARIOS[0])
    try:
        return scenario, date.fromisoformat(f"{month}-01")
    except ValueError:
        return scenario, today.replace(day=1)


def in_quarter(asked: Asked, first: date) -> Asked:
    """Return what is asked of the quarter that begins with ``first``, compared with nothing."""
    period = Period(first, add_months(first, 3), 3)
    return structs.replace(asked, kind="custom", period=period, comparison="none", before=None)


def list_quarters(today: date, count: int = 9) -> list[date]:
    """Return the first days of this quarter and of those before it."""
    first = quarter_of(today)[0]
    return [add_months(first, -3 * place) for place in range(count)]
