"""Two programmes of one business in the office: which one a page is about, and what is done to whose points."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import httpx
import pytest
from msgspec import structs
from tests.conftest import SetClock
from tests.office.conftest import MEMBER, PHONE, Shop, email_of, plain, signed_in
from tests.office.tasks import do_all_tasks
from tests.office.test_links import make_link
from tests.pos.conftest import CASHBACK, Cast, client_of, coffee

from plushka.app import Plushka
from plushka.domain.businesses.branches import open_branch
from plushka.domain.programs.assigning import move_branches
from plushka.domain.programs.operations import create_program, publish
from plushka.domain.staff.model import SCOPES, Position
from plushka.domain.staff.operations import issue_key, set_up_till
from plushka.domain.staff.people import give_position
from plushka.domain.staff.queries import list_staff
from plushka.engine.program import PointUnit, Requirement, TierRule, Tiers, Welcome
from plushka.platform.database import Database

VISITS = structs.replace(
    CASHBACK,
    name="Визиты",
    point=PointUnit(scale=2),
    welcome=Welcome(points=750),
    tiers=Tiers(
        (TierRule("new", "Новый"), TierRule("gold", "Золотой", (Requirement("spend", 1_000_000_00),)))
    ),
)
SECOND = "+79990000002"


@dataclass
class Kazan:
    """Anna's branch in Kazan, served by «Визиты», whose points have hundredths; Varvara has bought there once."""

    program_id: UUID
    branch_id: UUID
    till: httpx.AsyncClient
    first_id: UUID
    card: str
    database: Database
    clock: SetClock
    owner_dsn: str
    tenant_id: UUID

    def of(self, path: str) -> str:
        """Return the address about «Визиты»."""
        return f"{path}{'&' if '?' in path else '?'}program={self.program_id}"

    def of_first(self, path: str) -> str:
        return f"{path}{'&' if '?' in path else '?'}program={self.first_id}"

    async def balances(self) -> dict[UUID, int]:
        """Return what Varvara has, in units, by programme."""
        member_id = UUID(self.card.rpartition("/")[2])
        async with self.database.transaction(
            self.tenant_id, actor="test:ask", at=self.clock.now(), read_only=True
        ) as tx:
            rows = await tx.fetch(
                "select program_id, available from wallets where tenant_id = $1 and member_id = $2",
                self.tenant_id,
                member_id,
            )
        return {row["program_id"]: row["available"] for row in rows}

    async def work(self) -> None:
        assert await do_all_tasks(self.database, self.clock, self.owner_dsn)


@pytest.fixture
async def kazan(
    *, app: Plushka, cast: Cast, shop: Shop, database: Database, clock: SetClock, owner_dsn: str
) -> AsyncIterator[Kazan]:
    clock.advance(timedelta(minutes=1))
    async with database.transaction(cast.anna.tenant_id, actor="test:cast", at=clock.now()) as tx:
        branch = await open_branch(tx, code="kazan", name="Казань")
        till = await set_up_till(tx, name="Касса 2", branch_id=branch.id)
        _, secret = await issue_key(tx, till_id=till.id, scopes=SCOPES)
        program_id = await create_program(tx, name="Визиты")
        await publish(tx, program_id=program_id, program=VISITS, valid_from=tx.at)
        await move_branches(tx, [branch.id], program_id=program_id)
    async with client_of(app, secret) as of_till:
        bought = await of_till.post("/v1/purchases", json=coffee("K-1", member={"phone": PHONE}))
        assert bought.status_code == 201, bought.text
        yield Kazan(
            program_id=program_id,
            branch_id=branch.id,
            till=of_till,
            first_id=shop.program_id,
            card=f"/members/{shop.member_id}",
            database=database,
            clock=clock,
            owner_dsn=owner_dsn,
            tenant_id=cast.anna.tenant_id,
        )


async def page(browser: httpx.AsyncClient, path: str) -> str:
    answer = await browser.get(path)
    assert answer.status_code == httpx.codes.OK, (path, answer.status_code)
    return plain(answer.text)


