"""Pages of the person."""

from litestar.types import ControllerRouterHandler

from plushka.delivery.office.account import (
    businesses,
    passkey_sign_in,
    preferences,
    second_step,
    signing_in,
)

HANDLERS: tuple[ControllerRouterHandler, ...] = (
    businesses.enter_business,
    passkey_sign_in.ask_for_passkey,
    passkey_sign_in.enter_by_passkey,
    preferences.choose_look,
    second_step.enter_by_code,
    second_step.show_second_step,
    signing_in.enter,
    signing_in.enter_demo,
    signing_in.leave,
    signing_in.show_sign_in,
)
