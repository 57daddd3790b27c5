"""Pages of the person."""

from litestar.types import ControllerRouterHandler

from plushka.delivery.office.account import businesses, preferences, signing_in

HANDLERS: tuple[ControllerRouterHandler, ...] = (
    businesses.enter_business,
    preferences.choose_look,
    signing_in.enter,
    signing_in.enter_demo,
    signing_in.leave,
    signing_in.show_sign_in,
)
