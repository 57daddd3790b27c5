"""Pages of the summary."""

from litestar.types import ControllerRouterHandler

from plushka.delivery.office.home import checklist, summary

HANDLERS: tuple[ControllerRouterHandler, ...] = (
    checklist.put_checklist_away,
    checklist.take_checklist_back,
    summary.show_home,
)
