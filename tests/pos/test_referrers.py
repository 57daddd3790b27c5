"""Who brought a member, told at a till by a personal code."""

import httpx
import pytest
from msgspec import structs
from tests.conftest import SetClock
from tests.pos.conftest import CASHBACK, Cast, client_of, coffee

from plushka.app import Plushka
from plushka.delivery.jobs.friends import pay_for_friends
from plushka.domain.programs.operations import publish
from plushka.domain.programs.queries import get_program_id
from plushka.domain.referrals.codes import code_of, shown
from plushka.engine.program import Referral
from plushka.engine.referral_parts import FixedReward
from plushka.platform.database import Database

ANNA, BORIS = "+79160000001", "+79160000002"
pytestmark = pytest.mark.usefixtures("referral")


@pytest.fixture
async def referral(database: Database, cast: Cast, clock: SetClock) -> None:
    async with database.transaction(cast.anna.tenant_id, actor="test:anna", at=clock.now()) as tx:
        rules = structs.replace(CASHBACK, referral=Referral((FixedReward(100),), paid_after_days=0))
        await publish(tx, program_id=await get_program_id(tx), program=rules, valid_from=tx.at)


async def code_of_anna(till: httpx.AsyncClient, database: Database, cast: Cast, clock: SetClock) -> str:
    anna = (await till.post("/v1/members", json={"phone": ANNA})).json()
    async with database.transaction(cast.anna.tenant_id, actor="test:anna", at=clock.now()) as tx:
        return shown(await code_of(tx, anna["id"]))


async def test_a_friend_is_enrolled_with_a_code_and_brings_points(
    app: Plushka, database: Database, cast: Cast, clock: SetClock
) -> None:
    async with client_of(app, cast.anna.secret) as till:
        assert (await till.get("/v1/till")).json()["rewards_friends"] is True
        code = await code_of_anna(till, database, cast, clock)
        body = {"phone": BORIS, "referrer_code": code}
        first = await till.post("/v1/members", json=body)
        again = await till.post("/v1/members", json=body)
        assert (first.status_code, first.json()["referrer_refused"]) == (201, None)
        assert (again.status_code, again.json()["referrer_refused"]) == (200, None)
        quoted = coffee(member={"phone": BORIS})
        quoted.pop("external_id")
        quote = await till.post("/v1/quotes?explanation=true&language=ru", json=quoted)
        told = [each["text"] for each in quote.json()["explanation"]["friends"]]
        assert told == ["Кто привёл друга, получит 100\u00a0бонусов."]
        await till.post("/v1/purchases", json=coffee(member={"phone": BORIS}))
        await pay_for_friends(database, clock, cast.anna.tenant_id)
        anna = (await till.get("/v1/members", params={"phone": ANNA})).json()
        assert anna["balance"]["available"] == 100


async def test_a_wrong_code_keeps_nobody_from_being_enrolled(
    app: Plushka, database: Database, cast: Cast, clock: SetClock
) -> None:
    async with client_of(app, cast.anna.secret) as till:
        enrolled = await till.post("/v1/members", json={"phone": BORIS, "referrer_code": "0000 0000"})
        assert (enrolled.status_code, enrolled.json()["referrer_refused"]) == (201, "unknown_code")
        own = (await till.post("/v1/members", json={"phone": BORIS})).json()
        assert own["referrer_refused"] is None
    async with database.transaction(cast.anna.tenant_id, actor="test:anna", at=clock.now()) as tx:
        kept = await tx.fetchval("select reason from referral_tries where tenant_id = $1", tx.tenant_id)
    assert kept == "unknown_code"


async def test_it_can_be_told_later_and_only_before_the_first_purchase(
    app: Plushka, database: Database, cast: Cast, clock: SetClock
) -> None:
    async with client_of(app, cast.anna.secret) as till:
        code = await code_of_anna(till, database, cast, clock)
        boris = (await till.post("/v1/members", json={"phone": BORIS})).json()["id"]
        for _ in range(2):
            noted = await till.post(f"/v1/members/{boris}/referrer", json={"code": code})
            assert (noted.status_code, noted.json()) == (200, {"member_id": boris})
        wrong = await till.post(f"/v1/members/{boris}/referrer", json={"code": "0000 0000"})
        assert (wrong.status_code, wrong.json()["code"]) == (404, "referral_code_not_found")
        vera = (await till.post("/v1/members", json={"phone": "+79160000003"})).json()["id"]
        await till.post("/v1/purchases", json=coffee(member={"id": vera}))
        late = await till.post(f"/v1/members/{vera}/referrer?language=ru", json={"code": code})
        assert (late.status_code, late.json()["code"]) == (409, "referral_refused")
        assert "уже покупал" in late.json()["detail"]
