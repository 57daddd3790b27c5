"""Coming in by a passkey: the browser asks for a question, the passkey signs it."""

from litestar import Response, post
from litestar.enums import MediaType
from litestar.response import Redirect
from litestar.status_codes import HTTP_200_OK, HTTP_422_UNPROCESSABLE_ENTITY

from plushka.delivery.office.account.entering import caller_of, this_site, welcome
from plushka.delivery.office.account.signing_in import show_sign_in_page
from plushka.delivery.office.admission import SIGN_IN_PATH, look_of_stranger, office_of
from plushka.delivery.office.context import OfficeRequest
from plushka.delivery.office.permissions import VISIT
from plushka.delivery.web.local_path import local_path
from plushka.domain.programs.telling.refusals import refusal_sentence
from plushka.domain.staff.model import ChallengeOver, PasskeyRefused, SignInFailed
from plushka.domain.staff.passkeys import ask_sign_in
from plushka.domain.staff.sign_in import sign_in_by_passkey


@post(f"{SIGN_IN_PATH}/passkey/challenge", opt={"action": VISIT}, status_code=HTTP_200_OK)
async def ask_for_passkey(request: OfficeRequest) -> Response[str]:
    """Return what a passkey is to sign, for the browser."""
    office = office_of(request)
    async with office.database.global_transaction(actor="visitor", at=office.clock.now()) as tx:
        question = await ask_sign_in(tx, this_site(request))
    return Response(question, media_type=MediaType.JSON, headers={"cache-control": "no-store"})


@post(f"{SIGN_IN_PATH}/passkey", opt={"action": VISIT})
async def enter_by_passkey(request: OfficeRequest) -> Response[str] | Redirect:
    office, form = office_of(request), await request.form()
    next_path = local_path(str(form.get("next", "/")))
    try:
        signed_in = await sign_in_by_passkey(
            office.database,
            this_site(request),
            answer=str(form.get("answer", "")),
            at=office.clock.now(),
            caller=caller_of(request),
        )
    except (PasskeyRefused, ChallengeOver, SignInFailed) as refusal:
        error = refusal_sentence(refusal.code, refusal.facts, look_of_stranger(request).language)
        return show_sign_in_page(
            request, next_path=next_path, error=error, status=HTTP_422_UNPROCESSABLE_ENTITY
        )
    return welcome(office, signed_in, next_path)
