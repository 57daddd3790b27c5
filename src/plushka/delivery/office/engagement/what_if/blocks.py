"""All tables of an answer by name, in the order of the page."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from plushka.delivery.office.engagement.what_if.parts import make_promotions, make_rules, make_tiers
from plushka.delivery.office.engagement.what_if.people import (
    make_gaining,
    make_groups,
    make_losing,
    make_tenths,
    make_tiers_today,
)
from plushka.delivery.office.engagement.what_if.shown import Shown
from plushka.delivery.office.engagement.what_if.sums import make_points, make_spending, make_sums
from plushka.delivery.office.reports.blocks import Block

MAKERS: Mapping[str, Callable[[Shown], Block]] = MappingProxyType(
    {
        "sums": make_sums,
        "points": make_points,
        "spending": make_spending,
        "rules": make_rules,
        "promotions": make_promotions,
        "tiers": make_tiers,
        "groups": make_groups,
        "tiers-today": make_tiers_today,
        "tenths": make_tenths,
        "receipts-more": make_gaining,
        "receipts-less": make_losing,
    }
)
