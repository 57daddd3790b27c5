"""Coupons in the office: made, given an effect by a promotion, used at the till, stopped, taken away as a file."""

import re
from uuid import UUID

import httpx
import pytest
from tests.conftest import SetClock
from tests.office.conftest import PHONE, plain, report
from tests.office.engagement.test_editor import Editor, editor
from tests.office.tasks import do_all_tasks
from tests.pos.conftest import Cast, client_of, coffee

from plushka.app import Plushka
from plushka.domain.coupons.codes import ALPHABET
from plushka.domain.coupons.queries import get_coupon
from plushka.engine.conditions import Coupon
from plushka.platform.database import Database

__all__ = ("editor",)

PATH = "/engagement/coupons"
WORD = {"name": "Весна", "kind": "words", "codes": "SPRING-25", "source": "Инстаграм"}


async def made(browser: httpx.AsyncClient, **typed: str) -> str:
    """Make a coupon and return the address of its page."""
    answer = await browser.post(PATH, data={**WORD, **typed})
    assert answer.status_code == httpx.codes.SEE_OTHER, plain(answer.text)
    return answer.headers["location"]


async def test_a_coupon_is_made_given_an_effect_and_used(
    anna: httpx.AsyncClient, editor: Editor, app: Plushka, cast: Cast
) -> None:
    page = await made(anna, uses_per_member="1")
    coupon_id = page.rsplit("/", 1)[1]
    assert "Пока ничего. Создайте акцию" in plain((await anna.get(page)).text)
    await editor.send("promotions", await editor.open("promotions"), "promotion.new:percent_off")
    (promotion,) = (await editor.draft()).program.promotions
    await editor.save(f"promotion?id={promotion.id}", running="on", when__coupons=[coupon_id])
    assert (await editor.draft()).program.promotions[0].when == Coupon((coupon_id,))
    sent = {"mark": (await editor.draft()).mark, "against": "1", "when": "now"}
    assert "по купону «Весна»" in plain((await anna.get(f"{editor.home}/draft/publish")).text)
    await anna.post(f"{editor.home}/draft/publish", data=sent)

    async with client_of(app, cast.anna.secret) as till:
        body = coffee("C-1", member={"phone": PHONE}) | {"coupon_codes": ["spring 25", "nothing"]}
        receipt = await report(till, "/v1/purchases", body)
        again = await report(
            till, "/v1/purchases", coffee("C-2", member={"phone": PHONE}) | {"coupon_codes": ["SPRING25"]}
        )

    assert receipt["decision"]["discount_minor"] == 100_00
    assert receipt["decision"]["coupons"] == [
        {"code": "spring 25", "coupon": "Весна", "reason": None},
        {"code": "nothing", "coupon": None, "reason": "code_unknown"},
    ]
    assert again["decision"]["coupons"][0]["reason"] == "member_limit_reached"
    shown = plain((await anna.get(page)).text)
    assert "Скидка 10 %, по купону «Весна»." in shown
    assert "900,00 ₽" in shown
    assert re.search(r"(?s)Весна.*Инстаграм.*900,00 ₽", plain((await anna.get(PATH)).text))


async def test_codes_are_drawn_and_taken_away_as_a_file(
    anna: httpx.AsyncClient, database: Database, clock: SetClock, owner_dsn: str, cast: Cast
) -> None:
    task = await made(anna, kind="drawn", count="250", pattern="МАЙ-####-##", uses_per_code="1")
    assert await do_all_tasks(database, clock, owner_dsn) == 1
    assert "Создано кодов: 250." in plain((await anna.get(task)).text)
    listed = (await anna.get(PATH)).text
    found = re.search(rf"{PATH}/([0-9a-f-]+)", listed)
    assert found is not None
    page = (await anna.get(found[0])).text
    assert "и ещё 200" in plain(page)

    exporting = (await anna.post(f"{found[0]}/export")).headers["location"]
    await do_all_tasks(database, clock, owner_dsn)
    file = (await anna.get(f"{exporting}/file")).text.lstrip("\ufeff").splitlines()

    assert file[0] == "Код;Применён"
    codes = {line.split(";")[0] for line in file[1:]}
    assert len(codes) == 250
    assert all(re.fullmatch(rf"МАЙ-[{ALPHABET}]{{4}}-[{ALPHABET}]{{2}}", code) for code in codes)
    async with database.transaction(cast.anna.tenant_id, actor="test", at=clock.now()) as tx:
        assert (await get_coupon(tx, UUID(found[1]))).codes == 250


