"""What a process has lately looked up in catalogs: a till sells the same few products all day."""

from collections.abc import Awaitable, Callable, Collection, Mapping
from collections.abc import Set as AbstractSet
from datetime import datetime, timedelta
from typing import Generic, TypeVar
from uuid import UUID

from msgspec import Struct

from plushka.domain.catalog import queries
from plushka.domain.catalog.model import Product
from plushka.platform.database import Tx

TTL_SECONDS = 30
"""How long a change of the catalog may stay unnoticed by tills."""
ENTRIES_MAX = 200_000
"""Products, and categories, over all businesses of the process."""

Found = TypeVar("Found")
LookUp = Callable[[Tx, Collection[str]], Awaitable[dict[str, Found]]]


class Catalog:
    """The catalogs of all businesses of a process, as old as ``TTL_SECONDS`` at most."""

    def __init__(self) -> None:
        self._products = _Cache(queries.look_up)
        self._categories = _Cache(queries.trace_categories)

    async def look_up(self, tx: Tx, skus: AbstractSet[str]) -> Mapping[str, Product | None]:
        """Return what is known of ``skus``, and of others too: None of what is not in the catalog."""
        return await self._products.look_up(tx, skus)

    async def trace_categories(self, tx: Tx, codes: AbstractSet[str]) -> Mapping[str, tuple[str, ...] | None]:
        """Return the path of each category, from its own code up, and of others too; None of unknown ones."""
        return await self._categories.look_up(tx, codes)


class _Shelf(Struct, Generic[Found]):
    """What is known of one business ``until`` all of it is thrown away at once."""

    until: datetime
    known: dict[str, Found | None]


class _Cache(Generic[Found]):
    """Answers to one kind of look-up, also that nothing was found. Full, it forgets all and begins again.

    Finding what is missing is one comparison of sets, and what is known is lent, not copied: the loading of
    history asks for thousands at once.
    """

    def __init__(self, look_up: LookUp[Found]) -> None:
        self._look_up = look_up
        self._shelves: dict[UUID, _Shelf[Found]] = {}
        self._count = 0

    async def look_up(self, tx: Tx, keys: AbstractSet[str]) -> Mapping[str, Found | None]:
        known = self._known(tx)
        missing = keys - known.keys()
        if missing:
            found = await self._look_up(tx, missing)
            known.update({key: found.get(key) for key in missing})
            self._count += len(missing)
            if self._count > ENTRIES_MAX:
                self._shelves.clear()
                self._count = 0
        return known

    def _known(self, tx: Tx) -> dict[str, Found | None]:
        shelf = self._shelves.get(tx.tenant_id)
        if shelf is None or shelf.until <= tx.at:
            shelf = self._shelves[tx.tenant_id] = _Shelf(tx.at + timedelta(seconds=TTL_SECONDS), {})
        return shelf.known
