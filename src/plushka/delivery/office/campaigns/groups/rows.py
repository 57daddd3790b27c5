"""Groups, months and moves as the page tells them."""

from collections.abc import Mapping, Sequence
from datetime import date

from msgspec import Struct

from plushka.delivery.office.movement_rows import told_actor
from plushka.delivery.office.reports.behind import members_url, moved_url, then_of
from plushka.delivery.office.visit import Visit
from plushka.delivery.web.figures import NOTHING
from plushka.domain.insights.members.conditions import ANY
from plushka.domain.segments.lifecycle.model import Move
from plushka.domain.segments.lifecycle.months import Figure, Month, share_bp
from plushka.domain.segments.lifecycle.words import GROUP_WORDS
from plushka.engine.lifecycle import BRING_BACK, GROUPS, KEEP, Group, Rhythm
from plushka.platform.i18n import marked

PATH = "/campaigns/groups"
ACTION_GROUPS = (
    (
        marked("Bring back"),
        marked("They have bought and stopped: remind of yourself, give a reason to come."),
        BRING_BACK,
    ),
    (
        marked("Keep and develop"),
        marked("They buy now: thank, invite to the next visit, show more."),
        KEEP,
    ),
)


class GroupLine(Struct, frozen=True):
    """A group now: whom it holds, in words, and where its members are listed."""

    group: Group
    title: str
    members: str
    share: str
    who: str
    list_url: str
    segment_url: str
    is_empty: bool


class FigureLine(Struct, frozen=True):
    """``list_url``: where those are listed who were there then."""

    list_url: str
    members: str
    share: str
    change: str
    falls: bool


class MonthLine(Struct, frozen=True):
    """A month of the table; ``taken``: when it was written and by whom."""

    title: str
    taken: str
    is_backdated: bool
    figures: tuple[FigureLine, ...]
    """Of the base, then of each group."""


class MoveTable(Struct, frozen=True):
    """From the group of a line to that of a column; the last column and line tell who has left and joined.

    A cell is how many, where they are listed (who has left is nowhere), and whether they stayed where they were.
    """

    title: str
    columns: tuple[str, ...]
    lines: tuple[tuple[str, tuple[tuple[str, str, bool], ...]], ...]


def percent(bp: int | None, visit: Visit, *, signed: bool = False) -> str:
    """Return hundredths of a per cent as columns want them; a dash for None."""
    return NOTHING if bp is None else visit.figures.column_percent(bp, signed=signed)


def group_line(group: Group, members: int, base: int, rhythm: Rhythm, visit: Visit) -> GroupLine:
    return GroupLine(
        group=group,
        title=visit.words.gettext(GROUP_WORDS[group]),
        members=visit.figures.number(members),
        share=percent(share_bp(members, base), visit),
        who=who_is_in(group, rhythm, visit),
        list_url=f"/members?group={group}",
        segment_url=f"{PATH}/{group}/segment",
        is_empty=members == 0,
    )


def who_is_in(group: Group, rhythm: Rhythm, visit: Visit) -> str:
    """Return whom a group holds by these bounds."""
    words, number = visit.words, visit.figures.number
    active, core = number(rhythm.active_days), number(rhythm.core_visits)
    match group:
        case "none":
            return words.gettext("enrolled, never bought")
        case "core":
            return words.gettext(
                "last visit within {days} days, {visits} visits a year or more", days=active, visits=core
            )
        case "newcomer":
            return words.gettext("last visit within {days} days, the only one in a year", days=active)
        case "potential":
            most = number(rhythm.core_visits - 1)
            return words.gettext(
                "last visit within {days} days, from 2 to {most} visits a year", days=active, most=most
            )
        case "drowsy":
            first, last = rhythm.active_days + 1, rhythm.drowsy_days
        case "asleep":
            first, last = rhythm.drowsy_days + 1, rhythm.asleep_days
        case "lost":
            return words.gettext("no visit for more than {days} days", days=number(rhythm.asleep_days))
    return words.gettext("no visit for {first}–{last} days", first=number(first), last=number(last))


def month_title(month: date, visit: Visit) -> str:
    """Return ``март 2026``."""
    return f"{visit.figures.month(month.month)} {month.year}"


def month_line(month: Month, visit: Visit, actors: Mapping[str, str]) -> MonthLine:
    return MonthLine(
        title=month_title(month.month, visit),
        taken=f"{visit.figures.moment(month.taken_at)}, {told_actor(month.actor, visit, actors)}",
        is_backdated=month.is_backdated,
        figures=(
            _figure(month.base, month.month, ANY, visit),
            *[_figure(month.groups[group], month.month, group, visit) for group in GROUPS],
        ),
    )


def asked_month(text: str, table: Sequence[Month]) -> date | None:
    """Return the month that an address asks for, the latest if it names none; None while there are no moves."""
    # The first month has none before it.
    known = [each.month for each in table[:-1]]
    return next((month for month in known if month.isoformat() == text), known[0] if known else None)


def move_table(month: date, moves: Sequence[Move], visit: Visit) -> MoveTable:
    words, number = visit.words, visit.figures.number
    counted = {(move.before, move.after): move.members for move in moves}
    titles: list[tuple[Group | None, str]] = [(group, words.gettext(GROUP_WORDS[group])) for group in GROUPS]
    return MoveTable(
        title=month_title(month, visit),
        columns=(*[title for _, title in titles], words.gettext("Have left")),
        lines=tuple(
            (
                title,
                tuple(
                    (
                        number(counted[before, after]) if (before, after) in counted else "",
                        moved_url(month, before, after) if (before, after) in counted else "",
                        before == after,
                    )
                    for after in (*GROUPS, None)
                ),
            )
            for before, title in (*titles, (None, words.gettext("Have joined")))
        ),
    )


def _figure(figure: Figure, month: date, group: str, visit: Visit) -> FigureLine:
    return FigureLine(
        list_url=members_url(then=then_of(month, group)),
        members=visit.figures.number(figure.members),
        share=percent(figure.share_bp, visit),
        change=percent(figure.change_bp, visit, signed=True),
        falls=(figure.change_bp or 0) < 0,
    )
