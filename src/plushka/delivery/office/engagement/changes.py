"""What differs between two programmes, grouped as pages show it."""

from collections.abc import Iterable
from itertools import groupby

from msgspec import Struct

from plushka.delivery.office.visit import Visit
from plushka.domain.programs.telling.model import Change
from plushka.platform.i18n import marked

TITLES = {
    "general": marked("In general"),
    "earning": marked("How points are earned"),
    "earning_terms": marked("Common to all rules"),
    "promotions": marked("Promotions"),
    "cards": marked("Stamps and goals"),
    "occasions": marked("Occasions"),
    "friends": marked("Bring a friend"),
    "redemption": marked("How points are spent"),
    "life": marked("How long points live"),
    "tiers": marked("Tiers"),
}


class ChangeGroup(Struct, frozen=True):
    """The changes of one part of a programme."""

    title: str
    changes: tuple[Change, ...]


def change_groups(changes: Iterable[Change], visit: Visit) -> list[ChangeGroup]:
    """Return the changes by the parts of the programme, in its order."""
    return [
        ChangeGroup(visit.words.gettext(TITLES[section]), tuple(of_section))
        for section, of_section in groupby(changes, key=lambda change: change.section)
    ]
