"""A member about themselves: name and birthday, what they agree to, language, their data, and an end of it all."""

from collections.abc import Collection, Iterable, Sequence
from datetime import timedelta
from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.response import Redirect
from litestar.status_codes import HTTP_200_OK, HTTP_303_SEE_OTHER, HTTP_422_UNPROCESSABLE_ENTITY
from msgspec import Struct

from plushka.delivery.app.account import Account, list_accounts
from plushka.delivery.app.admission import cookie_of
from plushka.delivery.app.card import phone_of
from plushka.delivery.app.context import PATH, AppRequest
from plushka.delivery.app.visit import Visit
from plushka.delivery.web.agreeing import refuse_other_texts
from plushka.delivery.web.figures import Figures
from plushka.delivery.web.forms import Form
from plushka.delivery.web.look import LANGUAGE_COOKIE
from plushka.domain.bots.leaving import delete_member
from plushka.domain.certificates.numbers import shown
from plushka.domain.events.carts.model import CART
from plushka.domain.events.model import BUILT_IN
from plushka.domain.insights.own_data import OwnData, OwnEvent, get_own_data
from plushka.domain.ledger.model import Balance
from plushka.domain.ledger.words import KINDS
from plushka.domain.members.consent_texts import CONSENT_WORDS, ConsentTexts, list_consent_texts
from plushka.domain.members.consents import list_consents, note_consent
from plushka.domain.members.model import (
    BIRTHDAY_CHANGES_AFTER_DAYS,
    NAME_LENGTH_MAX,
    Consent,
    ConsentKind,
    Member,
    Profile,
)
from plushka.domain.members.profile import edit_profile, prefer_channel
from plushka.domain.members.queries import get_member
from plushka.domain.members.sessions import choose_language
from plushka.domain.messages.gateways.queries import find_push_key
from plushka.domain.messages.model import CHANNEL_NAMES, CHANNELS, Channel
from plushka.domain.messages.push_devices import list_own_devices
from plushka.domain.messages.reaching import CONSENT_OF, list_ways
from plushka.domain.occasions.profiles import note_profile
from plushka.domain.segments.lifecycle.words import GROUP_WORDS
from plushka.platform.errors import Refusal
from plushka.platform.i18n import LANGUAGES

CHOSEN: tuple[ConsentKind, ...] = ("marketing", "sms", "email", "messenger", "call")
"""What a member may agree to or not, each on its own. To be kept at all they agree by having a card."""
LANGUAGE_NAMES = {"ru": "Русский", "en": "English"}


class Choice(Struct, frozen=True):
    """A consent as it is offered: the whole text, in the version of now, where it has one."""

    kind: ConsentKind
    text: str
    version: str | None
    is_given: bool


class Loss(Struct, frozen=True):
    """What a deletion ends in one programme, in words, empty for nothing; of the ``points`` some are ``held``."""

    program: str
    points: str
    held: str
    debt: str


_KINDS = {**BUILT_IN, CART.name: CART}


@get(f"{PATH}/profile")
async def show_profile(visit: NamedDependency[Visit]) -> Response[str]:
    return await _page(visit, visit.form())


@post(f"{PATH}/profile", status_code=HTTP_303_SEE_OTHER)
async def save_profile(visit: NamedDependency[Visit], request: AppRequest) -> Response[str] | Redirect:
    """Write down name and birthday; a birthday that stands can be changed once a year (S15)."""
    form = await visit.typed(request)
    name = form.text("name", length_max=NAME_LENGTH_MAX)
    birthday = form.day("birthday", required=False)
    if form.is_sound:
        try:
            async with visit.writing() as tx:
                member = await get_member(tx, visit.member.member_id)
                await edit_profile(
                    tx,
                    member.id,
                    Profile(
                        name=name,
                        sex=member.sex,
                        birthday=birthday or member.birthday,
                        personal_discount_bp=member.personal_discount_bp,
                    ),
                )
                await note_profile(tx, visit.app.reference.versions, member.id)
        except Refusal as refusal:
            form.refused(refusal, default="name")
        else:
            return _sent_on(visit, "saved")
    return await _page(visit, form)


@post(f"{PATH}/profile/consents", status_code=HTTP_303_SEE_OTHER)
async def save_consents(visit: NamedDependency[Visit], request: AppRequest) -> Response[str] | Redirect:
    """Note what has changed of the consents; each is a row of its own that stays."""
    form = await visit.typed(request)
    async with visit.writing() as tx:
        member_id = visit.member.member_id
        given, texts = _given(await list_consents(tx, member_id)), await list_consent_texts(tx)
        refuse_other_texts(form, texts, visit.words)
        for kind in CHOSEN:
            if form.flag(kind) != (kind in given) and not form.problem(kind):
                await note_consent(
                    tx,
                    member_id,
                    kind,
                    is_given=form.flag(kind),
                    source="app",
                    text_version=texts.version_of(kind),
                )
    return _sent_on(visit, "consents") if form.is_sound else await _page(visit, form)


