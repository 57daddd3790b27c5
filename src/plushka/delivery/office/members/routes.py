"""Pages of members."""

from litestar.types import ControllerRouterHandler

from plushka.delivery.office.members import card, directory

HANDLERS: tuple[ControllerRouterHandler, ...] = (
    card.adjust_points,
    card.show_member,
    card.show_movements,
    directory.begin_with,
    directory.choose,
    directory.delete,
    directory.save,
    directory.show_members,
)