async def test_codes_made_elsewhere_are_taken_from_a_file_and_what_is_none_is_counted(
    anna: httpx.AsyncClient, database: Database, clock: SetClock, owner_dsn: str
) -> None:
    page = await made(anna)
    file = "Код;Скидка\r\nOLD-1;5\r\nold1;5\r\nOLD-2,7\r\nчто это?;1\r\n\r\nSPRING 25\r\n".encode("cp1251")
    task = (await anna.post(f"{page}/import", files={"file": ("codes.csv", file)})).headers["location"]
    await do_all_tasks(database, clock, owner_dsn)
    assert "Добавлено кодов: 2. Уже были: 2. Не коды: 1." in plain((await anna.get(task)).text)
    shown = (await anna.get(page)).text
    assert "OLD-2" in shown
    assert "Выберите файл." in plain((await anna.post(f"{page}/import", follow_redirects=True)).text)
    assert "coupons.import" not in plain((await anna.get("/audit")).text)


@pytest.mark.parametrize(
    ("typed", "field", "sentence"),
    [
        ({"name": " "}, "name", "Заполните"),
        ({"codes": " "}, "codes", "Заполните"),
        ({"codes": "что это?"}, "codes", "Код — это буквы, цифры и дефисы"),
        ({"codes": "ОДИН\nодин"}, "codes", "Один из этих кодов уже занят."),
        ({"kind": "drawn", "count": "0", "pattern": "A-######"}, "count", "Не меньше 1."),
        (
            {"kind": "drawn", "count": "1000", "pattern": "A-##"},
            "pattern",
            "Кодов по такому образцу слишком мало",
        ),
        ({"first_on": "2026-03-02", "last_on": "2026-03-01"}, "last_on", "Последний день раньше первого."),
        ({"uses_per_code": "0"}, "uses_per_code", "Не меньше 1."),
    ],
)
async def test_what_cannot_be_is_told_at_its_field_and_nothing_is_made(
    anna: httpx.AsyncClient, typed: dict[str, str], field: str, sentence: str
) -> None:
    answer = await anna.post(PATH, data={**WORD, **typed})

    assert answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY
    assert sentence in plain(answer.text)
    assert re.search(rf'id="{field}"[^>]*aria-invalid', answer.text) or f'id="{field}' in answer.text
    assert "Купонов пока нет" in (await anna.get(PATH)).text


async def test_a_coupon_is_stopped_and_goes_on(anna: httpx.AsyncClient) -> None:
    page = await made(anna)
    await anna.post(f"{page}/stop")
    assert "остановлен ·" in plain((await anna.get(page)).text)
    await anna.post(f"{page}/resume")
    assert "идёт ·" in plain((await anna.get(page)).text)


async def test_eve_does_not_see_annas_coupons(anna: httpx.AsyncClient, eve: httpx.AsyncClient) -> None:
    page = await made(anna)
    assert (await eve.get(page)).status_code == httpx.codes.NOT_FOUND
    assert "Купонов пока нет" in (await eve.get(PATH)).text
    assert (await eve.get(f"{page}/sheet")).status_code == httpx.codes.NOT_FOUND
    assert (await eve.post(f"{page}/stop")).status_code == httpx.codes.NOT_FOUND


async def test_one_form_makes_a_coupon_and_writes_what_it_gives_into_the_draft(
    anna: httpx.AsyncClient, editor: Editor, app: Plushka, cast: Cast
) -> None:
    made_points = await made(anna, name="Баллы", codes="BONUS", gives="points", points="200")
    percent = await made(anna, gives="percent_off", rate="15", for_anonymous="on", uses_max_a_day="1")
    shown = plain((await anna.get(percent)).text)
    assert "Записано в черновик программы" in shown
    assert "1 раз в день на всех" in shown
    draft = await editor.draft()
    (promotion,) = draft.program.promotions
    assert (promotion.name, promotion.for_anonymous) == ("Весна", True)
    await anna.post(f"{editor.home}/draft/publish", data={"mark": draft.mark, "against": "1", "when": "now"})
    async with client_of(app, cast.anna.secret) as till:
        body = coffee("C-1", member={"phone": PHONE}) | {"coupon_codes": ["bonus", "SPRING-25"]}
        decision = (await report(till, "/v1/purchases", body))["decision"]
        again = await report(till, "/v1/purchases", coffee("C-2") | {"coupon_codes": ["SPRING-25"]})
    assert [code["reason"] for code in decision["coupons"]] == [None, None]
    assert decision["discount_minor"] == 150_00
    assert again["decision"]["coupons"][0]["reason"] == "coupon_used_up_today"
    page = plain((await anna.get(made_points)).text)
    assert "по купону «Баллы»" in page
    assert ">200 бонусов<" in page


