"""Pages of segments, and of what is sent to members."""

from litestar.types import ControllerRouterHandler

from plushka.delivery.office.campaigns.broadcasts.routes import HANDLERS as BROADCASTS
from plushka.delivery.office.campaigns.groups.routes import HANDLERS as GROUPS
from plushka.delivery.office.campaigns.journeys.routes import HANDLERS as JOURNEYS
from plushka.delivery.office.campaigns.letters.listing import export_letters, show_letters
from plushka.delivery.office.campaigns.proof.birthdays import download_birthdays, show_birthdays
from plushka.delivery.office.campaigns.proof.file import download_proof
from plushka.delivery.office.campaigns.proof.method import show_method
from plushka.delivery.office.campaigns.proof.promotions import show_promotion, show_promotions
from plushka.delivery.office.campaigns.segments.routes import HANDLERS as SEGMENTS
from plushka.delivery.office.campaigns.tags.pages import HANDLERS as TAGS
from plushka.delivery.office.campaigns.templates.routes import HANDLERS as TEMPLATES

HANDLERS: tuple[ControllerRouterHandler, ...] = (
    *BROADCASTS,
    *SEGMENTS,
    *GROUPS,
    *TAGS,
    *JOURNEYS,
    download_birthdays,
    download_proof,
    export_letters,
    show_birthdays,
    show_letters,
    show_method,
    show_promotion,
    show_promotions,
    *TEMPLATES,
)
