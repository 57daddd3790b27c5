"""What a process has lately looked up in catalogs: a till sells the same few products all day."""

from collections.abc import Awaitable, Callable, Collection
from datetime import datetime, timedelta
from typing import Generic, TypeVar
from uuid import UUID

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
    """The catalogs of all businesses of a process, each entry as old as ``TTL_SECONDS`` at most."""

    def __init__(self) -> None:
        self._products = _Cache(queries.look_up)
        self._categories = _Cache(queries.trace_categories)

    async def look_up(self, tx: Tx, skus: Collection[str]) -> dict[str, Product]:
        """Return what is known of ``skus``; unknown ones are left out. One statement, or none."""
        return await self._products.look_up(tx, skus)

    async def trace_categories(self, tx: Tx, codes: Collection[str]) -> dict[str, tuple[str, ...]]:
        """Return the path of each category, from its own code up; unknown ones are left out."""
        return await self._categories.look_up(tx, codes)


class _Cache(Generic[Found]):
    """Answers to one kind of look-up, also that nothing was found. Full, it forgets all and begins again."""

    def __init__(self, look_up: LookUp[Found]) -> None:
        self._look_up = look_up
        self._known: dict[UUID, dict[str, tuple[Found | None, datetime]]] = {}
        self._count = 0

    async def look_up(self, tx: Tx, keys: Collection[str]) -> dict[str, Found]:
        known = self._known.get(tx.tenant_id, {})
        found: dict[str, Found] = {}
        missing = []
        for key in keys:
            entry = known.get(key)
            if entry is None or entry[1] <= tx.at:
                missing.append(key)
            elif entry[0] is not None:
                found[key] = entry[0]
        if missing:
            looked_up = await self._look_up(tx, missing)
            self._keep(tx, {key: looked_up.get(key) for key in missing})
            found |= looked_up
        return found

    def _keep(self, tx: Tx, answers: dict[str, Found | None]) -> None:
        if self._count + len(answers) > ENTRIES_MAX:
            self._known.clear()
            self._count = 0
        known = self._known.setdefault(tx.tenant_id, {})
        until = tx.at + timedelta(seconds=TTL_SECONDS)
        before = len(known)
        known.update({key: (answer, until) for key, answer in answers.items()})
        self._count += len(known) - before
