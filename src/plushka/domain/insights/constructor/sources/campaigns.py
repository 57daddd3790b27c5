"""Broadcasts: each one that was started is a row, with what came of it as it was counted last."""

from plushka.domain.campaigns.model import STATES
from plushka.domain.insights.constructor.catalogue import Column, Dimension, Measure, Source
from plushka.domain.insights.constructor.sources.days import dimensions_of_day
from plushka.domain.messages.model import PURPOSE_NAMES
from plushka.platform.i18n import marked

_PROFIT = "sum(revenue - cost - messages) filter (where known_cost > 0 or purchases = 0)"
CAMPAIGNS = Source(
    title=marked("Broadcasts"),
    text=marked(
        "Each broadcast with its letters, what they cost and the purchases that followed, as counted last."
    ),
    days=marked("Days on which they began"),
    sql="""campaigns c
            join campaign_figures f on f.tenant_id = $1 and f.campaign_id = c.id and f.cut = 'total'""",
    where="""c.tenant_id = $1 and c.kind = 'broadcast'
            and c.started_at >= {from_at} and c.started_at < {until_at}""",
    action="campaigns.read",
    dimensions={
        "campaign": Dimension(marked("Broadcast"), "c.id::text", "campaign"),
        "state": Dimension(marked("State"), "c.state", "words", words=STATES),
        "purpose": Dimension(marked("Purpose"), "c.purpose", "words", words=PURPOSE_NAMES),
        **dimensions_of_day("(c.started_at at time zone {zone})::date"),
    },
    columns={
        "sent": Column("f.sent"),
        "addressed": Column("f.addressed"),
        "delivered": Column("f.delivered"),
        "purchases": Column("f.purchases"),
        "known_cost": Column("f.known_cost"),
        "revenue": Column("f.revenue_minor"),
        "cost": Column("f.cost_minor"),
        "messages": Column("f.messages_minor"),
        "discount": Column("f.discount_minor"),
    },
    measures={
        "broadcasts": Measure(marked("Broadcasts"), "count", "count(*)", definition="asked_broadcasts"),
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
            of="sum(messages) filter (where known_cost > 0 or purchases = 0)",
            action="reports.margin",
            definition="asked_roi",
        ),
    },
)
