"""The seven groups now, and the two things to do with them (F199, F214)."""

from collections.abc import Mapping, Sequence
from typing import Literal

from plushka.delivery.office.campaigns.groups.rows import ACTION_GROUPS, who_is_in
from plushka.delivery.office.reports.asked import Asked
from plushka.delivery.office.reports.behind import linked, members_url
from plushka.delivery.office.reports.blocks import Act, Block, Cell, Column, Empty, Row, Table
from plushka.delivery.office.reports.rfm.paths import WRITE
from plushka.delivery.office.reports.whom import write_to
from plushka.delivery.office.reports.words import told_month
from plushka.delivery.office.visit import Visit
from plushka.domain.insights.reports.ratio import Ratio, change
from plushka.domain.segments.lifecycle.model import GroupSum, Run, Snapshot
from plushka.domain.segments.lifecycle.queries import find_run, sum_groups
from plushka.domain.segments.lifecycle.snapshots import list_snapshots
from plushka.domain.segments.lifecycle.terms import get_terms
from plushka.domain.segments.lifecycle.words import GROUP_WORDS
from plushka.engine.lifecycle import BRING_BACK, GROUPS, KEEP, Group
from plushka.platform.database import Tx

Sums = Mapping[Group, GroupSum]


async def make_rfm_groups(tx: Tx, visit: Visit, _: Asked) -> Block:
    """Make a line for each group as of the last run, compared with the last month that was written down."""
    run, sums, before = await _found(tx)
    rhythm = (await get_terms(tx)).rhythm
    gettext = visit.words.gettext

    def row(title: Cell, who: str, groups: Sequence[Group]) -> Row:
        return (title, *linked(members_url(group=groups), *_figures(sums, before, groups)), who)

    def named(group: Group) -> Cell:
        return Cell(gettext(GROUP_WORDS[group]), href=members_url(group=group))

    return Block(
        name="rfm_groups",
        title=gettext("Seven groups of members"),
        table=Table(
            (
                Column(gettext("Group"), "text"),
                *_columns(visit),
                Column(gettext("Who is in it"), "text"),
            ),
            tuple(row(named(group), who_is_in(group, rhythm, visit), (group,)) for group in GROUPS)
            if _has_members(sums)
            else (),
            total=row(Cell(gettext("Base"), definition="base"), "", GROUPS),
            acts=tuple(_act(gettext(GROUP_WORDS[group]), (group,), sums, visit) for group in GROUPS),
        ),
        as_of=run.as_of if run else None,
        notes=_since(before, visit),
        definition="activity",
        is_nightly=True,
        empty=no_members(visit) if run else no_groups(visit),
    )


async def make_rfm_actions(tx: Tx, visit: Visit, _: Asked) -> Block:
    """Make a line for those to bring back and one for those to keep."""
    run, sums, before = await _found(tx)
    gettext = visit.words.gettext
    return Block(
        name="rfm_actions",
        title=gettext("Whom to bring back, whom to keep"),
        table=Table(
            (
                Column(gettext("What to do"), "text"),
                *_columns(visit),
                Column(gettext("Groups"), "text"),
            ),
            tuple(
                (
                    *linked(members_url(group=groups), gettext(title), *_figures(sums, before, groups)),
                    ", ".join(gettext(GROUP_WORDS[group]) for group in groups),
                )
                for title, _, groups in ACTION_GROUPS
            )
            if _has_members(sums)
            else (),
            acts=tuple(_act(gettext(title), groups, sums, visit) for title, _, groups in ACTION_GROUPS),
        ),
        as_of=run.as_of if run else None,
        notes=(
            *(f"{gettext(title)}. {gettext(about)}" for title, about, _ in ACTION_GROUPS),
            *_since(before, visit),
        ),
        definition="rfm_actions",
        is_nightly=True,
        empty=no_members(visit) if run else no_groups(visit),
    )


def no_groups(visit: Visit) -> Empty:
    return Empty(
        visit.words.gettext("The groups have not been worked out yet"),
        visit.words.gettext(
            "That happens at night, once a day, and at the press of a button on the page of groups."
        ),
    )


def no_members(visit: Visit) -> Empty:
    return Empty(
        visit.words.gettext("Nobody has joined yet"),
        visit.words.gettext("Members stand here by their groups from the night after they have joined."),
    )


def _has_members(sums: Sums) -> bool:
    return any(each.members for each in sums.values())


async def _found(tx: Tx) -> tuple[Run | None, Sums, Snapshot | None]:
    snapshots = await list_snapshots(tx, limit=1)
    return await find_run(tx), await sum_groups(tx), snapshots[0] if snapshots else None


def _columns(visit: Visit) -> tuple[Column, ...]:
    gettext = visit.words.gettext
    return (
        Column(gettext("Members"), "count", "group"),
        Column(gettext("Share of the base"), "share", "group_share"),
        Column(gettext("The change"), "change", "rfm_change"),
        Column(gettext("Revenue of the year"), "money", "rfm_revenue"),
        Column(gettext("Share of the revenue"), "share", "rfm_revenue_share"),
    )


def _since(before: Snapshot | None, visit: Visit) -> tuple[str, ...]:
    if before is None:
        return ()
    return (
        visit.words.gettext(
            "The change is since the end of the month: {month}.", month=told_month(before.month, visit)
        ),
    )


def _figures(sums: Sums, before: Snapshot | None, groups: Sequence[Group]) -> Row:
    members = sum(sums[group].members for group in groups)
    spend_minor = sum(sums[group].spend_minor for group in groups)
    return (
        members,
        Ratio(members, sum(each.members for each in sums.values())),
        Cell(change(members, sum(before.members[group] for group in groups)), good=_good(groups))
        if before
        else None,
        spend_minor,
        Ratio(spend_minor, sum(each.spend_minor for each in sums.values())),
    )


def _good(groups: Sequence[Group]) -> Literal["up", "down", "neither"]:
    """Which way it is welcome that groups change: the fewer are falling asleep, the better."""
    if set(groups) <= set(BRING_BACK):
        return "down"
    return "up" if set(groups) & set(KEEP) else "neither"


def _act(title: str, groups: Sequence[Group], sums: Sums, visit: Visit) -> Act | None:
    if not any(sums[group].members for group in groups):
        return None
    return write_to(WRITE, [("group", group) for group in groups], name=title, visit=visit)
