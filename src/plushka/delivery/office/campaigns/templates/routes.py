"""Pages of templates."""

from litestar.types import ControllerRouterHandler

from plushka.delivery.office.campaigns.templates import listing, one

HANDLERS: tuple[ControllerRouterHandler, ...] = (
    listing.make_template,
    listing.show_new_template,
    listing.show_templates,
    one.archive_one,
    one.copy_one,
    one.preview_template,
    one.restore_one,
    one.save_template,
    one.show_template,
    one.show_template_picture,
    one.take_template_picture_away,
    one.test_template,
)
