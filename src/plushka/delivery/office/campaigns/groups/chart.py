"""The months as columns, each a whole base that its groups share: drawn by the server, told by the table below."""

from collections.abc import Sequence

from msgspec import Struct

from plushka.delivery.office.campaigns.groups.rows import month_title, percent
from plushka.delivery.office.visit import Visit
from plushka.domain.segments.lifecycle.months import Month
from plushka.domain.segments.lifecycle.words import GROUP_WORDS
from plushka.engine.lifecycle import Group

HEIGHT = 200
STEP = 44
_WIDTH = 34
FROM_BELOW: tuple[Group, ...] = ("core", "potential", "newcomer", "drowsy", "asleep", "lost", "none")
"""Who is active stands below, so that their columns begin at one line."""


class Part(Struct, frozen=True):
    group: Group
    x: int
    y: int
    width: int
    height: int
    told: str


class Chart(Struct, frozen=True):
    """``legend`` names the groups as they lie, from above."""

    width: int
    height: int
    parts: tuple[Part, ...]
    first: str
    last: str
    legend: tuple[tuple[Group, str], ...]


def stacks(table: Sequence[Month], visit: Visit) -> Chart | None:
    """Return a column for each month, the earliest first; None where there are no two to compare."""
    words, drawn = visit.words, [month for month in table if month.base.members]
    if len(drawn) < 2:  # noqa: PLR2004
        return None
    parts = []
    for place, month in enumerate(drawn):
        below = 0
        for group in FROM_BELOW:
            figure = month.groups[group]
            # From running sums, so that rounding never leaves a gap and a column is as high as any other.
            bottom = HEIGHT * below // month.base.members
            below += figure.members
            top = HEIGHT * below // month.base.members
            share = percent(figure.share_bp, visit.look.language)
            title = f"{month_title(month.month, visit)}, {words.gettext(GROUP_WORDS[group])}"
            parts.append(
                Part(
                    group=group,
                    x=place * STEP + (STEP - _WIDTH) // 2,
                    y=HEIGHT - top,
                    width=_WIDTH,
                    height=top - bottom,
                    told=f"{title}: {visit.figures.number(figure.members)} ({share})",
                )
            )
    return Chart(
        width=STEP * len(drawn),
        height=HEIGHT,
        parts=tuple(part for part in parts if part.height),
        first=month_title(drawn[0].month, visit),
        last=month_title(drawn[-1].month, visit),
        legend=tuple((group, words.gettext(GROUP_WORDS[group])) for group in reversed(FROM_BELOW)),
    )