def chosen(text: str) -> str:
    """Return the programme that a page's menu says it is about."""
    found = re.search(r'aria-label="Программа: ([^"]*)\. Выбрать другую"', text)
    return found[1] if found else ""


async def test_with_one_programme_there_is_nothing_to_choose(anna: httpx.AsyncClient, shop: Shop) -> None:
    for path in ("/", "/members", f"/members/{shop.member_id}", "/members/import", "/members/new"):
        text = await page(anna, path)
        assert chosen(text) == ""
        assert "program=" not in text
        assert 'name="program"' not in text


async def test_a_programme_without_rules_in_force_is_not_offered(anna: httpx.AsyncClient, shop: Shop) -> None:
    await anna.post("/engagement/programs", data={"name": "Когда-нибудь"})
    assert chosen(await page(anna, "/members")) == ""
    assert "Когда-нибудь" in await page(anna, "/engagement/tiers")
    assert (await anna.get(f"/members?program={shop.program_id}")).status_code == httpx.codes.OK


async def test_the_address_says_which_one_and_pages_that_are_not_told_go_on_with_it(
    anna: httpx.AsyncClient, kazan: Kazan
) -> None:
    for path in ("/", "/members", kazan.card, f"{kazan.card}/points"):
        assert chosen(await page(anna, path)) == "Кешбэк 10 %"
    assert chosen(await page(anna, kazan.of("/members?view=all"))) == "Визиты"
    for path in ("/", "/members", kazan.card, f"{kazan.card}/points", "/engagement/tiers"):
        assert chosen(await page(anna, path)) == "Визиты"
    assert chosen(await page(anna, kazan.of_first("/"))) == "Кешбэк 10 %"
    assert chosen(await page(anna, kazan.card)) == "Кешбэк 10 %"


async def test_a_programme_of_nobody_or_of_another_business_is_refused(
    anna: httpx.AsyncClient, eve: httpx.AsyncClient, kazan: Kazan
) -> None:
    for text in ("nonsense", "00000000-0000-0000-0000-000000000000"):
        assert (await anna.get(f"/members?program={text}")).status_code == httpx.codes.NOT_FOUND
    assert (await eve.get(kazan.of("/members"))).status_code == httpx.codes.NOT_FOUND
    gift = {"direction": "give", "amount": "5", "reason": "Подарок"}
    answer = await anna.post(f"{kazan.card}/adjustment?program=nonsense", data=gift)
    assert answer.status_code == httpx.codes.NOT_FOUND


async def test_the_list_shows_and_finds_by_the_points_and_tiers_of_the_chosen_one(
    anna: httpx.AsyncClient, kazan: Kazan
) -> None:
    assert ">90<" in await page(anna, kazan.of_first("/members"))
    listed = await page(anna, kazan.of("/members"))
    assert ">107,50<" in listed
    assert ">Новый<" in listed
    assert MEMBER in await page(anna, kazan.of("/members?tier=new&balance_from=107,5&balance_to=107,5"))
    assert MEMBER not in await page(anna, kazan.of("/members?balance_from=107,51"))
    assert MEMBER in await page(anna, kazan.of("/members?sort=-available"))


async def test_who_takes_part_can_be_told_from_who_does_not(anna: httpx.AsyncClient, kazan: Kazan) -> None:
    await anna.post("/members/new", data={"phone": SECOND, "name": "Борис", "program": str(kazan.first_id)})
    found = await page(anna, kazan.of("/members?part=yes"))
    assert (MEMBER in found, "Борис" in found) == (True, False)
    assert "Участвуют в «Визиты»" in found
    found = await page(anna, kazan.of("/members?part=no"))
    assert (MEMBER in found, "Борис" in found) == (False, True)
    programs = await page(anna, "/engagement/programs")
    assert f"/members?part=yes&amp;program={kazan.program_id}" in programs


