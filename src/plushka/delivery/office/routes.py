"""All pages of the office, as one router for the composition root to mount at ``/``."""

from litestar import Router, get
from litestar.di import Provide
from litestar.exceptions import HTTPException, NotFoundException

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
from plushka.delivery.office.permissions import VISIT
from plushka.delivery.web.assets import serve_asset
from plushka.platform.errors import Refusal

BODY_BYTES_MAX = 64 * 1024
"""Forms here are short."""


@get("/{path:path}", opt={"action": VISIT}, sync_to_thread=False)
def show_nothing(path: str) -> None:
    """Answer for every path that is no page, so that it looks like one of ours."""
    raise NotFoundException(path)


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
        show_nothing,
        signing_in.enter,
        signing_in.enter_demo,
        signing_in.leave,
        signing_in.show_sign_in,
    ],
    guards=[admit],
    dependencies={"visit": Provide(provide_visit, sync_to_thread=False)},
    exception_handlers={
        SignInNeeded: ask_to_sign_in,
        Refusal: refuse,
        HTTPException: fail_http,
        Exception: fail,
    },
    include_in_schema=False,
    request_max_body_size=BODY_BYTES_MAX,
)
