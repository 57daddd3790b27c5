"""A business writes what people agree to; each version stays, and a card tells to which one was agreed."""

import re

import httpx
import pytest
from tests.conftest import SetClock
from tests.office.conftest import email_of, plain, signed_in
from tests.office.test_links import make_link
from tests.pos.conftest import Cast, client_of

from plushka.app import Plushka
from plushka.domain.audit.queries import list_entries
from plushka.platform.database import Database

PATH = "/settings/consents/personal_data"
TEXTS = {"ru": "Согласен на обработку данных кофейней по договору № 7.", "en": "I agree, by contract No. 7."}
PHONE = "8 903 111-22-33"
BOTH = {"personal_data": "on", "marketing": "on"}


async def write(browser: httpx.AsyncClient, *, after: str = "1", **typed: str) -> httpx.Response:
    fields = {f"personal_data_{language}": text for language, text in {**TEXTS, **typed}.items()}
    return await browser.post(PATH, data={"after": after, **fields})


async def test_a_new_text_is_shown_at_once_and_old_consents_keep_theirs(
    app: Plushka, anna: httpx.AsyncClient, stranger: httpx.AsyncClient, cast: Cast
) -> None:
    _, link = await make_link(anna)
    assert "для участия в программе лояльности" in (await stranger.get(link)).text
    await stranger.post(link, data={"phone": PHONE, **BOTH})

    assert (await write(anna)).status_code == httpx.codes.SEE_OTHER
    page = (await stranger.get(link)).text
    assert TEXTS["ru"] in page
    assert "для участия в программе лояльности" not in page
    assert TEXTS["en"] in (await stranger.get(link, headers={"cookie": "plushka_language=en"})).text
    await stranger.post(link, data={"phone": "8 903 111-22-34", **BOTH})

    async with client_of(app, cast.anna.secret) as till:
        cards = [
            (await till.get("/v1/members", params={"phone": phone})).json()["id"]
            for phone in (PHONE, "8 903 111-22-34")
        ]
    before, after = [(await anna.get(f"/members/{card}/person")).text for card in cards]
    assert "версия 1" in before
    assert "для участия в программе лояльности" in before
    assert "версия 2" in after
    assert TEXTS["ru"] in after

    settings = plain((await anna.get("/settings/consents")).text)
    assert "Версия 2, с 10 марта, 12:00, Анна (owner)" in settings
    assert "Версия 1, от Плюшки" in settings


async def test_who_read_the_text_before_reads_it_again(
    anna: httpx.AsyncClient, stranger: httpx.AsyncClient
) -> None:
    _, link = await make_link(anna)
    seen = dict(re.findall(r'name="(\w+_version)" value="(\d+)"', (await stranger.get(link)).text))
    assert seen == {"personal_data_version": "1", "marketing_version": "1"}
    await write(anna)

    refused = await stranger.post(link, data={"phone": PHONE, **BOTH, **seen})

    assert refused.status_code == httpx.codes.UNPROCESSABLE_ENTITY
    assert "personal_data-problem" in refused.text
    assert TEXTS["ru"] in refused.text
    seen = dict(re.findall(r'name="(\w+_version)" value="(\d+)"', refused.text))
    assert (await stranger.post(link, data={"phone": PHONE, **BOTH, **seen})).status_code == httpx.codes.OK


@pytest.mark.parametrize(
    ("typed", "field"), [({"ru": " "}, "ru"), ({"en": ""}, "en"), ({"ru": "я" * 1001}, "ru")]
)
async def test_what_cannot_be_shown_is_told_at_its_field(
    anna: httpx.AsyncClient, typed: dict[str, str], field: str
) -> None:
    answer = await write(anna, after="1", **typed)

    assert answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY
    assert f'id="personal_data_{field}-problem"' in answer.text
    other = "en" if field == "ru" else "ru"
    assert TEXTS[other] in answer.text, "what was typed stays"


async def test_of_two_who_write_at_once_one_is_told(anna: httpx.AsyncClient) -> None:
    await write(anna)
    late = await write(anna, ru="Другой текст")
    assert late.status_code == httpx.codes.UNPROCESSABLE_ENTITY
    assert "другую версию" in late.text
    assert "Другой текст" in late.text
    assert (await write(anna, after="2", ru="Другой текст")).status_code == httpx.codes.SEE_OTHER


async def test_it_is_audited_and_only_for_who_may(
    app: Plushka, anna: httpx.AsyncClient, cast: Cast, database: Database, clock: SetClock
) -> None:
    async with signed_in(app, email_of("marketer")) as marina:
        assert (await write(marina)).status_code == httpx.codes.FORBIDDEN
    assert (await anna.post("/settings/consents/sms", data={"after": "1", **TEXTS})).status_code == 404
    await write(anna)
    await write(anna, after="2")

    async with database.transaction(cast.anna.tenant_id, actor="test", at=clock.now()) as tx:
        (entry,) = [one for one in await list_entries(tx) if one.action == "consent_text.write"]
    assert entry.changes["text_ru"][1] == TEXTS["ru"]
    assert "обработка данных, версия 2" in plain((await anna.get("/settings/audit")).text)
