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
    },
)
