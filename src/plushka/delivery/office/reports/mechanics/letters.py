"""What came of letters, as columns: the same of broadcasts, of journeys and of what they told of."""

from plushka.delivery.office.permissions import MARGIN
from plushka.delivery.office.reports.blocks import Column, Value
from plushka.delivery.office.visit import Visit
from plushka.domain.campaigns.figures import Figures
from plushka.domain.insights.reports.ratio import Ratio


def columns_of_letters(visit: Visit) -> tuple[Column, ...]:
    """Return the columns that ``told_letters`` fills."""
    gettext = visit.words.gettext
    return (
        Column(gettext("Notifications"), "count", "letters_sent"),
        Column(gettext("Purchases"), "count", "letters_purchases"),
        Column(gettext("Conversion"), "share", "conversion"),
        Column(gettext("Revenue"), "money", "letters_revenue"),
        Column(gettext("Cost of messages"), "money", "letters_cost"),
        Column(gettext("Cost of goods"), "money", "cost", MARGIN),
        Column(gettext("Profit"), "money", "letters_profit", MARGIN),
        Column(gettext("Return on the campaign"), "share", "letters_roi", MARGIN),
        Column(gettext("Average receipt"), "money", "average_receipt"),
        Column(gettext("Discount"), "money", "mechanic_discount"),
        Column(gettext("Positions in a receipt"), "decimal", "positions"),
        Column(gettext("Came again"), "share", "letters_again"),
    )


def told_letters(came: Figures) -> tuple[Value, ...]:
    knows_cost = bool(came.known_cost) or not came.purchases
    return (
        came.sent,
        came.purchases,
        Ratio(came.purchases, came.sent),
        came.revenue_minor,
        came.messages_minor,
        came.cost_minor if knows_cost else None,
        came.profit_minor,
        None if came.profit_minor is None else Ratio(came.profit_minor, came.spent_minor),
        Ratio(came.revenue_minor, came.purchases),
        came.discount_minor,
        Ratio(came.positions, came.purchases),
        Ratio(came.came_again, came.purchases),
    )
