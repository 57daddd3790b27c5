"""Pages of members."""

from litestar.types import ControllerRouterHandler

from plushka.delivery.office.members import bulk, card, directory, importing

HANDLERS: tuple[ControllerRouterHandler, ...] = (
    bulk.change_points,
    bulk.change_tags,
    bulk.export_members,
    bulk.show_bulk,
    bulk.undo_tags,
    card.adjust_points,
    card.show_member,
    card.show_movements,
    importing.bring_in,
    importing.download_problems,
    importing.show_file,
    importing.show_trial,
    importing.show_upload,
    importing.understand_file,
    importing.upload,
    directory.begin_with,
    directory.choose,
    directory.delete,
    directory.save,
    directory.show_members,
)
