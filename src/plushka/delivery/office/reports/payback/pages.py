"""The page of the payback, and what the programme costs: written down, changed, deleted, brought back."""

from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.status_codes import HTTP_422_UNPROCESSABLE_ENTITY
from msgspec import Struct

from plushka.delivery.office.context import OfficeRequest
from plushka.delivery.office.reports.asked import read_asked
from plushka.delivery.office.reports.beginning import beginning
from plushka.delivery.office.reports.payback.blocks import in_quarter, list_quarters
from plushka.delivery.office.reports.payback.paths import COSTS, PATH
from plushka.delivery.office.reports.payback.words import told_quarter
from plushka.delivery.office.reports.showing import places
from plushka.delivery.office.reports.words import told_month
from plushka.delivery.office.visit import Visit
from plushka.delivery.web.address import day_of
from plushka.delivery.web.forms import Form
from plushka.delivery.web.notices import sent_on
from plushka.domain.insights.payback.costs import delete_cost, get_cost, list_costs, save_cost
from plushka.domain.insights.payback.model import NAME_LENGTH_MAX, QUARTER, Cost, quarter_of
from plushka.engine.expiry import add_months
from plushka.platform.errors import Refusal
from plushka.platform.i18n import currency_decimals, currency_sign, format_number
from plushka.platform.ids import new_id

BLOCKS = ("payback", "payback_boosters", "payback_caused")


class CostLine(Struct, frozen=True):
    """A line of costs told."""

    id: UUID
    name: str
    amount: str
    when: str
    covers_messages: bool


@get(PATH, opt={"action": "reports.read"})
async def show_payback(visit: NamedDependency[Visit], request: OfficeRequest) -> Response[str]:
    quarters = list_quarters(visit.business_day)
    asked_day = day_of(request.query_params, "quarter")
    first = quarter_of(asked_day)[0] if asked_day else quarters[0]
    async with visit.reading() as tx:
        asked = in_quarter(await read_asked(tx, visit, request.query_params), first)
        begins = await beginning(tx, visit)
    offered = quarters if first in quarters else [first, *quarters]
    return visit.page(
        "reports/payback.html",
        section="reports",
        page="payback",
        path=PATH,
        quarters=[(each.isoformat(), told_quarter(each, visit)) for each in offered],
        quarter=first.isoformat(),
        places=places(BLOCKS, visit, asked),
        wide=set(BLOCKS),
        may_write=visit.may("payback.costs"),
        **begins,
    )


@get(COSTS, opt={"action": "payback.costs"})
async def show_costs(visit: NamedDependency[Visit]) -> Response[str]:
    return await _page(visit, visit.form(), None)


@post(COSTS, opt={"action": "payback.costs"})
async def add_cost(visit: NamedDependency[Visit], request: OfficeRequest) -> Response[str] | Redirect:
    """Write down a line of costs; a link that undoes a deletion brings its id and all else with it."""
    form = await visit.typed(request)
    return await _save(visit, form, None)


@get(f"{COSTS}/{{cost_id:uuid}}", opt={"action": "payback.costs"})
async def show_cost(visit: NamedDependency[Visit], cost_id: FromPath[UUID]) -> Response[str]:
    async with visit.reading() as tx:
        cost = await get_cost(tx, cost_id)
    return await _page(visit, visit.form(), cost)


@post(f"{COSTS}/{{cost_id:uuid}}", opt={"action": "payback.costs"})
async def change_cost(
    visit: NamedDependency[Visit], request: OfficeRequest, cost_id: FromPath[UUID]
) -> Response[str] | Redirect:
    form = await visit.typed(request)
    async with visit.reading() as tx:
        cost = await get_cost(tx, cost_id)
    return await _save(visit, form, cost)


@post(f"{COSTS}/{{cost_id:uuid}}/delete", opt={"action": "payback.costs"})
async def remove_cost(visit: NamedDependency[Visit], cost_id: FromPath[UUID]) -> Redirect:
    async with visit.writing() as tx:
        cost = await delete_cost(tx, cost_id)
    query = urlencode(
        {
            "name": cost.name,
            "amount": cost.amount_minor,
            "from": cost.from_on.isoformat(),
            "months": cost.months,
            "covers": "on" if cost.covers_messages else "",
        }
    )
    return sent_on(
        COSTS,
        visit.words.gettext("“{name}” is deleted.", name=cost.name),
        undo=f"{COSTS}/{cost.id}/restore?{query}",
    )


