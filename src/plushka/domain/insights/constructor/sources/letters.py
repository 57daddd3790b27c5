"""Columns and measures of letters, the same of broadcasts and of journeys: ``f`` is the row of figures."""

from collections.abc import Mapping
from types import MappingProxyType

from plushka.domain.insights.constructor.catalogue import Column, Measure
from plushka.platform.i18n import marked

_IS_KNOWN = "known_cost > 0 or purchases = 0"
_PROFIT = f"sum(revenue - cost - messages) filter (where {_IS_KNOWN})"
LETTER_COLUMNS: Mapping[str, Column] = MappingProxyType(
    {
        "sent": Column("f.sent"),
        "addressed": Column("f.addressed"),
        "delivered": Column("f.delivered"),
        "purchases": Column("f.purchases"),
        "known_cost": Column("f.known_cost"),
        "revenue": Column("f.revenue_minor"),
        "cost": Column("f.cost_minor"),
        "messages": Column("f.messages_minor"),
        "discount": Column("f.discount_minor"),
        "again": Column("f.came_again"),
    }
)
LETTER_MEASURES: Mapping[str, Measure] = MappingProxyType(
    {
        "addressed": Measure(
            marked("Recipients"), "count", "sum(addressed)", ("addressed",), definition="asked_recipients"
        ),
        "sent": Measure(marked("Letters sent"), "count", "sum(sent)", ("sent",), definition="asked_sent"),
        "delivered": Measure(
            marked("Letters delivered, share"),
            "share",
            "sum(delivered)",
            ("delivered", "sent"),
            of="sum(sent)",
            definition="asked_delivered",
        ),
        "purchases": Measure(
            marked("Purchases after letters"),
            "count",
            "sum(purchases)",
            ("purchases",),
            definition="asked_purchases",
        ),
        "conversion": Measure(
            marked("Conversion of letters"),
            "share",
            "sum(purchases)",
            ("purchases", "sent"),
            of="sum(sent)",
            definition="asked_conversion",
        ),
        "revenue": Measure(
            marked("Revenue after letters"),
            "money",
            "sum(revenue)",
            ("revenue",),
            definition="asked_campaign_revenue",
        ),
        "messages": Measure(
            marked("Cost of messages"),
            "money",
            "sum(messages)",
            ("messages",),
            definition="asked_messages",
        ),
        "discount": Measure(
            marked("Discounts and points"), "money", "sum(discount)", ("discount",), definition="asked_given"
        ),
        "profit": Measure(
            marked("Profit after letters"),
            "money",
            _PROFIT,
            ("revenue", "cost", "messages", "known_cost", "purchases"),
            action="reports.margin",
            definition="asked_profit",
        ),
        "roi": Measure(
            marked("Return on messages"),
            "share",
            _PROFIT,
            ("revenue", "cost", "messages", "known_cost", "purchases"),
            of=f"sum(messages) filter (where {_IS_KNOWN})",
            action="reports.margin",
            definition="asked_roi",
        ),
        "return": Measure(
            marked("Return on the campaign"),
            "share",
            _PROFIT,
            ("revenue", "cost", "messages", "discount", "known_cost", "purchases"),
            of=f"sum(messages + discount) filter (where {_IS_KNOWN})",
            action="reports.margin",
            definition="letters_roi",
        ),
        "again": Measure(
            marked("Came again"),
            "share",
            "sum(again)",
            ("again", "purchases"),
            of="sum(purchases)",
            definition="letters_again",
        ),
    }
)
