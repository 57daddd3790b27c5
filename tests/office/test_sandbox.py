"""The sandbox: all of the business is there to be tried, and nothing that is tried touches the business."""

from datetime import timedelta
from uuid import UUID

import httpx
import pytest
from msgspec import structs
from tests.conftest import SetClock
from tests.office.conftest import MEMBER, PASSWORD, PHONE, browser_at, email_of, plain, report, signed_in
from tests.pos.conftest import Cast, client_of, coffee

from plushka.app import Plushka
from plushka.delivery.jobs.friends import pay_for_friends
from plushka.delivery.jobs.long_work import do_known_task
from plushka.delivery.office.permissions import rights_of
from plushka.domain.businesses.queries import list_branches, list_tenant_ids
from plushka.domain.coupons.model import Limits
from plushka.domain.coupons.operations import add_codes, create_coupon
from plushka.domain.coupons.queries import get_coupon
from plushka.domain.founding.sandbox import find_sandbox
from plushka.domain.ledger.verify import check
from plushka.domain.members.model import Identity
from plushka.domain.members.queries import find_member, find_member_ids
from plushka.domain.programs.drafts import get_draft, save_draft
from plushka.domain.programs.operations import publish
from plushka.domain.programs.queries import get_current_version, get_program_id
from plushka.domain.purchases.laws import LAWS
from plushka.domain.referrals.binding import bind
from plushka.domain.referrals.codes import code_of
from plushka.domain.simulation.model import NoReceipts
from plushka.domain.simulation.operations import Wish, ask
from plushka.domain.simulation.queries import get_simulation
from plushka.domain.staff.model import SCOPES, Position
from plushka.domain.staff.operations import issue_key
from plushka.domain.staff.people import give_position
from plushka.domain.staff.queries import list_keys, list_staff, list_tills
from plushka.domain.staff.roles import create_role
from plushka.engine.conditions import Coupon as AskedCoupon
from plushka.engine.price_effects import PercentOff
from plushka.engine.program import Promotion, Referral
from plushka.engine.referral_parts import FixedReward
from plushka.platform.database import Database

pytestmark = pytest.mark.usefixtures("shop")


@pytest.fixture
async def sandbox(anna: httpx.AsyncClient, cast: Cast, database: Database, clock: SetClock) -> UUID:
    """Anna's sandbox, in which she is now; her business has members and receipts."""
    opened = await anna.post("/settings/sandbox", follow_redirects=True)
    assert "Песочница готова" in opened.text
    async with database.global_transaction(actor="test:cast", at=clock.now()) as tx:
        sandbox_id = await find_sandbox(tx, cast.anna.tenant_id)
    assert sandbox_id is not None
    return sandbox_id


async def key_of(database: Database, clock: SetClock, tenant_id: UUID) -> str:
    async with database.transaction(tenant_id, actor="test:cast", at=clock.now()) as tx:
        till = (await list_tills(tx))[0]
        return (await issue_key(tx, till_id=till.id, scopes=SCOPES))[1]


@pytest.mark.usefixtures("sandbox")
async def test_everything_but_members_and_receipts_is_copied(anna: httpx.AsyncClient) -> None:
    home = plain((await anna.get("/")).text)
    assert "Песочница: здесь всё ненастоящее" in home
    assert MEMBER not in plain((await anna.get("/members")).text)
    assert "Анна Тест" in plain((await anna.get("/members")).text)
    assert "A-1" not in (await anna.get("/receipts")).text
    for path in (
        "/engagement/programs",
        "/settings/branches",
        "/settings/tills",
        "/settings/branding",
        "/settings",
    ):
        assert (await anna.get(path)).status_code == httpx.codes.OK, path


