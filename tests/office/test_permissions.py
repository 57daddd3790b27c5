"""Who may open what: every route × every role. A route that is missing here fails."""

from functools import cache
from typing import get_args

import httpx
import pytest
from litestar import Litestar
from litestar.handlers import HTTPRouteHandler
from tests.office.conftest import Shop, email_of, signed_in

from plushka.app import Plushka
from plushka.delivery.office.permissions import ACTIONS, VISIT
from plushka.delivery.office.routes import router
from plushka.domain.staff.model import Role

ALL = "owner manager marketer accountant cashier"
ANSWER = "/engagement/programs/{program_id:uuid}/what-if/{simulation_id:uuid}"
TABLE = {
    # route: the roles that may, or everybody, strangers too
    "GET /": "owner manager marketer accountant",
    "GET /account": ALL,
    "POST /account/passkeys": ALL,
    "POST /account/passkeys/challenge": ALL,
    "POST /account/passkeys/{passkey_id:uuid}/remove": ALL,
    "POST /account/password": ALL,
    "POST /account/pin": ALL,
    "POST /account/profile": ALL,
    "GET /account/second-factor": ALL,
    "POST /account/second-factor/begin": ALL,
    "POST /account/second-factor/codes": ALL,
    "POST /account/second-factor/confirm": ALL,
    "POST /account/second-factor/off": ALL,
    "POST /account/sessions/end-others": ALL,
    "POST /account/sessions/{session_id:uuid}/end": ALL,
    "GET /businesses/new": "owner",
    "GET /businesses/new/{step:str}": "owner",
    "POST /businesses/new/{step:str}": "owner",
    "POST /businesses/{tenant_id:uuid}/enter": ALL,
    "POST /checklist/hide": "owner manager",
    "POST /checklist/show": "owner manager",
    "GET /welcome": "everybody",
    "GET /welcome/{step:str}": "everybody",
    "POST /welcome/{step:str}": "everybody",
    "GET /demo": "everybody",
    "GET /invitations/{token:str}": "everybody",
    "POST /invitations/{token:str}": "everybody",
    "GET /members/events": "owner manager marketer",
    "POST /members/events/export": "owner manager",
    "POST /members/events/{event_id:uuid}/cancel": "owner manager",
    "GET /members/{member_id:uuid}/events": ALL,
    "POST /members/{member_id:uuid}/events": "owner manager marketer",
    "GET /settings/events": "owner manager marketer",
    "GET /settings/events/new": "owner manager marketer",
    "POST /settings/events/new": "owner manager marketer",
    "GET /settings/events/kinds/{name:str}": "owner manager marketer",
    "POST /settings/events/kinds/{name:str}": "owner manager marketer",
    "GET /engagement/certificates": "owner manager accountant",
    "POST /engagement/certificates": "owner manager",
    "POST /engagement/certificates/export": "owner manager",
    "GET /engagement/certificates/kinds": "owner manager accountant",
    "POST /engagement/certificates/kinds": "owner manager",
    "POST /engagement/certificates/kinds/{type_id:uuid}/retire": "owner manager",
    "GET /engagement/certificates/liability": "owner manager accountant",
    "GET /engagement/certificates/liability.csv": "owner manager accountant",
    "GET /engagement/certificates/{certificate_id:uuid}": "owner manager accountant",
    "GET /engagement/certificates/{certificate_id:uuid}/picture.png": "owner manager",
    "GET /engagement/certificates/{certificate_id:uuid}/sheet": "owner manager",
    "POST /engagement/certificates/{certificate_id:uuid}/block": "owner manager",
    "POST /engagement/certificates/{certificate_id:uuid}/extend": "owner manager",
    "POST /engagement/certificates/{certificate_id:uuid}/pin": "owner manager",
    "POST /engagement/certificates/{certificate_id:uuid}/sell": "owner manager",
    "POST /engagement/certificates/{certificate_id:uuid}/transfer": "owner manager",
    "POST /engagement/certificates/{certificate_id:uuid}/unblock": "owner manager",
    "GET /engagement/calendar": ALL,
    "POST /engagement/calendar": "owner manager marketer",
    "GET /engagement/calendar.ics": ALL,
    "GET /campaigns": "owner manager marketer accountant",
    "POST /campaigns/export": "owner manager",
    "POST /campaigns/announce": "owner manager marketer",
    "POST /campaigns/count": "owner manager marketer",
    "GET /campaigns/new": "owner manager marketer",
    "POST /campaigns/new": "owner manager marketer",
    "GET /campaigns/{campaign_id:uuid}": "owner manager marketer accountant",
    "GET /campaigns/{campaign_id:uuid}/edit": "owner manager marketer",
    "POST /campaigns/{campaign_id:uuid}/edit": "owner manager marketer",
    "GET /campaigns/{campaign_id:uuid}/progress": "owner manager marketer accountant",
    "GET /campaigns/{campaign_id:uuid}/recipients": "owner manager marketer accountant",
    "POST /campaigns/{campaign_id:uuid}/recipients/export": "owner manager",
    "GET /campaigns/{campaign_id:uuid}/cancel": "owner manager",
    "GET /campaigns/{campaign_id:uuid}/start": "owner manager",
    "POST /campaigns/{campaign_id:uuid}/start": "owner manager",
    "POST /campaigns/{campaign_id:uuid}/unschedule": "owner manager",
    "POST /campaigns/{campaign_id:uuid}/pause": "owner manager",
    "POST /campaigns/{campaign_id:uuid}/resume": "owner manager",
    "POST /campaigns/{campaign_id:uuid}/cancel": "owner manager",
    "POST /campaigns/{campaign_id:uuid}/copy": "owner manager marketer",
    "POST /campaigns/{campaign_id:uuid}/delete": "owner manager marketer",
    "POST /campaigns/{campaign_id:uuid}/test": "owner manager",
    "GET /campaigns/journeys": "owner manager marketer accountant",
    "POST /campaigns/journeys": "owner manager marketer",
    "GET /campaigns/journeys/{journey_id:uuid}": "owner manager marketer accountant",
    "POST /campaigns/journeys/{journey_id:uuid}/copy": "owner manager marketer",
    "POST /campaigns/journeys/{journey_id:uuid}/delete": "owner manager marketer",
    "POST /campaigns/journeys/{journey_id:uuid}/pause": "owner manager",
    "GET /campaigns/journeys/{journey_id:uuid}/publish": "owner manager",
    "POST /campaigns/journeys/{journey_id:uuid}/publish": "owner manager",
    "POST /campaigns/journeys/{journey_id:uuid}/resume": "owner manager",
    "POST /campaigns/journeys/{journey_id:uuid}/steps": "owner manager marketer",
    "GET /campaigns/journeys/{journey_id:uuid}/steps/{step_id:str}": "owner manager marketer accountant",
    "POST /campaigns/journeys/{journey_id:uuid}/steps/{step_id:str}": "owner manager marketer",
    "POST /campaigns/journeys/{journey_id:uuid}/stop": "owner manager",
    "GET /campaigns/journeys/{journey_id:uuid}/terms": "owner manager marketer accountant",
    "POST /campaigns/journeys/{journey_id:uuid}/terms": "owner manager marketer",
    "GET /campaigns/journeys/{journey_id:uuid}/try": "owner manager marketer accountant",
    "GET /campaigns/journeys/{journey_id:uuid}/goal": "owner manager marketer",
    "POST /campaigns/journeys/{journey_id:uuid}/goal": "owner manager marketer",
    "GET /campaigns/journeys/{journey_id:uuid}/whom": "owner manager marketer",
    "POST /campaigns/journeys/{journey_id:uuid}/whom": "owner manager marketer",
    "GET /members/{member_id:uuid}/journeys": "owner manager marketer accountant",
    "POST /members/{member_id:uuid}/journeys/{run_id:uuid}/leave": "owner manager marketer",
    "GET /campaigns/segments": "owner manager marketer",
    "POST /campaigns/segments": "owner manager marketer",
    "GET /campaigns/segments/new": "owner manager marketer",
    "POST /campaigns/segments/new": "owner manager marketer",
    "GET /campaigns/segments/{segment_id:uuid}": "owner manager marketer",
    "GET /campaigns/segments/{segment_id:uuid}/edit": "owner manager marketer",
    "POST /campaigns/segments/{segment_id:uuid}/edit": "owner manager marketer",
    "POST /campaigns/segments/{segment_id:uuid}/archive": "owner manager marketer",
    "POST /campaigns/segments/{segment_id:uuid}/copy": "owner manager marketer",
    "POST /campaigns/segments/{segment_id:uuid}/import": "owner manager marketer",
    "POST /campaigns/segments/{segment_id:uuid}/members": "owner manager marketer",
    "POST /campaigns/segments/{segment_id:uuid}/members/{member_id:uuid}/remove": "owner manager marketer",
    "POST /campaigns/segments/{segment_id:uuid}/refresh": "owner manager marketer",
    "POST /campaigns/segments/{segment_id:uuid}/rename": "owner manager marketer",
    "POST /campaigns/segments/{segment_id:uuid}/restore": "owner manager marketer",
    "POST /members/bulk/list": "owner manager marketer",
    "GET /campaigns/birthdays": ALL,
    "GET /campaigns/birthdays.xlsx": ALL,
    "GET /campaigns/method": ALL,
    "GET /campaigns/promotions": ALL,
    "GET /campaigns/proof.xlsx": ALL,
    "GET /campaigns/promotions/{program_id:uuid}/{promotion_id:str}": ALL,
    "GET /campaigns/templates": "owner manager marketer",
    "GET /campaigns/templates/new": "owner manager marketer",
    "POST /campaigns/templates/new": "owner manager marketer",
    "POST /campaigns/templates/preview": "owner manager marketer",
    "GET /campaigns/templates/{template_id:uuid}": "owner manager marketer",
    "POST /campaigns/templates/{template_id:uuid}": "owner manager marketer",
    "POST /campaigns/templates/{template_id:uuid}/archive": "owner manager marketer",
    "POST /campaigns/templates/{template_id:uuid}/copy": "owner manager marketer",
    "GET /campaigns/templates/{template_id:uuid}/picture/{digest:str}": "owner manager marketer",
    "POST /campaigns/templates/{template_id:uuid}/picture/removal": "owner manager marketer",
    "POST /campaigns/templates/{template_id:uuid}/restore": "owner manager marketer",
    "POST /campaigns/templates/{template_id:uuid}/test": "owner manager marketer",
    "GET /members/{member_id:uuid}/letters": ALL,
    "GET /reports": "owner manager marketer accountant",
    "GET /reports/advice": "owner manager marketer",
    "POST /reports/advice/refresh": "owner manager marketer",
    "POST /reports/advice/{rule:str}/begin": "owner manager marketer",
    "POST /reports/advice/{rule:str}/put-away": "owner manager marketer",
    "POST /reports/advice/{rule:str}/take-back": "owner manager marketer",
    "GET /reports/blocks/{name:str}": "owner manager marketer accountant",
    "GET /reports/branches": "owner manager marketer accountant",
    "GET /reports/buyers": "owner manager marketer accountant",
    "GET /reports/mechanics": "owner manager marketer accountant",
    "GET /reports/definitions": "owner manager marketer accountant",
    "GET /reports/files/{file_name:str}": "owner manager accountant",
    "GET /reports/points": "owner manager marketer accountant",
    "GET /reports/points/accounts": "owner manager accountant",
    "POST /reports/points/accounts": "owner manager accountant",
    "POST /reports/points/export": "owner manager accountant",
    "GET /reports/sales": "owner manager marketer accountant",
    "GET /settings/letters": "owner manager marketer accountant",
    "POST /settings/letters": "owner manager",
    "GET /engagement/rewards": "owner manager marketer",
    "GET /engagement/rewards/file": "owner manager marketer",
    "GET /engagement/rewards/new": "owner manager marketer",
    "POST /engagement/rewards/new": "owner manager marketer",
    "GET /engagement/rewards/{offer_id:uuid}": "owner manager marketer",
    "POST /engagement/rewards/{offer_id:uuid}": "owner manager marketer",
    "POST /engagement/rewards/{offer_id:uuid}/archive": "owner manager marketer",
    "POST /engagement/rewards/{offer_id:uuid}/pause": "owner manager marketer",
    "GET /engagement/rewards/{offer_id:uuid}/picture/{digest:str}": "owner manager marketer",
    "POST /engagement/rewards/{offer_id:uuid}/picture/removal": "owner manager marketer",
    "POST /engagement/rewards/{offer_id:uuid}/restore": "owner manager marketer",
    "POST /engagement/rewards/{offer_id:uuid}/resume": "owner manager marketer",
    "POST /engagement/rewards/{offer_id:uuid}/stock": "owner manager marketer",
    "POST /engagement/rewards/{offer_id:uuid}/up": "owner manager marketer",
    "GET /engagement/coupons": "owner manager marketer",
    "POST /engagement/coupons": "owner manager marketer",
    "GET /engagement/coupons/{coupon_id:uuid}": "owner manager marketer",
    "POST /engagement/coupons/{coupon_id:uuid}": "owner manager marketer",
    "GET /engagement/coupons/{coupon_id:uuid}/qr.png": "owner manager marketer",
    "GET /engagement/coupons/{coupon_id:uuid}/sheet": "owner manager marketer",
    "POST /engagement/coupons/{coupon_id:uuid}/export": "owner manager marketer",
    "POST /engagement/coupons/{coupon_id:uuid}/import": "owner manager marketer",
    "POST /engagement/coupons/{coupon_id:uuid}/resume": "owner manager marketer",
    "POST /engagement/coupons/{coupon_id:uuid}/stop": "owner manager marketer",
    "GET /campaigns/groups": "owner manager marketer accountant",
    "GET /campaigns/groups/bounds": "owner manager marketer",
    "GET /campaigns/groups/file": "owner manager marketer accountant",
    "POST /campaigns/groups/bounds": "owner manager marketer",
    "GET /campaigns/suggestions": "owner manager marketer accountant",
    "POST /campaigns/suggestions": "owner manager marketer",
    "GET /campaigns/tags": "owner manager marketer accountant",
    "GET /campaigns/tags/{tag_id:uuid}": "owner manager marketer",
    "POST /campaigns/tags": "owner manager marketer",
    "POST /campaigns/tags/{tag_id:uuid}": "owner manager marketer",
    "POST /campaigns/tags/{tag_id:uuid}/end": "owner manager marketer",
    "POST /campaigns/groups/refresh": "owner manager marketer",
    "POST /campaigns/groups/{group:str}/segment": "owner manager marketer",
    "GET /engagement/referrals": "owner manager marketer accountant",
    "GET /engagement/referrals/refused": "owner manager marketer accountant",
    "POST /engagement/referrals/export": "owner manager marketer",
    "GET /engagement/partners": "owner manager marketer",
    "POST /engagement/partners": "owner manager",
    "POST /engagement/partners/accept": "owner manager",
    "GET /engagement/partners/join/{token:str}": "owner manager",
    "POST /engagement/partners/join/{token:str}": "owner manager",
    "POST /engagement/partners/offers/{offer_id:uuid}/hidden/{hidden:str}": "owner manager marketer",
    "POST /engagement/partners/offers/{offer_id:uuid}/print": "owner manager marketer",
    "POST /engagement/partners/offers/{offer_id:uuid}/sums/{shown:str}": "owner manager",
    "GET /engagement/partners/prints/{print_id:uuid}": "owner manager marketer",
    "GET /engagement/partners/{partnership_id:uuid}": "owner manager marketer",
    "POST /engagement/partners/{partnership_id:uuid}/end": "owner manager",
    "POST /engagement/partners/{partnership_id:uuid}/offers": "owner manager",
    "GET /engagement/links": "owner manager marketer",
    "POST /engagement/links": "owner manager marketer",
    "GET /engagement/links/{link_id:uuid}": "owner manager marketer",
    "POST /engagement/links/{link_id:uuid}/close": "owner manager marketer",
    "POST /engagement/links/{link_id:uuid}/open": "owner manager marketer",
    "GET /engagement/links/{link_id:uuid}/qr.png": "owner manager marketer",
    "GET /engagement/links/{link_id:uuid}/qr.svg": "owner manager marketer",
    "GET /engagement/links/{link_id:uuid}/sheet": "owner manager marketer",
    "GET /settings/consents": "owner manager",
    "POST /settings/consents/{kind:str}": "owner manager",
    "GET /settings/sign-in": "owner",
    "POST /settings/sign-in": "owner",
    "GET /settings/products": "owner manager marketer accountant",
    "POST /settings/products/archive": "owner manager",
    "POST /settings/products/exports": "owner manager accountant",
    "GET /settings/products/product": "owner manager",
    "POST /settings/products/product": "owner manager",
    "POST /settings/products/restore": "owner manager",
    "GET /settings/limits": "owner",
    "POST /settings/limits": "owner",
    "GET /inbox": "owner manager marketer cashier",
    "GET /inbox/{member_id:uuid}": "owner manager marketer cashier",
    "POST /inbox/{member_id:uuid}": "owner manager marketer cashier",
    "GET /journal": "owner manager accountant",
    "POST /journal/exports": "owner manager accountant",
    "GET /ledger": "owner manager accountant",
    "POST /ledger/verifications": "owner manager accountant",
    "GET /members": ALL,
    "GET /members/bulk": ALL,
    "POST /members/bulk/points": "owner manager",
    "POST /members/bulk/tags": "owner manager marketer",
    "POST /members/bulk/tasks/{task_id:uuid}/take-back": "owner manager",
    "POST /members/bulk/tasks/{task_id:uuid}/undo": "owner manager marketer",
    "POST /members/exports": "owner manager",
    "GET /members/import": "owner manager",
    "POST /members/import": "owner manager",
    "GET /members/import/{task_id:uuid}": "owner manager",
    "POST /members/import/{task_id:uuid}": "owner manager",
    "GET /members/import/trials/{task_id:uuid}": "owner manager",
    "POST /members/import/trials/{task_id:uuid}": "owner manager",
    "GET /members/import/trials/{task_id:uuid}/problems": "owner manager",
    "POST /members/columns": ALL,
    "POST /members/views": ALL,
    "POST /members/views/{view_id:uuid}/delete": ALL,
    "POST /members/views/{view_id:uuid}/first": ALL,
    "GET /members/{member_id:uuid}": ALL,
    "GET /members/{member_id:uuid}/adjustment": "owner manager",
    "POST /members/{member_id:uuid}/adjustment": "owner manager",
    "GET /members/{member_id:uuid}/block": "owner manager",
    "POST /members/{member_id:uuid}/block": "owner manager",
    "POST /members/{member_id:uuid}/confirm": "owner manager",
    "POST /members/{member_id:uuid}/consents": "owner manager marketer",
    "POST /members/{member_id:uuid}/dates": "owner manager marketer cashier",
    "POST /members/{member_id:uuid}/dates/{date_id:uuid}/remove": "owner manager marketer cashier",
    "GET /members/{member_id:uuid}/deeds": ALL,
    "GET /members/{member_id:uuid}/gifts/{reward_id:uuid}": "owner manager",
    "POST /members/{member_id:uuid}/gifts/{reward_id:uuid}": "owner manager",
    "GET /members/{member_id:uuid}/extension": "owner manager",
    "POST /members/{member_id:uuid}/extension": "owner manager",
    "POST /members/{member_id:uuid}/identities": "owner manager",
    "POST /members/{member_id:uuid}/identities/correct": "owner manager",
    "GET /members/{member_id:uuid}/merge": "owner manager",
    "POST /members/{member_id:uuid}/merge": "owner manager",
    "POST /members/{member_id:uuid}/merges/{merge_id:uuid}/undo": "owner manager",
    "GET /members/{member_id:uuid}/movements": ALL,
    "GET /password-resets/{token:str}": "everybody",
    "POST /password-resets/{token:str}": "everybody",
    "POST /members/{member_id:uuid}/notes": "owner manager marketer cashier",
    "POST /members/{member_id:uuid}/notes/{note_id:uuid}/restore": "owner manager marketer cashier",
    "POST /members/{member_id:uuid}/notes/{note_id:uuid}/strike": "owner manager marketer cashier",
    "GET /members/{member_id:uuid}/person": ALL,
    "POST /members/{member_id:uuid}/person": "owner manager",
    "GET /members/{member_id:uuid}/points": ALL,
    "POST /members/{member_id:uuid}/tags": "owner manager marketer",
    "GET /members/{member_id:uuid}/tier": "owner manager",
    "POST /members/{member_id:uuid}/tier": "owner manager",
    "POST /members/{member_id:uuid}/tier/free": "owner manager",
    "POST /members/{member_id:uuid}/unblock": "owner manager",
    "POST /members/{member_id:uuid}/allow-spending": "owner manager",
    "GET /members/approvals": "owner manager",
    "POST /members/approvals/{pending_id:uuid}/approve": "owner manager",
    "POST /members/approvals/{pending_id:uuid}/decline": "owner manager",
    "GET /members/new": "owner manager marketer cashier",
    "POST /members/new": "owner manager marketer cashier",
    "POST /preferences": "everybody",
    "GET /engagement/goods": "owner manager marketer",
    "GET /engagement/tiers": ALL,
    "POST /engagement/tiers/preview": "owner manager marketer",
    "GET /engagement/programs": ALL,
    "POST /engagement/programs": "owner manager",
    "GET /engagement/programs/schema": ALL,
    "GET /engagement/programs/{program_id:uuid}": ALL,
    "GET /engagement/programs/{program_id:uuid}/branches": ALL,
    "POST /engagement/programs/{program_id:uuid}/branches": "owner manager",
    "POST /engagement/programs/{program_id:uuid}/branches/withdraw": "owner manager",
    "GET /engagement/programs/{program_id:uuid}/compare": ALL,
    "GET /engagement/programs/{program_id:uuid}/draft": "owner manager marketer",
    "POST /engagement/programs/{program_id:uuid}/draft/discard": "owner manager marketer",
    "GET /engagement/programs/{program_id:uuid}/draft/file": "owner manager marketer",
    "GET /engagement/programs/{program_id:uuid}/draft/import": "owner manager marketer",
    "POST /engagement/programs/{program_id:uuid}/draft/import": "owner manager marketer",
    "GET /engagement/programs/{program_id:uuid}/draft/preset": "owner manager marketer",
    "POST /engagement/programs/{program_id:uuid}/draft/preset": "owner manager marketer",
    "GET /engagement/programs/{program_id:uuid}/draft/publish": "owner manager marketer",
    "POST /engagement/programs/{program_id:uuid}/draft/publish": "owner manager",
    "GET /engagement/programs/{program_id:uuid}/draft/sight": "owner manager marketer",
    "GET /engagement/programs/{program_id:uuid}/draft/{section:str}": "owner manager marketer",
    "POST /engagement/programs/{program_id:uuid}/draft/{section:str}": "owner manager marketer",
    "GET /engagement/programs/{program_id:uuid}/what-if": "owner manager marketer",
    "POST /engagement/programs/{program_id:uuid}/what-if": "owner manager marketer",
    f"GET {ANSWER}": "owner manager marketer",
    f"GET {ANSWER}/files/{{file_name:str}}": "owner manager marketer",
    f"GET {ANSWER}/receipts/{{receipt_id:uuid}}": "owner manager marketer",
    f"POST {ANSWER}/forget": "owner manager marketer",
    f"POST {ANSWER}/stop": "owner manager marketer",
    "GET /engagement/programs/{program_id:uuid}/file": ALL,
    "POST /engagement/programs/{program_id:uuid}/name": "owner manager",
    "GET /engagement/programs/{program_id:uuid}/picture/{digest:str}": ALL,
    "POST /engagement/programs/{program_id:uuid}/picture/removal": "owner manager",
    "GET /engagement/programs/{program_id:uuid}/versions/{version_id:uuid}": ALL,
    "GET /engagement/programs/{program_id:uuid}/versions/{version_id:uuid}/file": ALL,
    "POST /engagement/programs/{program_id:uuid}/versions/{version_id:uuid}/roll-back": "owner manager",
    "GET /search": ALL,
    "GET /receipts": ALL,
    "GET /receipts/new": ALL,
    "POST /receipts/exports": "owner manager accountant",
    "GET /receipts/{receipt_id:uuid}": ALL,
    "GET /settings/audit": "owner manager",
    "POST /settings/audit/exports": "owner manager",
    "GET /settings/branches": "owner manager marketer accountant",
    "GET /settings/branches/new": "owner manager",
    "POST /settings/branches/new": "owner manager",
    "GET /settings/branches/{branch_id:uuid}": "owner manager",
    "POST /settings/branches/{branch_id:uuid}": "owner manager",
    "POST /settings/branches/{branch_id:uuid}/close": "owner manager",
    "POST /settings/branches/{branch_id:uuid}/reopen": "owner manager",
    "POST /settings/keys/{key_id:uuid}/revoke": "owner manager",
    "GET /settings/roles": "owner",
    "GET /settings/roles/new": "owner",
    "POST /settings/roles/new": "owner",
    "GET /settings/roles/{role_id:uuid}": "owner",
    "POST /settings/roles/{role_id:uuid}": "owner",
    "POST /settings/roles/{role_id:uuid}/delete": "owner",
    "GET /settings/staff": "owner manager",
    "GET /settings/staff/invite": "owner manager",
    "POST /settings/staff/invite": "owner manager",
    "POST /settings/staff/invitations/{invitation_id:uuid}/revoke": "owner manager",
    "GET /settings/staff/{staff_id:uuid}": "owner manager",
    "POST /settings/staff/{staff_id:uuid}": "owner manager",
    "POST /settings/staff/{staff_id:uuid}/dismiss": "owner manager",
    "POST /settings/staff/{staff_id:uuid}/pin": "owner manager",
    "POST /settings/staff/{staff_id:uuid}/pin/removal": "owner manager",
    "POST /settings/staff/{staff_id:uuid}/rehire": "owner manager",
    "POST /settings/staff/{staff_id:uuid}/reset-link": "owner manager",
    "GET /settings/tills": "owner manager",
    "GET /settings/tills/new": "owner manager",
    "POST /settings/tills/new": "owner manager",
    "GET /settings/tills/{till_id:uuid}": "owner manager",
    "POST /settings/tills/{till_id:uuid}": "owner manager",
    "GET /settings/tills/{till_id:uuid}/connect": "owner manager",
    "POST /settings/tills/{till_id:uuid}/keys": "owner manager",
    "POST /settings/tills/{till_id:uuid}/retire": "owner manager",
    "GET /sign-in": "everybody",
    "POST /sign-in": "everybody",
    "GET /sign-in/code": "everybody",
    "POST /sign-in/code": "everybody",
    "POST /sign-in/passkey": "everybody",
    "POST /sign-in/passkey/challenge": "everybody",
    "POST /sign-out": ALL,
    "GET /settings": "owner manager marketer accountant",
    "GET /settings/branding": "owner manager marketer accountant",
    "GET /settings/branding/logo/{digest:str}": "owner manager marketer accountant",
    "GET /settings/app": "owner manager marketer accountant",
    "GET /settings/channels": "owner manager marketer",
    "POST /settings/channels/{provider:str}/connect": "owner manager",
    "POST /settings/channels/{kind:str}/check": "owner manager",
    "POST /settings/channels/{kind:str}/try": "owner manager",
    "POST /settings/channels/{kind:str}/disconnect": "owner manager",
    "POST /settings/channels/email/returns/connect": "owner manager",
    "POST /settings/channels/email/returns/disconnect": "owner manager",
    "GET /settings/messengers": "owner manager marketer",
    "POST /settings/messengers/confirming": "owner manager",
    "POST /settings/messengers/{messenger:str}/connect": "owner manager",
    "POST /settings/messengers/{messenger:str}/check": "owner manager",
    "POST /settings/messengers/{messenger:str}/disconnect": "owner manager",
    "GET /settings/sandbox": "owner manager",
    "POST /settings/sandbox": "owner manager",
    "POST /settings/sandbox/closing": "owner manager",
    "POST /settings/branding": "owner manager marketer",
    "POST /settings/branding/card": "owner manager marketer",
    "POST /settings/branding/logo/removal": "owner manager marketer",
    "POST /settings": "owner manager",
    "GET /static/{name:str}": "everybody",
    "GET /tasks": ALL,
    "GET /tasks/{task_id:uuid}": ALL,
    "GET /tasks/{task_id:uuid}/file": ALL,
    "POST /tasks/{task_id:uuid}/cancel": ALL,
}