async def test_what_is_asked_keeps_its_programme(anna: httpx.AsyncClient, kazan: Kazan) -> None:
    """A saved view, a search as one types and a choice of columns are about the one they were made with."""
    saved = await anna.post(kazan.of("/members/views?tier=new"), data={"name": "Новички"})
    await page(anna, kazan.of_first("/"))
    assert chosen(await page(anna, saved.headers["location"])) == "Визиты"
    typed = await anna.get(kazan.of("/members?search=Варвара"), headers={"hx-request": "true"})
    assert parse_qs(urlsplit(typed.headers["hx-push-url"]).query)["program"] == [str(kazan.program_id)]
    assert ">107,50<" in plain(typed.text)
    columns = await anna.post(kazan.of("/members/columns"), data={"column": ["available"]})
    assert str(kazan.program_id) in columns.headers["location"]


async def test_a_view_saved_while_there_was_one_programme_means_that_one(
    anna: httpx.AsyncClient, shop: Shop, database: Database, cast: Cast, clock: SetClock
) -> None:
    await anna.post("/members/views?balance_from=90", data={"name": "С бонусами"})
    async with database.transaction(cast.anna.tenant_id, actor="test", at=clock.now()) as tx:
        program_id = await create_program(tx, name="Визиты")
        await publish(tx, program_id=program_id, program=VISITS, valid_from=tx.at)
    tabs = await page(anna, f"/members?program={program_id}")
    view = re.search(r'href="(/members\?view=[^"]+)"[^>]*>С бонусами', tabs)
    assert view is not None
    assert f"program={shop.program_id}" in view[1]


async def test_the_card_shows_every_programme_and_is_about_one(anna: httpx.AsyncClient, kazan: Kazan) -> None:
    card = await page(anna, kazan.of(kazan.card))
    assert '<p class="text-figure font-semibold">107,50 бонуса</p>' in card
    assert "90 бонусов" in card
    assert f'href="{kazan.of_first(kazan.card)}"' in card
    assert "Золотой" in card
    points = await page(anna, kazan.of(f"{kazan.card}/points"))
    assert "за вступление" in points
    assert "чек K-1" in points
    assert "чек A-1" not in points
    assert "чек A-1" in await page(anna, kazan.of_first(f"{kazan.card}/points"))


async def test_points_are_given_taken_and_prolonged_in_the_one_that_the_address_names(
    anna: httpx.AsyncClient, kazan: Kazan
) -> None:
    """Whatever another tab looks at: the cookie remembers the first one."""
    await page(anna, kazan.of_first("/"))
    asked = await page(anna, kazan.of(f"{kazan.card}/adjustment"))
    action = re.search(r'action="([^"]*/adjustment[^"]*)"', asked)
    assert action is not None
    await page(anna, kazan.of_first("/"))
    given = await anna.post(action[1], data={"direction": "give", "amount": "1,50", "reason": "Подарок"})
    assert given.headers["location"] == kazan.of(f"{kazan.card}/points")
    assert "1,50 бонуса программы «Визиты»" in await page(anna, given.headers["location"])
    assert await kazan.balances() == {kazan.first_id: 90, kazan.program_id: 10900}

    taking = {"direction": "take", "amount": "8,50", "reason": "Ошибка"}
    confirmation = await anna.post(action[1], data=taking)
    assert "Списать 8,50 бонуса программы «Визиты»" in plain(confirmation.text)
    await anna.post(action[1], data={**taking, "confirmed": "on"})
    assert await kazan.balances() == {kazan.first_id: 90, kazan.program_id: 10050}

    deeds = await page(anna, kazan.of_first(f"{kazan.card}/deeds"))
    assert "+1,50 бонуса" in deeds
    trail = await page(anna, "/settings/audit")
    assert "+1,50 бонуса" in trail


async def test_a_form_that_names_no_programme_means_the_first_one(
    anna: httpx.AsyncClient, kazan: Kazan
) -> None:
    """It was opened while there was no other."""
    await page(anna, kazan.of("/"))
    await anna.post(
        f"{kazan.card}/adjustment", data={"direction": "give", "amount": "5", "reason": "Подарок"}
    )
    assert await kazan.balances() == {kazan.first_id: 95, kazan.program_id: 10750}


