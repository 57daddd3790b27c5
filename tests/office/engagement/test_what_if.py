"""A draft tried on the business's own receipts, through the door: asked, waited for, answered, opened, taken away."""

import re
from datetime import timedelta
from decimal import Decimal

import httpx
import pytest
from msgspec import structs
from tests.conftest import SetClock
from tests.office.conftest import PHONE, Shop, email_of, plain, report, signed_in
from tests.office.engagement.test_editor import Editor, editor
from tests.office.reports.reading import Read, Shown, is_left_alone, read_rows
from tests.office.reports.undefined import undefined
from tests.office.tasks import do_all_tasks
from tests.office.test_own_branches import Taganka, taganka
from tests.pos.conftest import CASHBACK, Cast, client_of, coffee

from plushka.app import Plushka
from plushka.delivery.office.engagement.what_if.blocks import MAKERS
from plushka.domain.programs.operations import create_program
from plushka.engine.price_effects import PercentOff
from plushka.engine.program import Budget, EarningRule, Percent, Promotion
from plushka.platform.database import Database

__all__ = ["editor", "taganka"]
GENEROUS = structs.replace(
    CASHBACK,
    earning=(EarningRule("base", "25 %", Percent(rate_bp=2500)),),
    promotions=(
        Promotion("all", "Кофе −10 %", PercentOff(1000), budgets=(Budget("uses", 1),), for_anonymous=True),
    ),
)


class Asker:
    """Somebody's browser at the what-if of Anna's programme, with a worker who does what is left."""

    def __init__(
        self, browser: httpx.AsyncClient, shop: Shop, database: Database, clock: SetClock, dsn: str
    ) -> None:
        self.browser, self._database, self._clock, self._dsn = browser, database, clock, dsn
        self.path = f"/engagement/programs/{shop.program_id}/what-if"

    async def ask(self, **changes: str) -> httpx.Response:
        page = (await self.browser.get(self.path)).text
        mark = re.search(r'name="mark" value="([^"]*)"', page)
        typed = {"mark": mark[1] if mark else "", "months": "3", "range": "on", "goods": "then", **changes}
        # What was sold must be of before.
        self._clock.advance(timedelta(seconds=1))
        return await self.browser.post(self.path, data=typed)

    async def answer(self, **changes: str) -> str:
        """Ask, wait, and return the address of the answer."""
        asked = await self.ask(**changes)
        assert asked.status_code == httpx.codes.SEE_OTHER, plain(asked.text)
        await do_all_tasks(self._database, self._clock, self._dsn)
        return str(asked.headers["location"])

    async def read(self, address: str) -> str:
        answer = await self.browser.get(address)
        assert answer.status_code == httpx.codes.OK, answer.text
        return plain(answer.text)


@pytest.fixture
def asker(anna: httpx.AsyncClient, shop: Shop, database: Database, clock: SetClock, owner_dsn: str) -> Asker:
    return Asker(anna, shop, database, clock, owner_dsn)


