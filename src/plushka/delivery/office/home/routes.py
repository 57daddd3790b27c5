"""Pages of the summary."""

from litestar.types import ControllerRouterHandler

from plushka.delivery.office.home import summary

HANDLERS: tuple[ControllerRouterHandler, ...] = (summary.show_home,)