@post(f"{COSTS}/{{cost_id:uuid}}/restore", opt={"action": "payback.costs"})
async def restore_cost(
    visit: NamedDependency[Visit], request: OfficeRequest, cost_id: FromPath[UUID]
) -> Redirect:
    """Bring a line back that was deleted, as the address tells it; nonsense brings nothing back."""
    asked = request.query_params
    form = Form(visit.words, {name: asked.getall(name, []) for name in asked})
    name = form.text("name", length_max=NAME_LENGTH_MAX)
    amount, months, from_on = (
        form.number("amount", least=1),
        form.choice("months", ("1", "3")),
        form.day("from"),
    )
    if form.is_sound and amount and months and from_on:
        async with visit.writing() as tx:
            covers = form.flag("covers")
            await save_cost(tx, Cost(cost_id, name, amount, from_on, QUARTER if months == "3" else 1, covers))
    return sent_on(COSTS, visit.words.gettext("“{name}” is back.", name=name))


async def _save(visit: Visit, form: Form, cost: Cost | None) -> Response[str] | Redirect:
    name = form.text("name", length_max=NAME_LENGTH_MAX)
    amount = form.money("amount", visit.business.currency, least=1)
    months = form.choice("months", ("1", "3"))
    from_on = form.day("from")
    if amount is None or months is None or from_on is None or not form.is_sound:
        return await _page(visit, form, cost)
    span = QUARTER if months == "3" else 1
    first = quarter_of(from_on)[0] if span == QUARTER else from_on.replace(day=1)
    kept = Cost(cost.id if cost else new_id(), name, amount, first, span, form.flag("covers"))
    try:
        async with visit.writing() as tx:
            await save_cost(tx, kept)
    except Refusal as refusal:
        form.refused(refusal)
        return await _page(visit, form, cost)
    return sent_on(COSTS, visit.words.gettext("“{name}” is written down.", name=name))


async def _page(visit: Visit, form: Form, cost: Cost | None) -> Response[str]:
    async with visit.reading() as tx:
        costs = await list_costs(tx)
    return visit.page(
        "reports/payback_costs.html",
        section="reports",
        page="payback",
        status=200 if form.is_sound else HTTP_422_UNPROCESSABLE_ENTITY,
        form=form,
        lines=[_line(each, visit) for each in costs],
        months=[(month.isoformat(), told_month(month, visit)) for month in _months(visit.business_day, cost)],
        cost_id=str(cost.id) if cost else "",
        unit=currency_sign(visit.business.currency, visit.look.language),
        **_filled(cost, visit),
    )


def _filled(cost: Cost | None, visit: Visit) -> dict[str, Any]:
    if cost is None:
        first = quarter_of(visit.business_day)[0].isoformat()
        return {"name": "", "amount": "", "from_on": first, "span": "3", "covers": False}
    decimals = currency_decimals(visit.business.currency)
    return {
        "name": cost.name,
        "amount": format_number(
            Decimal(cost.amount_minor).scaleb(-decimals), visit.look.language, decimals=decimals
        ),
        "from_on": cost.from_on.isoformat(),
        "span": str(cost.months),
        "covers": cost.covers_messages,
    }


def _months(today: date, cost: Cost | None) -> list[date]:
    """Return the months that a form offers: two years back and the quarter ahead, with the one that a line has."""
    first = quarter_of(today)[0]
    months = {add_months(first, place) for place in range(-24, 6)}
    return sorted(months | ({cost.from_on} if cost else set()), reverse=True)


def _line(cost: Cost, visit: Visit) -> CostLine:
    when = told_quarter(cost.from_on, visit) if cost.months == QUARTER else told_month(cost.from_on, visit)
    return CostLine(cost.id, cost.name, visit.figures.money(cost.amount_minor), when, cost.covers_messages)