async def test_from_the_editor_to_the_answer_and_its_receipts(editor: Editor, asker: Asker) -> None:
    typed = {**await editor.open("rule?id=base"), "rate": ["25"]}
    asker._clock.advance(timedelta(seconds=1))
    sent = await editor.send("rule?id=base", typed, do="go:what-if")
    begun = sent.headers["location"]
    assert begun.startswith(f"{asker.path}/")
    assert f'href="{asker.path}"' in await asker.read(begun)
    await asker.browser.post(f"{begun}/stop")

    asked = await asker.ask(margin="40")
    address = asked.headers["location"]
    waiting = await asker.read(address)
    assert "ждёт своей очереди" in waiting
    assert f'hx-get="{address}"' in waiting
    assert "уже идёт другая проверка" in (await asker.read(asker.path)).lower()
    part = await asker.browser.get(address, headers={"hx-request": "true", "hx-target": "progress"})
    assert "<html" not in part.text

    await do_all_tasks(asker._database, asker._clock, asker._dsn)

    part = await asker.browser.get(address, headers={"hx-request": "true", "hx-target": "progress"})
    assert part.headers["hx-redirect"] == address
    page = await asker.read(address)
    # A-1 gives 100 points, or 250. All are spent on A-2: 900 ₽ are paid and give 90, or 750 ₽ and 187. So 150 ₽ less
    # are paid and 97 points more are in hand.
    assert "Черновик обходится на 247,00 ₽ дороже действующих правил: 1 декабря 2025 – 10 марта" in page
    # Two visits bring (1 000 + 750) ₽ − 60 % of 2 000 ₽ − 187 ₽ = 363 ₽; 247 ÷ 363 = 68.04 %.
    assert "станут приходить на 68,04 % чаще: визитов было 2, нужно ещё 2, каждый приносит 181,50 ₽." in page
    assert "правила тех дней воспроизвели его до бонуса — клиентов 1 из 1." in page
    for name in MAKERS:
        assert f'id="block-{name}"' in page, name
    assert "черновик с тех пор не менялся" in await asker.read(asker.path)
    task = re.search(r"/tasks/[0-9a-f-]{36}", await asker.read("/tasks"))
    assert task is not None
    assert f'href="{address}"' in await asker.read(task[0])

    example = re.search(rf"{address}/receipts/[0-9a-f-]+", page)
    assert example is not None
    opened = await asker.read(example[0])
    assert "10 % от" in opened
    assert "25 % от" in opened
    assert "Открыть чек, каким он был" in opened


async def test_figures_of_an_answer_are_of_the_members_that_they_lead_to(
    editor: Editor, asker: Asker
) -> None:
    await editor.begin_with(GENEROUS)
    address = await asker.answer(margin="40")
    read = Read()
    read.feed((await asker.browser.get(address)).text)
    alone, compared = set(), 0
    for table in (table for table in read.tables if table):
        titles = next(row for row in table if len(row) == max(map(len, table)))
        for row in table[table.index(titles) + 1 :]:
            for place, cell in enumerate(row[1:], start=1):
                if is_left_alone(cell):
                    alone.add((titles[0].text, row[0].text, titles[place].text))
                if "/members?" in cell.href and (figure := _figure_of(titles, place)):
                    if "%" in cell.text:
                        continue
                    compared += 1
                    told = (await _told_together(asker, cell.href))[figure]
                    assert abs(cell.number) == abs(told), (row[0].text, titles[place].text, cell, told)
    assert compared > 60
    assert alone == set()


def _figure_of(titles: list[Shown], place: int) -> str:
    """Return what the list of members is to say together of a column."""
    if len(titles) == 6:  # by rule and by promotion: receipts and a sum by either
        return ["", "published", "published", "draft", "draft", ""][place]
    return {
        "По действующим правилам": "published",
        "По черновику": "draft",
        "Клиенты": "members",
        "Выигрывают": "members",
        "Проигрывают": "members",
        "Выигрыш вместе": "difference",
        "Потери вместе": "difference",
        "В итоге": "difference",
    }.get(titles[place].text, "")


async def _told_together(asker: Asker, href: str) -> dict[str, Decimal]:
    _, rows = await read_rows(asker.browser, href)
    *_, difference, published, draft, _ = (cell.number for cell in rows[-1])
    return {
        "members": rows[-1][0].number,
        "difference": difference,
        "published": published,
        "draft": draft,
    }


async def test_members_of_an_answer_are_for_who_sees_members_and_are_taken_away(
    app: Plushka, editor: Editor, asker: Asker, staff: dict[str, str]
) -> None:
    await editor.begin_with(GENEROUS)
    address = await asker.answer()
    gaining = f"{address}/members?change=gains"
    page = await asker.read(gaining)
    assert "Выигрывают" in page
    assert not undefined(page)
    taken = await asker.browser.get(f"{address}/members/files/members.csv?change=gains")
    assert "Варвара" in taken.text
    async with signed_in(app, staff["marketer"]) as marketer:
        assert (await marketer.get(gaining)).status_code == httpx.codes.OK
        refused = await marketer.get(f"{address}/members/files/members.csv")
        assert refused.status_code == httpx.codes.FORBIDDEN
    for nonsense in ("group=x&tenth=99&after=-1", "ends=draft:%00", "figure=rule_points&of='", "tier=%00"):
        assert (await asker.browser.get(f"{address}/members?{nonsense}")).status_code == httpx.codes.OK


