"""Bring a friend in the office: totals, who brings most, what was refused, the tree on a card, a receipt's page."""

import httpx
import pytest
from msgspec import structs
from tests.conftest import SetClock
from tests.office.conftest import Shop, plain, report
from tests.office.tasks import do_all_tasks
from tests.pos.conftest import CASHBACK, Cast, client_of, coffee

from plushka.app import Plushka
from plushka.delivery.jobs.friends import pay_for_friends
from plushka.domain.members.model import Identity
from plushka.domain.programs.operations import enroll, publish
from plushka.domain.referrals.binding import bind
from plushka.engine.program import Referral
from plushka.engine.referral_parts import BaseShare, ReferralCaps
from plushka.platform.database import Database

THREE = Referral(
    (BaseShare(1000), BaseShare(200), BaseShare(100)),
    paid_after_days=0,
    caps=ReferralCaps(points_per_month=150),
)
FAMILY = ("Вера", "Глеб", "Даша")


@pytest.fixture
async def family(app: Plushka, database: Database, cast: Cast, shop: Shop, clock: SetClock) -> dict[str, str]:
    """Return Varvara's friend Vera, her friend Gleb and his friend Dasha, who has bought, by name; and a receipt."""
    found = {}
    async with database.transaction(cast.anna.tenant_id, actor="test:anna", at=clock.now()) as tx:
        rules = structs.replace(CASHBACK, referral=THREE)
        await publish(tx, program_id=shop.program_id, program=rules, valid_from=tx.at)
        above = shop.member_id
        for number, name in enumerate(FAMILY):
            member = await enroll(tx, name=name, identities=[Identity("phone", f"+7999000010{number}")])
            assert (await bind(tx, member.id, way="app", referrer_id=above)).reason is None
            found[name], above = str(member.id), member.id
        assert (await bind(tx, shop.member_id, way="till", referrer_id=above)).reason == "cycle"
    async with client_of(app, cast.anna.secret) as till:
        booked = await report(till, "/v1/purchases", coffee("F-1", member={"id": found["Даша"]}))
        await report(till, "/v1/purchases", coffee("F-2", member={"id": found["Вера"]}))
    await pay_for_friends(database, clock, cast.anna.tenant_id)
    return {**found, "receipt": booked["id"]}


async def test_the_page_counts_and_lists_who_brings(anna: httpx.AsyncClient, family: dict[str, str]) -> None:
    page = plain((await anna.get("/engagement/referrals")).text)
    assert "Кто привёл друга, получает 10 % от покупки за первую покупку друга" in page
    for title, value in (("Друзей вступило", "3"), ("Купили", "2"), ("Начислено за друзей", "230 бонусов")):
        assert value in page[page.index(f">{title}<") :][:200]
    assert family["Глеб"] in page
    found = plain((await anna.get("/engagement/referrals?search=гле")).text)
    assert family["Глеб"] in found
    assert family["Вера"] not in found
    nobody = plain((await anna.get("/engagement/referrals?search=никто")).text)
    assert "Никто с таким именем" in nobody


async def test_what_was_refused_says_who_and_why(anna: httpx.AsyncClient, family: dict[str, str]) -> None:
    page = plain((await anna.get("/engagement/referrals/refused")).text)
    assert "Сами привели того, кого назвали" in page
    assert "на кассе" in page
    assert family["Даша"] in page


async def test_a_card_shows_the_tree_and_a_receipt_whom_it_rewards(
    anna: httpx.AsyncClient, family: dict[str, str], shop: Shop
) -> None:
    card = plain((await anna.get(f"/members/{shop.member_id}")).text)
    tree = card[card.index("friends-title") :]
    assert tree.index("Вера") < tree.index("Глеб") < tree.index("Даша")
    assert "Принесли: 110 бонусов" in tree
    assert "Кто привёл:" in plain((await anna.get(f"/members/{family['Вера']}")).text)
    receipt = plain((await anna.get(f"/receipts/{family['receipt']}")).text)
    given = receipt[receipt.index("friends-title") :]
    for name, points in (
        ("Глеб", "100 бонусов начислено"),
        ("Вера", "20 бонусов"),
        ("Варвара", "10 бонусов"),
    ):
        assert points in given[given.index(name) :][:400]


async def test_the_list_is_taken_away_as_a_file(
    anna: httpx.AsyncClient, family: dict[str, str], database: Database, clock: SetClock, dsn: str
) -> None:
    left = await anna.post("/engagement/referrals/export?search=глеб")
    await do_all_tasks(database, clock, dsn)
    content = (await anna.get(f"{left.headers['location']}/file")).text
    assert "Глеб" in content
    assert family["Глеб"]
    assert ";1;1;100;0" in content


async def test_an_address_that_begins_nowhere_begins_at_the_top(
    anna: httpx.AsyncClient, family: dict[str, str]
) -> None:
    for after in (f"{10**30}.{family['receipt']}", f"-1.{family['receipt']}", "1.x"):
        page = await anna.get(f"/engagement/referrals?after={after}")
        assert "Варвара" in plain(page.text)


@pytest.mark.usefixtures("shop")
async def test_without_a_referral_the_page_says_so(anna: httpx.AsyncClient) -> None:
    page = plain((await anna.get("/engagement/referrals")).text)
    assert "Программа пока ничего не даёт за друзей" in page
    assert "Пока никто не привёл друга" in page
