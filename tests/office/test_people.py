"""Staff, roles and invitations through the office; who may do what to whom."""

import re
from datetime import timedelta
from uuid import UUID

import httpx
import pytest
from tests.conftest import SetClock
from tests.office.conftest import PASSWORD, browser_at, email_of, plain, signed_in
from tests.pos.conftest import Cast, client_of

from plushka.app import Plushka
from plushka.delivery.office.permissions import ACTIONS, PERSONAL
from plushka.delivery.office.settings.roles import grouped_actions
from plushka.domain.staff.queries import list_staff
from plushka.domain.staff.words import ACTION_WORDS, GROUP_WORDS
from plushka.platform.database import Database

NEW_PASSWORD = "ведро чернил на балконе"


@pytest.fixture
async def ids(database: Database, cast: Cast, staff: dict[str, str], clock: SetClock) -> dict[str, UUID]:
    """The staff ids of Anna's people by role."""
    assert staff
    async with database.transaction(cast.anna.tenant_id, actor="test", at=clock.now()) as tx:
        return {str(person.role): person.id for person in await list_staff(tx)}


def link_on(page: httpx.Response) -> str:
    """Return the path of the link that a page shows once."""
    found = re.search(r'id="link"[^>]*>http://plushka.test(/[^<]+)<', page.text)
    assert found is not None, page.text
    return found[1]


def test_every_action_that_a_role_can_be_made_of_has_words_and_a_group() -> None:
    assert set(ACTION_WORDS) == set(ACTIONS) - PERSONAL
    assert {action.partition(".")[0] for action in ACTION_WORDS} == set(GROUP_WORDS)
    assert sorted(action for group in grouped_actions().values() for action in group) == sorted(ACTION_WORDS)


async def test_somebody_new_is_invited_makes_an_account_and_is_at_work(
    anna: httpx.AsyncClient, app: Plushka
) -> None:
    page = await anna.post(
        "/settings/staff/invite", data={"name": "Кира с Арбата", "role": "cashier", "places": "everywhere"}
    )
    assert "писем Плюшка пока не шлёт" in page.text
    path = link_on(page)
    listed = (await anna.get("/settings/staff")).text
    assert "Кира с Арбата" in listed
    assert path not in listed

    async with browser_at(app) as browser:
        assert "Кофейня Анны" in (await browser.get(path)).text
        weak = await browser.post(
            path, data={"name": "Кира", "email": "kira@new.example", "password": "password123"}
        )
        assert weak.status_code == httpx.codes.UNPROCESSABLE_ENTITY
        assert "легко подобрать" in weak.text
        assert 'value="kira@new.example"' in weak.text
        assert "password123" not in weak.text
        taken = await browser.post(
            path, data={"name": "Кира", "email": email_of("owner"), "password": NEW_PASSWORD}
        )
        assert taken.status_code == httpx.codes.UNPROCESSABLE_ENTITY

        joined = await browser.post(
            path, data={"name": "Кира", "email": "kira@new.example", "password": NEW_PASSWORD}
        )

        assert (joined.status_code, joined.headers["location"]) == (303, "/members")
        assert (await browser.get("/receipts")).status_code == httpx.codes.OK
        assert (await browser.get("/settings/staff")).status_code == httpx.codes.FORBIDDEN
        again = await browser.get(path)
        assert again.status_code == httpx.codes.NOT_FOUND
        assert "Ссылка не работает" in again.text
    assert "kira@new.example" in (await anna.get("/settings/staff")).text


async def test_somebody_with_an_account_joins_a_second_business(
    anna: httpx.AsyncClient, eve: httpx.AsyncClient
) -> None:
    path = link_on(
        await anna.post(
            "/settings/staff/invite", data={"name": "Ева", "role": "accountant", "places": "everywhere"}
        )
    )
    assert "Вы вошли как" in (await eve.get(path)).text

    joined = await eve.post(path, data={"do": "join"})

    assert joined.status_code == httpx.codes.SEE_OTHER
    page = (await eve.get("/")).text
    assert "Кофейня Анны" in page
    assert "Пекарня Евы" in page, "the business before is still there to go back to"