async def test_one_click_asks_the_usual_and_the_form_says_why_it_cannot(
    editor: Editor, asker: Asker, database: Database, clock: SetClock, owner_dsn: str
) -> None:
    await editor.begin_with(GENEROUS)
    clock.advance(timedelta(seconds=1))
    published = (await asker.browser.get(f"{editor.home}/draft/publish")).text
    assert f'action="{asker.path}"><input type="hidden" name="usual"' in published
    begun = (await asker.browser.post(asker.path, data={"usual": "on"})).headers["location"]
    again = (await asker.browser.post(asker.path, data={"usual": "on"})).headers["location"]
    assert again == asker.path != begun
    assert "уже идёт другая проверка" in (await asker.read(again)).lower()
    await do_all_tasks(database, clock, owner_dsn)
    answer = await asker.read(begun)
    assert "1 декабря 2025 – 10 марта" in answer
    assert "Списывают всё, что можно" in answer


async def test_every_table_is_taken_away(editor: Editor, asker: Asker) -> None:
    await editor.begin_with(GENEROUS)
    address = await asker.answer(margin="40")
    for name in MAKERS:
        for kind in ("csv", "xlsx"):
            file = await asker.browser.get(f"{address}/files/{name}.{kind}")
            assert file.status_code == httpx.codes.OK, name
            assert f"{name}-" in file.headers["content-disposition"]
    told = (await asker.browser.get(f"{address}/files/rules.csv")).text
    # 10 % of 1 000 ₽ and of 900 ₽; 25 % of 900 ₽ and of what 225 points leave of 900 ₽.
    assert "190" in told
    assert "393" in told
    assert (await asker.browser.get(f"{address}/files/rules.pdf")).status_code == httpx.codes.NOT_FOUND
    assert (await asker.browser.get(f"{address}/files/nothing.csv")).status_code == httpx.codes.NOT_FOUND


async def test_every_figure_of_an_answer_is_explained_by_a_click(editor: Editor, asker: Asker) -> None:
    await editor.begin_with(GENEROUS)
    page = (await asker.browser.get(await asker.answer(margin="40"))).text
    assert page.count("<table") > 5
    assert not undefined(page)


async def test_a_budget_that_all_exceed_is_told(editor: Editor, asker: Asker) -> None:
    await editor.begin_with(GENEROUS)
    page = await asker.read(await asker.answer())
    assert "Акция «Кофе −10 %» исчерпала бы бюджет чеков (1): здесь их до 3." in page


async def test_a_draft_that_has_changed_since_is_told(editor: Editor, asker: Asker) -> None:
    await editor.begin_with(GENEROUS)
    address = await asker.answer()
    assert "Черновик с тех пор изменили" not in await asker.read(address)
    await editor.begin_with(structs.replace(GENEROUS, rounding="ceil"))
    assert "Черновик с тех пор изменили" in await asker.read(address)
    assert "черновик с тех пор изменён" in await asker.read(asker.path)

    forgotten = await asker.browser.post(f"{address}/forget")
    assert forgotten.headers["location"] == asker.path
    assert (await asker.browser.get(address)).status_code == httpx.codes.NOT_FOUND


async def test_what_cannot_be_tried_says_what_to_do(
    editor: Editor, asker: Asker, cast: Cast, database: Database, clock: SetClock
) -> None:
    assert "Черновика пока нет" in await asker.read(asker.path)
    await editor.begin_with(GENEROUS)
    for months in ("0", "37", "", "много"):
        assert (await asker.ask(months=months)).status_code == httpx.codes.UNPROCESSABLE_ENTITY
    refused = await asker.ask(branch="nowhere")
    assert refused.status_code == httpx.codes.UNPROCESSABLE_ENTITY
    stale = await asker.ask(mark="revision:of-yesterday")
    assert stale.status_code == httpx.codes.UNPROCESSABLE_ENTITY
    async with database.transaction(cast.anna.tenant_id, actor="test:anna", at=clock.now()) as tx:
        other_id = await create_program(tx, name="Визиты")
    asker.path = f"/engagement/programs/{other_id}/what-if"
    assert "Черновика пока нет" in await asker.read(asker.path)
    await editor.begin_with(structs.replace(GENEROUS, earning=()))


