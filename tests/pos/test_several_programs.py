"""Two programmes at the door: a till is told the points of the one that serves its branch."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from tests.conftest import SetClock
from tests.pos.conftest import Cast, client_of, coffee

from plushka.app import Plushka
from plushka.domain.businesses.branches import open_branch
from plushka.domain.programs.assigning import move_branches
from plushka.domain.programs.operations import create_program, publish
from plushka.domain.staff.model import SCOPES
from plushka.domain.staff.operations import issue_key, set_up_till
from plushka.engine.program import EarningRule, Percent, Program, Redemption, Welcome
from plushka.platform.database import Database

PHONE = "+79161234567"
VISITS = Program(
    name="Визиты",
    currency="RUB",
    earning=(EarningRule(id="base", name="5 %", effect=Percent(rate_bp=500)),),
    redemption=Redemption(),
    welcome=Welcome(points=7),
)


@dataclass
class Kazan:
    """Anna's branch in Kazan, which the programme «Визиты» serves: its till, and one that belongs to no branch."""

    program_id: str
    till: httpx.AsyncClient
    shop: httpx.AsyncClient


@pytest.fixture
async def kazan(app: Plushka, cast: Cast, database: Database, clock: SetClock) -> AsyncIterator[Kazan]:
    async with database.transaction(cast.anna.tenant_id, actor="test:cast", at=clock.now()) as tx:
        branch = await open_branch(tx, code="kazan", name="Казань")
        till = await set_up_till(tx, name="Касса 2", branch_id=branch.id)
        shop = await set_up_till(tx, name="Сайт")
        _, secret = await issue_key(tx, till_id=till.id, scopes=SCOPES)
        _, secret_of_shop = await issue_key(tx, till_id=shop.id, scopes=SCOPES)
        program_id = await create_program(tx, name="Визиты")
        await publish(tx, program_id=program_id, program=VISITS, valid_from=tx.at)
        await move_branches(tx, [branch.id], program_id=program_id)
    async with client_of(app, secret) as of_till, client_of(app, secret_of_shop) as of_shop:
        yield Kazan(str(program_id), of_till, of_shop)


def seen(answer: httpx.Response) -> tuple[str | None, int]:
    """Return the programme's name and the points of a member's answer."""
    assert answer.status_code in (200, 201), answer.text
    body: dict[str, Any] = answer.json()
    return body["program"] and body["program"]["name"], body["balance"]["available"]


async def test_with_one_programme_none_is_named(anna: httpx.AsyncClient) -> None:
    assert seen(await anna.post("/v1/members", json={"phone": PHONE})) == (None, 0)


async def test_a_till_sees_the_points_of_the_programme_of_its_branch(
    anna: httpx.AsyncClient, kazan: Kazan
) -> None:
    assert seen(await kazan.till.post("/v1/members", json={"phone": PHONE})) == ("Визиты", 7)
    assert seen(await anna.post("/v1/members", json={"phone": PHONE})) == ("Кешбэк 10 %", 0)

    await anna.post("/v1/purchases", json=coffee("1", member={"phone": PHONE}))
    bought = await kazan.till.post("/v1/purchases", json=coffee("1", member={"phone": PHONE}))
    assert bought.json()["balance"]["available"] == 57
    member_id = bought.json()["member_id"]
    assert seen(await anna.get("/v1/members", params={"phone": PHONE})) == ("Кешбэк 10 %", 100)
    assert seen(await kazan.till.get(f"/v1/members/{member_id}")) == ("Визиты", 57)


async def test_a_till_of_no_branch_names_the_branch_whose_points_it_asks_for(
    anna: httpx.AsyncClient, kazan: Kazan
) -> None:
    await anna.post("/v1/members", json={"phone": PHONE})
    bought = await kazan.shop.post("/v1/purchases", json=coffee("1", member={"phone": PHONE}, branch="kazan"))
    path = f"/v1/members/{bought.json()['member_id']}"

    assert seen(await kazan.shop.get(path)) == ("Кешбэк 10 %", 0)
    assert seen(await kazan.shop.get(path, params={"branch": "kazan"})) == ("Визиты", 57)
    lost = await kazan.shop.get(path, params={"branch": "perm"})
    assert (lost.status_code, lost.json()["code"]) == (422, "branch_unknown")
    foreign = await kazan.till.get(path, params={"branch": "arbat"})
    assert (foreign.status_code, foreign.json()["code"]) == (422, "branch_unknown")


async def test_held_points_are_spent_where_the_same_programme_serves(
    anna: httpx.AsyncClient, kazan: Kazan
) -> None:
    await kazan.till.post("/v1/members", json={"phone": PHONE})
    hold = {"external_id": "order", "member": {"phone": PHONE}, "points": 5, "branch": "kazan"}
    placed = await kazan.shop.post("/v1/holds", json=hold)
    assert placed.status_code == 201, placed.text
    spending = coffee("2", member={"phone": PHONE}, hold_id=placed.json()["id"])

    refused = await anna.post("/v1/purchases?language=ru", json=spending)
    assert (refused.status_code, refused.json()["code"]) == (409, "hold_of_other_program")
    assert refused.json()["errors"][0]["field"] == "hold_id"
    assert "резерв" in refused.json()["detail"]
    paid = await kazan.till.post("/v1/purchases", json=spending)
    assert paid.json()["decision"]["redeemed_points"] == 5
    short = await kazan.shop.post("/v1/holds", json=hold | {"external_id": "order-2", "branch": "arbat"})
    assert (short.status_code, short.json()["code"]) == (409, "insufficient_points")


async def test_another_business_sees_nothing_of_it(eve: httpx.AsyncClient, kazan: Kazan) -> None:
    enrolled = await kazan.till.post("/v1/members", json={"phone": PHONE})

    assert (await eve.get(f"/v1/members/{enrolled.json()['id']}")).status_code == 404
    assert (await eve.get("/v1/members", params={"phone": PHONE, "branch": "kazan"})).status_code == 404
    assert seen(await eve.post("/v1/members", json={"phone": PHONE})) == (None, 0)
    refused = await eve.post("/v1/members", json={"phone": PHONE, "branch": "kazan"})
    assert refused.json()["code"] == "branch_unknown"