async def test_an_invitation_is_taken_back(anna: httpx.AsyncClient, app: Plushka) -> None:
    path = link_on(
        await anna.post(
            "/settings/staff/invite", data={"name": "Кто-то", "role": "cashier", "places": "everywhere"}
        )
    )
    revoke = re.search(
        r"/settings/staff/invitations/[0-9a-f-]{36}/revoke", (await anna.get("/settings/staff")).text
    )
    assert revoke is not None
    await anna.post(revoke[0])

    async with browser_at(app) as browser:
        assert (await browser.get(path)).status_code == httpx.codes.NOT_FOUND
    assert (await anna.post(revoke[0])).status_code == httpx.codes.NOT_FOUND


async def test_an_invitation_to_more_than_one_s_own_is_not_taken_back(
    anna: httpx.AsyncClient, app: Plushka
) -> None:
    path = link_on(
        await anna.post(
            "/settings/staff/invite", data={"name": "Совладелец", "role": "owner", "places": "everywhere"}
        )
    )
    revoke = re.search(
        r"/settings/staff/invitations/[0-9a-f-]{36}/revoke", (await anna.get("/settings/staff")).text
    )
    assert revoke is not None
    async with signed_in(app, email_of("manager")) as maxim:
        page = (await maxim.get("/settings/staff")).text
        assert "Совладелец" in page
        assert revoke[0] not in page
        assert (await maxim.post(revoke[0])).status_code == httpx.codes.FORBIDDEN
    async with browser_at(app) as browser:
        assert (await browser.get(path)).status_code == httpx.codes.OK


@pytest.mark.parametrize("loses", ["place", "right"])
async def test_an_invitation_gives_no_more_than_its_maker_may_give_now(
    *, anna: httpx.AsyncClient, app: Plushka, ids: dict[str, UUID], loses: str
) -> None:
    async with signed_in(app, email_of("manager")) as maxim:
        path = link_on(
            await maxim.post(
                "/settings/staff/invite", data={"name": "Я сам", "role": "manager", "places": "everywhere"}
            )
        )
    person = f"/settings/staff/{ids['manager']}"
    if loses == "place":
        await anna.post(f"{person}/dismiss")
    else:
        await anna.post(person, data={"role": "marketer", "places": "everywhere"})

    async with browser_at(app) as browser:
        assert (await browser.get(path)).status_code == httpx.codes.NOT_FOUND
        typed = {"name": "Максим", "email": "maxim@new.example", "password": NEW_PASSWORD}
        assert (await browser.post(path, data=typed)).status_code == httpx.codes.NOT_FOUND
    assert "Ссылка больше не действует" in (await anna.get("/settings/staff")).text


@pytest.mark.parametrize("token", ["x", "0" * 32 + "_" + "a" * 43, "%00"])
async def test_a_made_up_link_opens_nothing(stranger: httpx.AsyncClient, token: str) -> None:
    for path in (f"/invitations/{token}", f"/password-resets/{token}"):
        assert (await stranger.get(path)).status_code == httpx.codes.NOT_FOUND
        assert (await stranger.post(path, data={"password": NEW_PASSWORD})).status_code == 404


async def test_the_last_owner_is_told_at_the_form(anna: httpx.AsyncClient, ids: dict[str, UUID]) -> None:
    path = f"/settings/staff/{ids['owner']}"

    answer = await anna.post(path, data={"role": "cashier", "places": "everywhere"})

    assert answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY
    assert "Это последний владелец" in answer.text
    assert (await anna.post(f"{path}/dismiss")).status_code == httpx.codes.CONFLICT


async def test_a_manager_gives_and_takes_no_more_than_they_have(app: Plushka, ids: dict[str, UUID]) -> None:
    async with signed_in(app, email_of("manager")) as manager:
        page = (await manager.get(f"/settings/staff/{ids['cashier']}")).text
        assert 'value="manager"' in page
        assert 'value="owner"' not in page
        for path, data in (
            (f"/settings/staff/{ids['cashier']}", {"role": "owner", "places": "everywhere"}),
            ("/settings/staff/invite", {"name": "Я", "role": "owner", "places": "everywhere"}),
        ):
            answer = await manager.post(path, data=data)
            assert answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY, path
        for deed in ("dismiss", "reset-link"):
            answer = await manager.post(f"/settings/staff/{ids['owner']}/{deed}")
            assert answer.status_code == httpx.codes.FORBIDDEN, deed
        demoted = await manager.post(
            f"/settings/staff/{ids['owner']}", data={"role": "cashier", "places": "everywhere"}
        )
        assert demoted.status_code == httpx.codes.UNPROCESSABLE_ENTITY
        assert "прав больше, чем у вас" in demoted.text


