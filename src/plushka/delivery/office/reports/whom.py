"""The button “Write to them” beside those whom a figure is of."""

from collections.abc import Sequence
from urllib.parse import urlencode

from plushka.delivery.office.reports.blocks import Act
from plushka.delivery.office.visit import Visit


def may_write(visit: Visit) -> bool:
    """Tell whether this person may make the segment and the draft."""
    return visit.may("campaigns.change") and visit.may("segments.change")


def write_to(path: str, whom: Sequence[tuple[str, str]], *, name: str, visit: Visit) -> Act | None:
    """Return the button that posts ``whom`` to ``path``; none for who may not. ``name`` tells who they are."""
    if not may_write(visit):
        return None
    gettext = visit.words.gettext
    return Act(
        gettext("Write to them"), gettext("Write to them: {who}", who=name), f"{path}?{urlencode(whom)}"
    )
