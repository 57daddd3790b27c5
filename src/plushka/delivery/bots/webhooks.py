"""``/bots/{messenger}/{business}/{bot}``: messengers call; each call is verified, taken in once, answered at once."""

from dataclasses import dataclass
from uuid import UUID

import structlog
from litestar import Request, Response, Router, post
from litestar.background_tasks import BackgroundTask
from litestar.datastructures import State
from litestar.params import FromPath
from litestar.status_codes import HTTP_200_OK, HTTP_403_FORBIDDEN, HTTP_404_NOT_FOUND

from plushka.delivery.bots.shells import Shells
from plushka.domain.bots.conversing import hear
from plushka.domain.bots.model import Bot, UnknownBot
from plushka.domain.bots.queries import get_bot
from plushka.domain.members.channels import Messenger
from plushka.platform.bell import Bell
from plushka.platform.clock import Clock
from plushka.platform.database import Database
from plushka.platform.vault import Vault

PATH = "/bots/{messenger:str}/{business_id:uuid}/{bot_id:uuid}"
BODY_BYTES_MAX = 1024 * 1024

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Webhooks:
    """Given by the composition root as ``app.state.webhooks``."""

    database: Database
    clock: Clock
    vault: Vault
    shells: Shells
    bell: Bell


def webhook_url(public_url: str, messenger: Messenger, tenant_id: UUID, bot_id: UUID) -> str:
    """Return the address at which a messenger calls us for a bot."""
    return f"{public_url}/bots/{messenger}/{tenant_id}/{bot_id}"


@post(PATH, status_code=HTTP_200_OK)
async def take_in(
    request: Request[object, object, State],
    messenger: FromPath[str],
    business_id: FromPath[UUID],
    bot_id: FromPath[UUID],
) -> Response[bytes]:
    """Take in an update; what it leads to is sent afterwards, so that the messenger is not kept waiting."""
    webhooks: Webhooks = request.app.state.webhooks
    bot = await _find(webhooks, business_id, bot_id)
    if bot is None or bot.messenger != messenger:
        return _answered(HTTP_404_NOT_FOUND)
    shell = await webhooks.shells.get(bot.messenger)
    body = await request.body()
    if not shell.admits(bot, {name.lower(): value for name, value in request.headers.items()}, body):
        return _answered(HTTP_403_FORBIDDEN)
    try:
        incoming = shell.read(bot, body)
    except ValueError:
        # It knows the secret, so it is the messenger: refused, it would tell the same again and hold up the rest.
        log.warning("update_not_read", bot_id=str(bot_id))
        incoming = None
    if incoming is not None:
        async with webhooks.database.transaction(business_id, actor="visitor", at=webhooks.clock.now()) as tx:
            await hear(tx, bot, incoming.chatter, incoming.heard, key=incoming.key)
        webhooks.bell.ring(business_id)
    answer = _answered(HTTP_200_OK, await shell.reply(bot, body, incoming))
    if incoming is not None and not shell.replies_release:
        answer.background = BackgroundTask(shell.confirm, bot, incoming)
    return answer


router = Router(
    path="/", route_handlers=[take_in], include_in_schema=False, request_max_body_size=BODY_BYTES_MAX
)


async def _find(webhooks: Webhooks, business_id: UUID, bot_id: UUID) -> Bot | None:
    try:
        async with webhooks.database.transaction(
            business_id, actor="job:bots", at=webhooks.clock.now(), read_only=True
        ) as tx:
            return await get_bot(tx, webhooks.vault, bot_id)
    except UnknownBot:
        return None


def _answered(status: int, body: bytes = b"") -> Response[bytes]:
    media_type = "application/json" if body[:1] == b"{" else "text/plain"
    return Response(body, status_code=status, media_type=media_type)