async def test_a_pin_is_set_for_a_cashier_by_who_may_and_opens_a_till(
    anna: httpx.AsyncClient, app: Plushka, cast: Cast, ids: dict[str, UUID]
) -> None:
    page = f"/settings/staff/{ids['cashier']}"
    easy = await anna.post(f"{page}/pin", data={"pin": "1234"})
    assert easy.status_code == httpx.codes.UNPROCESSABLE_ENTITY
    assert 'id="pin-problem"' in easy.text
    assert 'value="1234"' in easy.text
    async with signed_in(app, email_of("manager")) as manager:
        refused = await manager.post(f"/settings/staff/{ids['owner']}/pin", data={"pin": "2907"})
        assert "прав больше, чем у вас" in plain(refused.text)
        given = await manager.post(f"{page}/pin", data={"pin": "2907"})
        assert given.status_code == httpx.codes.SEE_OTHER

    async with client_of(app, cast.anna.secret) as till:
        (cashier,) = (await till.get("/v1/cashiers")).json()["cashiers"]
        assert cashier["id"] == str(ids["cashier"])
        opened = await till.post("/v1/shifts", json={"cashier": cashier["id"], "pin": "2907"})
        assert opened.json()["code"] == "pin_given"
        opened = await till.post(
            "/v1/shifts", json={"cashier": cashier["id"], "pin": "2907", "new_pin": "5093"}
        )
        assert opened.status_code == httpx.codes.CREATED
        await anna.post(f"{page}/pin/removal")
        assert (await till.get("/v1/cashiers")).json() == {"cashiers": []}


async def test_a_dismissed_person_is_out_at_once_and_is_taken_back(
    anna: httpx.AsyncClient, app: Plushka, ids: dict[str, UUID]
) -> None:
    async with signed_in(app, email_of("cashier")) as kira:
        answer = await anna.post(f"/settings/staff/{ids['cashier']}/dismiss")
        assert answer.status_code == httpx.codes.SEE_OTHER
        assert (await kira.get("/receipts")).status_code == httpx.codes.FOUND
        refused = await kira.post("/sign-in", data={"email": email_of("cashier"), "password": PASSWORD})
        assert refused.status_code == httpx.codes.UNPROCESSABLE_ENTITY
    assert "/rehire" in (await anna.get("/settings/staff")).text, "undo is offered"

    await anna.post(f"/settings/staff/{ids['cashier']}/rehire")

    async with signed_in(app, email_of("cashier")) as kira:
        assert (await kira.get("/receipts")).status_code == httpx.codes.OK


async def test_a_role_of_ones_own_opens_exactly_its_pages(
    anna: httpx.AsyncClient, app: Plushka, ids: dict[str, UUID]
) -> None:
    made = await anna.post(
        "/settings/roles/new", data={"name": "Ревизор", "actions": ["receipts.read", "branches.read"]}
    )
    assert made.status_code == httpx.codes.SEE_OTHER
    role = re.search(r"/settings/roles/([0-9a-f-]{36})", (await anna.get("/settings/roles")).text)
    assert role is not None
    await anna.post(f"/settings/staff/{ids['cashier']}", data={"role": role[1], "places": "everywhere"})
    assert "Ревизор" in (await anna.get("/settings/staff")).text

    async with signed_in(app, email_of("cashier")) as browser:
        page = (await browser.get("/receipts")).text
        assert (await browser.get("/settings/branches")).status_code == httpx.codes.OK
        assert (await browser.get("/members")).status_code == httpx.codes.FORBIDDEN
        assert 'href="/members"' not in page
        assert 'href="/settings/branches"' in page
        assert (await browser.get("/account")).status_code == httpx.codes.OK

        await anna.post(f"/settings/roles/{role[1]}", data={"name": "Ревизор", "actions": ["members.read"]})
        assert (await browser.get("/receipts")).status_code == httpx.codes.FORBIDDEN
        assert (await browser.get("/members")).status_code == httpx.codes.OK

    refused = await anna.post(f"/settings/roles/{role[1]}/delete")
    assert refused.status_code == httpx.codes.UNPROCESSABLE_ENTITY
    assert "кому-то дана" in refused.text


@pytest.mark.parametrize("actions", [[], ["nonsense"], ["session.leave"]])
async def test_a_role_of_nothing_is_told_at_its_field(anna: httpx.AsyncClient, actions: list[str]) -> None:
    answer = await anna.post("/settings/roles/new", data={"name": "Никто", "actions": actions})

    assert answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY
    assert 'id="actions-problem"' in answer.text
    assert 'value="Никто"' in answer.text


