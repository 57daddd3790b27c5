"""The sources of reports of one's own, by the name that questions and addresses call them."""

from collections.abc import Mapping
from types import MappingProxyType

from plushka.domain.insights.constructor.catalogue import Source
from plushka.domain.insights.constructor.sources.campaigns import CAMPAIGNS
from plushka.domain.insights.constructor.sources.journeys import JOURNEYS
from plushka.domain.insights.constructor.sources.lines import LINES
from plushka.domain.insights.constructor.sources.members import MEMBERS
from plushka.domain.insights.constructor.sources.points import POINTS
from plushka.domain.insights.constructor.sources.receipts import RECEIPTS

SOURCES: Mapping[str, Source] = MappingProxyType(
    {
        "receipts": RECEIPTS,
        "lines": LINES,
        "members": MEMBERS,
        "points": POINTS,
        "campaigns": CAMPAIGNS,
        "journeys": JOURNEYS,
    }
)