async def test_one_that_was_stopped_can_be_tried_again(editor: Editor, asker: Asker) -> None:
    await editor.begin_with(GENEROUS)
    address = (await asker.ask()).headers["location"]
    stopped = await asker.browser.post(f"{address}/stop")
    assert stopped.headers["location"] == asker.path
    page = await asker.read(address)
    assert "остановлено" in page
    assert f'href="{asker.path}">Повторить' in page
    await asker.answer()


async def test_margin_and_files_are_for_those_who_may_see_them(
    app: Plushka, editor: Editor, asker: Asker
) -> None:
    await editor.begin_with(GENEROUS)
    address = await asker.answer(margin="40")
    assert "Результат" in await asker.read(address)
    async with signed_in(app, email_of("marketer")) as marketer:
        page = plain((await marketer.get(address)).text)
        assert "Черновик обходится на" in page
        assert "Результат" not in page
        assert "чаще" not in page
        assert "Маржа" not in page
        assert "/files/" not in page
        assert (await marketer.get(f"{address}/members?figure=issued")).status_code == httpx.codes.OK
        for figure in ("margin", "result"):
            hidden = await marketer.get(f"{address}/members?figure={figure}")
            assert hidden.status_code == httpx.codes.FORBIDDEN
        refused = await marketer.get(f"{address}/files/sums.csv")
        assert refused.status_code == httpx.codes.FORBIDDEN
    async with signed_in(app, email_of("accountant")) as accountant:
        assert (await accountant.get(address)).status_code == httpx.codes.FORBIDDEN


async def test_points_know_no_branches_so_who_is_kept_to_some_does_not_try(
    app: Plushka, editor: Editor, asker: Asker, taganka: Taganka
) -> None:
    await editor.begin_with(GENEROUS)
    address = await asker.answer()
    async with signed_in(app, taganka.manager) as manager:
        for hidden in (asker.path, address):
            assert (await manager.get(hidden)).status_code == httpx.codes.FORBIDDEN
        assert "Проверить на своих чеках" not in (await manager.get(f"{editor.home}/draft")).text


@pytest.mark.usefixtures("editor")
async def test_eve_finds_nothing_of_it(editor: Editor, asker: Asker, eve: httpx.AsyncClient) -> None:
    await editor.begin_with(GENEROUS)
    address = await asker.answer()
    for hidden in (asker.path, address, f"{address}/files/sums.csv"):
        assert (await eve.get(hidden)).status_code == httpx.codes.NOT_FOUND
    for write in (asker.path, f"{address}/stop", f"{address}/forget"):
        answer = await eve.post(write, data={"months": "3", "goods": "then", "mark": ""})
        assert answer.status_code == httpx.codes.NOT_FOUND, write
    await asker.read(address)


async def test_it_is_told_in_english_too(editor: Editor, asker: Asker) -> None:
    await editor.begin_with(GENEROUS)
    address = await asker.answer(margin="40")
    await asker.browser.post("/preferences", data={"language": "en", "next": "/"})
    page = await asker.read(address)
    assert "The draft costs RUB" in page or "The draft costs ₽" in page
    assert "to the point." in page
    assert "Who gains and loses, by group" in page


async def test_receipts_of_a_branch_alone(app: Plushka, editor: Editor, asker: Asker, cast: Cast) -> None:
    async with client_of(app, cast.anna.secret) as till:
        await report(till, "/v1/purchases", coffee("A-9", member={"phone": PHONE}))
    await editor.begin_with(GENEROUS)
    page = await asker.read(await asker.answer(branch="arbat", range=""))
    assert "Арбат" in page
    assert "Списывают всё, что можно" not in page
