"""Figures of campaigns and greetings, as their lists tell them."""

from plushka.delivery.office.reports.meanings.model import Definition, Subject
from plushka.platform.i18n import marked

CAMPAIGNS = Subject(
    marked("Campaigns and greetings"),
    {
        "letters_given": Definition(
            marked("Discounts and points after letters"),
            marked("What was not paid on these purchases: discounts, and what points paid."),
        ),
        "letters_goods": Definition(
            marked("Cost of goods after letters"),
            marked(
                "What the goods of these purchases had cost, of receipts on which that is known of every line, less "
                "the share of what came back."
            ),
        ),
        "letters_average": Definition(
            marked("Average receipt after letters"),
            marked("Revenue after letters divided by the number of these purchases."),
            marked("purchases after letters"),
        ),
        "letters_positions": Definition(
            marked("Positions in a receipt after letters"),
            marked("Lines of these purchases divided by their number."),
            marked("purchases after letters"),
        ),
        "journey_active": Definition(
            marked("On the way"), marked("Members who have begun the journey and are not at its end yet.")
        ),
        "journey_entered": Definition(
            marked("Began"),
            marked("How often the journey was begun; who begins it again is counted again."),
        ),
        "mechanic_cost": Definition(
            marked("Cost of goods on these receipts"),
            marked("What their goods had cost, of receipts on which that is known of every line."),
        ),
        "greeted": Definition(
            marked("Greeted"),
            marked(
                "Birthdays of these days on which the programme gave points or a journey greeted; a member who was "
                "greeted by both counts once."
            ),
        ),
        "greeted_letters": Definition(
            marked("Letters of greeting"), marked("Letters that went out with these greetings.")
        ),
        "greeted_purchases": Definition(
            marked("Purchases after a greeting"),
            marked(
                "Members' first purchases after the greeting that were not wholly returned, within 30 days or while "
                "what was given lives."
            ),
        ),
        "greeted_conversion": Definition(
            marked("Conversion of greetings"),
            marked("Which part of greetings a purchase followed."),
            marked("members who were greeted"),
        ),
        "greeted_revenue": Definition(
            marked("Revenue after a greeting"),
            marked("What was paid for these purchases, less what was given back."),
        ),
        "greeted_given": Definition(
            marked("Discounts and points after a greeting"),
            marked("What was not paid on these purchases: discounts, and what points paid."),
        ),
        "greeted_cost": Definition(
            marked("Cost of the goods after a greeting"),
            marked(
                "What the goods of these purchases had cost, of receipts on which that is known of every line, less "
                "the share of what came back."
            ),
        ),
        "greeted_messages": Definition(
            marked("Messages of greeting"), marked("What the gateways took for letters of greeting.")
        ),
        "greeted_expenses": Definition(
            marked("Goods and messages"),
            marked("The cost of the goods of these purchases and of letters of greeting together."),
        ),
        "greeted_profit": Definition(
            marked("Profit after a greeting"),
            marked(
                "Revenue of these purchases less the cost of goods and of letters; a dash where no cost is known. "
                "Discounts and points have lessened the revenue already."
            ),
        ),
        "greeted_average": Definition(
            marked("Average receipt after a greeting"),
            marked("Revenue of these purchases divided by their number."),
            marked("purchases after a greeting"),
        ),
        "greeted_positions": Definition(
            marked("Positions per receipt after a greeting"),
            marked("Lines of these purchases divided by their number."),
            marked("purchases after a greeting"),
        ),
    },
)
