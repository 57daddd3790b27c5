"""What changes rarely and is asked at every purchase, kept by the process: rules, catalogs, places."""

from datetime import datetime, timedelta
from uuid import UUID

from msgspec import Struct

from plushka.domain.businesses.model import Branch, Business
from plushka.domain.businesses.queries import get_business, list_branches
from plushka.domain.catalog.cache import Catalog
from plushka.domain.programs.versions import Versions
from plushka.platform.database import Tx

TTL_SECONDS = 30
"""How long a change of a business or a branch may stay unnoticed by tills; a new branch is noticed at once."""
BUSINESSES_MAX = 10_000


class Places(Struct, frozen=True):
    """A business and its branches by code, as they were ``read_at``."""

    business: Business
    branches: dict[str, Branch]
    read_at: datetime


class Reference:
    """One per process, shared by all that decide purchases."""

    def __init__(self) -> None:
        self.versions = Versions()
        self.catalog = Catalog()
        self._places: dict[UUID, Places] = {}

    async def places(self, tx: Tx, *, branch: str | None = None) -> Places:
        """Return the tenant's places; a ``branch`` that is not among them makes them be read again."""
        places = self._places.get(tx.tenant_id)
        if (
            places is None
            or tx.at - places.read_at > timedelta(seconds=TTL_SECONDS)
            or (branch is not None and branch not in places.branches)
        ):
            branches = {found.code: found for found in await list_branches(tx)}
            places = Places(business=await get_business(tx), branches=branches, read_at=tx.at)
            if len(self._places) >= BUSINESSES_MAX:
                self._places.clear()
            self._places[tx.tenant_id] = places
        return places

    def forget_places(self, tenant_id: UUID) -> None:
        """Read the tenant's places again at the next purchase: this process has just changed them."""
        self._places.pop(tenant_id, None)
