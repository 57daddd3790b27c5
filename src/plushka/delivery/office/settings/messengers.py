"""The business's bots in messengers: connected by their token, looked at, let go."""

import re
from collections.abc import Mapping
from contextlib import suppress
from types import MappingProxyType

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.status_codes import HTTP_200_OK, HTTP_422_UNPROCESSABLE_ENTITY, HTTP_502_BAD_GATEWAY
from msgspec import Struct, structs

from plushka.delivery.office.context import OfficeRequest
from plushka.delivery.office.settings.letting_go import waiting_told
from plushka.delivery.office.visit import Visit
from plushka.delivery.web.forms import Form
from plushka.delivery.web.notices import sent_on
from plushka.domain.bots.asking import list_confirming, set_confirming
from plushka.domain.bots.connecting import BotDesk, Condition
from plushka.domain.bots.links import start_link
from plushka.domain.bots.model import UNAUTHORIZED, Bot, Credentials, TokenMissing, TokenRefused, UnknownBot
from plushka.domain.bots.operations import connect_bot, disconnect_bot, new_secret, note_health, note_well
from plushka.domain.bots.queries import find_bot
from plushka.domain.businesses.queries import list_branches
from plushka.domain.members.channels import MESSENGER_NAMES, Messenger
from plushka.domain.messages.outgoing import count_waiting
from plushka.platform.errors import Refusal, TemporaryFailure
from plushka.platform.i18n import marked
from plushka.platform.vault import WrongKey

PATH = "/settings/messengers"
ONE = f"{PATH}/{{messenger:str}}"
TOKEN_LENGTH_MAX = 500
_NUMBER = re.compile(r"[1-9][0-9]{0,11}")

STEPS: Mapping[Messenger, tuple[str, ...]] = MappingProxyType(
    {
        "telegram": (
            marked("Open @BotFather in Telegram and send /newbot."),
            marked("Give the bot a name and an address that ends in “bot”."),
            marked("Copy the token that BotFather answers with, and paste it here."),
        ),
        "max": (
            marked(
                "Make a bot in the cabinet “MAX for partners” of your organisation and wait until it is approved."
            ),
            marked("Name the address of your business's app there: {app}"),
            marked("Copy the bot's token from its page there, and paste it here."),
        ),
        "vk": (
            marked("Turn on messages and the possibilities of bots in the settings of your community."),
            marked(
                "Make a key under “API usage” there that allows to manage the community, its messages, its photos and "
                "its files."
            ),
            marked(
                "Make a mini app at dev.vk.com with the address {app}: members prove their phone and see their card."
            ),
            marked("Copy the key, and the id and the protected key of the mini app, and paste them here."),
        ),
    }
)
"""How a bot is made, for each messenger that bots can be connected in."""
_TOKEN = "token"  # noqa: S105  the name of a field
_APP_ID, _APP_SECRET = "app_id", "app_secret"
_ASKED_FOR: Mapping[Messenger, Mapping[str, str]] = MappingProxyType(
    {
        "telegram": {_TOKEN: marked("Token")},
        "max": {_TOKEN: marked("Token")},
        "vk": {
            _TOKEN: marked("Key of the community"),
            _APP_ID: marked("Id of the mini app"),
            _APP_SECRET: marked("Protected key of the mini app"),
        },
    }
)
"""What a bot is connected with, and what the field for it is called."""


class Asked(Struct, frozen=True):
    """A field of the form that connects a bot."""

    name: str
    label: str
    help: str = ""


class Place(Struct, frozen=True):
    """A messenger on the page: with the bot that is connected there, or how one is."""

    messenger: Messenger
    title: str
    steps: tuple[str, ...]
    form: Form
    fields: tuple[Asked, ...]
    bot: "BotShown | None" = None
    is_locked: bool = False


class BotShown(Struct, frozen=True):
    """A bot, told."""

    name: str
    username: str
    link: str
    connected: str
    listens: str
    checked: str
    pending: int
    waiting: int
    problem: str
    problem_at: str