async def test_a_draft_is_tried_on_what_was_rehearsed_alone(
    *, app: Plushka, database: Database, clock: SetClock, sandbox: UUID
) -> None:
    async with database.transaction(sandbox, actor="test:anna", at=clock.now()) as tx:
        program_id = await get_program_id(tx)
        draft = await get_draft(tx, program_id)
        renamed = structs.replace(draft.program, name="Репетиция")
        await save_draft(tx, program_id, renamed, mark=draft.mark)
        with pytest.raises(NoReceipts):
            await ask(tx, program_id, Wish(months=1))
    async with client_of(app, await key_of(database, clock, sandbox)) as till:
        await report(till, "/v1/purchases", coffee("R-1", member={"card": "TEST-1"}))
    clock.advance(timedelta(minutes=1))
    async with database.transaction(sandbox, actor="test:anna", at=clock.now()) as tx:
        simulation_id = await ask(tx, program_id, Wish(months=1))
        task_id = (await get_simulation(tx, simulation_id)).task_id

    await do_known_task(database, clock, f"{sandbox} {task_id}".encode())

    async with database.transaction(sandbox, actor="test:anna", at=clock.now()) as tx:
        answer = (await get_simulation(tx, simulation_id)).answer
    assert answer is not None
    assert answer.courses["was"].receipts == answer.courses["draft.observed"].receipts == 1
    assert answer.differing == 0


async def test_a_rehearsed_purchase_is_booked_in_the_sandbox_only(
    *, app: Plushka, anna: httpx.AsyncClient, cast: Cast, database: Database, clock: SetClock, sandbox: UUID
) -> None:
    key = await key_of(database, clock, sandbox)
    async with client_of(app, key) as till:
        receipt = await report(till, "/v1/purchases", coffee("T-1", member={"card": "TEST-1"}))
    assert receipt["decision"]["earned_points"] > 0

    assert ">T-1<" in (await anna.get("/receipts")).text
    for tenant_id in (sandbox, cast.anna.tenant_id):
        async with database.transaction(tenant_id, actor="test:cast", at=clock.now()) as tx:
            assert (await check(tx, also=LAWS))[1] == ()
    await anna.post(f"/businesses/{cast.anna.tenant_id}/enter")
    real = (await anna.get("/receipts")).text
    assert ">T-1<" not in real
    assert ">A-1<" in real


async def test_friends_are_rehearsed_as_well_and_those_of_the_business_are_nobodys_there(
    *, app: Plushka, anna: httpx.AsyncClient, cast: Cast, database: Database, clock: SetClock
) -> None:
    tenant_id = cast.anna.tenant_id
    async with database.transaction(tenant_id, actor="test:cast", at=clock.now()) as tx:
        version = await get_current_version(tx)
        assert version is not None
        program = structs.replace(version.program, referral=Referral((FixedReward(100),), paid_after_days=0))
        await publish(tx, program_id=await get_program_id(tx), program=program, valid_from=tx.at)

    await anna.post("/settings/sandbox")

    async with database.global_transaction(actor="test:cast", at=clock.now()) as tx:
        sandbox_id = await find_sandbox(tx, tenant_id)
    assert sandbox_id is not None
    async with database.transaction(sandbox_id, actor="test:cast", at=clock.now()) as tx:
        cards = [Identity("card", f"TEST-{number}") for number in (1, 2)]
        known = await find_member_ids(tx, cards)
        referrer, friend = (known[card] for card in cards)
        assert (await bind(tx, friend, way="till", typed=await code_of(tx, referrer))).reason is None
    async with client_of(app, await key_of(database, clock, sandbox_id)) as till:
        await report(till, "/v1/purchases", coffee("T-1", member={"card": "TEST-2"}))
    await pay_for_friends(database, clock, sandbox_id)
    for business_id, paid in ((sandbox_id, [100]), (tenant_id, [])):
        async with database.transaction(business_id, actor="test:cast", at=clock.now()) as tx:
            rows = await tx.fetch(
                "select points_paid from referral_rewards where tenant_id = $1", business_id
            )
            assert [row["points_paid"] for row in rows] == paid
            assert (await check(tx, also=LAWS))[1] == ()


