"""Pages of programmes."""

from litestar.types import ControllerRouterHandler

from plushka.delivery.office.engagement import program

HANDLERS: tuple[ControllerRouterHandler, ...] = (
    program.show_program,
    program.show_version,
)
