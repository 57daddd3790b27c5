"""Figures of the base of members."""

from plushka.delivery.office.reports.meanings.model import Definition, Subject
from plushka.platform.i18n import marked

MEMBERS = Subject(
    marked("Members"),
    {
        "activity": Definition(
            marked("Activity of the base"),
            marked(
                "In which group each member was at the end of a month, by how long ago and how often they come. "
                "Each is in exactly one group, so the groups add up to the base. "
                "A month is written down once and stays as it was."
            ),
        ),
        "base": Definition(
            marked("Base"),
            marked(
                "All members who have enrolled by the end of the month, also those who never bought. "
                "Merged cards count once, deleted ones do not count."
            ),
        ),
        "group": Definition(
            marked("Members of the group"),
            marked("How many members were in the group when the month ended."),
        ),
        "group_share": Definition(
            marked("Share of the base"),
            marked("Which part of the base was in the group."),
            marked("the base at the end of the same month"),
        ),
        "group_change": Definition(
            marked("Change against the month before"),
            marked("By how much the group has grown or shrunk since the end of the month before."),
            marked("members of the group at the end of the month before"),
        ),
        "base_now": Definition(
            marked("Base by month"),
            marked(
                "All who had joined by the end of the month and are members still. "
                "Whoever was merged or deleted since then is left out of earlier months, too."
            ),
        ),
        "base_change": Definition(
            marked("Growth of the base"),
            marked("By how much those who joined in the month have enlarged the base."),
            marked("base at the end of the month before"),
        ),
        "enrolled": Definition(
            marked("New members"),
            marked("Who became a member on these days, by the business's clock, and is one still."),
        ),
        "first_bought": Definition(
            marked("Bought for the first time"), marked("Members whose first purchase was in the month.")
        ),
        "buyers": Definition(marked("Bought"), marked("Members with at least one purchase in these months.")),
        "buyers_share": Definition(
            marked("Bought, share"),
            marked("Which part of the base bought in the month."),
            marked("base at the end of the month"),
        ),
        "members": Definition(marked("Members"), marked("All who are members now, blocked ones as well.")),
        "members_share": Definition(
            marked("Share of members"),
            marked("Which part of all members they are."),
            marked("all members now"),
        ),
        "active_revenue": Definition(
            marked("Revenue of an active buyer"),
            marked(
                "What an active buyer paid in the year, on average. "
                "An active buyer has bought twice or oftener, ever, and at least once in the year."
            ),
            marked("active buyers of the year"),
        ),
        "active_receipts": Definition(
            marked("Purchases of an active buyer"),
            marked("How often an active buyer bought in the year, on average."),
            marked("active buyers of the year"),
        ),
        "active_positions": Definition(
            marked("Positions in a receipt of an active buyer"),
            marked("How many lines a receipt of an active buyer has, on average."),
            marked("receipts of active buyers in the year"),
        ),
        "lifetime": Definition(
            marked("What a buyer brings in all their time"),
            marked(
                "From the first purchase until now, on average of all who have bought with a card at least once."
            ),
            marked("all who ever bought with a card"),
        ),
        "lifetime_revenue": Definition(
            marked("Revenue of a buyer"),
            marked("What a buyer has paid in all their time (LTV by revenue, before costs)."),
            marked("all who ever bought with a card"),
        ),
        "lifetime_receipts": Definition(
            marked("Receipts of a buyer"),
            marked("How often a buyer has bought in all their time."),
            marked("all who ever bought with a card"),
        ),
        "lifetime_lines": Definition(
            marked("Positions of a buyer"),
            marked("How many lines all receipts of a buyer have."),
            marked("all who ever bought with a card"),
        ),
        "loyalty": Definition(
            marked("The base in a few facts"),
            marked("All who ever bought with a card, until today; and the year in which the period ends."),
        ),
        "bought_once": Definition(
            marked("Bought once"),
            marked("Members with one purchase in all their time."),
            marked("all who ever bought with a card"),
        ),
        "do_not_return": Definition(
            marked("Do not return"),
            marked("Members whose last purchase was more than 90 days ago."),
            marked("all who ever bought with a card"),
        ),
        "year_receipts_each": Definition(
            marked("Purchases of a buyer in a year"),
            marked("How often a member who bought in the year did so in it."),
            marked("members who bought in the year"),
        ),
        "buyers_ever": Definition(marked("Buyers"), marked("Members who have ever bought with a card.")),
    },
)
