"""Pages of the set-up."""

from litestar.types import ControllerRouterHandler

from plushka.delivery.office.welcome import another, first

HANDLERS: tuple[ControllerRouterHandler, ...] = (
    another.begin_another,
    another.show_another,
    another.take_another,
    first.begin,
    first.show,
    first.take,
)
