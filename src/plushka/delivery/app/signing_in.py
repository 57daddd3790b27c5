"""Coming in by phone: a number, a code by SMS, and for who is new a card. Going out."""

from contextlib import suppress

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.response import Redirect
from litestar.status_codes import (
    HTTP_200_OK,
    HTTP_303_SEE_OTHER,
    HTTP_409_CONFLICT,
    HTTP_422_UNPROCESSABLE_ENTITY,
)

from plushka.delivery.app.admission import SESSION_HEADER, STRANGER, cookie_of
from plushka.delivery.app.context import PATH, AppRequest
from plushka.delivery.app.proving import NotProved, send_code, try_code
from plushka.delivery.app.visit import Visit
from plushka.delivery.web.agreeing import agreement, refuse_other_texts
from plushka.delivery.web.forms import Form
from plushka.domain.bots.enrolling import find_inviter
from plushka.domain.bots.proving import hear_proved
from plushka.domain.members.channels import bind_address
from plushka.domain.members.consent_texts import ConsentTexts, list_consent_texts
from plushka.domain.members.launches import find_launch
from plushka.domain.members.model import NAME_LENGTH_MAX, Identity, IdentityTaken
from plushka.domain.members.naming import confirm
from plushka.domain.members.phone_codes import (
    Proof,
    find_proof,
    use_proof,
)
from plushka.domain.members.queries import find_member
from plushka.domain.members.sessions import end_session, open_session
from plushka.domain.messages.contents import FriendCame
from plushka.domain.messages.outgoing import Notice, tell_members
from plushka.domain.occasions.profiles import note_bot_joined, note_profile
from plushka.domain.programs.joining import join_with_phone
from plushka.domain.referrals.binding import bind
from plushka.platform.database import Tx
from plushka.platform.errors import Refusal

_OPT = {"who": STRANGER}


@get(f"{PATH}/sign-in", opt=_OPT)
async def show_sign_in(visit: NamedDependency[Visit]) -> Response[str]:
    return phone_page(visit, visit.form())


@post(f"{PATH}/sign-in", opt=_OPT, status_code=HTTP_200_OK)
async def ask_for_code(visit: NamedDependency[Visit], request: AppRequest) -> Response[str]:
    """Send a code to the phone that was typed, whether it is a member's or not."""
    form = await visit.typed(request)
    sent = await send_code(visit, form)
    if isinstance(sent, NotProved):
        return phone_page(visit, form, status=sent.status)
    return _code_page(visit, _afresh(visit, form), sent.token, sent.phone)


@post(f"{PATH}/sign-in/code", opt=_OPT, status_code=HTTP_200_OK)
async def take(visit: NamedDependency[Visit], request: AppRequest) -> Response[str] | Redirect:
    """Let in whoever knows the code: into their card, or to get one."""
    form = await visit.typed(request)
    proved = await try_code(visit, form)
    if isinstance(proved, Proof):
        return await with_proof(visit, form, proved)
    if proved.is_over:
        form = _afresh(visit, form)
        form.fail("phone", visit.words.gettext("This code works no more. Ask for a new one."))
        return phone_page(visit, form, phone=proved.phone, status=proved.status)
    return _code_page(visit, form, form.value("token"), proved.phone, status=proved.status)


@post(f"{PATH}/sign-in/card", opt=_OPT, status_code=HTTP_200_OK)
async def join(visit: NamedDependency[Visit], request: AppRequest) -> Response[str] | Redirect:
    """Enrol whoever has proved a phone that is nobody's."""
    form = await visit.typed(request)
    name = form.text("name", length_max=NAME_LENGTH_MAX)
    async with visit.reading() as tx:
        proof, texts = await find_proof(tx, form.value("token")), await list_consent_texts(tx)
    if proof is None:
        form = _afresh(visit, form)
        form.fail("phone", visit.words.gettext("This was too long ago. Ask for a new code."))
        return phone_page(visit, form, status=HTTP_409_CONFLICT)
    refuse_other_texts(form, texts, visit.words)
    if form.is_sound:
        try:
            async with visit.writing() as tx:
                await _enrol(tx, proof, form, name, visit)
        except IdentityTaken:
            pass  # A till enrolled this phone at the same moment: the card is theirs.
        except Refusal as refusal:
            form.refused(refusal, default="personal_data" if refusal.field == "personal_data" else "name")
        if form.is_sound:
            async with visit.writing() as tx:
                session = await _enter(tx, proof, visit)
            if session is not None:
                return _entered(visit, session, said="welcome")
    return _new_page(visit, form, proof, texts, status=HTTP_422_UNPROCESSABLE_ENTITY)


@post(f"{PATH}/sign-out", status_code=HTTP_303_SEE_OTHER)
async def leave(visit: NamedDependency[Visit]) -> Redirect:
    """Sign out here. What the browser kept for when there is no network it forgets itself (keeping.js)."""
    async with visit.writing() as tx:
        await end_session(tx, visit.member)
    return Redirect(
        f"{visit.home}/sign-in?said=signed_out",
        status_code=HTTP_303_SEE_OTHER,
        cookies=[cookie_of(visit, "")],
    )


