"""The door at which messengers call: verified, taken in once, answered at once."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import httpx
import pytest
from tests.bots.conftest import VERA, Scene, until
from tests.conftest import SetClock
from tests.pos.conftest import client_of, started

from plushka.domain.members.model import Identity
from plushka.domain.members.queries import find_member

START = {
    "update_id": 1001,
    "message": {
        "message_id": 1,
        "date": 0,
        "chat": {"id": VERA.id, "type": "private", "first_name": "Вера"},
        "from": {"id": VERA.id, "is_bot": False, "first_name": "Вера", "language_code": "ru"},
        "text": "/start",
    },
}
PRESSED = {
    "update_id": 1002,
    "callback_query": {
        "id": "q1",
        "from": {"id": VERA.id, "is_bot": False, "first_name": "Вера"},
        "chat_instance": "1",
        "data": "agree:1",
    },
}


@asynccontextmanager
async def door(scene: Scene, clock: SetClock) -> AsyncIterator[httpx.AsyncClient]:
    async with started(scene.settings, clock) as app, client_of(app, None) as client:
        yield client


def path_of(scene: Scene) -> str:
    return f"/bots/telegram/{scene.shop.caller.tenant_id}/{scene.bot.id}"


async def call(client: httpx.AsyncClient, scene: Scene, update: dict[str, Any]) -> httpx.Response:
    headers = {"X-Telegram-Bot-Api-Secret-Token": scene.bot.credentials.secret}
    return await client.post(path_of(scene), json=update, headers=headers)


async def said(scene: Scene) -> int:
    async with scene.shop.tx() as tx:
        count: int = await tx.fetchval("select count(*) from outgoing")
    return count


async def test_an_update_is_taken_in_once_however_often_it_is_told(scene: Scene, clock: SetClock) -> None:
    async with door(scene, clock) as client:
        for _ in range(3):
            assert (await call(client, scene, START)).status_code == 200
    assert await said(scene) == 1


async def test_a_pressed_button_is_released_in_the_answer_itself(scene: Scene, clock: SetClock) -> None:
    async with door(scene, clock) as client:
        await call(client, scene, START)
        answer = await call(client, scene, PRESSED)
    assert answer.json() == {"method": "answerCallbackQuery", "callback_query_id": "q1"}
    assert await said(scene) == 2


@pytest.mark.parametrize("secret", ["", "wrong", "секрет"])
async def test_without_the_secret_nothing_is_taken_in(scene: Scene, clock: SetClock, secret: str) -> None:
    headers = {b"X-Telegram-Bot-Api-Secret-Token": secret.encode()} if secret else {}
    async with door(scene, clock) as client:
        answer = await client.post(path_of(scene), json=START, headers=headers)
    assert answer.status_code == 403
    assert await said(scene) == 0


async def test_what_cannot_be_read_is_not_told_again_and_holds_up_nothing(
    scene: Scene, clock: SetClock
) -> None:
    headers = {"X-Telegram-Bot-Api-Secret-Token": scene.bot.credentials.secret}
    async with door(scene, clock) as client:
        for body in (b"", b"[]", b'{"update_id": "x"}', b"\xff"):
            answer = await client.post(path_of(scene), content=body, headers=headers)
            assert answer.status_code == 200, body
    assert await said(scene) == 0


async def test_nobodys_bot_is_not_there_and_groups_are_not_heard(scene: Scene, clock: SetClock) -> None:
    headers = {"X-Telegram-Bot-Api-Secret-Token": scene.bot.credentials.secret}
    tenant_id = scene.shop.caller.tenant_id
    async with door(scene, clock) as client:
        for path in (
            f"/bots/telegram/{tenant_id}/{uuid4()}",
            f"/bots/telegram/{uuid4()}/{scene.bot.id}",
            f"/bots/max/{tenant_id}/{scene.bot.id}",
            f"/bots/icq/{tenant_id}/{scene.bot.id}",
        ):
            assert (await client.post(path, json=START, headers=headers)).status_code == 404, path
        group = {**START, "message": {**START["message"], "chat": {"id": -5, "type": "group", "title": "G"}}}  # type: ignore[dict-item]
        assert (await call(client, scene, group)).status_code == 200
    assert await said(scene) == 0


async def test_a_stranger_is_enrolled_through_the_webhook(scene: Scene) -> None:
    async with scene.called() as address:
        await until(lambda: scene.fake_bot.webhook_url)
        await scene.enrol()
        await until(lambda: scene.fake_bot.answered_queries)
    assert scene.fake_bot.webhook_url == f"{address}{path_of(scene)}"
    async with scene.shop.tx() as tx:
        assert await find_member(tx, Identity("phone", "+79990000101")) is not None
