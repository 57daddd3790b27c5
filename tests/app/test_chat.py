"""A talk between a member in the app and staff in the office (F174, F220)."""

import httpx
import pytest
from tests.app.conftest import Person
from tests.app.messengers import bind
from tests.conftest import SetClock
from tests.office.conftest import MEMBER, Shop, email_of, signed_in
from tests.pos.conftest import Cast

from plushka.app import Plushka
from plushka.domain.messages.chat import UNANSWERED_MAX
from plushka.platform.database import Database


async def test_a_member_writes_staff_answers_and_both_are_told(
    *, varvara: Person, anna: httpx.AsyncClient, shop: Shop
) -> None:
    sent = await varvara.post("/chat", body="Есть ли\nбез сахара?")
    assert sent.status_code == httpx.codes.SEE_OTHER
    summary, inbox = (await anna.get("/members")).text, (await anna.get("/inbox")).text
    assert 'title="Сообщения клиентов">1<' in summary
    assert MEMBER in inbox
    assert "новых: 1" in inbox

    talk = await anna.get(f"/inbox/{shop.member_id}")
    assert "без сахара?" in talk.text
    assert "новых" not in (await anna.get("/inbox")).text
    answered = await anna.post(f"/inbox/{shop.member_id}", data={"body": "Да, <есть>"})
    assert answered.status_code == httpx.codes.SEE_OTHER

    assert "Сообщения: 1 новое" in (await varvara.get()).text
    seen = (await varvara.get("/chat")).text
    assert "Да, &lt;есть&gt;" in seen
    assert "Сообщения: 1 новое" not in (await varvara.get()).text
    assert "прочитано" in (await anna.get(f"/inbox/{shop.member_id}")).text


async def test_an_answer_goes_to_the_messenger_too(
    *,
    anna: httpx.AsyncClient,
    shop: Shop,
    database: Database,
    cast: Cast,
    clock: SetClock,
) -> None:
    await bind(database, cast.anna.tenant_id, shop.member_id, clock.now())

    await anna.post(f"/inbox/{shop.member_id}", data={"body": "Ваш заказ готов"})

    async with database.transaction(cast.anna.tenant_id, actor="test", at=clock.now()) as tx:
        contents = await tx.fetch("select content->>'kind' as kind, content->>'body' as body from outgoing")
    assert [tuple(row) for row in contents] == [("answered", "Ваш заказ готов")]


@pytest.mark.parametrize("body", ["", "  \n", "я" * 2001])
async def test_what_cannot_be_sent_is_told_and_stays(
    varvara: Person, anna: httpx.AsyncClient, shop: Shop, body: str
) -> None:
    for answer in (
        await varvara.post("/chat", body=body),
        await anna.post(f"/inbox/{shop.member_id}", data={"body": body}),
    ):
        assert answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY
        assert body.strip() in answer.text


async def test_who_writes_on_and_on_waits_for_an_answer(
    varvara: Person, anna: httpx.AsyncClient, shop: Shop
) -> None:
    for number in range(UNANSWERED_MAX):
        assert (await varvara.post("/chat", body=str(number))).status_code == httpx.codes.SEE_OTHER
    refused = await varvara.post("/chat", body="ещё")
    assert "ждут ответа" in refused.text

    await anna.post(f"/inbox/{shop.member_id}", data={"body": "Спасибо"})

    assert (await varvara.post("/chat", body="ещё")).status_code == httpx.codes.SEE_OTHER


@pytest.mark.usefixtures("staff")
async def test_an_accountant_reads_nobodys_messages_and_eve_none_of_annas(
    *, app: Plushka, varvara: Person, eve: httpx.AsyncClient, shop: Shop
) -> None:
    await varvara.post("/chat", body="Секрет")

    async with signed_in(app, email_of("accountant")) as alla:
        assert (await alla.get("/inbox")).status_code == httpx.codes.FORBIDDEN
    assert "Секрет" not in (await eve.get("/inbox")).text
    for answer in (
        await eve.get(f"/inbox/{shop.member_id}"),
        await eve.post(f"/inbox/{shop.member_id}", data={"body": "x"}),
    ):
        assert answer.status_code == httpx.codes.NOT_FOUND


async def test_with_a_members_data_their_talk_goes(
    varvara: Person, anna: httpx.AsyncClient, shop: Shop
) -> None:
    await varvara.post("/chat", body="Секрет")
    await varvara.post("/profile/deletion", sure="on")

    assert "Секрет" not in (await anna.get(f"/inbox/{shop.member_id}")).text