_PAGES_OF_A_PROGRAM = (
    "/branches",
    "/compare",
    "/draft",
    "/draft/file",
    "/draft/import",
    "/draft/preset",
    "/draft/publish",
    "/file",
    "/what-if",
)


@cache
def routes() -> dict[str, HTTPRouteHandler]:
    """Return every handler of the office by method and path."""
    mounted = Litestar(route_handlers=[router], openapi_config=None)
    return {
        f"{method} {route.path}": handler
        for route in mounted.routes
        for handler in getattr(route, "route_handlers", ())
        for method in handler.http_methods
        if method not in {"OPTIONS", "HEAD"}
    }


def test_every_route_is_in_the_table() -> None:
    assert sorted(routes()) == sorted(TABLE)


@pytest.mark.parametrize("route", TABLE)
def test_a_route_lets_in_the_roles_of_the_table(route: str) -> None:
    action = routes()[route].opt["action"]
    roles = (
        "everybody"
        if action == VISIT
        else " ".join(role for role in get_args(Role) if role in ACTIONS[action])
    )

    assert roles == TABLE[route]


@pytest.mark.parametrize("role", get_args(Role))
@pytest.mark.usefixtures("staff")
async def test_what_the_table_says_is_what_the_door_does(app: Plushka, shop: Shop, role: Role) -> None:
    async with signed_in(app, email_of(role)) as browser:
        for route, address in addresses(shop).items():
            answer = await browser.get(address)
            assert (answer.status_code == httpx.codes.OK) == (role in TABLE[route].split()), route


