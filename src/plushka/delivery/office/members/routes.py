"""Pages of members."""

from litestar.types import ControllerRouterHandler

from plushka.delivery.office.members import card, directory

HANDLERS: tuple[ControllerRouterHandler, ...] = (
    card.adjust_points,
    card.show_member,
    card.show_movements,
    directory.show_members,
)
