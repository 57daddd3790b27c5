"""Friends and branches."""

import re
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from msgspec import structs
from tests.app.conftest import NEW_PHONE, Person, token_of
from tests.conftest import SetClock
from tests.office.conftest import Shop, browser_at, plain, report
from tests.pos.conftest import CASHBACK, Cast, client_of, coffee

from plushka.app import Plushka
from plushka.delivery.jobs.friends import pay_for_friends
from plushka.delivery.web.hours import told_now
from plushka.domain.businesses.model import Opening, Week
from plushka.domain.coupons.tries import NETWORK_MAX
from plushka.domain.programs.operations import publish
from plushka.engine.program import PointsReward, Referral
from plushka.engine.referral_parts import BaseShare
from plushka.platform.database import Database
from plushka.platform.i18n import translator

REFERRAL = Referral((BaseShare(1000),), friend=PointsReward(50))

_DAY = Opening(600, 1200)
WORKDAYS: Week = (Opening(600, 1500), _DAY, _DAY, _DAY, _DAY, None, None)
"""Monday until one at night, the other workdays from 10 to 20."""


async def test_a_friend_joins_by_the_link_and_is_seen(app: Plushka, varvara: Person, cast: Cast) -> None:
    page = (await varvara.get("/friends")).text
    assert "никто не пришёл" in page
    link = re.search(r'data-share="http://[^/]+([^"]+)"', page)
    assert link is not None
    assert "https://wa.me/?text=" in page

    async with browser_at(app) as browser:
        friend = Person(browser, varvara.home)
        invited = await browser.get(link[1])
        start = re.search(r'name="start" value="([^"]+)"', invited.text)
        assert start is not None
        asked = await friend.post("/sign-in", phone=NEW_PHONE, start=start[1])
        code = await friend.latest_code()
        proved = await friend.post("/sign-in/code", token=token_of(asked), code=code, start=start[1])
        assert f'value="{start[1]}"' in proved.text
        await friend.post(
            "/sign-in/card", token=token_of(proved), name="Оля Белова", personal_data="on", start=start[1]
        )
    seen = (await varvara.get("/friends")).text
    assert "Пришли: 1, купили: 0" in seen
    assert "Оля" in seen
    assert "Белова" not in seen

    async with client_of(app, cast.anna.secret) as till:
        await report(till, "/v1/purchases", coffee("F-1", member={"phone": NEW_PHONE}))
    assert "Пришли: 1, купили: 1" in (await varvara.get("/friends")).text


async def test_what_friends_give_is_told_in_plain_words_and_figures(  # noqa: PLR0917 - who takes part
    app: Plushka, database: Database, varvara: Person, shop: Shop, cast: Cast, clock: SetClock
) -> None:
    async with database.transaction(cast.anna.tenant_id, actor="test:anna", at=clock.now()) as tx:
        rules = structs.replace(CASHBACK, referral=REFERRAL)
        await publish(tx, program_id=shop.program_id, program=rules, valid_from=tx.at)
    page = plain((await varvara.get("/friends")).text)
    assert "Вы получаете 10 % от покупки за первую покупку друга." in page
    assert "Друг тоже получает 50 бонусов." in page
    code = re.search(r">(\d{4} \d{4})<", page)
    assert code is not None

    async with browser_at(app) as browser:
        friend = Person(browser, varvara.home)
        asked = await friend.post("/sign-in", phone=NEW_PHONE)
        proved = await friend.post("/sign-in/code", token=token_of(asked), code=await friend.latest_code())
        await friend.post("/sign-in/card", token=token_of(proved), name="Оля", personal_data="on")
        wrong = await friend.post("/friends/inviter", friend_code="0000 0000")
        assert (wrong.status_code, "Такого кода нет" in wrong.text) == (422, True)
        assert 'value="0000 0000"' in wrong.text
        for _ in range(NETWORK_MAX - 1):
            await friend.post("/friends/inviter", friend_code="0000 0001")
        waits = await friend.post("/friends/inviter", friend_code=code[1])
        assert (waits.status_code, "Подождите десять минут" in waits.text) == (422, True)
        clock.advance(timedelta(minutes=11))
        named = await friend.post("/friends/inviter", friend_code=code[1])
        assert named.status_code == httpx.codes.SEE_OTHER
        assert "Вас привёл друг" not in (await friend.get("/friends")).text

    async with client_of(app, cast.anna.secret) as till:
        await report(till, "/v1/purchases", coffee("F-1", member={"phone": NEW_PHONE}))
    waiting = plain((await varvara.get("/friends")).text)
    assert "+100 после" in waiting
    clock.at += timedelta(days=15)
    await pay_for_friends(database, clock, cast.anna.tenant_id)
    told = plain((await varvara.get("/friends")).text)
    assert "+100" in told
    assert "после" not in told.partition("Пришли: ")[2]
    history = (await varvara.get("/history")).text
    entry = re.search(r'href="[^"]*(/history/[0-9a-f-]{36})"[^>]*>(?:(?!</a>).)*За друга', history, re.DOTALL)
    assert entry is not None
    own = (await varvara.get(entry[1])).text
    assert "F-1" not in own
    assert "Капучино" not in own


@pytest.mark.usefixtures("shop")
async def test_a_link_that_is_nobodys_or_of_another_business_leads_nowhere(
    varvara: Person, cast: Cast
) -> None:
    link = re.search(r"/join/(\w+)", (await varvara.get("/friends")).text)
    assert link is not None

    for path in (f"{varvara.home}/join/nothing", f"/app/{cast.eve.tenant_id}/join/{link[1]}"):
        assert (await varvara.browser.get(path)).status_code == httpx.codes.NOT_FOUND


async def test_branches_stand_with_address_map_and_hours(anna: httpx.AsyncClient, varvara: Person) -> None:
    page = (await anna.get("/settings/branches")).text
    branch = re.search(r"/settings/branches/[0-9a-f-]{36}", page)
    assert branch is not None
    typed = {"name": "Арбат", "code": "arbat", "address": "Арбат, 1", "time_zone": "Europe/Moscow"}
    hours = {
        f"{edge}_{day}": at for day in range(7) for edge, at in (("opens", "09:00"), ("closes", "21:00"))
    }
    await anna.post(branch[0], data={**typed, **hours, "day_starts": "04:00"})

    told = (await varvara.get("/branches")).text

    assert "Арбат, 1" in told
    assert "https://yandex.ru/maps/?text=%D0%90" in told
    assert "Пн–Вс 09:00–21:00" in told
    assert "открыто до 21:00" in told


@pytest.mark.parametrize(
    ("at", "told"),
    [
        ((9, 9, 59), "opens at 10:00"),
        ((9, 10, 0), "open until 01:00"),
        ((10, 0, 59), "open until 01:00"),
        ((10, 1, 0), "opens at 10:00"),
        ((10, 20, 0), "closed now"),
        ((14, 12, 0), "closed now"),
    ],
)
def test_whether_a_branch_is_open_is_told_by_its_own_clock(at: tuple[int, int, int], told: str) -> None:
    moment = datetime(2026, 3, *at, tzinfo=UTC)

    assert told_now(WORKDAYS, moment, "UTC", translator("en")) == told


def test_a_branch_whose_hours_are_not_told_is_neither_open_nor_closed() -> None:
    assert told_now((None,) * 7, datetime(2026, 3, 9, tzinfo=UTC), "UTC", translator("en")) == ""
