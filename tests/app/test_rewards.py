"""Rewards for points in the app: seen, got, shown with a code, cancelled."""

import re

import httpx
from tests.app.conftest import Person
from tests.conftest import SetClock
from tests.office.conftest import plain
from tests.pos.conftest import Cast, client_of

from plushka.app import Plushka
from plushka.domain.programs.queries import list_programs
from plushka.domain.rewards.offering import create_offer, set_offer_picture
from plushka.domain.rewards.offers import Offer, OfferTerms
from plushka.platform.database import Database


async def offered(
    database: Database, clock: SetClock, cast: Cast, *, picture: bytes | None = None, **terms: object
) -> Offer:
    async with database.transaction(cast.anna.tenant_id, actor="test:app", at=clock.now()) as tx:
        (program,) = await list_programs(tx)
        values = {"name": "Кружка", "price_points": 5, "description": "Из белой глины", **terms}
        offer = await create_offer(tx, program_id=program.id, terms=OfferTerms(**values), stock=3)  # type: ignore[arg-type]
        if picture is not None:
            await set_offer_picture(tx, offer.id, picture)
        return offer


def pressed(page: str) -> dict[str, str]:
    """Return what the button of a reward's page sends."""
    return dict(re.findall(r'<input type="hidden" name="(key|price)" value="([^"]+)"', page))


async def test_a_reward_is_got_for_points_taken_at_the_till_by_its_code_and_pressed_twice_is_one(
    app: Plushka, varvara: Person, cast: Cast, database: Database, clock: SetClock
) -> None:
    offer = await offered(database, clock, cast)
    assert "Кружка" in (await varvara.get()).text
    page = await varvara.get(f"/rewards/{offer.id}")
    assert "Получить за 5 бонусов" in plain(page.text)
    for _ in range(2):
        answer = await varvara.post(f"/rewards/{offer.id}", **pressed(page.text))
        assert answer.status_code == httpx.codes.SEE_OTHER
    own = plain((await varvara.get("/rewards?said=reward")).text)
    (code,) = re.findall(r">([A-Z2-9]{4}-[A-Z2-9]{4})<", own)
    assert "Это ваше" in own
    assert "Награда за бонусы" in (await varvara.get("/history")).text

    async with client_of(app, cast.anna.secret) as till:
        gift = (await till.get("/v1/rewards", params={"code": code})).json()
        assert (await till.post(f"/v1/rewards/{gift['id']}/redeem")).json()["state"] == "taken"
    assert "получено" in (await varvara.get("/rewards")).text


async def test_who_changes_their_mind_has_the_points_back(
    varvara: Person, cast: Cast, database: Database, clock: SetClock
) -> None:
    offer = await offered(database, clock, cast)
    page = await varvara.get(f"/rewards/{offer.id}")
    await varvara.post(f"/rewards/{offer.id}", **pressed(page.text))
    (cancel,) = re.findall(r'action="[^"]*(/gifts/[^"]+/cancel)"', (await varvara.get("/rewards")).text)
    answer = await varvara.post(cancel)
    assert answer.headers["location"].endswith("said=reward_cancelled")
    assert "/cancel" not in (await varvara.get("/rewards")).text


async def test_what_is_missing_is_told_and_a_price_that_changed_is_not_paid(
    varvara: Person, cast: Cast, database: Database, clock: SetClock
) -> None:
    dear = await offered(database, clock, cast, price_points=1_000_000)
    page = plain((await varvara.get(f"/rewards/{dear.id}")).text)
    assert "не хватает" in page
    assert "Получить за" not in page
    offer = await offered(database, clock, cast)
    refused = await varvara.post(f"/rewards/{offer.id}", key="k", price="4")
    assert refused.status_code == httpx.codes.CONFLICT
    assert "только что изменилась" in refused.text


async def test_nobody_cancels_the_gift_of_another(varvara: Person, cast: Cast) -> None:
    answer = await varvara.post(f"/gifts/{cast.anna.tenant_id}/cancel")
    assert answer.status_code == httpx.codes.NOT_FOUND


async def test_the_picture_of_a_reward_is_shown(
    varvara: Person, cast: Cast, database: Database, clock: SetClock
) -> None:
    offer = await offered(database, clock, cast, picture=b"RIFF")
    page = (await varvara.get("/rewards")).text
    (src,) = re.findall(r'src="([^"]*/picture/[^"]+)"', page)
    assert (await varvara.browser.get(src)).content == b"RIFF"
    for nothing in ("none", "%00"):
        answer = await varvara.get(f"/rewards/{offer.id}/picture/{nothing}")
        assert answer.status_code == httpx.codes.NOT_FOUND
