"""The list of members through the door: what an address asks for is found, told and kept."""

import re
from dataclasses import dataclass
from datetime import timedelta
from html import unescape
from uuid import UUID

import httpx
import pytest
from tests.conftest import SetClock
from tests.office.conftest import plain, signed_in
from tests.pos.conftest import Cast

from plushka.app import Plushka
from plushka.domain.members.links import create_link
from plushka.domain.members.model import Identity
from plushka.domain.members.profile import add_tag
from plushka.domain.programs.adjusting import adjust
from plushka.domain.programs.operations import enroll
from plushka.platform.database import Database

NAMES = ("Анна", "Борис", "Вера")
CROWD = 120


@dataclass
class People:
    """Anna has 100 points and a tag, Boris 50, Vera none."""

    ids: dict[str, UUID]


@pytest.fixture
async def people(database: Database, cast: Cast, clock: SetClock) -> People:
    ids = {}
    for number, name in enumerate(NAMES):
        clock.advance(timedelta(minutes=1))
        async with database.transaction(cast.anna.tenant_id, actor="test:cast", at=clock.now()) as tx:
            member = await enroll(tx, name=name, identities=[Identity("phone", f"+7999000000{number}")])
            ids[name] = member.id
            if number < 2:
                await adjust(tx, member.id, points=100 // (number + 1), reason="подарок")
    async with database.transaction(cast.anna.tenant_id, actor="test:cast", at=clock.now()) as tx:
        await add_tag(tx, ids["Анна"], "vip & co")
    return People(ids)


def named(page: str) -> list[str]:
    """Return the members of a page in their order."""
    return re.findall(r'class="opener[^"]*" href="[^"]*">([^<]+)<', page)


def links(page: str, text: str) -> list[str]:
    """Return where the links lead whose words or label contain ``text``."""
    found = re.findall(r"<a\b([^>]*)>(.*?)</a>", page, re.DOTALL)
    return [
        unescape(re.search(r'href="([^"]*)"', attributes)[1])  # type: ignore[index]
        for attributes, inside in found
        if text in plain(unescape(attributes + inside))
    ]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", ["Вера", "Борис", "Анна"]),
        ("sort=name", ["Анна", "Борис", "Вера"]),
        ("sort=-available", ["Анна", "Борис", "Вера"]),
        ("sort=nonsense&after=nonsense", ["Вера", "Борис", "Анна"]),
        ("tag=vip+%26+co", ["Анна"]),
        ("balance_from=50", ["Борис", "Анна"]),
        ("balance_from=50&balance_to=99", ["Борис"]),
        ("unseen=30", ["Вера", "Борис", "Анна"]),
        ("tag=vip+%26+co&balance_to=99", []),
        ("search=%D0%B1%D0%BE%D1%80", ["Борис"]),
        ("blocked=no&source=till", ["Вера", "Борис", "Анна"]),
        ("blocked=yes", []),
        ("consent=-marketing", ["Вера", "Борис", "Анна"]),
        ("consent=marketing", []),
    ],
)
@pytest.mark.usefixtures("people")
async def test_an_address_finds_whom_it_asks_for(
    anna: httpx.AsyncClient, query: str, names: list[str]
) -> None:
    answer = await anna.get(f"/members?{query}")

    assert answer.status_code == httpx.codes.OK
    assert named(answer.text) == names


@pytest.mark.usefixtures("people")
async def test_conditions_are_told_and_each_can_be_removed(anna: httpx.AsyncClient) -> None:
    page = (await anna.get("/members?tag=vip+%26+co&balance_from=50&balance_to=1000&sort=name")).text

    assert "Баланс: 50–1 000" in plain(page)
    (without_tag,) = links(page, "Убрать фильтр: Метка: vip & co")
    (without_balance,) = links(page, "Убрать фильтр: Баланс")
    assert named((await anna.get(without_tag)).text) == ["Анна", "Борис"]
    assert without_balance == "/members?tag=vip+%26+co&sort=name"


@pytest.mark.usefixtures("people")
async def test_what_cannot_be_read_is_told_at_its_field_and_kept(anna: httpx.AsyncClient) -> None:
    page = (await anna.get("/members?balance_from=%D0%BC%D0%BD%D0%BE%D0%B3%D0%BE&seen_from=2026-02-30")).text

    assert 'value="много"' in page
    assert "Введите число" in page
    assert named(page) == ["Вера", "Борис", "Анна"]


@pytest.mark.parametrize(
    "after",
    ['["0","x"]', "[]", '["01a2149c-73d5-74a9-aec3-96a3e4083a20",99999999999999999999]',
     '["01a2149c-73d5-74a9-aec3-96a3e4083a20","0001"]', '["01a2149c-73d5-74a9-aec3-96a3e4083a20","\\u0000"]'],
)  # fmt: skip
@pytest.mark.parametrize("sort", ["name", "available", "seen", "enrolled"])
@pytest.mark.usefixtures("people")
async def test_a_place_that_is_none_begins_the_list_anew(
    anna: httpx.AsyncClient, after: str, sort: str
) -> None:
    answer = await anna.get("/members", params={"sort": sort, "after": after})

    assert answer.status_code == httpx.codes.OK


