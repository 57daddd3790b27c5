"""A phone that is proved in the app, for a bot that has asked for it in the chat: VK shares no contacts there."""

from plushka.domain.bots.conversing import Chatter, find_talk, hear
from plushka.domain.bots.queries import find_bot
from plushka.domain.bots.talk import SharedPhone
from plushka.domain.members.channels import Address
from plushka.platform.database import Tx
from plushka.platform.ids import new_id
from plushka.platform.vault import Vault


async def hear_proved(tx: Tx, vault: Vault, address: Address, phone: str, *, name: str = "") -> bool:
    """Let the talk go on as if the phone (E.164) had been shared in it; False: it does not wait for one.

    They have agreed to the keeping of data there, so they are enrolled with that, and with the link that they came by.

    :raises IdentityTaken: they are enrolled elsewhere at this very moment
    """
    bot = await find_bot(tx, vault, address.messenger)
    talk = await find_talk(tx, bot, address.external_id) if bot else None
    if bot is None or talk is None or talk.step != "phone":
        return False
    shared = SharedPhone(phone, is_own=True)
    return await hear(tx, bot, Chatter(address.external_id, name), shared, key=f"proved:{new_id()}")
