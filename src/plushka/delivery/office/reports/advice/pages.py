"""Advice on the dashboard: loaded into its place, counted anew, put away and taken back, and begun."""

from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect

from plushka.delivery.office.context import OfficeRequest
from plushka.delivery.office.reports.advice.telling import PATH, SEGMENTS, told
from plushka.delivery.office.reports.showing import BlockForbidden
from plushka.delivery.office.visit import Visit
from plushka.delivery.web.address import id_of, text_of
from plushka.delivery.web.notices import sent_on
from plushka.domain.campaigns.journeys.chains import Key, begin_chain
from plushka.domain.insights.advice.counting import count_figures, find_counted
from plushka.domain.insights.advice.doing import (
    begin_branch_broadcast,
    begin_vip_broadcast,
    take_unreachable,
)
from plushka.domain.insights.advice.model import RULES, Rule
from plushka.domain.insights.advice.putting_away import PUT_AWAY_DAYS, list_put_away, put_away, take_back
from plushka.domain.insights.advice.rules import OF_SALES, advise
from plushka.platform.database import Tx

DASHBOARD = "/reports#advice"
_CHAINS: dict[Rule, Key] = {
    "second_purchase": "second_purchase",
    "win_back": "win_back",
    "points_burning": "burn_reminder",
    "birthdays": "birthday",
}


@get(PATH, opt={"action": "reports.advice"})
async def show_advice(visit: NamedDependency[Visit], request: OfficeRequest) -> Response[str]:
    """Show what the rules say of the figures as they were last counted, without what was put away.

    ``of``: of ``sales`` alone.
    """
    async with visit.reading() as tx:
        values = await _values(tx, visit, request.query_params.get("of", ""))
    if "hx-request" in request.headers:
        return visit.fragment("reports/advice.html", **values)
    return visit.page("reports/advice_page.html", section="reports", page="dashboard", **values)


@post(f"{PATH}/refresh", opt={"action": "reports.advice"})
async def refresh_advice(visit: NamedDependency[Visit]) -> Redirect:
    """Count the figures now: some seconds for a hundred thousand members."""
    async with visit.writing() as tx:
        await count_figures(tx)
    return sent_on(DASHBOARD, visit.words.gettext("The advice is worked out anew."))


@post(f"{PATH}/{{rule:str}}/put-away", opt={"action": "reports.advice"})
async def put_advice_away(
    visit: NamedDependency[Visit], rule: FromPath[str], request: OfficeRequest
) -> Redirect:
    known, subject = _rule(rule), text_of(request.query_params, "subject")
    async with visit.writing() as tx:
        until_on = await put_away(tx, known, subject, today=visit.today)
    return sent_on(
        DASHBOARD,
        visit.words.gettext("Put away until {date}.", date=visit.figures.day(until_on)),
        undo=f"{PATH}/{known}/take-back?{request.scope['query_string'].decode()}",
    )


@post(f"{PATH}/{{rule:str}}/take-back", opt={"action": "reports.advice"})
async def take_advice_back(
    visit: NamedDependency[Visit], rule: FromPath[str], request: OfficeRequest
) -> Redirect:
    known, subject = _rule(rule), text_of(request.query_params, "subject")
    async with visit.writing() as tx:
        await take_back(tx, known, subject)
    return sent_on(DASHBOARD, visit.words.gettext("It is told again."))


@post(f"{PATH}/{{rule:str}}/begin", opt={"action": "campaigns.change"})
async def begin_advised(
    visit: NamedDependency[Visit], rule: FromPath[str], request: OfficeRequest
) -> Redirect:
    """Make the draft that a rule advises and go to it; nothing is sent before somebody has looked it through.

    :raises BlockForbidden: it begins with a segment, which this person may not make
    """
    known = _rule(rule)
    gettext = visit.words.gettext
    if known in SEGMENTS and not visit.may("segments.change"):
        raise BlockForbidden
    async with visit.writing() as tx:
        if known == "vip_asleep":
            campaign_id = await begin_vip_broadcast(tx)
            return sent_on(
                f"/campaigns/{campaign_id}/edit", gettext("The draft is ready: look it through and send it.")
            )
        if known == "branch_revenue":
            branch_id = id_of(request.query_params, "branch")
            if branch_id is None:
                raise NotFoundException
            campaign_id = await begin_branch_broadcast(tx, branch_id)
            return sent_on(
                f"/campaigns/{campaign_id}/edit", gettext("The draft is ready: look it through and send it.")
            )
        if known == "unreachable":
            segment_id = await take_unreachable(tx)
            return sent_on(f"/campaigns/segments/{segment_id}", gettext("The segment is ready."))
        if known not in _CHAINS:
            raise NotFoundException
        card = await begin_chain(tx, _CHAINS[known])
    return sent_on(
        f"/campaigns/journeys/{card.id}",
        gettext("The draft “{name}” is ready: look through it and publish it.", name=card.name),
    )


async def _values(tx: Tx, visit: Visit, of: str) -> dict[str, Any]:
    counted = await find_counted(tx)
    if counted is None:
        return {"counted_at": "", "advice": [], "put_away": 0, "days": PUT_AWAY_DAYS}
    said = [each for each in advise(counted.figures) if of != "sales" or each.rule in OF_SALES]
    away = await list_put_away(tx, visit.today)
    shown = [told(each, visit) for each in said if (each.rule, each.subject) not in away]
    return {
        "counted_at": visit.figures.moment(counted.counted_at),
        "advice": shown,
        "put_away": len(said) - len(shown),
        "days": PUT_AWAY_DAYS,
    }


def _rule(text: str) -> Rule:
    for rule in RULES:
        if rule == text:
            return rule
    raise NotFoundException