@post(f"{PATH}/profile/channel", status_code=HTTP_303_SEE_OTHER)
async def save_channel(visit: NamedDependency[Visit], request: AppRequest) -> Redirect:
    """Write by this channel first from now on; by none that is known: as the business has it."""
    form = await visit.typed(request)
    chosen = next((channel for channel in CHANNELS if channel == form.value("channel")), None)
    async with visit.writing() as tx:
        await prefer_channel(tx, visit.member.member_id, chosen, source="app")
    return _sent_on(visit, "channel")


@post(f"{PATH}/profile/language", status_code=HTTP_303_SEE_OTHER)
async def save_language(visit: NamedDependency[Visit], request: AppRequest) -> Redirect:
    """Speak another language from now on, wherever the member opens the app."""
    form = await visit.typed(request)
    language = form.choice("language", LANGUAGES)
    answer = _sent_on(visit, "")
    if language is not None:
        async with visit.writing() as tx:
            await choose_language(tx, visit.member, language)
        answer.delete_cookie(LANGUAGE_COOKIE)
    return answer


@get(f"{PATH}/profile/data")
async def show_data(visit: NamedDependency[Visit]) -> Response[str]:
    """Show all that the business knows of the member, to be read."""
    async with visit.reading() as tx:
        data = await get_own_data(tx, visit.member.member_id, currency=visit.business.currency)
    return visit.page("data.html", **_told(data, visit))


@get(f"{PATH}/profile/data.json")
async def download_data(visit: NamedDependency[Visit]) -> Response[bytes]:
    """Return the same for a machine."""
    async with visit.reading() as tx:
        data = await get_own_data(tx, visit.member.member_id, currency=visit.business.currency)
    return Response(
        msgspec.json.format(msgspec.json.encode(data), indent=2),
        media_type="application/json",
        headers={
            "content-disposition": f'attachment; filename="plushka-{visit.today.isoformat()}.json"',
            "cache-control": "no-store",
        },
    )


@get(f"{PATH}/profile/deletion")
async def show_deletion(visit: NamedDependency[Visit]) -> Response[str]:
    """Say what is lost before anything is."""
    return await _deletion_page(visit, visit.form())


@post(f"{PATH}/profile/deletion", status_code=HTTP_200_OK)
async def delete(visit: NamedDependency[Visit], request: AppRequest) -> Response[str] | Redirect:
    """Destroy all that is known of the member, who has ticked that they mean it."""
    form = await visit.typed(request)
    if not form.flag("sure"):
        form.fail("sure", visit.words.gettext("Tick this if you mean it: there is no way back."))
        return await _deletion_page(visit, form)
    async with visit.writing() as tx:
        await delete_member(tx, visit.member.member_id)
    return Redirect(
        f"{visit.home}/sign-in?said=deleted",
        status_code=HTTP_303_SEE_OTHER,
        cookies=[cookie_of(visit, "")],
    )


HANDLERS = [
    show_profile,
    save_profile,
    save_consents,
    save_channel,
    save_language,
    show_data,
    download_data,
    show_deletion,
    delete,
]


def _sent_on(visit: Visit, said: str) -> Redirect:
    query = f"?said={said}" if said else ""
    return Redirect(f"{visit.home}/profile{query}", status_code=HTTP_303_SEE_OTHER)


async def _page(visit: Visit, form: Form) -> Response[str]:
    async with visit.reading() as tx:
        member = await get_member(tx, visit.member.member_id)
        said, texts = await list_consents(tx, member.id), await list_consent_texts(tx)
        push_key, devices = await find_push_key(tx), await list_own_devices(tx, member.id)
        ways = await list_ways(tx, member.id)
    given = _given(said)
    refused = {consent.kind for consent in _latest(said)} - given
    return visit.page(
        "profile.html",
        tab="profile",
        status=200 if form.is_sound else HTTP_422_UNPROCESSABLE_ENTITY,
        form=form,
        member=member,
        birthday=member.birthday.isoformat() if member.birthday else "",
        birthday_free_on=_birthday_free_on(member, visit),
        phone=phone_of(member),
        choices=[
            Choice(
                kind=kind,
                text=_consent(kind, texts, visit),
                version=texts.version_of(kind),
                is_given=kind in given,
            )
            for kind in CHOSEN
        ],
        channels=[
            ("", visit.words.gettext("No matter"), visit.words.gettext("By whichever the business chooses.")),
            *(
                (
                    channel,
                    visit.words.gettext(CHANNEL_NAMES[channel]),
                    _of_channel(channel, ways, refused, visit),
                )
                for channel in CHANNELS
                if channel in ways or channel == member.preferred_channel
            ),
        ],
        languages=[(language, LANGUAGE_NAMES[language], "") for language in LANGUAGES],
        is_in_browser=visit.member.host == "browser",
        push_key=push_key,
        devices=[
            {"id": str(one.id), "device": one.device, "since": visit.figures().day(one.created_at)}
            for one in devices
        ],
    )


def _given(consents: Sequence[Consent]) -> set[ConsentKind]:
    """Return what is agreed to now."""
    return {consent.kind for consent in _latest(consents) if consent.is_given}


