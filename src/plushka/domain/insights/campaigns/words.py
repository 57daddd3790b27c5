"""What figures and verdicts of a comparison are called."""

from collections.abc import Mapping
from types import MappingProxyType

from plushka.domain.insights.campaigns.model import Figure
from plushka.engine.experiments.effects import Verdict
from plushka.platform.i18n import marked

TITLES: Mapping[Figure, str] = MappingProxyType(
    {
        "paid": marked("Paid"),
        "purchases": marked("Purchases"),
        "buyers": marked("Members who bought"),
        "profit": marked("Profit"),
    }
)
MONEY: frozenset[Figure] = frozenset({"paid", "profit"})
VERDICTS: Mapping[Verdict, str] = MappingProxyType(
    {
        "proven": marked("Proven"),
        "harm_proven": marked("Proven that it does harm"),
        "not_proven": marked("Not proven"),
        "too_few": marked("Too few to tell"),
    }
)
NO_GROUP = marked("No control group")
GONE = marked("{name} (ended)")
"""A promotion that is compared no longer."""
