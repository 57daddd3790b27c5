"""Ready questions: what owners ask most, to begin with and to learn from."""

from collections.abc import Mapping
from types import MappingProxyType

from msgspec import Struct

from plushka.domain.insights.constructor.model import Filter, Question
from plushka.platform.i18n import marked


class Example(Struct, frozen=True):
    """A question with a marked name."""

    name: str
    question: Question


EXAMPLES: Mapping[str, Example] = MappingProxyType(
    {
        "branches": Example(
            marked("Revenue by branch, months side by side"),
            Question("receipts", ("revenue",), ("branch",), "month", span="year", view="pivot"),
        ),
        "tiers": Example(
            marked("Average receipt and visits by tier"),
            Question("receipts", ("average", "frequency", "buyers", "revenue"), ("tier",), span="quarter"),
        ),
        "newcomers": Example(
            marked("What newcomers buy first"),
            Question(
                "lines",
                ("revenue", "quantity", "buyers"),
                ("product",),
                filters=(Filter("first", ("first",)),),
                span="quarter",
            ),
        ),
        "hours": Example(
            marked("Receipts by hour and day of the week"),
            Question("receipts", ("receipts",), ("hour",), "weekday", view="pivot"),
        ),
        "burned": Example(
            marked("Points issued, spent and burned by month"),
            Question("points", ("issued", "spent", "burned"), ("month",), span="year", view="chart"),
        ),
        "sources": Example(
            marked("Where members join, and how many of them buy"),
            Question("members", ("members", "bought_share", "mean"), ("joined_from",), span="all"),
        ),
        "campaigns": Example(
            marked("What broadcasts cost and what came after them"),
            Question(
                "campaigns",
                ("sent", "conversion", "revenue", "messages", "profit", "roi"),
                ("campaign",),
                span="year",
            ),
        ),
        "journeys": Example(
            marked("What journeys bring and who comes again after them"),
            Question("journeys", ("sent", "conversion", "revenue", "again"), ("campaign",), span="year"),
        ),
        "margin": Example(
            marked("Margin by category"),
            Question("lines", ("revenue", "margin", "margin_share"), ("top_category", "category"), span="month",
                     has_subtotals=True),
        ),
    }
)  # fmt: skip