async def test_a_tier_is_set_by_hand_in_the_chosen_one(anna: httpx.AsyncClient, kazan: Kazan) -> None:
    assert "В программе нет уровней" in await page(anna, kazan.of_first(f"{kazan.card}/tier"))
    data = {"tier": "gold", "reason": "Постоянный гость"}
    await anna.post(kazan.of(f"{kazan.card}/tier"), data=data)
    assert "Золотой" in await page(anna, kazan.of_first(kazan.card))
    freed = await anna.post(kazan.of(f"{kazan.card}/tier/free"))
    assert freed.status_code == httpx.codes.SEE_OTHER


async def test_who_takes_no_part_is_told_so_and_nothing_can_be_booked(
    anna: httpx.AsyncClient, kazan: Kazan
) -> None:
    made = await anna.post(
        "/members/new", data={"phone": SECOND, "name": "Борис", "program": str(kazan.first_id)}
    )
    card = made.headers["location"].partition("?")[0]
    for path in ("", "/points", "/adjustment", "/extension", "/tier"):
        assert "Пока не участвует в этой программе" in await page(anna, kazan.of(f"{card}{path}"))
    gift = {"direction": "give", "amount": "5", "reason": "Подарок"}
    refused = await anna.post(kazan.of(f"{card}/adjustment"), data=gift)
    assert refused.status_code == httpx.codes.UNPROCESSABLE_ENTITY


async def test_a_member_is_enrolled_into_the_one_that_is_chosen(
    anna: httpx.AsyncClient, kazan: Kazan
) -> None:
    nowhere = await anna.post("/members/new", data={"phone": SECOND, "name": "Борис"})
    assert nowhere.status_code == httpx.codes.UNPROCESSABLE_ENTITY
    assert 'id="program-problem"' in nowhere.text
    assert 'value="Борис"' in nowhere.text
    made = await anna.post(
        "/members/new", data={"phone": SECOND, "name": "Борис", "program": str(kazan.program_id)}
    )
    card = await page(anna, kazan.of(made.headers["location"]))
    assert '<p class="text-figure font-semibold">7,50 бонуса</p>' in card


async def test_what_is_done_to_many_is_done_in_the_one_of_the_list(
    anna: httpx.AsyncClient, kazan: Kazan
) -> None:
    await anna.post("/members/new", data={"phone": SECOND, "name": "Борис", "program": str(kazan.first_id)})
    found = re.search(r'href="(/members/bulk\?[^"]*)"', await page(anna, kazan.of("/members")))
    assert found is not None
    query = found[1].replace("&amp;", "&").partition("?")[2]
    await page(anna, kazan.of_first("/"))
    gift = {"direction": "give", "points": "1,25", "reason": "Праздник"}
    asked = await anna.post(f"/members/bulk/points?{query}", data=gift)
    assert "1,25 бонуса программы «Визиты»" in plain(asked.text)
    left = await anna.post(f"/members/bulk/points?{query}", data={**gift, "confirmed": "2"})
    await kazan.work()
    told = await page(anna, left.headers["location"])
    assert "Клиентов: 1. Всего бонусов: 1,25. Не участвуют в программе и ничего не получили: 1." in told
    assert await kazan.balances() == {kazan.first_id: 90, kazan.program_id: 10875}
    assert "+1,25 бонуса" in await page(anna, "/settings/audit")


@pytest.mark.parametrize("file_format", ["csv"])
async def test_a_file_of_members_has_the_points_of_the_chosen_one(
    anna: httpx.AsyncClient, kazan: Kazan, file_format: str
) -> None:
    data = {"format": file_format, "column": ["phone", "tier", "balance"]}
    for address, line in ((kazan.of, f"{PHONE};Новый;107,50"), (kazan.of_first, f"{PHONE};;90")):
        left = await anna.post(address("/members/exports?all=1"), data=data)
        await kazan.work()
        file = (await anna.get(f"{left.headers['location']}/file")).content.decode("utf-8-sig")
        assert line in file.splitlines()


