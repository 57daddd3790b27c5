"""Pages of the inbox."""

from litestar.types import ControllerRouterHandler

from plushka.delivery.office.inbox import inbox

HANDLERS: tuple[ControllerRouterHandler, ...] = (inbox.show_inbox, inbox.show_talk, inbox.answer_member)
