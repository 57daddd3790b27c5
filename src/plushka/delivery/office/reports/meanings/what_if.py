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
                "For purchases, for joining, for occasions and for friends, and what campaigns gave, before returns "
                "take some back."
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
        "what_if_difference": Definition(
            marked("Difference"), marked("The figure by the draft less that by the rules in force.")
        ),
        "what_if_receipts": Definition(
            marked("Receipts of these days"),
            marked("Receipts of these days and branches, with a card and without: the same in both."),
        ),
        "what_if_of_members": Definition(
            marked("Receipts of members"), marked("Receipts of these days on which a member was known.")
        ),
        "what_if_discount": Definition(
            marked("Discounts by the rules"),
            marked("What tiers, promotions and personal discounts take off prices. Points are not in it."),
        ),
        "what_if_redeemed": Definition(
            marked("Paid with points, in money"),
            marked("What points pay of receipts, each at what it buys by the rules that decide."),
        ),
        "what_if_given": Definition(
            marked("Given by hand"),
            marked(
                "Points that were given then without a rule: by staff, or brought over. The same in both."
            ),
        ),
        "what_if_burned": Definition(
            marked("Points burned"), marked("Points whose time ran out within the period.")
        ),
        "what_if_taken_back": Definition(
            marked("Taken back by returns"),
            marked("Points of purchases that came back, as far as these had given them."),
        ),
        "what_if_taken": Definition(
            marked("Taken by hand, and with those who left"),
            marked(
                "Points that staff took off accounts, less debts that they forgave, and points of members who deleted "
                "themselves."
            ),
        ),
        "what_if_outstanding": Definition(
            marked("In hand at the end"),
            marked(
                "Points on the accounts of these members when the period ended, debts off: the sum of the lines."
            ),
        ),
        "what_if_rules": Definition(
            marked("Points by rule"),
            marked(
                "What each earning rule gives for these receipts, in points; a rule is "
                "one line though the draft has changed it."
            ),
        ),
        "what_if_part_receipts": Definition(
            marked("Receipts with it"), marked("On how many receipts of these days it applies.")
        ),
        "what_if_rule_points": Definition(
            marked("Points by the rule"), marked("All points that the rule gives on these receipts.")
        ),
        "what_if_promotions": Definition(
            marked("Discounts and gifts by promotion"),
            marked(
                "What each promotion, tier and personal discount takes off these receipts, or how many gifts it gives."
            ),
        ),
        "what_if_promotion_sum": Definition(
            marked("Discount, or gifts"),
            marked("Money that it takes off prices; of a promotion with gifts, how many of them."),
        ),
        "what_if_tiers": Definition(
            marked("Members by tier at the end"),
            marked("In which tier members are when the period ends, by the terms of either programme."),
        ),
        "what_if_members": Definition(
            marked("Members of the line"), marked("Members of this line who bought in these days.")
        ),
        "what_if_gaining": Definition(marked("Gain"), marked("Members who have more by the draft.")),
        "what_if_gained": Definition(
            marked("Gained together"), marked("What those who gain have more by the draft, together.")
        ),
        "what_if_losing": Definition(marked("Lose"), marked("Members who have less by the draft.")),
        "what_if_lost": Definition(
            marked("Lost together"), marked("What those who lose have less by the draft, together.")
        ),
        "what_if_balance": Definition(
            marked("On balance"), marked("What was gained together less what was lost together.")
        ),
        "what_if_balance_mean": Definition(
            marked("On balance a member"),
            marked("What was gained less what was lost, divided among the members of the line."),
            marked("members of the line"),
        ),
        "what_if_amount": Definition(
            marked("Amount of the receipt"), marked("What its goods cost before discounts and points.")
        ),
        "what_if_example_issued": Definition(
            marked("Issued for the receipt"), marked("Points that the receipt gives, by all rules.")
        ),
        "what_if_example_spent": Definition(
            marked("Spent on the receipt"), marked("Points that pay part of the receipt.")
        ),
    },
)
