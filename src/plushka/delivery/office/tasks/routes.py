"""Pages of long work."""

from litestar.types import ControllerRouterHandler

from plushka.delivery.office.tasks import pages

HANDLERS: tuple[ControllerRouterHandler, ...] = (
    pages.cancel_task,
    pages.download,
    pages.show_task,
    pages.show_tasks,
)
