"""Who went where between the groups from month to month, from what was written down at each month's end."""

from collections.abc import Mapping, Sequence
from datetime import date

from plushka.delivery.office.reports.asked import PERIODS, Asked
from plushka.delivery.office.reports.behind import linked, moved_url
from plushka.delivery.office.reports.blocks import Block, Column, Empty, Flow, Row, Table
from plushka.delivery.office.reports.words import told_month
from plushka.delivery.office.visit import Visit
from plushka.domain.insights.reports.ratio import Ratio
from plushka.domain.segments.lifecycle.model import Move, Snapshot
from plushka.domain.segments.lifecycle.queries import find_run
from plushka.domain.segments.lifecycle.snapshots import list_moves_by_month, list_snapshots
from plushka.domain.segments.lifecycle.words import GROUP_WORDS
from plushka.engine.lifecycle import Group
from plushka.platform.database import Tx
from plushka.platform.i18n import marked

MONTHS_MAX = 12
MONTHS_USUAL = 4
"""Ends of months that are shown where none are chosen: three steps, which is what a page has room for."""
KNOWN_MAX = 60
ORDER: tuple[Group, ...] = ("core", "potential", "newcomer", "drowsy", "asleep", "lost", "none")
"""From above, so that who stays where they are flows straight on."""
_JOINED = marked("Have joined")
_GONE = marked("Have left")
_Moves = Mapping[date, Sequence[Move]]


async def make_rfm_moves(tx: Tx, visit: Visit, asked: Asked) -> Block:
    """Make a line for each group and month before, and each group that its members were in afterwards."""
    snapshots = {each.month: each for each in await list_snapshots(tx, limit=KNOWN_MAX)}
    months = chosen_months(asked, list(snapshots))
    moves = await list_moves_by_month(tx, months[1], months[-1]) if len(months) > 1 else {}
    run = await find_run(tx)
    gettext = visit.words.gettext
    return Block(
        name="rfm_moves",
        title=gettext("Who moved from group to group"),
        table=Table(
            (
                Column(gettext("By the end of"), "month"),
                Column(gettext("Were in the group"), "text", "rfm_before"),
                Column(gettext("Are in the group"), "text", "rfm_after"),
                Column(gettext("Members"), "count", "rfm_moved"),
                Column(gettext("Share of those who were"), "share", "rfm_moved_share"),
            ),
            tuple(_rows(moves, visit)),
        ),
        as_of=run.as_of if run else None,
        chart=_flow(months, moves, visit) if moves else None,
        notes=_notes([snapshots[month] for month in months], visit),
        form="chart",
        definition="rfm_moves",
        is_nightly=True,
        empty=Empty(
            gettext("There are no two months yet to move between"),
            gettext(
                "When a month ends, it is written down how many members are in each group and where they came from. "
                "Choose two neighbouring months, or wait for the second one to end."
            ),
        ),
    )


def chosen_months(asked: Asked, known: Sequence[date]) -> list[date]:
    """Return those of the months written down that the period touches, the latest of them, in order.

    Where no days of one's own are asked for: the last few.
    """
    months = sorted(known)
    if asked.kind == PERIODS[-1]:
        first, last = asked.period.from_on.replace(day=1), asked.period.last_on
        return [month for month in months if first <= month <= last][-MONTHS_MAX:]
    return months[-MONTHS_USUAL:]


def _names(visit: Visit) -> dict[Group | str, str]:
    gettext = visit.words.gettext
    return {
        **{group: gettext(GROUP_WORDS[group]) for group in ORDER},
        _JOINED: gettext(_JOINED),
        _GONE: gettext(_GONE),
    }


def _ordered(moves: Sequence[Move]) -> list[Move]:
    """Return moves by where they began and then by where they ended; who joined and who left comes last."""
    places: dict[Group | None, int] = {group: place for place, group in enumerate((*ORDER, None))}
    return sorted(moves, key=lambda move: (places[move.before], places[move.after]))


def _rows(moves: _Moves, visit: Visit) -> list[Row]:
    names = _names(visit)
    rows: list[Row] = []
    for month, of_month in moves.items():
        were = {
            before: sum(move.members for move in of_month if move.before == before)
            for before in {move.before for move in of_month}
        }
        rows += [
            (
                month,
                names[move.before or _JOINED],
                names[move.after or _GONE],
                *linked(
                    moved_url(month, move.before, move.after),
                    move.members,
                    Ratio(move.members, were[move.before]) if move.before else None,
                ),
            )
            for move in _ordered(of_month)
        ]
    return rows


def _flow(months: Sequence[date], moves: _Moves, visit: Visit) -> Flow:
    """Return the months as columns: joined stands in the month before the first in which they are counted."""
    names = _names(visit)
    keys = list(names)
    links = [
        (
            (column, keys.index(move.before or _JOINED)),
            (column + 1, keys.index(move.after or _GONE)),
            move.members,
        )
        for column, month in enumerate(months[1:])
        for move in _ordered(moves.get(month, ()))
    ]
    nodes = sorted({end for source, target, _ in links for end in (source, target)})
    places = {node: place for place, node in enumerate(nodes)}
    return Flow(
        columns=tuple(told_month(month, visit) for month in months),
        names=tuple(names.values()),
        nodes=tuple(nodes),
        links=tuple((places[source], places[target], members) for source, target, members in links),
    )


def _notes(snapshots: Sequence[Snapshot], visit: Visit) -> tuple[str, ...]:
    gettext, number = visit.words.gettext, visit.figures.number
    if len(snapshots) < 2:  # noqa: PLR2004  nowhere to move to
        return ()
    bases = "; ".join(f"{told_month(each.month, visit)}: {number(each.base)}" for each in snapshots)
    notes = [
        gettext(
            "Base at the end of each month: {bases}. Everybody in it is counted exactly once.", bases=bases
        )
    ]
    if any(each.is_backdated for each in snapshots):
        notes.append(
            gettext(
                "Months before the groups were kept are written afterwards, "
                "from the purchases as they are known since then."
            )
        )
    return tuple(notes)
