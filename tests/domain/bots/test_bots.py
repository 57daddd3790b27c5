"""Which bots a business has; their tokens are sealed."""

from datetime import timedelta
from uuid import UUID

import pytest
from tests.conftest import SetClock

from plushka.domain.bots.model import BotAccount, BotTaken, Credentials, MessengerTaken, UnknownBot
from plushka.domain.bots.operations import connect_bot, disconnect_bot, note_health, note_rest
from plushka.domain.bots.queries import find_bot, get_bot, list_bots, list_posted
from plushka.domain.businesses.operations import found_business
from plushka.platform.database import Database, Tx
from plushka.platform.ids import new_id
from plushka.platform.vault import Vault

ACCOUNT = BotAccount(account_id="777", username="anna_coffee_bot", name="Кофейня Анны")
CREDENTIALS = Credentials(token="777:token", secret="s" * 20)


@pytest.fixture
def vault() -> Vault:
    return Vault(b"k" * 32)


async def test_a_connected_bot_is_found_with_its_token_which_the_database_does_not_show(
    tx: Tx, vault: Vault
) -> None:
    bot = await connect_bot(tx, vault, "telegram", ACCOUNT, credentials=CREDENTIALS, is_polled=True)
    found = await find_bot(tx, vault, "telegram")
    assert found == bot
    assert found is not None
    assert found.token == "777:token"
    assert await find_bot(tx, vault, "max") is None
    stored = await tx.fetchval("select credentials from bots where id = $1", bot.id)
    assert b"777:token" not in stored


async def test_a_messenger_has_one_bot_and_a_disconnected_one_is_forgotten(tx: Tx, vault: Vault) -> None:
    bot = await connect_bot(tx, vault, "telegram", ACCOUNT, credentials=CREDENTIALS, is_polled=True)
    with pytest.raises(MessengerTaken):
        await connect_bot(tx, vault, "telegram", ACCOUNT, credentials=CREDENTIALS, is_polled=True)
    await disconnect_bot(tx, bot)
    with pytest.raises(UnknownBot):
        await get_bot(tx, vault, bot.id)
    assert await tx.fetchval("select credentials from bots where id = $1", bot.id) == b""
    again = await connect_bot(tx, vault, "telegram", ACCOUNT, credentials=CREDENTIALS, is_polled=False)
    assert await list_bots(tx, vault) == [again]


async def test_health_is_noted_and_a_problem_stays_to_be_read_while_the_bot_rests(
    tx: Tx, vault: Vault
) -> None:
    bot = await connect_bot(tx, vault, "telegram", ACCOUNT, credentials=CREDENTIALS, is_polled=True)
    await note_health(tx, bot.id, pending_updates=3, problem="wrong response: 502")
    health = (await get_bot(tx, vault, bot.id)).health
    assert (health.pending_updates, health.problem) == (3, "wrong response: 502")
    await note_health(tx, bot.id)
    assert (await get_bot(tx, vault, bot.id)).health.problem == ""

    await note_health(tx, bot.id, problem="wrong response: 502")
    await note_rest(tx, bot.id, tx.at + timedelta(minutes=1))
    await note_health(tx, bot.id)
    health = (await get_bot(tx, vault, bot.id)).health
    assert (health.pending_updates, health.problem, health.checked_at) == (0, "wrong response: 502", tx.at)


async def test_a_look_that_began_before_a_problem_came_up_does_not_take_it_back(tx: Tx, vault: Vault) -> None:
    bot = await connect_bot(tx, vault, "telegram", ACCOUNT, credentials=CREDENTIALS, is_polled=True)
    await note_health(tx, bot.id, problem="wrong response: 502")
    await note_health(tx, bot.id, begun_at=tx.at - timedelta(seconds=1), pending_updates=3)
    health = (await get_bot(tx, vault, bot.id)).health
    assert (health.pending_updates, health.problem, health.problem_at) == (3, "wrong response: 502", tx.at)
    await note_health(tx, bot.id, begun_at=tx.at + timedelta(seconds=1))
    assert (await get_bot(tx, vault, bot.id)).health.problem == ""


async def test_two_businesses_do_not_share_a_bot(database: Database, clock: SetClock, vault: Vault) -> None:
    posted: list[tuple[UUID, UUID]] = []
    for refused in (False, True):
        async with database.transaction(new_id(), actor="test:anna", at=clock.now()) as tx:
            await found_business(
                tx, name="К", currency="RUB", country="RU", language="ru", time_zone="Europe/Moscow"
            )
            if refused:
                with pytest.raises(BotTaken):
                    await connect_bot(tx, vault, "telegram", ACCOUNT, credentials=CREDENTIALS, is_polled=True)
            else:
                bot = await connect_bot(
                    tx, vault, "telegram", ACCOUNT, credentials=CREDENTIALS, is_polled=True
                )
                posted = [(tx.tenant_id, bot.id)]
    async with database.global_transaction(actor="job:bots", at=clock.now()) as everyone:
        found = await list_posted(everyone, "telegram")
    assert [(one.tenant_id, one.bot_id) for one in found] == posted
