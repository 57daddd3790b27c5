"""Pages of long work."""

from litestar.types import ControllerRouterHandler

HANDLERS: tuple[ControllerRouterHandler, ...] = ()
