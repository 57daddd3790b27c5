"""All blocks there are, by name, with who may see them."""

from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType
from typing import Literal

from msgspec import Struct

from plushka.delivery.office.reports.asked import Asked
from plushka.delivery.office.reports.blocks import Block
from plushka.delivery.office.reports.dashboard.activity import make_activity
from plushka.delivery.office.visit import Visit
from plushka.platform.database import Tx
from plushka.platform.i18n import marked

Make = Callable[[Tx, Visit, Asked], Awaitable[Block]]


class Maker(Struct, frozen=True):
    """``action``: who may do it sees the block. ``size`` is that of the skeleton in its place.

    ``of_whole_business``: its figures know no branches, so it is not for who is kept to some of them.
    """

    title: str
    make: Make
    action: str = "reports.read"
    of_whole_business: bool = False
    size: Literal["tiles", "table", "chart"] = "table"


MAKERS: Mapping[str, Maker] = MappingProxyType(
    {
        "activity": Maker(marked("Activity of the base"), make_activity, of_whole_business=True),
    }
)


def may_see(maker: Maker, visit: Visit) -> bool:
    return visit.may(maker.action) and not (maker.of_whole_business and visit.session.branch_ids)