async def test_a_stranger_is_asked_to_sign_in_and_comes_back(stranger: httpx.AsyncClient, shop: Shop) -> None:
    for route, address in addresses(shop).items():
        answer = await stranger.get(address)
        assert answer.status_code == httpx.codes.FOUND, route
        assert answer.headers["location"].startswith("/sign-in")

    answer = await stranger.get("/receipts?number=A-1")
    assert answer.headers["location"] == "/sign-in?next=%2Freceipts%3Fnumber%3DA-1"


async def test_a_header_of_no_form_is_no_way_back(stranger: httpx.AsyncClient, shop: Shop) -> None:
    answer = await stranger.get(
        f"/members/{shop.member_id}", headers={"hx-request": "true", "hx-current-url": "http://[x"}
    )
    assert answer.headers["hx-redirect"] == "/sign-in"


async def test_a_script_of_a_stranger_is_told_where_to_sign_in(stranger: httpx.AsyncClient) -> None:
    headers = {"hx-request": "true", "hx-current-url": "http://plushka.test/members?search=x"}

    answer = await stranger.get("/members", headers=headers)

    assert answer.status_code == httpx.codes.UNAUTHORIZED
    assert answer.headers["hx-redirect"] == "/sign-in?next=%2Fmembers%3Fsearch%3Dx"


