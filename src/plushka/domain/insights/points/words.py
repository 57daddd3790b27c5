"""The ways of points in words, for pages and files alike; translated by whoever shows them."""

from collections.abc import Mapping
from types import MappingProxyType

from plushka.domain.insights.points.accounts import Entry
from plushka.platform.i18n import marked

ENTRY_WORDS: Mapping[Entry, str] = MappingProxyType(
    {
        "issued": marked("Points were granted"),
        "granted_back": marked("Granted again after a return"),
        "given": marked("Given by hand"),
        "forgiven": marked("Debt was written off"),
        "restored": marked("Spent points were given back by returns"),
        "spent": marked("Points were spent"),
        "burned": marked("Points burned"),
        "reversed": marked("Taken back by returns"),
        "taken": marked("Taken by hand"),
        "forfeited": marked("Given up by members who deleted themselves"),
        "revalued": marked("A point has another price"),
    }
)
