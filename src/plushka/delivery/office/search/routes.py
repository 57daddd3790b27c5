"""Pages of the search."""

from litestar.types import ControllerRouterHandler

from plushka.delivery.office.search import search

HANDLERS: tuple[ControllerRouterHandler, ...] = (search.search,)
