"""Scenarios and quarters in words."""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType

from plushka.delivery.office.visit import Visit
from plushka.domain.insights.payback.model import Scenario
from plushka.platform.i18n import marked

SCENARIO_WORDS: Mapping[Scenario, str] = MappingProxyType(
    {
        "birthday": marked("Birthday greetings"),
        "reactivation": marked("Reactivation"),
        "promotions": marked("Promotions"),
    }
)


OTHER_CAMPAIGN = marked("Another campaign")


def told_quarter(first: date, visit: Visit) -> str:
    """Return ``I квартал 2026``."""
    number = ("I", "II", "III", "IV")[(first.month - 1) // 3]
    return visit.words.gettext("{year}, quarter {number}", number=number, year=first.year)
