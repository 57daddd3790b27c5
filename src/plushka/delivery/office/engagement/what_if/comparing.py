"""A figure by the published rules, by the draft, and the difference: a row of the answer's tables."""

from fractions import Fraction
from typing import Literal

from plushka.delivery.office.engagement.what_if.shown import Shown, exactly
from plushka.delivery.office.reports.behind import linked
from plushka.delivery.office.reports.blocks import Cell, Column, Kind, Row
from plushka.domain.insights.reports.ratio import Ratio, difference

Figure = int | Fraction | Ratio | None
Good = Literal["up", "down", "neither"]


def beside_columns(title: str, shown: Shown) -> tuple[Column, ...]:
    """Return the columns of a table whose lines are figures."""
    gettext = shown.visit.words.gettext
    return (
        Column(title, "text"),
        Column(gettext("By the rules in force"), "count", "what_if"),
        Column(gettext("By the draft"), "count", "what_if"),
        Column(gettext("Difference"), "count", "what_if_difference"),
    )


def row(
    title: str,
    figures: tuple[Figure, Figure],
    kind: Kind,
    *,
    definition: str = "",
    good: Good = "neither",
    href: str = "",
) -> Row:
    """Return a line of such a table: its name, both figures, the difference; ``href`` leads to what they are of."""
    return (
        Cell(title, definition=definition),
        *linked(href, *beside(*figures, kind, good=good)),
    )


def beside(
    published: Figure, draft: Figure, kind: Kind, *, good: Good = "neither"
) -> tuple[Cell, Cell, Cell]:
    """Return two figures of one kind and their difference."""
    return (
        Cell(_value(published), kind=kind),
        Cell(_value(draft), kind=kind),
        _more(published, draft, kind, good),
    )


def _more(published: Figure, draft: Figure, kind: Kind, good: Good) -> Cell:
    if isinstance(published, Ratio) and isinstance(draft, Ratio):
        return Cell(difference(draft, published), kind="difference", good=good)
    if isinstance(published, int | Fraction) and isinstance(draft, int | Fraction):
        return Cell(_value(draft - published), kind=kind, good=good, is_signed=True)
    return Cell(None, kind=kind)


def _value(figure: Figure) -> int | Ratio | None:
    return exactly(figure) if isinstance(figure, Fraction) else figure
