"""Pages of broadcasts."""

from litestar.types import ControllerRouterHandler

from plushka.delivery.office.campaigns.broadcasts import listing, one, recipients, writing

HANDLERS: tuple[ControllerRouterHandler, ...] = (
    listing.export_broadcasts,
    listing.show_broadcasts,
    listing.write_announcement,
    one.cancel,
    one.copy,
    one.delete,
    one.download_figures,
    one.pause,
    one.resume,
    one.send_test,
    one.show_broadcast,
    one.show_cancel,
    one.show_progress,
    one.show_start,
    one.start_broadcast,
    one.unschedule,
    recipients.export_recipients,
    recipients.show_recipients,
    writing.count_audience,
    writing.make_broadcast,
    writing.save_broadcast,
    writing.show_edit,
    writing.show_new,
)
