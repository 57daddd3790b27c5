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
    },
)