async def test_words_of_coupons_are_good_in_the_sandbox_and_codes_of_members_are_not(
    *, app: Plushka, anna: httpx.AsyncClient, cast: Cast, database: Database, clock: SetClock
) -> None:
    async with database.transaction(cast.anna.tenant_id, actor="test:cast", at=clock.now()) as tx:
        coupon = await create_coupon(tx, name="Весна", limits=Limits(uses_per_code=1))
        await add_codes(tx, coupon, ["SPRING"])
        member = await find_member(tx, Identity(kind="phone", value=PHONE))
        await add_codes(tx, coupon, ["OWN-1"], member_id=member.id if member else None)
        version = await get_current_version(tx)
        assert version is not None
        promotion = Promotion(
            "spring", "Весна", PercentOff(10_00), when=AskedCoupon((coupon.key,)), for_anonymous=True
        )
        program = structs.replace(version.program, promotions=(promotion,))
        await publish(tx, program_id=await get_program_id(tx), program=program, valid_from=tx.at)
    async with client_of(app, cast.anna.secret) as till:
        used = await report(till, "/v1/purchases", coffee("R-1") | {"coupon_codes": ["SPRING"]})
    assert used["decision"]["discount_minor"] == 100_00

    await anna.post("/settings/sandbox")

    async with database.global_transaction(actor="test:cast", at=clock.now()) as tx:
        sandbox_id = await find_sandbox(tx, cast.anna.tenant_id)
    assert sandbox_id is not None
    async with client_of(app, await key_of(database, clock, sandbox_id)) as till:
        asked = coffee("T-1") | {"coupon_codes": ["spring", "OWN-1"]}
        decision = (await report(till, "/v1/purchases", asked))["decision"]
    assert decision["discount_minor"] == 100_00
    assert [code["reason"] for code in decision["coupons"]] == [None, "code_unknown"]
    assert ">1<" in (await anna.get(f"/engagement/coupons/{coupon.id}")).text
    async with database.transaction(sandbox_id, actor="test:cast", at=clock.now()) as tx:
        assert (await get_coupon(tx, coupon.id)).codes == 1
        assert (await check(tx, also=LAWS))[1] == ()


async def test_the_real_key_goes_on_selling_in_earnest(
    *, app: Plushka, anna: httpx.AsyncClient, cast: Cast, database: Database, clock: SetClock, sandbox: UUID
) -> None:
    async with database.transaction(sandbox, actor="test:cast", at=clock.now()) as tx:
        assert await list_keys(tx) == ()
    async with client_of(app, cast.anna.secret) as till:
        await report(till, "/v1/purchases", coffee("R-1"))
    assert ">R-1<" not in (await anna.get("/receipts")).text


async def test_there_is_one_sandbox_and_none_within_it(
    anna: httpx.AsyncClient, cast: Cast, sandbox: UUID
) -> None:
    assert (await anna.post("/settings/sandbox")).status_code == httpx.codes.CONFLICT
    await anna.post(f"/businesses/{cast.anna.tenant_id}/enter")
    assert (await anna.post("/settings/sandbox")).status_code == httpx.codes.CONFLICT
    assert f"/businesses/{sandbox}/enter" in (await anna.get("/settings/sandbox")).text


@pytest.mark.usefixtures("sandbox")
async def test_nobody_is_invited_to_a_sandbox_who_could_not_come_in(anna: httpx.AsyncClient) -> None:
    assert "/settings/staff/invite" not in (await anna.get("/settings/staff")).text

    refused = await anna.post(
        "/settings/staff/invite", data={"name": "Кира", "role": "cashier", "places": "everywhere"}
    )

    assert refused.status_code == httpx.codes.UNPROCESSABLE_ENTITY
    assert "В песочницу никого не зовут" in plain(refused.text)
    assert 'value="Кира"' in refused.text


async def test_a_closed_sandbox_lets_nobody_in_and_a_new_one_can_be_opened(
    *, app: Plushka, anna: httpx.AsyncClient, database: Database, clock: SetClock, sandbox: UUID
) -> None:
    key = await key_of(database, clock, sandbox)

    closed = await anna.post("/settings/sandbox/closing", follow_redirects=True)

    assert "Песочница закрыта" in closed.text
    assert "Песочница: здесь всё ненастоящее" not in closed.text
    async with client_of(app, key) as till:
        assert (await till.post("/v1/purchases", json=coffee("T-2"))).status_code == httpx.codes.UNAUTHORIZED
    assert (await anna.post(f"/businesses/{sandbox}/enter")).status_code == httpx.codes.NOT_FOUND
    async with database.global_transaction(actor="test:cast", at=clock.now()) as tx:
        assert sandbox not in await list_tenant_ids(tx)
    assert (await anna.post("/settings/sandbox/closing")).status_code == httpx.codes.CONFLICT
    again = await anna.post("/settings/sandbox", follow_redirects=True)
    assert "Песочница готова" in again.text


