"""Pages of segments."""

from litestar.types import ControllerRouterHandler

from plushka.delivery.office.campaigns.segments import editor, listing, members, one

HANDLERS: tuple[ControllerRouterHandler, ...] = (
    editor.save_edited,
    editor.save_new,
    editor.show_editor,
    editor.show_new,
    listing.download_segments,
    listing.make_list,
    listing.show_segments,
    members.add_typed,
    members.bring_in,
    members.remove_member,
    one.archive,
    one.copy,
    one.refresh_segment,
    one.rename_segment,
    one.restore,
    one.show_segment,
)
