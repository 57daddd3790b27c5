"""What the business calls the things its programme names by code."""

from collections.abc import Iterable, Iterator

import msgspec

from plushka.domain.businesses.queries import list_branches
from plushka.domain.catalog.queries import list_categories, look_up
from plushka.domain.coupons.queries import load_names as load_coupon_names
from plushka.domain.events.kinds import list_kinds
from plushka.domain.programs.segments import list_segment_names
from plushka.domain.programs.telling.voice import Names
from plushka.engine.program import Program
from plushka.platform.database import Tx


async def load_names(tx: Tx, *, programs: Iterable[Program] = (), products: Iterable[str] = ()) -> Names:
    """Return the names of categories and branches, and of the ``products`` and those that ``programs`` name."""
    named = {*products, *(sku for program in programs for sku in _products_in(msgspec.to_builtins(program)))}
    return Names(
        products={sku: product.name for sku, product in (await look_up(tx, named)).items()} if named else {},
        categories={category.code: category.name for category in await list_categories(tx)},
        coupons=await load_coupon_names(tx),
        segments=await list_segment_names(tx),
        events={kind.name: kind for kind in await list_kinds(tx, also_retired=True)},
        branches={branch.code: branch.name for branch in await list_branches(tx)},
    )


def _products_in(part: object) -> Iterator[str]:
    match part:
        case {"is": "product", "ids": ids}:
            yield from ids
        case dict():
            for value in part.values():
                yield from _products_in(value)
        case list() | tuple():
            for value in part:
                yield from _products_in(value)
        case _:
            pass
