"""Figures of how buyers come again."""

from plushka.delivery.office.reports.meanings.model import Definition, Subject
from plushka.platform.i18n import marked

RETURNING = Subject(
    marked("How buyers come again"),
    {
        "cohort_members": Definition(
            marked("Members of a month"),
            marked("Members whose first purchase with a card was in this month."),
        ),
        "retention": Definition(
            marked("Who comes again"),
            marked("Which part of those who first bought in a month bought in a later one."),
            marked("members whose first purchase was in the month"),
        ),
        "cohort_revenue": Definition(
            marked("What a buyer has brought by then"),
            marked(
                "What all who first bought in a month have paid from then through that month, divided by their number: "
                "also of those who never came again."
            ),
            marked("members whose first purchase was in the month"),
        ),
        "step_members": Definition(
            marked("Members who made this purchase"),
            marked("Of those whose first purchase was in the period, whoever has bought so often until now."),
        ),
        "step_of_first": Definition(
            marked("Share of those who began"),
            marked("Which part of those who bought once has come so far."),
            marked("members whose first purchase was in the period"),
        ),
        "step_share": Definition(
            marked("Share of those before"),
            marked("Which part of those who made the purchase before made this one, too."),
            marked("members who made the purchase before"),
        ),
        "step_soon": Definition(
            marked("Came again soon"),
            marked("Which part made this purchase within 30 days of the one before."),
            marked("members who made the purchase before"),
        ),
        "step_days": Definition(
            marked("Days to the purchase"),
            marked("Half of those who made it came again within as many days."),
        ),
    },
)
