"""Measures of what goods cost, the same in each source that knows ``revenue`` and ``cost``."""

from collections.abc import Mapping

from plushka.domain.insights.constructor.catalogue import Measure
from plushka.platform.i18n import marked

_COSTED = "sum(revenue) filter (where cost is not null)"
_MARGIN = f"{_COSTED} - sum(cost)"


def measures_of_goods(cost_definition: str) -> Mapping[str, Measure]:
    """Return cost, margin and its share of the revenue whose cost is known; all are for who may see margins."""
    return {
        "cost": Measure(
            marked("Cost of goods"),
            "money",
            "sum(cost)",
            ("cost",),
            action="reports.margin",
            definition=cost_definition,
        ),
        "margin": Measure(
            marked("Margin"),
            "money",
            _MARGIN,
            ("revenue", "cost"),
            action="reports.margin",
            definition="margin",
        ),
        "margin_share": Measure(
            marked("Margin, share"),
            "share",
            _MARGIN,
            ("revenue", "cost"),
            of=_COSTED,
            action="reports.margin",
            definition="margin_share",
        ),
    }
