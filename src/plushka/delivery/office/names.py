"""What the business calls the things its programme names by code."""

from plushka.domain.businesses.queries import list_branches
from plushka.domain.catalog.queries import list_categories
from plushka.domain.programs.telling.voice import Names
from plushka.platform.database import Tx


async def load_names(tx: Tx) -> Names:
    """Return the names of categories and branches; products are named on the receipts themselves."""
    return Names(
        categories={category.code: category.name for category in await list_categories(tx)},
        branches={branch.code: branch.name for branch in await list_branches(tx)},
    )