async def test_pages_lead_there_and_back(
    anna: httpx.AsyncClient, database: Database, cast: Cast, clock: SetClock
) -> None:
    async with database.transaction(cast.anna.tenant_id, actor="test:cast", at=clock.now()) as tx:
        for number in range(CROWD):
            await enroll(tx, name=f"Гость {number:03}", identities=[Identity("card", str(number))])
    first = (await anna.get("/members?sort=name")).text
    assert "120 клиентов" in plain(first)
    assert links(first, "Назад") == []

    second = (await anna.get(links(first, "Дальше")[0])).text
    third = (await anna.get(links(second, "Дальше")[0])).text

    assert named(first) + named(second) + named(third) == [f"Гость {number:03}" for number in range(CROWD)]
    assert links(third, "Дальше") == []
    assert named((await anna.get(links(third, "Назад")[0])).text) == named(second)
    assert named((await anna.get(links(second, "Назад")[0])).text) == named(first)


@pytest.mark.usefixtures("people")
async def test_empty_fields_of_a_form_leave_the_address(anna: httpx.AsyncClient) -> None:
    answer = await anna.get("/members?search=&balance_from=50&balance_to=&sort=-enrolled")

    assert answer.headers["location"] == "/members?balance_from=50&view=all"


@pytest.mark.usefixtures("people")
async def test_a_search_as_one_types_changes_the_list_and_the_address(anna: httpx.AsyncClient) -> None:
    answer = await anna.get("/members?search=вер&balance_from=", headers={"hx-request": "true"})

    assert named(answer.text) == ["Вера"]
    assert "<html" not in answer.text
    assert answer.headers["hx-push-url"] == "/members?search=%D0%B2%D0%B5%D1%80&view=all"


@pytest.mark.usefixtures("people")
async def test_columns_are_remembered_for_each_person(
    app: Plushka, staff: dict[str, str], anna: httpx.AsyncClient
) -> None:
    answer = await anna.post("/members/columns?sort=name", data={"column": ["spend", "birthday", "nonsense"]})
    assert answer.headers["location"] == "/members?sort=name&view=all"

    page = (await anna.get("/members")).text
    assert "0,00 ₽" in plain(page)
    async with signed_in(app, staff["manager"]) as maxim:
        assert "0,00 ₽" not in plain((await maxim.get("/members")).text)


@pytest.mark.usefixtures("people")
async def test_a_view_is_saved_shared_and_opened_with(
    app: Plushka, staff: dict[str, str], anna: httpx.AsyncClient
) -> None:
    saved = await anna.post(
        "/members/views?balance_from=60", data={"name": "Богатые", "shared": "on", "first": "on"}
    )
    assert saved.headers["location"].startswith("/members?balance_from=60&view=")

    opened = await anna.get("/members")
    assert opened.status_code == httpx.codes.FOUND
    page = (await anna.get(opened.headers["location"])).text
    assert named(page) == ["Анна"]
    assert named((await anna.get("/members?view=all")).text) == ["Вера", "Борис", "Анна"]

    async with signed_in(app, staff["manager"]) as maxim:
        (tab,) = links((await maxim.get("/members")).text, "Богатые")
        assert named((await maxim.get(tab)).text) == ["Анна"]
        view_id = tab.partition("view=")[2].partition("&")[0]
        refused = await maxim.post(f"/members/views/{view_id}/delete")
        assert refused.status_code == httpx.codes.NOT_FOUND
    await anna.post(f"/members/views/{view_id}/delete")
    assert (await anna.get("/members")).status_code == httpx.codes.OK


@pytest.mark.usefixtures("people")
async def test_a_view_without_a_name_is_refused_at_its_field(anna: httpx.AsyncClient) -> None:
    answer = await anna.post("/members/views?tag=vip+%26+co", data={"name": " ", "shared": "on"})

    assert answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY
    assert "name-problem" in answer.text
    assert named(answer.text) == ["Анна"]


@pytest.mark.usefixtures("people")
async def test_eve_finds_nobody(eve: httpx.AsyncClient) -> None:
    page = (await eve.get("/members?view=all")).text

    assert named(page) == []
    assert "Клиентов пока нет" in page


@pytest.mark.usefixtures("people")
async def test_who_joined_by_a_link_is_found_by_it(
    anna: httpx.AsyncClient, cast: Cast, database: Database, clock: SetClock
) -> None:
    async with database.transaction(cast.anna.tenant_id, actor="test:cast", at=clock.now()) as tx:
        leaflet, poster = [await create_link(tx, name=name) for name in ("Листовка", "Плакат")]
        for number, link in enumerate((leaflet, poster)):
            phone = Identity("phone", f"+7999000010{number}")
            await enroll(tx, name=link.name, identities=[phone], source="link", link_id=link.id)

    shown = (await anna.get(f"/engagement/links/{leaflet.id}")).text
    (href,) = links(shown, "Показать, кто пришёл по ней")
    page = (await anna.get(href)).text

    assert named(page) == ["Листовка"]
    assert "По ссылке: Листовка" in plain(page)
    assert f'name="link" value="{poster.id}"' in page
    both = (await anna.get(f"/members?link={leaflet.id}&link={poster.id}")).text
    assert sorted(named(both)) == ["Листовка", "Плакат"]
    assert "link-problem" not in both
    assert len(named((await anna.get("/members?link=nonsense&view=all")).text)) == len(NAMES) + 2
