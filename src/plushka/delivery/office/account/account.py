"""The person's own page: name, language, password, second step, passkeys, sessions."""

from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.status_codes import HTTP_422_UNPROCESSABLE_ENTITY
from msgspec import Struct

from plushka.delivery.office.account.confirming import is_password_right
from plushka.delivery.office.account.entering import caller_of
from plushka.delivery.office.context import OfficeRequest
from plushka.delivery.office.permissions import may
from plushka.delivery.office.visit import Visit
from plushka.delivery.web.figures import NOTHING
from plushka.delivery.web.forms import Form
from plushka.delivery.web.notices import sent_on
from plushka.domain.bots.staff_chats import list_chats, list_messengers
from plushka.domain.businesses.model import NAME_LENGTH_MAX
from plushka.domain.members.channels import MESSENGER_NAMES
from plushka.domain.staff.devices import told_device
from plushka.domain.staff.model import PASSWORD_LENGTH_MAX, PIN_LENGTH_MAX, PasswordWrong
from plushka.domain.staff.passkeys import Passkey, list_passkeys
from plushka.domain.staff.password_change import change_account, change_password
from plushka.domain.staff.pins import choose_pin, has_pin
from plushka.domain.staff.second_factor import find_second_factor
from plushka.domain.staff.sessions import Place, end_other_sessions, end_session, list_sessions
from plushka.domain.staff.sign_in import confirm_password
from plushka.platform.database import Tx
from plushka.platform.errors import NotFound, Refusal
from plushka.platform.i18n import LANGUAGES

PATH = "/account"


class SessionLine(Struct, frozen=True):
    """A browser in which the person is signed in."""

    id: UUID
    device: str
    address: str
    seen: str
    since: str
    is_this: bool


class ChatLine(Struct, frozen=True):
    """A chat in a messenger to which reports come."""

    messenger: str
    title: str
    name: str
    since: str


class PasskeyLine(Struct, frozen=True):
    """A passkey in the list."""

    id: UUID
    name: str
    since: str
    used: str


@get(PATH, opt={"action": "account.own"})
async def show_account(visit: NamedDependency[Visit]) -> Response[str]:
    return await account_page(visit)


@post(f"{PATH}/profile", opt={"action": "account.own"})
async def save_profile(visit: NamedDependency[Visit], request: OfficeRequest) -> Response[str] | Redirect:
    form = await visit.typed(request)
    name = form.text("name", length_max=NAME_LENGTH_MAX)
    language = form.choice("language", LANGUAGES)
    if form.is_sound and language is not None:
        try:
            async with visit.writing() as tx:
                await change_account(tx, visit.session.account, name=name, language=language)
            return sent_on(PATH, visit.words.gettext("Saved."))
        except Refusal as refusal:
            form.refused(refusal)
    return await account_page(visit, profile=form, status=HTTP_422_UNPROCESSABLE_ENTITY)


@post(f"{PATH}/password", opt={"action": "account.own"})
async def save_password(visit: NamedDependency[Visit], request: OfficeRequest) -> Response[str] | Redirect:
    """Change the password; the sessions elsewhere end."""
    form = await visit.typed(request)
    present, password = form.value("present"), form.value("password")
    for name in ("present", "password"):
        form.text(name, length_max=PASSWORD_LENGTH_MAX)
    if form.is_sound:
        account = visit.session.account
        try:
            await confirm_password(
                visit.office.database, account, password=present, at=visit.at, caller=caller_of(request)
            )
            async with visit.writing() as tx:
                await change_password(tx, account, password=password, session_id=visit.session.id)
            return sent_on(
                PATH, visit.words.gettext("The password is changed. You are signed out everywhere else.")
            )
        except PasswordWrong as refusal:
            form.refused(refusal, fields={"password": "present"})
        except Refusal as refusal:
            form.refused(refusal, default="password")
    return await account_page(visit, password=form, status=HTTP_422_UNPROCESSABLE_ENTITY)


