"""A business demands a second factor of roles: nobody of them does anything before they have one."""

import re
from uuid import UUID

import httpx
import pyotp
import pytest
from tests.conftest import SetClock
from tests.office.conftest import PASSWORD, browser_at, email_of, signed_in
from tests.office.test_account import switch_on
from tests.office.test_people import ids
from tests.pos.conftest import Cast

from plushka.app import Plushka
from plushka.domain.audit.queries import list_entries
from plushka.domain.founding.sandbox import find_sandbox
from plushka.domain.staff.second_factor import delete_second_factor
from plushka.platform.database import Database

__all__ = ["ids"]

OWED = "/account/second-factor"


async def demand(browser: httpx.AsyncClient, *roles: str) -> None:
    answer = await browser.post("/settings/sign-in", data={"roles": list(roles)})
    assert answer.status_code == httpx.codes.SEE_OTHER, answer.text


async def test_who_has_none_is_led_to_making_one_and_does_nothing_before(
    anna: httpx.AsyncClient, app: Plushka, clock: SetClock
) -> None:
    async with signed_in(app, email_of("manager")) as maxim, signed_in(app, email_of("cashier")) as kira:
        await demand(anna, "manager")

        for path in ("/", "/members", "/account", "/tasks", "/search?q=x", "/settings/staff"):
            answer = await maxim.get(path)
            assert (answer.status_code, answer.headers.get("location")) == (303, OWED), path
        script = await maxim.get("/members", headers={"hx-request": "true"})
        assert script.headers["hx-redirect"] == OWED
        for path in ("/settings/branches/new", "/account/profile", "/account/second-factor/off"):
            written = await maxim.post(path, data={"present_password": PASSWORD, "name": "x"})
            assert written.headers["location"] == OWED, path
        page = await maxim.get(OWED)
        assert "Нужен второй фактор" in page.text
        assert 'href="/members"' not in page.text
        assert (await kira.get("/members")).status_code == httpx.codes.OK, "not of this role"
        assert "ещё нет второго фактора" in (await anna.get("/settings/staff")).text

        secret, _ = await switch_on(maxim, clock)
        assert (await maxim.get("/members")).status_code == httpx.codes.OK
        assert (await maxim.get(OWED)).headers["location"] == "/account"
    async with browser_at(app) as browser:
        await browser.post("/sign-in", data={"email": email_of("manager"), "password": PASSWORD})
        code = {"code": pyotp.TOTP(secret).at(clock.now()), "next": "/"}
        assert (await browser.post("/sign-in/code", data=code)).headers["location"] == "/"
        assert (await browser.get("/")).status_code == httpx.codes.OK


async def test_a_session_opened_before_without_a_code_signs_in_again(
    anna: httpx.AsyncClient, app: Plushka, clock: SetClock
) -> None:
    async with signed_in(app, email_of("manager")) as here, signed_in(app, email_of("manager")) as there:
        await switch_on(here, clock)
        await demand(anna, "manager")

        assert (await here.get("/members")).status_code == httpx.codes.OK
        assert (await there.get("/members")).headers["location"] == OWED
        assert "Войдите заново и введите код" in (await there.get(OWED)).text
        assert (await there.post("/sign-out")).headers["location"] == "/sign-in"


async def test_the_owner_does_not_lock_themselves_out(anna: httpx.AsyncClient, clock: SetClock) -> None:
    refused = await anna.post("/settings/sign-in", data={"roles": ["owner", "manager"]})
    assert refused.status_code == httpx.codes.UNPROCESSABLE_ENTITY
    assert "roles-problem" in refused.text
    assert re.search(r'value="manager"[^>]*checked', refused.text), "what was ticked stays"
    assert (await anna.get("/")).status_code == httpx.codes.OK

    await switch_on(anna, clock)
    await demand(anna, "owner", "manager")
    assert (await anna.get("/settings/sign-in")).status_code == httpx.codes.OK
    assert "настроен у 1 из 1" in (await anna.get("/settings/sign-in")).text
    await demand(anna)


async def test_the_operator_lets_in_who_has_lost_everything(
    anna: httpx.AsyncClient, app: Plushka, clock: SetClock, database: Database
) -> None:
    """``plushka staff reset-link --without-second-factor``: the password opens again, and leads to a new one."""
    await switch_on(anna, clock)
    await demand(anna, "owner")
    async with database.global_transaction(actor="operator:cli", at=clock.now()) as tx:
        account_id = await tx.fetchval("select id from accounts where email = $1", email_of("owner"))
        await delete_second_factor(tx, account_id)

    async with signed_in(app, email_of("owner")) as browser:
        assert (await browser.get("/")).headers["location"] == OWED
        await switch_on(browser, clock)
        assert (await browser.get("/")).status_code == httpx.codes.OK


async def test_a_role_of_the_business_s_own_is_asked_too_and_it_is_audited(
    *,
    anna: httpx.AsyncClient,
    app: Plushka,
    ids: dict[str, UUID],
    cast: Cast,
    database: Database,
    clock: SetClock,
) -> None:
    await anna.post("/settings/roles/new", data={"name": "Ревизор", "actions": ["receipts.read"]})
    found = re.search(r"/settings/roles/([0-9a-f-]{36})", (await anna.get("/settings/roles")).text)
    assert found is not None
    role = found[1]
    await anna.post(f"/settings/staff/{ids['cashier']}", data={"role": role, "places": "everywhere"})
    await demand(anna, f"role:{role}", "accountant", "nonsense")

    async with signed_in(app, email_of("cashier")) as kira:
        assert (await kira.get("/receipts")).headers["location"] == OWED
    async with database.transaction(cast.anna.tenant_id, actor="test", at=clock.now()) as tx:
        (entry,) = [one for one in await list_entries(tx) if one.action == "second_factor.demand"]
    assert entry.changes == {"roles": ("", "accountant, Ревизор")}
    assert "Бухгалтер, Ревизор" in (await anna.get("/settings/audit")).text


async def test_the_sandbox_is_no_way_round(
    *, anna: httpx.AsyncClient, app: Plushka, cast: Cast, database: Database, clock: SetClock
) -> None:
    await anna.post("/settings/sandbox")
    async with database.global_transaction(actor="test", at=clock.now()) as tx:
        sandbox = await find_sandbox(tx, cast.anna.tenant_id)
    await anna.post(f"/businesses/{cast.anna.tenant_id}/enter")
    async with signed_in(app, email_of("manager")) as maxim:
        await maxim.post(f"/businesses/{sandbox}/enter")
        assert (await maxim.get("/members")).status_code == httpx.codes.OK
        await demand(anna, "manager")
        assert (await maxim.get("/members")).headers["location"] == OWED


@pytest.mark.usefixtures("staff")
async def test_another_business_that_demands_nothing_stays_open(
    anna: httpx.AsyncClient, eve: httpx.AsyncClient, cast: Cast
) -> None:
    page = await anna.post(
        "/settings/staff/invite", data={"name": "Ева", "role": "manager", "places": "everywhere"}
    )
    link = re.search(r"http://plushka.test(/invitations/[^<]+)<", page.text)
    assert link is not None
    await eve.post(link[1], data={"do": "join"})
    await demand(anna, "manager")

    assert (await eve.get("/members")).headers["location"] == OWED
    await eve.post(f"/businesses/{cast.eve.tenant_id}/enter")
    assert (await eve.get("/members")).status_code == httpx.codes.OK
