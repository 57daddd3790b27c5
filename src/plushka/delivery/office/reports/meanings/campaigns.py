"""Figures of campaigns and greetings, as their lists tell them."""

from plushka.delivery.office.reports.meanings.model import Definition, Subject
from plushka.platform.i18n import marked

CAMPAIGNS = Subject(
    marked("Campaigns and greetings"),
    {
        "letters_addressed": Definition(
            marked("Recipients"),
            marked(
                "Members who were to get the letter; those left alone in the control group are not among them."
            ),
        ),
        "caused_increase": Definition(
            marked("Increase, all together"),
            marked(
                "By how much a member who got it differs from one of the control group on average, times how many got "
                "it. Earlier purchases of members are taken into account."
            ),
        ),
        "caused_interval": Definition(
            marked("95% interval"),
            marked("Where the true increase lies in 95 cases of 100; what includes zero can be chance."),
        ),
        "caused_treated": Definition(
            marked("Who got it, each"),
            marked("The figure of members who got it, on average, while it was measured."),
            marked("members who got it"),
        ),
        "caused_control": Definition(
            marked("Control group, each"),
            marked("The same of members who were left alone by lot, in the same days."),
            marked("members of the control group"),
        ),
        "caused_goods": Definition(
            marked("Cost of the goods of who got it"),
            marked("What the goods of all their purchases had cost while it was measured."),
        ),
        "caused_discounts": Definition(
            marked("Discounts of who got it"), marked("Taken off all their purchases while it was measured.")
        ),
        "caused_redeemed": Definition(
            marked("Paid with points by who got it"),
            marked("What points paid of all their purchases while it was measured, in money."),
        ),
        "caused_messages": Definition(
            marked("Messages to who got it"), marked("What the gateways took for the letters.")
        ),
        "caused_given": Definition(
            marked("Given by the campaign"), marked("Points that the campaign itself gave to members.")
        ),
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
        "letters_listed": Definition(
            marked("Letters listed"),
            marked(
                "Letters of broadcasts and journeys that were sent, or could not be. They are kept for half a year; "
                "who asked to be deleted is not among them any more."
            ),
        ),
        "letters_delivered": Definition(
            marked("Delivered letters"),
            marked("Letters of which the channel has said that they came."),
        ),
        "fate_waiting": Definition(marked("Letters that wait"), marked("Letters that are still to be sent.")),
        "fate_skipped": Definition(
            marked("Not told"),
            marked("Recipients who could or may not be written to; why is told below and in the list."),
        ),
        "fate_failed": Definition(
            marked("Errors"), marked("Letters that no channel has taken, or whose address is closed.")
        ),
        "fate_given": Definition(
            marked("Have the offer"),
            marked("Recipients to whom the points or the code of the broadcast were given."),
        ),
        "fate_control": Definition(
            marked("Control group"),
            marked("Members who were left alone by lot, so that what it caused can be told by them."),
        ),
        "journey_ended": Definition(
            marked("How journeys ended"), marked("How often a journey of a member has ended in this way.")
        ),
        "journey_calls": Definition(
            marked("Webhooks that were never taken"),
            marked(
                "Calls of this journey to other systems that were tried as long as they are, and refused."
            ),
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
