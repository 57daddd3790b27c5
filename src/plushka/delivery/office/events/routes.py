"""Pages of events."""

from litestar.types import ControllerRouterHandler

from plushka.delivery.office.events import kinds, listing, of_member

HANDLERS: tuple[ControllerRouterHandler, ...] = (
    kinds.declare_kind,
    kinds.save_kind,
    kinds.show_kind,
    kinds.show_kinds,
    kinds.show_new_kind,
    listing.cancel,
    listing.export_events,
    listing.show_events,
    of_member.note_member_event,
    of_member.show_member_events,
)