def _latest(consents: Sequence[Consent]) -> Iterable[Consent]:
    """Return what holds now: of each kind the first row is the latest."""
    latest: dict[ConsentKind, Consent] = {}
    for consent in consents:
        latest.setdefault(consent.kind, consent)
    return latest.values()


def _of_channel(
    channel: Channel, ways: Collection[Channel], refused: Collection[ConsentKind], visit: Visit
) -> str:
    """Return what is to be known of a channel before it is chosen."""
    gettext = visit.words.gettext
    if channel not in ways:
        return gettext("Nothing gets through there now: until it does, we write another way.")
    if CONSENT_OF.get(channel) in refused:
        return gettext("Offers by it you have taken back: those come another way.")
    return gettext("Messages wait here in the app, and nothing rings.") if channel == "inbox" else ""


def _consent(kind: ConsentKind, texts: ConsentTexts, visit: Visit) -> str:
    version = texts.version_of(kind)
    if version is not None:
        text = texts.find(kind, version, business=visit.business.name, language=visit.look.language)
        return text or ""
    words = visit.words
    return words.gettext("Write to me by: {channel}", channel=words.gettext(CONSENT_WORDS[kind]))


def _birthday_free_on(member: Member, visit: Visit) -> str:
    """Return from when a birthday can be changed again, empty: now."""
    if member.birthday_changed_at is None:
        return ""
    free_at = member.birthday_changed_at + timedelta(days=BIRTHDAY_CHANGES_AFTER_DAYS)
    return visit.figures().day(free_at) if free_at > visit.at else ""


async def _deletion_page(visit: Visit, form: Form) -> Response[str]:
    async with visit.reading() as tx:
        accounts = await list_accounts(tx, visit.member.member_id)
    return visit.page(
        "deletion.html",
        status=200 if form.is_sound else HTTP_422_UNPROCESSABLE_ENTITY,
        form=form,
        losses=[loss for loss in (_loss(account, visit) for account in accounts) if loss.points or loss.debt],
        has_welcome=any(account.version and account.version.program.welcome for account in accounts),
    )


def _loss(account: Account, visit: Visit) -> Loss:
    figures = visit.figures(account.scale)
    balance = account.wallet.balance if account.wallet else Balance()
    points = balance.available + balance.pending + balance.held
    return Loss(
        program=account.program.name,
        points=figures.points(points) if points else "",
        held=figures.points(balance.held) if balance.held else "",
        debt=figures.points(balance.debt) if balance.debt else "",
    )


def _said(event: OwnEvent, figures: Figures) -> list[str]:
    """Return what an event says, in its order; money of the kinds that all businesses have as money."""
    fields = _KINDS[event.kind].fields if event.kind in _KINDS else ()
    money = {field.name for field in fields if field.type == "money"}
    return [
        figures.money(value) if name in money and isinstance(value, int) else str(value)
        for name, value in event.data.items()
    ]


def _told(data: OwnData, visit: Visit) -> dict[str, Any]:
    figures, words = visit.figures(), visit.words
    return {
        "data": data,
        "group": words.gettext(GROUP_WORDS[data.group.group]) if data.group else "",
        "birthday": figures.full_day(data.birthday) if data.birthday else "",
        "enrolled_on": figures.day(data.enrolled_at),
        "preferred_channel": words.gettext(CHANNEL_NAMES[data.preferred_channel])
        if data.preferred_channel
        else "",
        "consents": [
            (
                words.gettext(CONSENT_WORDS[consent.kind]),
                words.gettext("given") if consent.is_given else words.gettext("withdrawn"),
                figures.moment(consent.at),
            )
            for consent in data.consents
        ],
        "dates": [(date.whose, figures.month_day(date.month, date.day)) for date in data.dates],
        "movements": [
            (
                words.gettext(KINDS[movement.kind]),
                visit.figures(account.scale).points(movement.points),
                figures.moment(movement.at),
            )
            for account in data.accounts
            for movement in account.movements
        ],
        "receipts": [
            (receipt.number, figures.moment(receipt.at), figures.money(receipt.paid_minor))
            for receipt in data.receipts
        ],
        "certificates": [(shown(one.number), figures.money(one.balance_minor)) for one in data.certificates],
        "events": [
            (
                words.gettext(_KINDS[event.kind].title) if event.kind in _KINDS else event.kind,
                ", ".join(_said(event, figures)),
                figures.moment(event.at),
            )
            for event in data.events
        ],
        "letters": [
            (letter.text, words.gettext(CHANNEL_NAMES[letter.channel]), figures.moment(letter.at))
            for letter in data.letters
            if letter.text
        ],
        "journeys": [(journey.name, figures.moment(journey.since)) for journey in data.journeys],
        "promo_codes": [(code,) for code in data.promo_codes],
        "friends": [
            *([(words.gettext("My code"), data.friends.code)] if data.friends.code else []),
            (words.gettext("Came by my link or code"), figures.number(data.friends.brought)),
            (
                words.gettext("Brought by a friend"),
                words.gettext("yes") if data.friends.came_by_a_friend else words.gettext("no"),
            ),
        ],
    }
