"""Proving a phone by a code in an SMS: sent, and typed back. The same for who comes in and for who adds a phone."""

import structlog
from litestar.status_codes import (
    HTTP_409_CONFLICT,
    HTTP_422_UNPROCESSABLE_ENTITY,
    HTTP_429_TOO_MANY_REQUESTS,
    HTTP_502_BAD_GATEWAY,
)
from msgspec import Struct

from plushka.delivery.app.visit import Visit
from plushka.delivery.web.forms import Form
from plushka.domain.members.identities import identify
from plushka.domain.members.phone_codes import (
    CodeOver,
    CodesTooMany,
    Proof,
    SentCode,
    WrongDigits,
    find_waiting,
    make_code,
    take_code,
)
from plushka.platform.errors import PermanentFailure, Refusal, TemporaryFailure

_MINUTE_SECONDS = 60
_log = structlog.get_logger()


class NotProved(Struct, frozen=True):
    """Why not is said by the form; ``is_over``: another code is to be asked for. ``status`` is that of the answer."""

    status: int
    phone: str = ""
    is_over: bool = False


async def send_code(visit: Visit, form: Form) -> SentCode | NotProved:
    """Send a code to the phone that was typed, whether it is a member's or not."""
    typed = form.text("phone")
    if not visit.has_sms or not form.is_sound:
        return NotProved(HTTP_422_UNPROCESSABLE_ENTITY)
    try:
        phone = identify("phone", typed, country=visit.business.country)
    except Refusal as refusal:
        form.refused(refusal, default="phone")
        return NotProved(HTTP_422_UNPROCESSABLE_ENTITY)
    async with visit.writing() as tx:
        made = await make_code(tx, phone.value, network=visit.network)
    if isinstance(made, CodesTooMany):
        minutes = -(-int(made.wait.total_seconds()) // _MINUTE_SECONDS)
        form.fail(
            "phone",
            visit.words.ngettext(
                "Too many codes were asked for. Wait {count} minute and try again.",
                "Too many codes were asked for. Wait {count} minutes and try again.",
                minutes,
                count=minutes,
            ),
        )
        return NotProved(HTTP_429_TOO_MANY_REQUESTS)
    if not await _is_sent(visit, made):
        form.fail("phone", visit.words.gettext("The SMS could not be sent. Try again in a minute."))
        return NotProved(HTTP_502_BAD_GATEWAY)
    return made


async def try_code(visit: Visit, form: Form) -> Proof | NotProved:
    """Take the digits that were typed back."""
    token, digits = form.value("token"), form.text("code")
    async with visit.writing() as tx:
        phone = await find_waiting(tx, token) or ""
        taken = await take_code(tx, token, digits) if form.is_sound else WrongDigits(0)
    match taken:
        case Proof():
            return taken
        case CodeOver():
            return NotProved(HTTP_409_CONFLICT, phone, is_over=True)
        case WrongDigits(tries_left):
            if tries_left:
                form.fail(
                    "code",
                    visit.words.ngettext(
                        "Another code was sent. {count} try is left.",
                        "Another code was sent. {count} tries are left.",
                        tries_left,
                        count=tries_left,
                    ),
                )
            return NotProved(HTTP_422_UNPROCESSABLE_ENTITY, phone)


async def _is_sent(visit: Visit, code: SentCode) -> bool:
    if visit.app.sms is None:
        return False
    text = visit.words.gettext(
        "{code} is your code for {business}. Tell it to nobody.",
        code=code.digits,
        business=visit.business.name,
    )
    try:
        await visit.app.sms.send(visit.business.tenant_id, code.phone, text)
    except (TemporaryFailure, PermanentFailure) as failure:
        _log.warning("sms_not_sent", reason=failure.reason)
        return False
    return True