async def test_a_file_of_members_goes_into_the_one_that_is_chosen(
    anna: httpx.AsyncClient, kazan: Kazan
) -> None:
    file = {"file": ("clients.csv", f"Телефон;Остаток;Уровень\n{PHONE};12,34;Золотой\n".encode())}
    nowhere = await anna.post("/members/import", data={"source": "Тетрадь"}, files=file)
    assert 'id="program-problem"' in nowhere.text
    for program_id, gained in ((kazan.program_id, 1234), (kazan.first_id, 0)):
        before = (await kazan.balances())[program_id]
        sent = {"source": "Тетрадь", "program": str(program_id)}
        reading = (await anna.post("/members/import", data=sent, files=file)).headers["location"]
        await kazan.work()
        name = "Визиты" if gained else "Кешбэк 10 %"
        assert f"В программу «{name}»." in await page(anna, reading)
        form = {"column-0": "phone", "column-1": "balance", "column-2": "tier", "header": "on"}
        shown = {**form, "source": "Тетрадь", "dates": "dmy", "do": "try"}
        trial = (await anna.post(reading, data=shown)).headers["location"]
        await kazan.work()
        told = await page(anna, trial)
        assert f"В программу «{name}»." in told
        assert ("12,34" in told) is bool(gained)
        imported = await anna.post(trial)
        await kazan.work()
        assert (await kazan.balances())[program_id] == before + gained
        assert ("бонусов 12,34 из 12,34" in await page(anna, imported.headers["location"])) is bool(gained)


async def test_a_source_is_booked_once_in_each_programme(anna: httpx.AsyncClient, kazan: Kazan) -> None:
    file = {"file": ("clients.csv", f"Телефон;Остаток\n{PHONE};10\n".encode())}
    for program_id in (kazan.first_id, kazan.program_id, kazan.program_id):
        sent = {"source": "Тетрадь", "program": str(program_id)}
        reading = (await anna.post("/members/import", data=sent, files=file)).headers["location"]
        await kazan.work()
        shown = {
            "column-0": "phone",
            "column-1": "balance",
            "header": "on",
            "source": "Тетрадь",
            "dates": "dmy",
        }
        trial = (await anna.post(reading, data={**shown, "do": "try"})).headers["location"]
        await kazan.work()
        await anna.post(trial)
        await kazan.work()
    assert await kazan.balances() == {kazan.first_id: 100, kazan.program_id: 11750}


async def test_the_summary_names_the_programme_whose_points_it_shows(
    anna: httpx.AsyncClient, kazan: Kazan
) -> None:
    first, second = await page(anna, kazan.of_first("/")), await page(anna, kazan.of("/"))
    for text, earned in ((first, "190"), (second, "100")):
        assert f'font-semibold lg:text-figure">{earned}</dd>' in text
        assert 'font-semibold lg:text-figure">4</dd>' in text


async def test_limits_are_in_points_whatever_their_parts(
    app: Plushka, anna: httpx.AsyncClient, kazan: Kazan
) -> None:
    await anna.post("/settings/limits", data={"limit-manager": "10"})
    async with signed_in(app, email_of("manager")) as manager:
        for address, amount, is_booked in (
            (kazan.of, "10", True), (kazan.of, "10,01", False),
            (kazan.of_first, "10", True), (kazan.of_first, "11", False),
        ):  # fmt: skip
            before = await kazan.balances()
            gift = {"direction": "give", "amount": amount, "reason": f"Подарок {amount}"}
            answer = await manager.post(address(f"{kazan.card}/adjustment"), data=gift)
            assert answer.status_code == httpx.codes.SEE_OTHER
            assert ((await kazan.balances()) != before) is is_booked
    waiting = await page(anna, "/members/approvals")
    assert "+10,01 бонуса" in waiting
    assert "+11 бонусов" in waiting
    assert "Визиты" in waiting
    told = ""
    for approval in re.findall(r'action="(/members/approvals/[^"]+/approve)"', waiting):
        told += plain((await anna.post(approval, follow_redirects=True)).text)
    assert "Подтверждено: +10,01 бонуса" in told
    assert await kazan.balances() == {kazan.first_id: 111, kazan.program_id: 10750 + 1000 + 1001}