@get(PATH, opt={"action": "bots.read"})
async def show_messengers(visit: NamedDependency[Visit]) -> Response[str]:
    return await _page(visit)


@post(f"{ONE}/connect", opt={"action": "bots.change"}, status_code=HTTP_200_OK)
async def connect(
    visit: NamedDependency[Visit], messenger: FromPath[str], request: OfficeRequest
) -> Response[str] | Redirect:
    """Ask the messenger whose the token is, and connect that bot; who keeps bots at work does the rest."""
    where, desk = _messenger(messenger), visit.office.bots
    form = await visit.typed(request)
    credentials = _typed_credentials(form, where, visit)
    status = HTTP_422_UNPROCESSABLE_ENTITY
    username = ""
    if form.is_sound:
        try:
            account = await (await desk.messengers.get(where)).identify(credentials.token)
            username = account.username
            async with visit.writing() as tx:
                await connect_bot(
                    tx, desk.vault, where, account, credentials=credentials, is_polled=desk.are_polled
                )
        except Refusal as refusal:
            form.refused(refusal, fields={"token": field_of(where)}, default=field_of(where))
        except TemporaryFailure:
            words = visit.words.gettext("The messenger does not answer now. Try again in a minute.")
            form.fail(field_of(where), words)
            status = HTTP_502_BAD_GATEWAY
    if not form.is_sound:
        return await _page(visit, {where: form}, status=status)
    desk.bell.ring(visit.business.tenant_id)
    text = visit.words.gettext("@{username} is connected and answers already.", username=username)
    return sent_on(PATH, text)


@post(f"{ONE}/check", opt={"action": "bots.change"})
async def check(visit: NamedDependency[Visit], messenger: FromPath[str]) -> Redirect:
    """Look how the messenger sees the bot now."""
    bot = await _bot(visit, _messenger(messenger))
    condition = await _look(visit.office.bots, bot)
    async with visit.writing() as tx:
        await note_health(tx, bot.id, pending_updates=condition.pending_updates, problem=condition.problem)
        if not condition.problem:
            await note_well(tx, bot.id)
    if condition.problem:
        return sent_on(PATH, visit.words.gettext("Something is wrong: {problem}", problem=condition.problem))
    return sent_on(PATH, visit.words.gettext("@{username} is well.", username=bot.username))


@post(f"{ONE}/disconnect", opt={"action": "bots.change"})
async def disconnect(visit: NamedDependency[Visit], messenger: FromPath[str]) -> Redirect:
    where, desk = _messenger(messenger), visit.office.bots
    bot = await _bot(visit, where)
    async with visit.writing() as tx:
        await disconnect_bot(tx, bot)
        waiting = await count_waiting(tx, where)
    desk.bell.ring(visit.business.tenant_id)
    # The messenger may not know the token any more, or will find by itself that nobody answers.
    with suppress(Refusal, TemporaryFailure):
        await (await desk.messengers.get(where)).let_go(bot)
    told = visit.words.gettext("@{username} is disconnected; its token is forgotten.", username=bot.username)
    return sent_on(PATH, told + waiting_told(waiting, visit))


@post(f"{PATH}/confirming", opt={"action": "bots.change"})
async def choose_confirming(visit: NamedDependency[Visit], request: OfficeRequest) -> Redirect:
    """Choose the branches whose members may agree to spending by a button of the bot."""
    form = await visit.typed(request)
    chosen = set(form.values("branch"))
    async with visit.writing() as tx:
        branches = await list_branches(tx)
        await set_confirming(tx, [branch.id for branch in branches if str(branch.id) in chosen])
    return sent_on(PATH, visit.words.gettext("Saved."))


async def _look(desk: BotDesk, bot: Bot) -> Condition:
    """Return how the bot is seen; that it cannot be asked is a condition too."""
    try:
        return await (await desk.messengers.get(bot.messenger)).look(bot)
    except TokenRefused:
        return Condition(problem=UNAUTHORIZED)
    except TemporaryFailure as failure:
        return Condition(problem=failure.reason)


