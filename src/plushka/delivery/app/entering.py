"""Coming in from a messenger: by the data that it has signed, and for who is new by a phone that it vouches for.

Our script sends these; answers are for it (assets/js/app/entering.js).
"""

from datetime import datetime
from typing import assert_never

from litestar import Response, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.status_codes import HTTP_200_OK
from msgspec import Struct

from plushka.delivery.app.admission import LAUNCH_HEADER, STRANGER
from plushka.delivery.app.context import PATH, AppRequest
from plushka.delivery.app.hosts import max_contact, vk, web_app_data
from plushka.delivery.app.hosts.launch import Launch, LaunchRefused, SharedPhone
from plushka.delivery.app.signing_in import phone_page, with_proof
from plushka.delivery.app.visit import Visit
from plushka.domain.bots.links import start_link
from plushka.domain.bots.model import Bot
from plushka.domain.bots.queries import find_bot
from plushka.domain.members.channels import MESSENGERS, Address, Messenger, find_address, note_seen
from plushka.domain.members.launches import find_launch, note_launch
from plushka.domain.members.phone_codes import prove
from plushka.domain.members.sessions import open_session
from plushka.platform.database import Tx
from plushka.platform.errors import NotFound

_OPT = {"who": STRANGER}


class Entered(Struct, frozen=True):
    """``session`` is empty for somebody new: ``launch`` then names them until they have proved a phone.

    ``bot`` is where to talk to the business's bot.
    """

    session: str
    launch: str
    bot: str


@post(f"{PATH}/enter/{{messenger:str}}", opt=_OPT, status_code=HTTP_200_OK)
async def enter(visit: NamedDependency[Visit], messenger: FromPath[str], request: AppRequest) -> Entered:
    """Open a session for whom the messenger has signed to be here.

    :raises LaunchRefused: the data are not right, too old, or were used before
    """
    signed = (await visit.typed(request)).value("signed")
    async with visit.writing() as tx:
        bot = await _bot(tx, visit, messenger)
        launch = read_launch(bot, signed, visit.at)
        address = Address(bot.messenger, launch.external_id)
        token = await note_launch(tx, address, launch.digest)
        if token is None:
            raise LaunchRefused
        link = start_link(bot.messenger, bot.username, "app")
        known = await find_address(tx, address)
        if known is None:
            return Entered(session="", launch=token, bot=link)
        await note_seen(tx, address)
        return Entered(await open_session(tx, known.member_id, host=bot.messenger), launch="", bot=link)


@post(f"{PATH}/enter/{{messenger:str}}/phone", opt=_OPT, status_code=HTTP_200_OK)
async def share_phone(
    visit: NamedDependency[Visit], messenger: FromPath[str], request: AppRequest
) -> Response[str] | Redirect:
    """Let in whoever shares a phone that the messenger has signed to be theirs; one that VK has not, by an SMS.

    :raises LaunchRefused: Telegram or MAX has not, or the app was opened too long ago
    """
    signed = (await visit.typed(request)).value("signed")
    async with visit.writing() as tx:
        bot = await _bot(tx, visit, messenger)
        address = await find_launch(tx, request.headers.get(LAUNCH_HEADER, ""))
        if address is None or address.messenger != bot.messenger:
            raise LaunchRefused
        shared = _read_phone(bot, signed, address, visit.at)
        if not shared.is_signed:
            return phone_page(visit, visit.form(), phone=shared.phone)
        proof = await prove(tx, shared.phone, network=visit.network)
    return await with_proof(visit, visit.form(), proof, name=shared.name)


HANDLERS = [enter, share_phone]


def read_launch(bot: Bot, signed: str, at: datetime) -> Launch:
    """Return who has opened the app of this bot.

    :raises LaunchRefused: the data are not its messenger's for it
    """
    match bot.messenger:
        case "telegram" | "max":
            return web_app_data.read_launch(signed, token=bot.token, at=at)
        case "vk":
            keys = bot.credentials
            return vk.read_launch(signed, app_id=keys.app_id, app_secret=keys.app_secret, at=at)
        case _:
            assert_never(bot.messenger)


def _read_phone(bot: Bot, signed: str, address: Address, at: datetime) -> SharedPhone:
    keys, person = bot.credentials, address.external_id
    match bot.messenger:
        case "telegram":
            phone = web_app_data.read_contact(signed, token=bot.token, external_id=person, at=at)
            return SharedPhone(phone, name="", is_signed=True)
        case "max":
            return max_contact.read_contact(signed, token=bot.token, external_id=person, at=at)
        case "vk":
            return vk.read_phone(signed, app_id=keys.app_id, app_secret=keys.app_secret, external_id=person)
        case _:
            assert_never(bot.messenger)


async def _bot(tx: Tx, visit: Visit, messenger: str) -> Bot:
    named: Messenger | None = next((one for one in MESSENGERS if one == messenger), None)
    bot = await find_bot(tx, visit.app.vault, named) if named else None
    if bot is None:
        raise NotFound
    return bot
