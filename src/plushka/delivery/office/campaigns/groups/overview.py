"""The groups now, what to do with each, the table of months, and who went where."""

from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.response import Redirect

from plushka.delivery.office.campaigns.groups.rows import (
    ACTION_GROUPS,
    PATH,
    asked_month,
    group_line,
    month_line,
    move_table,
)
from plushka.delivery.office.context import OfficeRequest
from plushka.delivery.office.people import load_actors
from plushka.delivery.office.reports.dashboard.activity import chart_of_groups
from plushka.delivery.office.reports.drawing import drawn
from plushka.delivery.office.reports.telling import explain
from plushka.delivery.office.visit import Visit
from plushka.delivery.web.notices import sent_on
from plushka.domain.segments.lifecycle.months import months
from plushka.domain.segments.lifecycle.queries import count_groups, find_run
from plushka.domain.segments.lifecycle.refreshing import refresh_groups
from plushka.domain.segments.lifecycle.snapshots import list_moves, list_snapshots
from plushka.domain.segments.lifecycle.terms import get_terms
from plushka.domain.segments.lifecycle.words import GROUP_WORDS
from plushka.engine.lifecycle import GROUPS
from plushka.platform.database import Tx

MONTHS_SHOWN = 13
"""A year, and the month that the first of it is compared with."""


@get(PATH, opt={"action": "groups.read"})
async def show_groups(visit: NamedDependency[Visit], request: OfficeRequest) -> Response[str]:
    """Show the groups as of the last run; ``month`` chooses whose moves are shown."""
    async with visit.reading() as tx:
        values = await _values(tx, visit, request.query_params.get("month", ""))
    return visit.page("campaigns/groups/overview.html", section="campaigns", page="groups", **values)


@post(f"{PATH}/refresh", opt={"action": "groups.change"})
async def refresh(visit: NamedDependency[Visit]) -> Redirect:
    """Work the groups out again: some seconds for a hundred thousand members (docs/benchmarks-campaigns.md)."""
    async with visit.writing() as tx:
        run = await refresh_groups(tx)
    words = visit.words
    return sent_on(
        PATH,
        words.ngettext(
            "The groups of {count} member are worked out.",
            "The groups of {count} members are worked out.",
            run.members,
            count=visit.figures.number(run.members),
        ),
    )


async def _values(tx: Tx, visit: Visit, asked: str) -> dict[str, Any]:
    run, terms = await find_run(tx), await get_terms(tx)
    may_change = visit.may("groups.change")
    if run is None:
        return {"run": None, "may_change": may_change}
    counted = await count_groups(tx)
    base = sum(counted.values())
    lines = {group: group_line(group, counted[group], base, terms.rhythm, visit) for group in GROUPS}
    snapshots = await list_snapshots(tx, limit=MONTHS_SHOWN)
    table = months(snapshots)
    month = asked_month(asked, table)
    actors, chart = await load_actors(tx), chart_of_groups(snapshots[::-1], visit)
    return {
        "run": run,
        "explained": explain(("base", "group"), visit),
        "may_change": may_change,
        "may_make_segment": visit.may("segments.change"),
        "may_broadcast": visit.may("campaigns.change"),
        "as_of": visit.figures.moment(run.as_of),
        "base": visit.figures.number(base),
        "actions": [
            (visit.words.gettext(title), visit.words.gettext(about), [lines[group] for group in groups])
            for title, about, groups in ACTION_GROUPS
        ],
        "without": lines["none"],
        "headings": [visit.words.gettext(GROUP_WORDS[group]) for group in GROUPS],
        "months": [month_line(each, visit, actors) for each in table],
        "is_backdated": any(each.is_backdated for each in table),
        "chart": drawn(chart, visit.words.gettext("Month by month"), visit) if chart else None,
        "moves": move_table(month, await list_moves(tx, month), visit) if month else None,
        "month_choices": [
            (each.month.isoformat(), month_line(each, visit, actors).title) for each in table[:-1]
        ],
        "month_chosen": month.isoformat() if month else "",
    }
