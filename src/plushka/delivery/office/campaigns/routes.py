"""Pages of segments, and of what is sent to members."""

from litestar.types import ControllerRouterHandler

from plushka.delivery.office.campaigns.groups.routes import HANDLERS as GROUPS
from plushka.delivery.office.campaigns.proof.method import show_method
from plushka.delivery.office.campaigns.segments import listing

HANDLERS: tuple[ControllerRouterHandler, ...] = (listing.show_segments, *GROUPS, show_method)
