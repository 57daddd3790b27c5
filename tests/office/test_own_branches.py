"""Who is restricted to some branches sees receipts, figures and tills of these alone, on every page."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from uuid import UUID

import httpx
import pytest
from tests.conftest import SetClock
from tests.office.conftest import PHONE, Shop, email_of, plain, report, signed_in
from tests.office.tasks import do_all_tasks
from tests.pos.conftest import Cast, client_of, coffee

from plushka.app import Plushka
from plushka.delivery.office.permissions import WHOLE_BUSINESS
from plushka.domain.businesses.branches import open_branch
from plushka.domain.businesses.queries import list_branches
from plushka.domain.staff.model import SCOPES, Position
from plushka.domain.staff.operations import issue_key, set_up_till
from plushka.domain.staff.people import give_position
from plushka.domain.staff.queries import list_staff
from plushka.platform.database import Database

pytestmark = pytest.mark.usefixtures("shop")


@dataclass(frozen=True)
class Taganka:
    """A second branch with a till of its own and a receipt of 7 777 ₽; the manager works in it alone."""

    branch_id: UUID
    till_id: UUID
    receipt_id: UUID
    manager: str


@pytest.fixture
async def taganka(
    app: Plushka, cast: Cast, staff: dict[str, str], database: Database, clock: SetClock
) -> Taganka:
    async with database.transaction(cast.anna.tenant_id, actor="test", at=clock.now()) as tx:
        branch = await open_branch(tx, code="taganka", name="Таганка")
        till = await set_up_till(tx, name="Касса на Таганке", branch_id=branch.id)
        _, secret = await issue_key(tx, till_id=till.id, scopes=SCOPES)
        manager = next(person for person in await list_staff(tx) if person.role == "manager")
        await give_position(tx, manager.id, Position(role="manager", branch_ids=frozenset({branch.id})))
    lines = [{"sku": "4600001", "quantity_milli": 1000, "amount_minor": 777700}]
    async with client_of(app, secret) as client:
        made = await report(client, "/v1/purchases", coffee("T-1", member={"phone": PHONE}, lines=lines))
    return Taganka(branch.id, till.id, UUID(made["id"]), staff["manager"])


@pytest.fixture
async def manager(app: Plushka, taganka: Taganka) -> AsyncIterator[httpx.AsyncClient]:
    async with signed_in(app, taganka.manager) as browser:
        yield browser


async def test_receipts_of_other_branches_do_not_exist(
    manager: httpx.AsyncClient, anna: httpx.AsyncClient, shop: Shop, taganka: Taganka
) -> None:
    for path in ("/", "/receipts", "/receipts/new", f"/members/{shop.member_id}"):
        seen, whole = (await manager.get(path)).text, (await anna.get(path)).text
        assert f"/receipts/{taganka.receipt_id}" in seen, path
        for other in (shop.receipt_id, shop.paid_with_points_id):
            assert f"/receipts/{other}" in whole, path
            assert f"/receipts/{other}" not in seen, path
    assert (await manager.get(f"/receipts/{taganka.receipt_id}")).status_code == httpx.codes.OK
    for other in (shop.receipt_id, shop.paid_with_points_id, shop.anonymous_id):
        assert (await manager.get(f"/receipts/{other}")).status_code == httpx.codes.NOT_FOUND
    found = await manager.get("/receipts?number=A-1")
    assert str(shop.receipt_id) not in found.text


async def test_the_figures_are_of_these_branches(manager: httpx.AsyncClient, anna: httpx.AsyncClient) -> None:
    seen, whole = plain((await manager.get("/")).text), plain((await anna.get("/")).text)

    def receipts(page: str) -> str:
        figure = re.search(r"<dt[^>]*>Чеки</dt>\s*<dd[^>]*>(\d+)</dd>", page)
        assert figure is not None
        return figure[1]

    assert (receipts(seen), receipts(whole)) == ("1", "4")
    assert "7 777" in seen


async def test_a_file_holds_what_its_asker_may_see(
    manager: httpx.AsyncClient, app: Plushka, database: Database, clock: SetClock, owner_dsn: str
) -> None:
    refused = await manager.post("/journal/exports")
    assert refused.status_code == httpx.codes.FORBIDDEN
    # A manager does not export receipts; the accountant of one branch does.
    async with signed_in(app, email_of("owner")) as owner:
        page = (await owner.get("/settings/staff")).text
        person = re.search(r"/settings/staff/[0-9a-f-]{36}(?=\">Анна \(accountant\))", page)
        page = (await owner.get("/settings/branches")).text
        branch = re.search(r"/settings/branches/([0-9a-f-]{36})\">Таганка", page)
        assert person is not None
        assert branch is not None
        await owner.post(person[0], data={"role": "accountant", "places": "some", "branches": branch[1]})
    async with signed_in(app, email_of("accountant")) as accountant:
        left = await accountant.post("/receipts/exports")
        assert await do_all_tasks(database, clock, owner_dsn) == 1
        file = (await accountant.get(f"{left.headers['location']}/file")).content.decode("utf-8-sig")
    assert "T-1" in file
    assert "A-1" not in file


async def test_tills_and_branches_of_others_are_not_there_to_touch(
    manager: httpx.AsyncClient, cast: Cast, taganka: Taganka, database: Database, clock: SetClock
) -> None:
    async with database.transaction(cast.anna.tenant_id, actor="test", at=clock.now()) as tx:
        arbat = await tx.fetchval("select id from branches where code = 'arbat'")
    tills = (await manager.get("/settings/tills")).text
    assert "Касса на Таганке" in tills
    assert str(cast.anna.till_id) not in tills
    assert "Арбат" not in (await manager.get("/settings/branches")).text
    for path in (f"/settings/tills/{cast.anna.till_id}", f"/settings/branches/{arbat}"):
        assert (await manager.get(path)).status_code == httpx.codes.NOT_FOUND, path
    for path in (
        f"/settings/tills/{cast.anna.till_id}/retire",
        f"/settings/tills/{cast.anna.till_id}/keys",
        f"/settings/keys/{cast.anna.key_id}/revoke",
        f"/settings/branches/{arbat}/close",
    ):
        answer = await manager.post(path, data={"scopes": "quotes"})
        assert answer.status_code == httpx.codes.NOT_FOUND, path
    moved = await manager.post(
        f"/settings/tills/{taganka.till_id}", data={"name": "Наша", "branch": str(arbat)}
    )
    assert moved.status_code == httpx.codes.UNPROCESSABLE_ENTITY
    everywhere = await manager.post("/settings/tills/new", data={"name": "Общая", "branch": ""})
    assert everywhere.status_code == httpx.codes.UNPROCESSABLE_ENTITY


async def test_what_shows_every_branch_at_once_is_closed(manager: httpx.AsyncClient) -> None:
    assert {"journal.read", "ledger.read", "audit.read"} <= WHOLE_BUSINESS
    for path in ("/journal", "/ledger", "/settings/audit", "/settings/branches/new"):
        assert (await manager.get(path)).status_code == httpx.codes.FORBIDDEN, path
    page = (await manager.get("/receipts")).text
    assert 'href="/journal"' not in page


async def test_nobody_is_given_more_branches_than_one_has(
    manager: httpx.AsyncClient, cast: Cast, database: Database, clock: SetClock, taganka: Taganka
) -> None:
    async with database.transaction(cast.anna.tenant_id, actor="test", at=clock.now()) as tx:
        ids = {person.role: person.id for person in await list_staff(tx)}
    given = await manager.post(
        "/settings/staff/invite", data={"name": "Кира", "role": "cashier", "places": "everywhere"}
    )
    assert given.status_code == httpx.codes.UNPROCESSABLE_ENTITY
    data = {"name": "Кира", "role": "cashier", "places": "some", "branches": str(taganka.branch_id)}
    assert (await manager.post("/settings/staff/invite", data=data)).status_code == httpx.codes.OK
    # The cashier works everywhere, which is more than the manager does.
    assert (await manager.post(f"/settings/staff/{ids['cashier']}/dismiss")).status_code == 403


async def test_points_are_given_whatever_branch_they_came_from(
    manager: httpx.AsyncClient, shop: Shop
) -> None:
    """A change sees all that it concerns: the restriction is of what is read."""
    answer = await manager.post(
        f"/members/{shop.member_id}/adjustment",
        data={"direction": "give", "amount": "5", "reason": "за терпение"},
    )
    assert answer.status_code == httpx.codes.SEE_OTHER


async def test_a_file_is_for_who_may_see_it_now(
    *,
    app: Plushka,
    staff: dict[str, str],
    cast: Cast,
    taganka: Taganka,
    database: Database,
    clock: SetClock,
    owner_dsn: str,
) -> None:
    """Whoever has lost a right, or was restricted to branches, has lost the files with what they saw before."""

    async def work_as(position: Position) -> None:
        async with database.transaction(cast.anna.tenant_id, actor="test", at=clock.now()) as tx:
            person = next(each for each in await list_staff(tx) if each.email == staff["accountant"])
            await give_position(tx, person.id, position)

    async with database.transaction(cast.anna.tenant_id, actor="test", at=clock.now()) as tx:
        all_branches = frozenset(branch.id for branch in await list_branches(tx))
    here = frozenset({taganka.branch_id})
    elsewhere = all_branches - here
    async with signed_in(app, staff["accountant"]) as alla:

        async def export() -> str:
            left = (await alla.post("/receipts/exports")).headers["location"]
            await do_all_tasks(database, clock, owner_dsn)
            return str(left)

        async def has(task: str) -> bool:
            file, page = await alla.get(f"{task}/file"), await alla.get(task)
            assert file.status_code in {httpx.codes.OK, httpx.codes.FORBIDDEN}
            assert (f"{task}/file" in page.text) == file.is_success
            return file.is_success

        everything = await export()
        assert await has(everything)
        await work_as(Position(role="accountant", branch_ids=here))
        of_here = await export()
        assert (await has(everything), await has(of_here)) == (False, True)
        await work_as(Position(role="accountant", branch_ids=elsewhere))
        assert (await has(everything), await has(of_here)) == (False, False)
        await work_as(Position(role="accountant", branch_ids=all_branches))
        assert (await has(everything), await has(of_here)) == (False, True)
        await work_as(Position(role="cashier"))
        assert (await has(everything), await has(of_here)) == (False, False)
        await work_as(Position(role="accountant"))
        assert (await has(everything), await has(of_here)) == (True, True)