async def test_a_merge_is_previewed_in_every_programme(anna: httpx.AsyncClient, kazan: Kazan) -> None:
    await kazan.till.post("/v1/members", json={"phone": SECOND, "name": "Борис"})
    seen = await anna.post(f"{kazan.card}/merge", data={"other": SECOND})
    text = plain(seen.text)
    assert "Доступно, Кешбэк 10 %" in text
    assert "Доступно, Визиты" in text
    assert "115 бонусов" in text
    assert "7,50 бонуса программы «Визиты»" in text


async def test_a_receipt_leads_to_the_card_in_its_own_programme(
    anna: httpx.AsyncClient, kazan: Kazan
) -> None:
    await page(anna, kazan.of_first("/"))
    found = re.search(r'href="(/receipts/[0-9a-f-]{36})"', await page(anna, "/receipts?search=K-1"))
    assert found is not None
    receipt = await page(anna, found[1])
    assert f'href="{kazan.of(kazan.card)}"' in receipt
    assert "Визиты, версия 1" in receipt


async def test_a_link_offers_what_serves_its_branch(
    anna: httpx.AsyncClient, stranger: httpx.AsyncClient, kazan: Kazan
) -> None:
    _, everywhere = await make_link(anna)
    made = await anna.post(
        "/engagement/links", data={"name": "Казань", "branch": str(kazan.branch_id), "cashier": ""}
    )
    office = made.headers["location"]
    there = re.search(r"/join/[a-z0-9]+", (await anna.get(office)).text)
    assert there is not None
    assert "7,50 бонуса" in await page(stranger, there[0])
    assert "7,50 бонуса" in await page(anna, f"{office}/sheet")
    assert "бонус" not in (await page(stranger, everywhere)).partition("<form")[0]


async def test_who_works_in_one_branch_begins_with_its_programme(
    app: Plushka, anna: httpx.AsyncClient, kazan: Kazan
) -> None:
    async with kazan.database.transaction(kazan.tenant_id, actor="test:anna", at=kazan.clock.now()) as tx:
        manager = next(person for person in await list_staff(tx) if person.email == email_of("manager"))
        await give_position(tx, manager.id, Position(role="manager", branch_ids=frozenset({kazan.branch_id})))
    async with signed_in(app, email_of("manager")) as browser:
        for path in ("/", "/members", kazan.card):
            assert chosen(await page(browser, path)) == "Визиты"
        home = await page(browser, "/")
        assert 'font-semibold lg:text-figure">1</dd>' in home
        assert chosen(await page(browser, kazan.of_first(kazan.card))) == "Кешбэк 10 %"
    assert chosen(await page(anna, "/members")) == "Кешбэк 10 %"


async def test_a_sandbox_has_both(anna: httpx.AsyncClient, kazan: Kazan) -> None:
    await page(anna, kazan.of("/"))
    opened = await anna.post("/settings/sandbox", follow_redirects=True)
    assert "Песочница готова" in opened.text
    assert chosen(await page(anna, "/members")) == "Визиты"
    assert chosen(await page(anna, kazan.of_first("/members"))) == "Кешбэк 10 %"


async def test_the_proof_of_the_ledger_is_the_same_whatever_is_looked_at(
    anna: httpx.AsyncClient, kazan: Kazan
) -> None:
    """90 points of the one and 107.50 of the other, in the smallest parts of each."""
    await anna.post("/ledger/verifications")
    for address in (kazan.of("/"), kazan.of_first("/")):
        await page(anna, address)
        proof = await page(anna, "/ledger")
        assert "10 840" in proof
        assert "в самых мелких долях" in proof