@pytest.mark.usefixtures("app")
async def test_eve_finds_nothing_of_annas(eve: httpx.AsyncClient, shop: Shop) -> None:
    for route, address in addresses(shop).items():
        answer = await eve.get(address)
        # Blocks of reports are the same for every business; what stands in them is not.
        if "{" in route and "/reports/" not in route:
            assert answer.status_code == httpx.codes.NOT_FOUND, route
        for secret in (str(shop.member_id), str(shop.receipt_id), "A-1", "Варвара"):
            assert secret not in answer.text or secret in address, route

    answer = await eve.post(
        f"/members/{shop.member_id}/adjustment", data={"direction": "give", "amount": "5", "reason": "x"}
    )
    assert answer.status_code == httpx.codes.NOT_FOUND


def _of_a_program(shop: Shop) -> dict[str, str]:
    route = "GET /engagement/programs/{program_id:uuid}"
    address, version = f"/engagement/programs/{shop.program_id}", f"/versions/{shop.version_id}"
    return {
        route: address,
        f"{route}/versions/{{version_id:uuid}}": f"{address}{version}",
        f"{route}/versions/{{version_id:uuid}}/file": f"{address}{version}/file",
        f"{route}/draft/{{section:str}}": f"{address}/draft/tiers",
        **{f"{route}{page}": f"{address}{page}" for page in _PAGES_OF_A_PROGRAM},
    }


