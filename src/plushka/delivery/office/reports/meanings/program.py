"""How the programme works: who shows a card, who spends points, who comes again."""

from plushka.delivery.office.reports.meanings.model import Definition, Subject
from plushka.platform.i18n import marked

PROGRAM = Subject(
    marked("The programme"),
    {
        "penetration": Definition(
            marked("Penetration"),
            marked("Which part of receipts is with a card."),
            marked("all receipts of the same days"),
        ),
        "engagement": Definition(
            marked("Engagement of members"),
            marked("On which part of receipts with a card points were spent."),
            marked("receipts with a card of the same days"),
        ),
        "repeats": Definition(
            marked("Repeat purchases"),
            marked("Which part of receipts with a card was not the first one of its member."),
            marked("receipts with a card of the same days"),
        ),
        "first_purchases": Definition(
            marked("First purchases"), marked("Receipts that were the first of their members.")
        ),
        "points_issued": Definition(
            marked("Points issued"),
            marked(
                "Points granted on these days for whatever reason: purchases, occasions, friends, by hand. "
                "What returns take back is not taken off."
            ),
        ),
        "points_spent": Definition(
            marked("Points spent"),
            marked("Points that have paid for purchases and rewards, less what returns gave back."),
        ),
        "branch_points_earned": Definition(
            marked("Points for purchases"),
            marked(
                "Points that receipts of these branches gave. A receipt that came back as a whole gave none; of one "
                "that came back in part all of its points count. What was given by hand, for occasions and for "
                "friends belongs to no branch."
            ),
        ),
        "branch_points_spent": Definition(
            marked("Points spent on purchases"),
            marked(
                "Points that have paid for receipts of these branches, wherever they were earned. Those of a "
                "receipt that came back as a whole are not in it; points for rewards belong to no branch."
            ),
        ),
        "points_burned": Definition(
            marked("Points burned"),
            marked("Points whose time ran out, and those of members who have deleted themselves."),
        ),
        "program_members": Definition(
            marked("Take part"),
            marked("Members who have an account in the programme, with points or without."),
        ),
        "program_issued": Definition(
            marked("Points issued of all time"),
            marked(
                "Points ever granted in the programme, for purchases and otherwise, less what returns and corrections "
                "took back."
            ),
        ),
        "program_spent": Definition(
            marked("Points spent of all time"),
            marked("Points that have ever paid for purchases and rewards, less what returns gave back."),
        ),
        "program_burned": Definition(
            marked("Points burned of all time"),
            marked("Points whose time ever ran out, and those of members who have deleted themselves."),
        ),
        "program_left": Definition(
            marked("On accounts now"),
            marked(
                "Points that members have now: those they can spend, those that wait, and those set aside. They are "
                "what has come by all movements of the programme less what has gone, if nobody owes any."
            ),
        ),
        "member_spend": Definition(
            marked("In all, of a member"),
            marked("What the member has paid in money of all time, less what was given back."),
        ),
        "member_average": Definition(
            marked("Average receipt of a member"),
            marked("What they have paid divided by the number of their receipts."),
            marked("receipts of the member"),
        ),
        "member_receipts": Definition(
            marked("Receipts of a member"),
            marked("Their receipts of all time, without those that came back as a whole."),
        ),
    },
)
