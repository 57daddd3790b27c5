"""What came of letters, as columns: the same of broadcasts, of journeys and of what they told of."""

from urllib.parse import urlencode

from plushka.delivery.office.campaigns.letters.addresses import letters_url
from plushka.delivery.office.permissions import MARGIN
from plushka.delivery.office.reports.behind import linked
from plushka.delivery.office.reports.blocks import Column, Row
from plushka.delivery.office.reports.constructor.matching import ROWS, Rows
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
        Column(gettext("Cost of messages"), "money", "letters_cost", is_more=True),
        Column(gettext("Cost of goods"), "money", "cost", MARGIN, is_more=True),
        Column(gettext("Profit"), "money", "letters_profit", MARGIN),
        Column(gettext("Return on the campaign"), "share", "letters_roi", MARGIN, is_more=True),
        Column(gettext("Average receipt"), "money", "average_receipt", is_more=True),
        Column(gettext("Discount"), "money", "mechanic_discount", is_more=True),
        Column(gettext("Positions in a receipt"), "decimal", "positions", is_more=True),
        Column(gettext("Came again"), "share", "letters_again"),
    )


def told_letters(came: Figures, *rows: Rows) -> Row:
    """Return the figures of letters that are ``rows`` of reports, each with the way to what it is of.

    What messages cost is of letters too that did not come by their last channel, so these are listed with the others.
    """
    purchases = purchases_url(*rows)
    knows_cost = bool(came.known_cost) or not came.purchases
    return (
        *linked(letters_url(rows, arrived=True), came.sent),
        *linked(purchases, came.purchases, Ratio(came.purchases, came.sent), came.revenue_minor),
        *linked(letters_url(rows, arrived=False), came.messages_minor),
        *linked(
            purchases,
            came.cost_minor if knows_cost else None,
            came.profit_minor,
            None if came.profit_minor is None else Ratio(came.profit_minor, came.spent_minor),
            Ratio(came.revenue_minor, came.purchases),
            came.discount_minor,
            Ratio(came.positions, came.purchases),
            Ratio(came.came_again, came.purchases),
        ),
    )


def purchases_url(*rows: Rows) -> str:
    """Return where the purchases are listed that came of letters; of several sets of them all."""
    return f"/receipts?{urlencode([(ROWS, each.text) for each in rows])}"
