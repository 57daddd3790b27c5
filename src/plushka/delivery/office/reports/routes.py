"""Pages of reports."""

from litestar.types import ControllerRouterHandler

from plushka.delivery.office.reports import definitions, files, showing
from plushka.delivery.office.reports.dashboard import page

HANDLERS: tuple[ControllerRouterHandler, ...] = (
    definitions.show_definitions,
    files.download_block,
    page.show_dashboard,
    showing.show_block,
)
