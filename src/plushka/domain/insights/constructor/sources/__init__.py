"""The sources of reports of one's own, by the name that questions and addresses call them."""

from collections.abc import Mapping
from types import MappingProxyType

from plushka.domain.insights.constructor.catalogue import Source
from plushka.domain.insights.constructor.sources.receipts import RECEIPTS

SOURCES: Mapping[str, Source] = MappingProxyType({"receipts": RECEIPTS})
