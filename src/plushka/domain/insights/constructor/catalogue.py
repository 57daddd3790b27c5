"""What a source of reports is made of. All SQL of the constructor stands in these parts; a question only names them.

SQL may name what is known of a question in braces: ``{from_on}`` and ``{until_on}`` (business days, the second one is
outside), ``{from_at}`` and ``{until_at}`` (their midnights by the business's clock), ``{today}`` and ``{zone}``. They
become parameters. ``$1`` is the tenant.
"""

from collections.abc import Mapping
from typing import Any, Literal

from msgspec import Struct

from plushka.domain.insights.reports.kinds import Kind

Naming = Literal[
    "text", "day", "month", "weekday", "hour", "words", "age", "branch", "program", "tier", "product", "category",
    "campaign", "member",
]  # fmt: skip
"""How a key is told: as it stands, as a date, by words of the dimension, or by the name of what has this id or code."""
Options = Literal["words", "listed", "typed", "none"]
"""How values of a condition are given: ticked of the dimension's words or of what there is, typed, or not at all."""
LISTED: frozenset[Naming] = frozenset({"branch", "program", "tier", "category", "campaign"})
"""What a condition offers by name, as there is a bounded number of them."""


class Dimension(Struct, frozen=True):
    """By what rows are put together. ``sql`` gives its key as text, null or empty where it is not said.

    ``words``: keys with marked words, in order. ``unsaid``: marked, how a row is called of which it is not said.
    ``needs``: joins of the source. ``action``: who may do it may ask for it; ``file_action`` likewise to take it away.
    ``rises``: told in the order of its keys, not by a measure.
    """

    title: str
    sql: str
    naming: Naming = "text"
    words: Mapping[Any, str] = {}
    unsaid: str = ""
    needs: tuple[str, ...] = ()
    action: str = ""
    file_action: str = ""
    rises: bool = False

    @property
    def options(self) -> Options:
        if self.words:
            return "words"
        if self.naming in LISTED:
            return "listed"
        return "typed" if self.naming in ("text", "product") else "none"


class Measure(Struct, frozen=True):
    """What is told of rows put together: an aggregate over ``columns`` of the source, or the ratio of two.

    ``definition`` is a key of the definitions of reports.
    """

    title: str
    kind: Kind
    sql: str
    columns: tuple[str, ...] = ()
    of: str = ""
    action: str = ""
    definition: str = ""


class Column(Struct, frozen=True):
    """What a measure is worked out of, a row at a time; ``needs``: joins of the source."""

    sql: str
    needs: tuple[str, ...] = ()


class Source(Struct, frozen=True):
    """``sql`` is what stands behind ``from``, ``joins`` more of it where something needs it, ``where`` the rest.

    ``branch``: the column that says at which branch; empty: its rows know none, so that it is not for whoever is kept
    to some. ``days``: marked, what days of the period are of. ``listed``: what a list knows its rows by, or of letters
    the receipts that came of them, which stand in ``listed_from`` instead of ``sql``; the letters themselves are
    ``letters`` of what stands in ``letters_from``.
    """

    title: str
    text: str
    days: str
    sql: str
    where: str
    dimensions: Mapping[str, Dimension]
    measures: Mapping[str, Measure]
    columns: Mapping[str, Column]
    listed: str
    joins: Mapping[str, str] = {}
    listed_from: str = ""
    letters: str = ""
    letters_from: str = ""
    branch: str = ""
    action: str = ""
