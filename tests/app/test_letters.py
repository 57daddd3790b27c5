"""Letters of the business in the app: unread until they are opened, deleted, unsubscribed from."""

import httpx
from tests.app.conftest import Person
from tests.conftest import SetClock
from tests.domain.messages.recipients import letter
from tests.office.conftest import Shop
from tests.pos.conftest import Cast

from plushka.delivery.jobs.letters import move_letters
from plushka.domain.members.consents import list_consents, note_consent
from plushka.domain.messages.letters import post
from plushka.domain.messages.templates.model import Body, Draft, TemplateButton, Words
from plushka.domain.messages.templates.store import create_template
from plushka.platform.database import Database

BODY = Body(
    words={"ru": Words("{name|Друг}, <новый> вкус!")},
    buttons=(TemplateButton({"ru": "Меню"}, link="https://example.ru/menu"),),
    asks_rating=True,
)


async def test_a_letter_is_read_deleted_and_unsubscribed_from(
    *, varvara: Person, shop: Shop, database: Database, cast: Cast, clock: SetClock
) -> None:
    tenant_id = cast.anna.tenant_id
    assert "Новостей пока нет" in (await varvara.get("/letters")).text
    async with database.transaction(tenant_id, actor="test", at=clock.now()) as tx:
        await note_consent(tx, shop.member_id, "marketing", is_given=True, source="till")
        template_id = await create_template(tx, Draft("Вкус", "marketing", BODY))
        await post(
            tx, [letter(shop.member_id, content=None, template_id=template_id, route=("telegram", "inbox"))]
        )
    await move_letters(database, clock, tenant_id)

    assert "Сообщения: 1 новое" in (await varvara.get()).text
    page = (await varvara.get("/letters")).text
    assert "&lt;новый&gt; вкус!" in page
    assert "не прочитано" in page
    path = page.split('class="opener')[1].split('href="')[1].split('"')[0].removeprefix(varvara.home)
    opened = (await varvara.get(path)).text
    assert 'href="https://example.ru/menu"' in opened
    assert "Отписаться" in opened
    # Who reads English has a letter that is in Russian alone, and its buttons with it.
    varvara.browser.cookies.set("plushka_language", "en")
    english = (await varvara.get(path)).text
    varvara.browser.cookies.delete("plushka_language")
    assert "Unsubscribe" in english
    assert ">Оценить покупку</a>" in english
    assert ">Меню</a>" in english
    assert "Сообщения: 1 новое" not in opened
    assert "не прочитано" not in (await varvara.get("/letters")).text
    assert "Сообщения: 1 новое" not in (await varvara.get()).text

    told = await varvara.browser.post(f"{varvara.home}{path}/unsubscription", follow_redirects=True)
    assert "Вы отписаны" in told.text
    assert "Отписаться" not in told.text
    async with database.transaction(tenant_id, actor="test", at=clock.now()) as tx:
        latest = (await list_consents(tx, shop.member_id))[0]
    assert (latest.kind, latest.is_given, latest.source) == ("marketing", False, "app")

    await varvara.browser.post(f"{varvara.home}{path}/deletion")
    assert "Новостей пока нет" in (await varvara.get("/letters")).text
    assert (await varvara.get(path)).status_code == httpx.codes.NOT_FOUND