async def test_a_sandbox_keeps_nobody_from_a_new_password(
    *,
    anna: httpx.AsyncClient,
    cast: Cast,
    staff: dict[str, str],
    database: Database,
    clock: SetClock,
    sandbox: UUID,
) -> None:
    async with database.transaction(sandbox, actor="test:cast", at=clock.now()) as tx:
        cashier = next(person for person in await list_staff(tx) if person.email == staff["cashier"])
    path = f"/settings/staff/{cashier.id}/reset-link"
    assert (await anna.post(path)).status_code == httpx.codes.FORBIDDEN, "the sandbox opens no real account"

    await anna.post(f"/businesses/{cast.anna.tenant_id}/enter")

    assert "/password-resets/" in (await anna.post(path)).text


async def test_who_is_dismissed_is_out_of_the_sandbox_too(
    *, app: Plushka, anna: httpx.AsyncClient, cast: Cast, database: Database, clock: SetClock, sandbox: UUID
) -> None:
    async with signed_in(app, email_of("manager")) as manager:
        await manager.post(f"/businesses/{sandbox}/enter")
        assert "Песочница" in (await manager.get("/receipts")).text
        async with database.transaction(cast.anna.tenant_id, actor="test:cast", at=clock.now()) as tx:
            person = next(one for one in await list_staff(tx) if one.email == email_of("manager"))
        await anna.post(f"/businesses/{cast.anna.tenant_id}/enter")
        await anna.post(f"/settings/staff/{person.id}/dismiss")

        assert (await manager.get("/receipts")).status_code == httpx.codes.FOUND
    async with browser_at(app) as browser:
        again = await browser.post("/sign-in", data={"email": email_of("manager"), "password": PASSWORD})
    assert again.status_code == httpx.codes.UNPROCESSABLE_ENTITY


async def test_a_role_narrowed_later_is_narrow_in_the_sandbox_too(
    *, app: Plushka, cast: Cast, database: Database, clock: SetClock, sandbox: UUID
) -> None:
    async with signed_in(app, email_of("manager")) as manager:
        await manager.post(f"/businesses/{sandbox}/enter")
        assert (await manager.get("/settings/tills")).status_code == httpx.codes.OK

        async with database.transaction(cast.anna.tenant_id, actor="test:cast", at=clock.now()) as tx:
            person = next(one for one in await list_staff(tx) if one.email == email_of("manager"))
            branch_id = (await list_branches(tx))[0].id
            await give_position(tx, person.id, Position(role="cashier"))
        assert (await manager.get("/settings/tills")).status_code == httpx.codes.FORBIDDEN
        assert (await manager.get("/receipts")).status_code == httpx.codes.OK

        async with database.transaction(cast.anna.tenant_id, actor="test:cast", at=clock.now()) as tx:
            role = await create_role(
                tx, name="Счетовод", actions=["journal.read", "tills.read"], own=rights_of("owner")
            )
            await give_position(tx, person.id, Position(own_role_id=role.id))
        assert (await manager.get("/settings/tills")).status_code == httpx.codes.OK
        assert (await manager.get("/receipts")).status_code == httpx.codes.FORBIDDEN
        assert (await manager.get("/journal")).status_code == httpx.codes.OK
        async with database.transaction(cast.anna.tenant_id, actor="test:cast", at=clock.now()) as tx:
            await give_position(
                tx, person.id, Position(own_role_id=role.id, branch_ids=frozenset({branch_id}))
            )
        assert (await manager.get("/journal")).status_code == httpx.codes.FORBIDDEN, "of all branches"

    # The rehearsal of a narrower role counts as well.
    async with database.transaction(sandbox, actor="test:cast", at=clock.now()) as tx:
        person = next(one for one in await list_staff(tx) if one.email == email_of("marketer"))
        await give_position(tx, person.id, Position(role="cashier"))
    async with signed_in(app, email_of("marketer")) as marketer:
        assert (await marketer.get("/engagement/links")).status_code == httpx.codes.OK
        await marketer.post(f"/businesses/{sandbox}/enter")
        assert (await marketer.get("/engagement/links")).status_code == httpx.codes.FORBIDDEN