async def test_channels_are_compared_and_coupons_found(anna: httpx.AsyncClient) -> None:
    await made(anna)
    await made(anna, name="Лето", codes="SUMMER", source="Листовка")
    page = plain((await anna.get(PATH)).text)
    assert re.search(r"(?s)Откуда приходят.*Инстаграм.*Листовка", page)
    found = (await anna.get(PATH, params={"text": "листов"})).text
    assert "Лето" in found
    assert ">Весна<" not in found
    assert "Ничего не найдено" in (await anna.get(PATH, params={"stage": "stopped"})).text


async def test_cards_are_printed_of_a_range_of_codes_and_of_a_word_as_many_as_asked(
    anna: httpx.AsyncClient,
) -> None:
    word = await made(anna)
    sheet = (await anna.get(f"{word}/sheet?count=4")).text
    assert (sheet.count("print-card-code"), sheet.count("SPRING-25")) == (4, 4)
    assert (await anna.get(f"{word}/qr.png")).content.startswith(b"\x89PNG")
    codes = "\n".join(f"CODE-{number:02}" for number in range(30))
    several = await made(anna, name="Много", codes=codes)
    sheet = (await anna.get(f"{several}/sheet?first=26&count=10")).text
    assert (sheet.count("print-card-code"), "Коды с 26 по 30 из 30" in plain(sheet)) == (5, True)
    assert "CODE-24" not in sheet
    assert "Не больше 200" in plain((await anna.get(f"{several}/sheet?count=201")).text)
    assert (await anna.get(f"{several}/qr.png")).status_code == httpx.codes.NOT_FOUND


async def test_terms_are_changed_and_no_limit_is_below_what_was_used(
    anna: httpx.AsyncClient, eve: httpx.AsyncClient, editor: Editor, app: Plushka, cast: Cast
) -> None:
    page = await made(anna, gives="percent_off", rate="15", for_anonymous="on")
    draft = await editor.draft()
    await anna.post(f"{editor.home}/draft/publish", data={"mark": draft.mark, "against": "1", "when": "now"})
    async with client_of(app, cast.anna.secret) as till:
        for number in ("C-1", "C-2"):
            await report(till, "/v1/purchases", coffee(number) | {"coupon_codes": ["SPRING-25"]})
    shown = (await anna.get(page)).text
    assert 'value="Инстаграм"' in shown
    typed = {"name": "Лето", "source": "Листовка", "last_on": "2026-08-31", "uses_max_a_day": "1"}

    refused = await anna.post(page, data=typed)

    assert refused.status_code == httpx.codes.UNPROCESSABLE_ENTITY
    assert re.search(r'id="uses_max_a_day"[^>]*aria-invalid', refused.text)
    assert "Уже использовано: 2. Меньше поставить нельзя." in plain(refused.text)
    assert 'value="Лето"' in refused.text
    assert (await eve.post(page, data=typed)).status_code == httpx.codes.NOT_FOUND
    changed = await anna.post(page, data={**typed, "uses_max_a_day": "2"}, follow_redirects=True)
    assert re.search(r"(?s)Лето.*по 31 августа.*2 раза в день на всех.*Листовка", plain(changed.text))
    async with client_of(app, cast.anna.secret) as till:
        third = await report(till, "/v1/purchases", coffee("C-3") | {"coupon_codes": ["SPRING-25"]})
    assert third["decision"]["coupons"][0]["reason"] == "coupon_used_up_today"
    trail = plain((await anna.get("/settings/audit")).text)
    assert "Изменены условия купона «Весна»" in trail
    assert "31 августа 2026" in trail


async def test_nonsense_in_the_address_finds_nothing(anna: httpx.AsyncClient) -> None:
    assert (await anna.get("/engagement/coupons?text=%00&source=%00&before=x")).status_code == httpx.codes.OK
