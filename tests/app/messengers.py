"""What messengers sign when somebody opens the app in them."""

import json
from collections.abc import Mapping
from datetime import datetime
from urllib.parse import urlencode
from uuid import UUID

from plushka.delivery.app.hosts.max_contact import contact_hash_of
from plushka.delivery.app.hosts.vk import sign_of
from plushka.delivery.app.hosts.web_app_data import hash_of
from plushka.domain.bots.model import BotAccount, Credentials
from plushka.domain.bots.operations import connect_bot
from plushka.domain.members.channels import Address, Messenger, bind_address
from plushka.platform.database import Database
from plushka.platform.vault import Vault

TOKENS: Mapping[str, str] = {"anna": "111111:ANNAS-bot-token", "eve": "222222:EVES-bot-token"}
VK_APP, VK_SECRET = "6736218", "wvl68m4dR1UpLrVRli"
PERSON = 279058397


def telegram_data(at: datetime, *, token: str = TOKENS["anna"], person: int = PERSON, **more: str) -> str:
    """Return what Telegram (and MAX) signs for whoever opens the app of the bot with this token."""
    user = {"id": person, "first_name": "Варвара", "last_name": "Широкова", "language_code": "ru"}
    pairs = {"auth_date": str(int(at.timestamp())), "user": json.dumps(user), **more}
    return urlencode({**pairs, "hash": hash_of(pairs, token)})


def contact_data(at: datetime, phone: str, *, person: int = PERSON, token: str = TOKENS["anna"]) -> str:
    """Return what Telegram signs when somebody shares a phone."""
    contact = json.dumps({"phone_number": phone, "user_id": person})
    pairs = {"auth_date": str(int(at.timestamp())), "contact": contact}
    return urlencode({**pairs, "hash": hash_of(pairs, token)})


def max_contact(
    told_at: str, phone: str, *, person: int = PERSON, token: str = TOKENS["anna"]
) -> dict[str, str]:
    """Return what MAX gives a page when somebody shares a phone; ``told_at`` in seconds or milliseconds."""
    digits = phone.lstrip("+")
    signature = contact_hash_of(digits, told_at=told_at, external_id=str(person), token=token)
    return {"phone": phone, "authDate": told_at, "hash": signature}


def vk_data(at: datetime, *, secret: str = VK_SECRET, app_id: str = VK_APP) -> str:
    """Return what VK signs for whoever opens the mini app."""
    pairs = {
        "vk_user_id": str(PERSON),
        "vk_app_id": app_id,
        "vk_language": "ru",
        "vk_access_token_settings": "",
        "vk_ts": str(int(at.timestamp())),
    }
    return urlencode({**pairs, "sign": sign_of(pairs, secret)})


async def give_bot(
    database: Database,
    vault: Vault,
    tenant_id: UUID,
    at: datetime,
    *,
    messenger: Messenger = "telegram",
    token: str = TOKENS["anna"],
) -> None:
    """Connect a bot to a business."""
    keys = Credentials(token=token, secret="x", app_id=VK_APP, app_secret=VK_SECRET)
    account = BotAccount(account_id=f"{messenger}:{token[:6]}", username="plushka_bot", name="Плюшка")
    async with database.transaction(tenant_id, actor="test", at=at) as tx:
        await connect_bot(tx, vault, messenger, account, credentials=keys, is_polled=True)


async def bind(
    database: Database, tenant_id: UUID, member_id: UUID, at: datetime, *, messenger: Messenger = "telegram"
) -> None:
    """Let the person be a member who has talked to the bot."""
    async with database.transaction(tenant_id, actor="test", at=at) as tx:
        await bind_address(tx, member_id, Address(messenger, str(PERSON)), language="ru")
