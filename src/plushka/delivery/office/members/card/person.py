"""Who a member is: the profile, what they are known by, days of people close to them, what they agreed to."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import date
from typing import Any, get_args
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.status_codes import HTTP_422_UNPROCESSABLE_ENTITY
from msgspec import Struct

from plushka.delivery.office.context import OfficeRequest
from plushka.delivery.office.members.card.head import IDENTITIES, head_of, in_order
from plushka.delivery.office.members.card.overview import DATES, SEXES, date_line
from plushka.delivery.office.movement_rows import told_actor
from plushka.delivery.office.people import load_actors
from plushka.delivery.office.visit import Visit
from plushka.delivery.web.forms import Form
from plushka.delivery.web.notices import sent_on
from plushka.domain.members.consent_texts import CONSENT_WORDS, ConsentTexts, list_consent_texts
from plushka.domain.members.consents import list_consents, note_consent
from plushka.domain.members.dates import add_date, list_dates, remove_date
from plushka.domain.members.identities import identify
from plushka.domain.members.model import (
    NAME_LENGTH_MAX,
    REASON_LENGTH_MAX,
    WHOSE_LENGTH_MAX,
    Consent,
    ConsentKind,
    DateKind,
    Identity,
    IdentityKind,
    Profile,
    Sex,
)
from plushka.domain.members.naming import add_identity, confirm, correct_identity, remove_identity
from plushka.domain.members.profile import edit_profile, prefer_channel
from plushka.domain.members.queries import get_member
from plushka.domain.messages.model import CHANNEL_NAMES, CHANNELS
from plushka.domain.messages.reaching import list_ways
from plushka.domain.occasions.profiles import note_profile
from plushka.platform.database import Tx
from plushka.platform.errors import Refusal
from plushka.platform.i18n import marked

_SAID = {
    ("till", True): marked("given at a till"),
    ("office", True): marked("given, noted by {who}"),
    ("link", True): marked("given on the page of a link"),
    ("bot", True): marked("given in a bot"),
    ("app", True): marked("given in the app"),
    ("import", True): marked("given, from a file"),
    ("till", False): marked("taken back at a till"),
    ("office", False): marked("taken back, noted by {who}"),
    ("link", False): marked("taken back on the page of a link"),
    ("bot", False): marked("taken back in a bot"),
    ("app", False): marked("taken back in the app"),
    ("import", False): marked("taken back, from a file"),
    ("sms", False): marked("taken back by an SMS"),
    ("complaint", False): marked("taken back: a letter was called spam"),
}


class ConsentLine(Struct, frozen=True):
    """A consent as it stands, with what was said of it before, and the text that was shown: version and words."""

    kind: str
    title: str
    is_given: bool
    history: tuple[tuple[str, tuple[str, str]], ...]


@get("/members/{member_id:uuid}/person", opt={"action": "members.read"})
async def show_person(visit: NamedDependency[Visit], member_id: FromPath[UUID]) -> Response[str]:
    return await _page(visit, member_id, visit.form())


@post("/members/{member_id:uuid}/person", opt={"action": "members.edit"})
async def edit_person(
    visit: NamedDependency[Visit], member_id: FromPath[UUID], request: OfficeRequest
) -> Response[str] | Redirect:
    form = await visit.typed(request)
    profile = Profile(
        name=form.text("name", length_max=NAME_LENGTH_MAX, required=False),
        sex=_sex(form),
        birthday=form.day("birthday", required=False),
        personal_discount_bp=form.rate("personal_discount_bp", required=False) or 0,
    )
    reason = form.text("birthday_reason", required=False, length_max=REASON_LENGTH_MAX)
    may_override = visit.may("members.birthday")

    async def edit(tx: Tx) -> None:
        await edit_profile(tx, member_id, profile, birthday_reason=reason if may_override else None)
        await note_profile(tx, visit.office.reference.versions, member_id)

    return await _done(visit, member_id, form, edit, visit.words.gettext("Saved."), field="name")


@post("/members/{member_id:uuid}/identities", opt={"action": "members.edit"})
async def add_member_identity(
    visit: NamedDependency[Visit], member_id: FromPath[UUID], request: OfficeRequest
) -> Response[str] | Redirect:
    form = await visit.typed(request)
    kind = form.choice("kind", get_args(IdentityKind))
    identity = _identity(visit, form, kind, "value")

    async def add(tx: Tx) -> None:
        if identity is not None:
            await add_identity(tx, member_id, identity)
            await note_profile(tx, visit.office.reference.versions, member_id)

    return await _done(visit, member_id, form, add, visit.words.gettext("Added."), field="value")


@post("/members/{member_id:uuid}/identities/correct", opt={"action": "members.edit"})
async def correct_member_identity(
    visit: NamedDependency[Visit], member_id: FromPath[UUID], request: OfficeRequest
) -> Response[str] | Redirect:
    """Correct what a member is known by, or take it away."""
    form = await visit.typed(request)
    kind = form.choice("kind", get_args(IdentityKind))
    before = Identity(kind, form.value("before")) if kind else None
    is_removed = form.value("do") == "remove"
    after = None if is_removed else _identity(visit, form, kind, "corrected")

    async def correct(tx: Tx) -> None:
        if before is not None and is_removed:
            await remove_identity(tx, member_id, before)
        elif before is not None and after is not None:
            await correct_identity(tx, member_id, before, after)

    words = visit.words
    told = words.gettext("Removed.") if is_removed else words.gettext("Corrected.")
    return await _done(visit, member_id, form, correct, told, field="corrected")


@post("/members/{member_id:uuid}/confirm", opt={"action": "members.edit"})
async def confirm_member(visit: NamedDependency[Visit], member_id: FromPath[UUID]) -> Redirect:
    async with visit.writing() as tx:
        await confirm(tx, member_id)
    return sent_on(
        f"/members/{member_id}", visit.words.gettext("The phone is confirmed: points can be spent.")
    )


@post("/members/{member_id:uuid}/dates", opt={"action": "members.note"})
async def add_member_date(
    visit: NamedDependency[Visit], member_id: FromPath[UUID], request: OfficeRequest
) -> Response[str] | Redirect:
    form = await visit.typed(request)
    whose = form.text("whose", length_max=WHOSE_LENGTH_MAX)
    kind = form.choice("date_kind", get_args(DateKind))
    day = form.number("day", least=1, most=31)
    month = form.number("month", least=1, most=12)

    async def add(tx: Tx) -> None:
        if kind and day and month:
            await add_date(tx, member_id, whose=whose, kind=kind, month=month, day=day)
            await note_profile(tx, visit.office.reference.versions, member_id)

    return await _done(visit, member_id, form, add, visit.words.gettext("Written down."), field="whose")


@post("/members/{member_id:uuid}/dates/{date_id:uuid}/remove", opt={"action": "members.note"})
async def remove_member_date(
    visit: NamedDependency[Visit], member_id: FromPath[UUID], date_id: FromPath[UUID]
) -> Redirect:
    async with visit.writing() as tx:
        await remove_date(tx, member_id, date_id)
    return sent_on(f"/members/{member_id}/person", visit.words.gettext("Removed."))


@post("/members/{member_id:uuid}/consents", opt={"action": "members.consent"})
async def change_consent(
    visit: NamedDependency[Visit], member_id: FromPath[UUID], request: OfficeRequest
) -> Response[str] | Redirect:
    """Note that the member gave a consent, or took it back, to the person who writes it down."""
    form = await visit.typed(request)
    kind = form.choice("consent", get_args(ConsentKind))
    is_given = form.value("do") == "give"

    async def note(tx: Tx) -> None:
        if kind is not None:
            await note_consent(tx, member_id, kind, is_given=is_given, source="office")

    return await _done(visit, member_id, form, note, visit.words.gettext("Noted."), field="consent")


@post("/members/{member_id:uuid}/channel", opt={"action": "members.consent"})
async def change_channel(
    visit: NamedDependency[Visit], member_id: FromPath[UUID], request: OfficeRequest
) -> Response[str] | Redirect:
    """Write down by which channel the member has said that they would rather be written to."""
    form = await visit.typed(request)
    chosen = next((channel for channel in CHANNELS if channel == form.value("channel")), None)

    async def note(tx: Tx) -> None:
        await prefer_channel(tx, member_id, chosen, source="office")

    return await _done(visit, member_id, form, note, visit.words.gettext("Noted."), field="channel")


async def _done(
    visit: Visit,
    member_id: UUID,
    form: Form,
    change: Callable[[Tx], Awaitable[None]],
    told: str,
    *,
    field: str,
) -> Response[str] | Redirect:
    """Make a change that a sound form asks for; a refusal lands on ``field`` unless it names another."""
    if form.is_sound:
        try:
            async with visit.writing() as tx:
                await change(tx)
        except Refusal as refusal:
            form.refused(refusal, default=field)
        else:
            return sent_on(f"/members/{member_id}/person", told)
    return await _page(visit, member_id, form)


def _identity(visit: Visit, form: Form, kind: IdentityKind | None, field: str) -> Identity | None:
    text = form.text(field)
    if kind is None or not text:
        return None
    try:
        return identify(kind, text, country=visit.business.country)
    except Refusal as refusal:
        form.refused(refusal, default=field)
        return None


def _sex(form: Form) -> Sex | None:
    chosen = form.value("sex")
    return next((sex for sex in get_args(Sex) if sex == chosen), None)


async def _page(visit: Visit, member_id: UUID, form: Form) -> Response[str]:
    words = visit.words
    async with visit.reading() as tx:
        member = await get_member(tx, member_id)
        dates = await list_dates(tx, member.id)
        consents, texts = await list_consents(tx, member.id), await list_consent_texts(tx)
        actors = await load_actors(tx)
        ways = await list_ways(tx, member.id)
    return visit.page(
        "members/card/person.html",
        section="members",
        page="list",
        status=200 if form.is_sound else HTTP_422_UNPROCESSABLE_ENTITY,
        head=head_of(member, visit, tab="/person"),
        form=form,
        profile=_profile_texts(member.name, member.sex, member.birthday, member.personal_discount_bp, visit),
        birthday_changed=member.birthday_changed_at is not None,
        sexes=[("", words.gettext("not known")), *_options(SEXES, visit)],
        kinds=_options(IDENTITIES, visit),
        identities=[
            (identity.kind, words.gettext(IDENTITIES[identity.kind]), identity.value)
            for identity in in_order(member.identities)
        ],
        dates=[date_line(day, visit) for day in dates],
        date_kinds=_options(DATES, visit),
        months=[(str(month), visit.figures.month(month)) for month in range(1, 13)],
        consents=[
            _consent(kind, title, consents, texts, visit, actors) for kind, title in CONSENT_WORDS.items()
        ],
        preferred_channel=member.preferred_channel or "",
        preferred_told=words.gettext(CHANNEL_NAMES[member.preferred_channel])
        if member.preferred_channel
        else words.gettext("not said"),
        leads_nowhere=member.preferred_channel is not None and member.preferred_channel not in ways,
        channels=[
            ("", words.gettext("not said")),
            *(
                (channel, words.gettext(CHANNEL_NAMES[channel]))
                for channel in CHANNELS
                if channel in ways or channel == member.preferred_channel
            ),
        ],
        may_edit=visit.may("members.edit"),
        may_note=visit.may("members.note"),
        may_consent=visit.may("members.consent"),
        may_override=visit.may("members.birthday"),
    )


def _options(texts: dict[Any, str], visit: Visit) -> list[tuple[str, str]]:
    return [(value, visit.words.gettext(title)) for value, title in texts.items()]


def _profile_texts(
    name: str, sex: Sex | None, birthday: date | None, discount_bp: int, visit: Visit
) -> dict[str, str]:
    return {
        "name": name,
        "sex": sex or "",
        "birthday": birthday.isoformat() if birthday else "",
        "discount": visit.figures.bare_percent(discount_bp) if discount_bp else "",
        "birthday_told": visit.figures.full_day(birthday) if birthday else "",
        "sex_told": visit.words.gettext(SEXES[sex]) if sex else "",
    }


def _consent(  # noqa: PLR0917
    kind: str, title: str, said: Sequence[Consent], texts: ConsentTexts, visit: Visit, actors: dict[str, str]
) -> ConsentLine:
    history = [one for one in said if one.kind == kind]
    return ConsentLine(
        kind=kind,
        title=visit.words.gettext(title),
        is_given=bool(history) and history[0].is_given,
        history=tuple((_said(one, visit, actors), _shown_text(one, texts, visit)) for one in history),
    )


def _said(one: Consent, visit: Visit, actors: dict[str, str]) -> str:
    told = visit.words.gettext(_SAID[one.source, one.is_given], who=told_actor(one.actor, visit, actors))
    return f"{visit.figures.moment(one.at)}: {told}"


def _shown_text(one: Consent, texts: ConsentTexts, visit: Visit) -> tuple[str, str]:
    """Return which version of a text was shown, and the text; nothing where none was."""
    if one.text_version is None:
        return "", ""
    text = texts.find(
        one.kind, one.text_version, business=visit.business.name, language=visit.business.language
    )
    return visit.words.gettext(
        "the text that was shown, version {number}", number=one.text_version
    ), text or ""
