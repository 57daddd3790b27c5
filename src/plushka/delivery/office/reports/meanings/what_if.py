"""What the figures of a what-if mean (docs/algorithms/what-if.md)."""

from plushka.delivery.office.reports.meanings.model import Definition, Subject
from plushka.platform.i18n import marked

WHAT_IF = Subject(
    marked("A draft on own receipts"),
    {
        "what_if": Definition(
            marked("By the rules in force and by the draft"),
            marked(
                "The receipts that there were, decided twice: all by the rules that are in force now, all by the "
                "draft. The same goods are bought at the same moments."
            ),
        ),
        "what_if_touched": Definition(
            marked("Receipts that the programme touches"),
            marked("Which part of receipts gets a discount, gives points or is paid with points."),
            marked("all receipts of these days"),
        ),
        "what_if_paid": Definition(
            marked("Paid in money"),
            marked(
                "What is left to pay after discounts and points, less what was given back for returned goods."
            ),
        ),
        "what_if_margin": Definition(
            marked("Margin"),
            marked(
                "What was paid in money less what the goods cost that did not come back. Goods whose cost is not known "
                "are supposed to cost the same part of their price as the others."
            ),
        ),
        "what_if_opening": Definition(
            marked("In hand at the beginning"),
            marked(
                "Points on the accounts of these members when the period began, debts off; the same in both."
            ),
        ),
        "what_if_issued": Definition(
            marked("Points issued"),
            marked(
                "For purchases, for joining, for occasions and for friends, before returns take some back."
            ),
        ),
        "what_if_liability": Definition(
            marked("Points in hand, in money"),
            marked("Points on accounts at the end, debts off, each at what it buys."),
        ),
        "what_if_growth": Definition(
            marked("By how much points in hand have grown"),
            marked(
                "Points in hand at the end less those at the beginning, in money. Those of the beginning are worth "
                "what the rules in force say, so a draft that makes a point dearer pays for the old ones, too."
            ),
        ),
        "what_if_result": Definition(
            marked("Result after points"),
            marked(
                "Margin less what points in hand have grown by: every point that was given and is not spent yet is "
                "charged as though it were."
            ),
        ),
        "what_if_spending": Definition(
            marked("How it depends on what members spend"),
            marked(
                "As they did: where points were spent, the same share of what could be spent. No more than really: the "
                "same, but never more points than were spent. All they can: at every purchase with points."
            ),
        ),
        "what_if_break_even": Definition(
            marked("More visits that pay for it"),
            marked(
                "By which part more often members must come for the draft to bring the result of the rules in force: "
                "what it costs, divided by what a visit of a member brings by the draft."
            ),
            marked("visits of members in these days"),
        ),
        "what_if_gain": Definition(
            marked("Gains and losses"),
            marked(
                "What a member has more by the draft: paid less, and points in hand at the end, each at what it buys. "
                "Less than one point is no difference."
            ),
        ),
        "what_if_tenths": Definition(
            marked("Tenths of the members"),
            marked(
                "Members who bought, in ten parts of equal number by what they paid in these days; the first spends "
                "most."
            ),
        ),
        "what_if_example": Definition(
            marked("To the member"),
            marked(
                "What the receipt gives its member more by the draft: discount and points earned, each at what it "
                "buys. Own points that are spent are no gift."
            ),
        ),
    },
)