@post(f"{PATH}/pin", opt={"action": "account.own"})
async def save_pin(visit: NamedDependency[Visit], request: OfficeRequest) -> Response[str] | Redirect:
    """Let somebody who works at tills choose their PIN.

    :raises NotFound: no PIN has been given to them, and they could give themselves none
    """
    form = await visit.typed(request)
    pin = form.text("pin", length_max=PIN_LENGTH_MAX)
    staff_id = visit.session.staff_id
    async with visit.reading() as tx:
        if not await _may_have_pin(tx, visit):
            raise NotFound
    if form.is_sound and await is_password_right(visit, request, form, field="pin_password"):
        try:
            async with visit.writing() as tx:
                await choose_pin(tx, staff_id, pin, field="pin")
            return sent_on(f"{PATH}#pin-title", visit.words.gettext("Your PIN is set. Nobody else knows it."))
        except Refusal as refusal:
            form.refused(refusal, default="pin")
    return await account_page(visit, pin=form, status=HTTP_422_UNPROCESSABLE_ENTITY)


@post(f"{PATH}/sessions/{{session_id:uuid}}/end", opt={"action": "account.own"})
async def end_one(visit: NamedDependency[Visit], session_id: FromPath[UUID]) -> Redirect:
    async with visit.writing() as tx:
        await end_session(tx, visit.session.account.id, session_id)
    return sent_on(f"{PATH}#sessions", visit.words.gettext("That session is ended."))


@post(f"{PATH}/sessions/end-others", opt={"action": "account.own"})
async def end_others(visit: NamedDependency[Visit]) -> Redirect:
    async with visit.writing() as tx:
        ended = await end_other_sessions(tx, visit.session)
    text = visit.words.ngettext(
        "{count} session is ended.", "{count} sessions are ended.", ended, count=ended
    )
    return sent_on(f"{PATH}#sessions", text)


async def account_page(
    visit: Visit,
    *,
    profile: Form | None = None,
    password: Form | None = None,
    passkey: Form | None = None,
    second_factor: Form | None = None,
    pin: Form | None = None,
    chat: Form | None = None,
    status: int = 200,
) -> Response[str]:
    """Return the page with the form that was sent, if one was, and its problems.

    Who owes a second factor is shown nothing of it but how to make one.
    """
    account = visit.session.account
    async with visit.reading() as tx:
        factor = await find_second_factor(tx, account.id)
        may_have_pin = await _may_have_pin(tx, visit)
        passkeys, sessions = await list_passkeys(tx, account.id), await list_sessions(tx, account.id)
        messengers = await list_messengers(tx)
        chats = (await list_chats(tx, [visit.session.staff_id])).get(visit.session.staff_id, ())
    return visit.page(
        "account/second_factor_owed.html" if visit.session.owes_second_factor else "account/account.html",
        section="",
        path=PATH,
        status=status,
        account=account,
        profile=profile or visit.form(),
        password=password or visit.form(),
        passkey=passkey or visit.form(),
        second_factor=second_factor or visit.form(),
        pin=pin or visit.form(),
        chat=chat or visit.form(),
        messengers=[(each, visit.words.gettext(MESSENGER_NAMES[each])) for each in messengers],
        chats=[
            ChatLine(
                messenger=each.messenger,
                title=visit.words.gettext(MESSENGER_NAMES[each.messenger]),
                name=each.name,
                since=visit.figures.day(each.bound_at),
            )
            for each in chats
        ],
        may_have_pin=may_have_pin,
        pin_length_max=PIN_LENGTH_MAX,
        owes=visit.session.owes_second_factor,
        factor=factor if factor and factor.confirmed_at else None,
        factor_since=visit.figures.day(factor.confirmed_at) if factor and factor.confirmed_at else "",
        passkeys=[_passkey(each, visit) for each in passkeys],
        sessions=[_session(each, visit) for each in sessions],
    )


async def _may_have_pin(tx: Tx, visit: Visit) -> bool:
    """Tell whether this person chooses a PIN: one was given to them, or they give PINs themselves."""
    return may(visit.session, "staff.change") or await has_pin(tx, visit.session.staff_id)


def _passkey(passkey: Passkey, visit: Visit) -> PasskeyLine:
    figures = visit.figures
    return PasskeyLine(
        id=passkey.id,
        name=passkey.name,
        since=figures.day(passkey.created_at),
        used=figures.moment(passkey.used_at) if passkey.used_at else NOTHING,
    )


def _session(place: Place, visit: Visit) -> SessionLine:
    return SessionLine(
        id=place.id,
        device=told_device(place.device) or visit.words.gettext("unknown device"),
        address=place.address,
        seen=visit.figures.moment(place.seen_at),
        since=visit.figures.day(place.created_at),
        is_this=place.id == visit.session.id,
    )
