"""Pages of the person."""

from litestar.types import ControllerRouterHandler

from plushka.delivery.office.account import (
    account,
    businesses,
    joining,
    passkey_sign_in,
    passkeys,
    password_reset,
    preferences,
    second_factor,
    second_step,
    signing_in,
)

HANDLERS: tuple[ControllerRouterHandler, ...] = (
    account.end_one,
    account.end_others,
    account.save_password,
    account.save_pin,
    account.save_profile,
    account.show_account,
    businesses.enter_business,
    joining.join,
    joining.show_invitation,
    passkey_sign_in.ask_for_passkey,
    passkey_sign_in.enter_by_passkey,
    passkeys.add,
    passkeys.ask,
    passkeys.remove,
    password_reset.reset,
    password_reset.show_reset,
    preferences.choose_look,
    second_factor.begin,
    second_factor.confirm,
    second_factor.renew_codes,
    second_factor.show_required,
    second_factor.switch_off,
    second_step.enter_by_code,
    second_step.show_second_step,
    signing_in.enter,
    signing_in.enter_demo,
    signing_in.leave,
    signing_in.show_sign_in,
)