HANDLERS = [show_sign_in, ask_for_code, take, join, leave]


async def with_proof(visit: Visit, form: Form, proof: Proof, *, name: str = "") -> Response[str] | Redirect:
    """Let in whoever has proved a phone; who is new is asked what a card needs, unless the bot has asked it.

    ``name`` is what the messenger calls them.
    """
    await _tell_bot(visit, proof, name)
    async with visit.writing() as tx:
        session = await _enter(tx, proof, visit)
        texts = await list_consent_texts(tx)
    if session is None:
        return _new_page(visit, _afresh(visit, form), proof, texts)
    return _entered(visit, session)


def phone_page(
    visit: Visit, form: Form, *, phone: str = "", start: str = "", status: int = 200
) -> Response[str]:
    """Return the page that asks for a phone; where no SMS can be sent it says so.

    ``start`` is what the link of a friend carries; it goes from form to form.
    """
    return visit.page(
        "sign_in.html",
        status=status,
        form=form,
        phone=phone,
        start=form.value("start", start),
        has_sms=visit.has_sms,
    )


def _afresh(visit: Visit, form: Form) -> Form:
    """Return the form of another step, in which nothing was typed but what goes from step to step."""
    return visit.form().filled({"start": form.value("start")})


def _code_page(visit: Visit, form: Form, token: str, phone: str, *, status: int = 200) -> Response[str]:
    return visit.page(
        "code.html",
        status=status,
        form=form,
        start=form.value("start"),
        token=token,
        phone=phone,
        asked_at=f"{visit.home}/sign-in",
        button=visit.words.gettext("Open the card"),
    )


def _new_page(
    visit: Visit, form: Form, proof: Proof, texts: ConsentTexts, *, status: int = 200
) -> Response[str]:
    return visit.page(
        "new.html",
        status=status,
        form=form,
        start=form.value("start"),
        token=proof.token,
        phone=proof.phone,
        agreement=agreement(texts, business=visit.business.name, language=visit.look.language),
    )


async def _tell_bot(visit: Visit, proof: Proof, name: str) -> None:
    """Let a bot that waits for this phone in the chat go on with it."""
    if not visit.launch:
        return
    # Whom a till enrols at this moment is found by their phone.
    with suppress(IdentityTaken):
        async with visit.writing() as tx:
            address = await find_launch(tx, visit.launch)
            is_heard = address is not None and await hear_proved(
                tx, visit.app.vault, address, proof.phone, name=name
            )
        if is_heard:
            visit.app.bell.ring(visit.business.tenant_id)


async def _enrol(tx: Tx, proof: Proof, form: Form, name: str, visit: Visit) -> None:
    inviter = await find_inviter(tx, form.value("start"))
    account = await find_launch(tx, visit.launch) if visit.launch else None
    member = await join_with_phone(
        tx,
        phone=Identity("phone", proof.phone),
        name=name,
        agrees=form.flag("personal_data"),
        wants_offers=form.flag("marketing"),
        accounts=[account] if account else (),
    )
    await note_profile(tx, visit.app.reference.versions, member.id, accounts=[account] if account else ())
    typed = form.value("friend_code")
    if inviter is None and not typed:
        return
    tried = await bind(
        tx,
        member.id,
        way="app",
        referrer_id=inviter,
        typed=typed,
        accounts=[account] if account else (),
        device_of=visit.session.member_id if visit.session else None,
    )
    if tried.bound_to is not None:
        await tell_members(tx, [Notice(tried.bound_to, f"friend:{member.id}", FriendCame())])


async def _enter(tx: Tx, proof: Proof, visit: Visit) -> str | None:
    """Return the token of a new session of whose phone it is, and use the proof up; None: it is nobody's.

    Who has opened the app in a messenger is known there from now on.
    """
    member = await find_member(tx, Identity("phone", proof.phone))
    if member is None or not await use_proof(tx, proof):
        return None
    await confirm(tx, member.id)
    address = await find_launch(tx, visit.launch) if visit.launch else None
    if address is not None:
        await bind_address(tx, member.id, address, language=visit.look.language)
        await note_bot_joined(tx, visit.app.reference.versions, member.id, address)
    return await open_session(tx, member.id, host=address.messenger if address else "browser")


def _entered(visit: Visit, token: str, *, said: str = "") -> Response[str] | Redirect:
    """Send to the card with the session: by a cookie, or by a header to the script in a messenger's frame."""
    card = f"{visit.home}?said={said}" if said else visit.home
    if visit.is_in_messenger:
        return Response("", headers={SESSION_HEADER: token, "location": card, "cache-control": "no-store"})
    return Redirect(
        card,
        status_code=HTTP_303_SEE_OTHER,
        cookies=[cookie_of(visit, token)],
    )
