"""All pages of the office, as one router for the composition root to mount at ``/``."""

from litestar import Router
from litestar.di import Provide
from litestar.exceptions import HTTPException
from litestar.types import ExceptionHandlersMap

from plushka.delivery.office import (
    home,
    ledger,
    member,
    members,
    preferences,
    program,
    receipt,
    receipts,
    signing_in,
)
from plushka.delivery.office.admission import SignInNeeded, admit, provide_visit
from plushka.delivery.office.failures import ask_to_sign_in, fail, fail_http, refuse
from plushka.delivery.web.assets import serve_asset
from plushka.platform.errors import Refusal

BODY_BYTES_MAX = 64 * 1024
"""Forms here are short."""


router = Router(
    path="/",
    route_handlers=[
        home.show_home,
        ledger.show_ledger,
        ledger.verify_now,
        member.adjust_points,
        member.show_member,
        member.show_movements,
        members.show_members,
        preferences.choose_look,
        program.show_program,
        program.show_version,
        receipt.show_receipt,
        receipts.show_new_receipts,
        receipts.show_receipts,
        serve_asset,
        signing_in.enter,
        signing_in.enter_demo,
        signing_in.leave,
        signing_in.show_sign_in,
    ],
    guards=[admit],
    dependencies={"visit": Provide(provide_visit, sync_to_thread=False)},
    include_in_schema=False,
    request_max_body_size=BODY_BYTES_MAX,
)

EXCEPTION_HANDLERS: ExceptionHandlersMap = {
    SignInNeeded: ask_to_sign_in,
    Refusal: refuse,
    HTTPException: fail_http,
    Exception: fail,
}
"""For the whole application: a path that is no route is turned away before any router."""