def addresses(shop: Shop) -> dict[str, str]:
    """Return an address of Anna's for every page that is read."""
    return {
        "GET /": "/",
        "GET /reports": "/reports",
        "GET /reports/advice": "/reports/advice",
        "GET /reports/blocks/{name:str}": "/reports/blocks/activity",
        "GET /reports/branches": "/reports/branches",
        "GET /reports/buyers": "/reports/buyers",
        "GET /reports/mechanics": "/reports/mechanics",
        "GET /reports/definitions": "/reports/definitions",
        "GET /reports/files/{file_name:str}": "/reports/files/activity.xlsx",
        "GET /reports/points": "/reports/points",
        "GET /reports/points/accounts": "/reports/points/accounts",
        "GET /reports/sales": "/reports/sales",
        "GET /engagement/certificates": "/engagement/certificates",
        "GET /engagement/certificates/kinds": "/engagement/certificates/kinds",
        "GET /engagement/certificates/liability": "/engagement/certificates/liability",
        "GET /engagement/certificates/liability.csv": "/engagement/certificates/liability.csv",
        "GET /engagement/calendar": "/engagement/calendar",
        "GET /engagement/calendar.ics": "/engagement/calendar.ics",
        "GET /engagement/coupons": "/engagement/coupons",
        "GET /engagement/rewards": "/engagement/rewards",
        "GET /engagement/rewards/file": "/engagement/rewards/file",
        "GET /engagement/rewards/new": "/engagement/rewards/new",
        "GET /engagement/links": "/engagement/links",
        "GET /settings/limits": "/settings/limits",
        "GET /settings/sign-in": "/settings/sign-in",
        "GET /settings/consents": "/settings/consents",
        "GET /inbox": "/inbox",
        "GET /inbox/{member_id:uuid}": f"/inbox/{shop.member_id}",
        "GET /journal": "/journal",
        "GET /settings": "/settings",
        "GET /settings/app": "/settings/app",
        "GET /settings/branding": "/settings/branding",
        "GET /settings/sandbox": "/settings/sandbox",
        "GET /ledger": "/ledger",
        "GET /members": "/members",
        "GET /members/{member_id:uuid}": f"/members/{shop.member_id}",
        "GET /members/{member_id:uuid}/adjustment": f"/members/{shop.member_id}/adjustment",
        "GET /members/{member_id:uuid}/block": f"/members/{shop.member_id}/block",
        "GET /members/{member_id:uuid}/deeds": f"/members/{shop.member_id}/deeds",
        "GET /members/{member_id:uuid}/extension": f"/members/{shop.member_id}/extension",
        "GET /members/{member_id:uuid}/merge": f"/members/{shop.member_id}/merge",
        "GET /members/{member_id:uuid}/person": f"/members/{shop.member_id}/person",
        "GET /members/{member_id:uuid}/points": f"/members/{shop.member_id}/points",
        "GET /members/{member_id:uuid}/tier": f"/members/{shop.member_id}/tier",
        "GET /members/approvals": "/members/approvals",
        "GET /members/new": "/members/new",
        "GET /members/{member_id:uuid}/movements": f"/members/{shop.member_id}/movements?before={shop.anonymous_id}",
        "GET /engagement/goods": "/engagement/goods?goods.only.search=A-1",
        "GET /engagement/tiers": "/engagement/tiers",
        "GET /engagement/programs": "/engagement/programs",
        "GET /engagement/programs/schema": "/engagement/programs/schema",
        **_of_a_program(shop),
        "GET /receipts": "/receipts",
        "GET /search": "/search?text=A-1",
        "GET /receipts/new": "/receipts/new",
        "GET /receipts/{receipt_id:uuid}": f"/receipts/{shop.receipt_id}",
    }