def field_of(messenger: Messenger, what: str = _TOKEN) -> str:
    """Return the name of the field for a token, or what else is asked for: the page has a form for each messenger."""
    return f"{messenger}_{what}"


def _typed_credentials(form: Form, messenger: Messenger, visit: Visit) -> Credentials:
    """Return what was typed; what cannot be it is marked in the form."""
    typed = {
        what: form.text(field_of(messenger, what), required=what != _TOKEN, length_max=TOKEN_LENGTH_MAX)
        for what in _ASKED_FOR[messenger]
    }
    if not typed[_TOKEN]:
        form.refused(TokenMissing(field=_TOKEN), default=field_of(messenger))
    app_id = typed.get(_APP_ID, "")
    if app_id and not _NUMBER.fullmatch(app_id):
        words = visit.words.gettext("The id of a mini app is a number.")
        form.fail(field_of(messenger, _APP_ID), words)
    return Credentials(
        token=typed[_TOKEN], secret=new_secret(), app_id=app_id, app_secret=typed.get(_APP_SECRET, "")
    )


def _messenger(name: str) -> Messenger:
    """Return a messenger that bots can be connected in.

    :raises UnknownBot: there is no such
    """
    for messenger in STEPS:
        if messenger == name:
            return messenger
    raise UnknownBot


async def _bot(visit: Visit, messenger: Messenger) -> Bot:
    """Return the bot that is connected there.

    :raises UnknownBot: none is
    """
    async with visit.reading() as tx:
        bot = await find_bot(tx, visit.office.bots.vault, messenger)
    if bot is None:
        raise UnknownBot
    return bot


async def _page(
    visit: Visit, forms: Mapping[Messenger, Form] | None = None, *, status: int = HTTP_200_OK
) -> Response[str]:
    async with visit.reading() as tx:
        confirming = await list_confirming(tx)
        branches = [branch for branch in await list_branches(tx) if branch.closed_at is None]
    places = [await _place(visit, messenger, (forms or {}).get(messenger)) for messenger in STEPS]
    return visit.page(
        "settings/messengers.html",
        section="settings",
        page="messengers",
        status=status,
        places=places,
        form=visit.form(),
        branches=[(str(branch.id), branch.name, branch.id in confirming) for branch in branches],
        may_change=visit.may("bots.change"),
    )


async def _place(visit: Visit, messenger: Messenger, form: Form | None) -> Place:
    words = visit.words
    app = f"{visit.office.bots.public_url or 'https://…'}/app/{visit.business.tenant_id}"
    place = Place(
        messenger=messenger,
        title=words.gettext(MESSENGER_NAMES[messenger]),
        steps=tuple(words.gettext(step, app=app) for step in STEPS[messenger]),
        form=form or visit.form(),
        fields=tuple(
            Asked(
                name=field_of(messenger, what),
                label=words.gettext(label),
                help="" if what == _APP_ID else words.gettext("It is kept sealed, and shown to nobody."),
            )
            for what, label in _ASKED_FOR[messenger].items()
        ),
    )
    async with visit.reading() as tx:
        try:
            bot = await find_bot(tx, visit.office.bots.vault, messenger)
        except WrongKey:
            return structs.replace(place, is_locked=True)
        waiting = await count_waiting(tx, messenger)
    return place if bot is None else structs.replace(place, bot=_shown(bot, waiting, visit))


def _shown(bot: Bot, waiting: int, visit: Visit) -> BotShown:
    figures, words, health = visit.figures, visit.words, bot.health
    return BotShown(
        name=bot.name,
        username=bot.username,
        link=start_link(bot.messenger, bot.username, ""),
        connected=figures.day(bot.connected_at),
        listens=words.gettext("we ask for news")
        if bot.is_polled
        else words.gettext("the messenger calls us"),
        checked=figures.moment(health.checked_at) if health.checked_at else words.gettext("not yet"),
        pending=health.pending_updates,
        waiting=waiting,
        problem=health.problem,
        problem_at=figures.moment(health.problem_at) if health.problem_at else "",
    )
