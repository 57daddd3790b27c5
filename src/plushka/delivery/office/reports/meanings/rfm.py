"""Figures of groups, scores and movement."""

from plushka.delivery.office.reports.meanings.model import Definition, Subject
from plushka.platform.i18n import marked

RFM = Subject(
    marked("Recency, frequency, money"),
    {
        "rfm_actions": Definition(
            marked("Whom to bring back, whom to keep"),
            marked(
                "The groups of those who have stopped coming, and of those who come: what is worth doing is different. "
                "Who has never bought is in neither."
            ),
        ),
        "rfm_change": Definition(
            marked("Change since the end of a month"),
            marked(
                "By how much the group has grown or shrunk since the last month was written down. "
                "Deleted and merged members are not in it any more."
            ),
            marked("members of the group at the end of that month"),
        ),
        "rfm_matrix": Definition(
            marked("Matrix of recency and frequency"),
            marked(
                "Each buyer has a score from 1 to 5 for how lately they came and one for how often within 365 days; "
                "a square holds those who have the same two. Who has never bought is in none."
            ),
        ),
        "rfm_recency": Definition(
            marked("Recency"),
            marked(
                "By days since the last visit: R5 for the fifth that came most lately, R1 for the one that has been "
                "away longest. Equals have equal scores, so fifths need not be of one size. "
                "Own steps take the place of fifths."
            ),
        ),
        "rfm_frequency": Definition(
            marked("Frequency"),
            marked(
                "By days with a purchase within the last 365: F5 for the fifth that comes most often. "
                "Equals have equal scores, so fifths need not be of one size. Own steps take the place of fifths."
            ),
        ),
        "rfm_buyers": Definition(
            marked("Buyers of a square"),
            marked("Members of the base who have ever bought and have these two scores."),
        ),
        "rfm_share": Definition(
            marked("Share of buyers"),
            marked("Which part of the buyers is in the square."),
            marked("members of the base who have ever bought"),
        ),
        "rfm_revenue": Definition(
            marked("Revenue of the year by groups"),
            marked(
                "What its members paid for goods within the last 365 days, less what was returned. "
                "Purchases without a card are in none."
            ),
        ),
        "rfm_revenue_share": Definition(
            marked("Share of the revenue by groups"),
            marked("Which part of what members paid within the last 365 days they paid."),
            marked("revenue of all members within the last 365 days"),
        ),
        "rfm_revenue_each": Definition(
            marked("Revenue of a buyer of a square"),
            marked("What a buyer of it paid within the last 365 days, on average."),
            marked("buyers of the square"),
        ),
        "rfm_moves": Definition(
            marked("Movement between groups"),
            marked(
                "Where the members of each group at the end of a month were at the end of the next one. "
                "Those who joined come from outside, those who were deleted or merged leave. It is written down when a "
                "month ends and never worked out again, so that it always adds up to the base of both months."
            ),
        ),
        "rfm_before": Definition(
            marked("Were in the group"), marked("The group at the end of the month before.")
        ),
        "rfm_after": Definition(
            marked("Are in the group"), marked("The group at the end of the month itself.")
        ),
        "rfm_moved": Definition(
            marked("Members who moved"),
            marked("How many went from the one group to the other, or stayed in it."),
        ),
        "rfm_moved_share": Definition(
            marked("Share of those who were"),
            marked("Which part of the group went there."),
            marked("members of the group at the end of the month before"),
        ),
    },
)
