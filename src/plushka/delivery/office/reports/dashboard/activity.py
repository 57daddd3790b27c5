"""Activity of the base (F199–F202): the groups at the end of each month, from what was written down then."""

from collections.abc import Sequence

from plushka.delivery.office.reports.asked import Asked
from plushka.delivery.office.reports.behind import linked, members_url, then_of
from plushka.delivery.office.reports.blocks import (
    Block,
    Cell,
    Chart,
    Column,
    Empty,
    Row,
    Series,
    Table,
    Value,
)
from plushka.delivery.office.visit import Visit
from plushka.domain.insights.members.conditions import ANY
from plushka.domain.insights.reports.ratio import Ratio, change
from plushka.domain.segments.lifecycle.model import Snapshot
from plushka.domain.segments.lifecycle.queries import find_run
from plushka.domain.segments.lifecycle.snapshots import list_snapshots
from plushka.domain.segments.lifecycle.words import GROUP_WORDS
from plushka.engine.expiry import add_months
from plushka.engine.lifecycle import GROUPS, Group
from plushka.platform.database import Tx

MONTHS_BESIDE = 3
MONTHS_DRAWN = 12
_FROM_BELOW: tuple[Group, ...] = ("core", "potential", "newcomer", "drowsy", "asleep", "lost", "none")
"""Who is active stands below, so that their columns begin at one line."""


async def make_activity(tx: Tx, visit: Visit, _: Asked) -> Block:
    """Make the last months side by side, whatever period is asked: months are written down once."""
    gettext = visit.words.gettext
    known = await list_snapshots(tx, limit=MONTHS_DRAWN)
    # Of a month without members there is nothing to tell.
    snapshots = [each for each in known if each.base]
    run = await find_run(tx)
    beside = snapshots[:MONTHS_BESIDE]
    columns = [Column(gettext("Group"), "text")]
    for each in beside:
        month = f"{visit.figures.month(each.month.month)} {each.month.year}"
        columns += [
            Column(gettext("Members"), "count", "group", group=month),
            Column(gettext("Share of the base"), "share", "group_share", group=month),
            Column(gettext("The change"), "change", "group_change", group=month),
        ]
    return Block(
        name="activity",
        title=gettext("Activity of the base"),
        table=Table(tuple(columns), _rows(beside, snapshots, visit) if beside else ()),
        as_of=run.as_of if run else None,
        chart=chart_of_groups(list(reversed(snapshots)), visit),
        definition="activity",
        is_nightly=True,
        empty=Empty(
            gettext("No month with members has ended yet") if known else gettext("No month has ended yet"),
            gettext(
                "When a month ends, it is written down how many members are in each group, "
                "and that is never worked out again."
            ),
        ),
    )


def _rows(beside: Sequence[Snapshot], known: Sequence[Snapshot], visit: Visit) -> tuple[Row, ...]:
    by_month = {snapshot.month: snapshot for snapshot in known}

    def row(title: Cell, group: Group | None) -> Row:
        values: list[Cell | Value] = [title]
        for each in beside:
            before = by_month.get(add_months(each.month, -1))
            members = _members(each, group)
            then = members_url(then=then_of(each.month, group or ANY))
            values += [
                *linked(then, members, Ratio(members, each.base)),
                change(members, _members(before, group)) if before else None,
            ]
        return tuple(values)

    gettext = visit.words.gettext
    return (
        row(Cell(gettext("Base"), definition="base"), None),
        *[row(Cell(gettext(GROUP_WORDS[group]), href=f"/members?group={group}"), group) for group in GROUPS],
    )


def _members(snapshot: Snapshot, group: Group | None) -> int:
    return snapshot.base if group is None else snapshot.members[group]


def chart_of_groups(drawn: Sequence[Snapshot], visit: Visit) -> Chart | None:
    """Return the months, the earliest first, as columns that their groups share; None where there are no two."""
    if len(drawn) < 2:  # noqa: PLR2004  nothing to compare
        return None
    return Chart(
        labels=tuple(f"{visit.figures.month(each.month.month)} {each.month.year}" for each in drawn),
        series=tuple(
            Series(
                visit.words.gettext(GROUP_WORDS[group]),
                tuple(Ratio(each.members[group], each.base) for each in drawn),
                "share",
            )
            for group in _FROM_BELOW
        ),
        stacked=True,
    )