async def test_a_link_for_a_new_password_works_once(
    anna: httpx.AsyncClient, app: Plushka, ids: dict[str, UUID]
) -> None:
    async with signed_in(app, email_of("cashier")) as kira:
        path = link_on(await anna.post(f"/settings/staff/{ids['cashier']}/reset-link"))
        async with browser_at(app) as browser:
            assert email_of("cashier") in (await browser.get(path)).text
            weak = await browser.post(path, data={"password": "qwertyuiop"})
            assert weak.status_code == httpx.codes.UNPROCESSABLE_ENTITY
            made = await browser.post(path, data={"password": NEW_PASSWORD})
            assert "Пароль сохранён" in made.text
            assert (await browser.get(path)).status_code == httpx.codes.NOT_FOUND
            entered = await browser.post(
                "/sign-in", data={"email": email_of("cashier"), "password": NEW_PASSWORD}
            )
            assert entered.status_code == httpx.codes.SEE_OTHER
        assert (await kira.get("/receipts")).status_code == httpx.codes.FOUND, "sessions before have ended"


async def test_a_link_for_a_new_password_is_not_for_oneself(
    anna: httpx.AsyncClient, ids: dict[str, UUID]
) -> None:
    answer = await anna.post(f"/settings/staff/{ids['owner']}/reset-link")

    assert answer.status_code == httpx.codes.FORBIDDEN
    assert "/password-resets/" not in answer.text


async def test_a_link_for_a_new_password_dies_when_the_person_is_hired_elsewhere(
    *, anna: httpx.AsyncClient, eve: httpx.AsyncClient, app: Plushka, ids: dict[str, UUID]
) -> None:
    path = link_on(await anna.post(f"/settings/staff/{ids['cashier']}/reset-link"))
    invitation = link_on(
        await eve.post(
            "/settings/staff/invite", data={"name": "Кира", "role": "cashier", "places": "everywhere"}
        )
    )
    async with signed_in(app, email_of("cashier")) as kira:
        await kira.post(invitation, data={"do": "join"})

    async with browser_at(app) as browser:
        assert (await browser.get(path)).status_code == httpx.codes.NOT_FOUND
        used = await browser.post(path, data={"password": NEW_PASSWORD})
        assert used.status_code == httpx.codes.NOT_FOUND
    async with signed_in(app, email_of("cashier")):
        pass


async def test_a_link_for_a_new_password_dies_with_who_made_it_and_whom_it_is_for(
    *, anna: httpx.AsyncClient, app: Plushka, ids: dict[str, UUID], stranger: httpx.AsyncClient
) -> None:
    async with signed_in(app, email_of("manager")) as maxim:
        path = link_on(await maxim.post(f"/settings/staff/{ids['cashier']}/reset-link"))
    await anna.post(f"/settings/staff/{ids['manager']}/dismiss")
    assert (await stranger.get(path)).status_code == httpx.codes.NOT_FOUND

    path = link_on(await anna.post(f"/settings/staff/{ids['marketer']}/reset-link"))
    await anna.post(f"/settings/staff/{ids['marketer']}/dismiss")
    assert (await stranger.get(path)).status_code == httpx.codes.NOT_FOUND
    again = await anna.post(f"/settings/staff/{ids['marketer']}/reset-link")
    assert again.status_code == httpx.codes.CONFLICT


async def test_eve_does_nothing_to_annas_people(eve: httpx.AsyncClient, ids: dict[str, UUID]) -> None:
    path = f"/settings/staff/{ids['cashier']}"
    assert (await eve.get(path)).status_code == httpx.codes.NOT_FOUND
    for deed in ("dismiss", "rehire", "reset-link"):
        assert (await eve.post(f"{path}/{deed}")).status_code == httpx.codes.NOT_FOUND, deed
    assert (await eve.post(path, data={"role": "cashier", "places": "everywhere"})).status_code == 404
    assert "Анна (cashier)" not in (await eve.get("/settings/staff")).text


async def test_when_somebody_was_last_seen_is_told_to_the_minute(
    anna: httpx.AsyncClient, app: Plushka, clock: SetClock
) -> None:
    async with signed_in(app, email_of("cashier")) as kira:
        clock.advance(timedelta(minutes=3))
        await kira.get("/receipts")
    assert "10 марта, 12:03" in (await anna.get("/settings/staff")).text.replace("\u00a0", " ")
