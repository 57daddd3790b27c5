"""The editor through the door: what is typed becomes rules, and what is wrong stands at its field."""

import json
import re
from html import unescape
from typing import Any, NamedTuple
from uuid import UUID

import httpx
import pytest
from msgspec import structs
from tests.conftest import SetClock
from tests.office.conftest import PHONE, Shop, plain, report, signed_in
from tests.office.engagement.forms import Fields, fields_of
from tests.pos.conftest import CASHBACK, Cast, client_of, coffee

from plushka.app import Plushka
from plushka.delivery.office.engagement.draft.new_rules import RULE_NAMES
from plushka.domain.catalog.model import ProductEntry
from plushka.domain.catalog.operations import upsert_products
from plushka.domain.programs.drafts import get_draft, save_draft
from plushka.domain.programs.model import Draft
from plushka.engine import conditions
from plushka.engine.check import problems
from plushka.engine.conditions import All, FirstPurchase, Not, Product, ReceiptAmount, Tag, Weekday
from plushka.engine.program import (
    Band,
    EarningRule,
    ExpirySliding,
    Fixed,
    Ladder,
    Multiplied,
    Percent,
    Program,
    Requirement,
    Rolling,
    TierRule,
    Tiers,
    Welcome,
)
from plushka.engine.program_files import format_program, parse_program
from plushka.platform.database import Database

SECTIONS = ("earning", "rule?id=base", "promotions", "redemption", "life", "tiers", "terms")
LADDER = structs.replace(
    CASHBACK, earning=(EarningRule("base", "Лесенка", Ladder((Band(0, 500), Band(1000, 700)))),)
)
TIERED = structs.replace(
    CASHBACK,
    tiers=Tiers(
        (
            TierRule("new", "Новый"),
            TierRule("gold", "Золотой", (Requirement("spend", 10_000_00, Rolling(90)),)),
        )
    ),
)


class Editor:
    """Anna's browser at the editor, and the draft behind it."""

    def __init__(
        self, browser: httpx.AsyncClient, shop: Shop, database: Database, cast: Cast, clock: SetClock
    ) -> None:
        self.browser = browser
        self.home = f"/engagement/programs/{shop.program_id}"
        self._shop, self._database, self._cast, self._clock = shop, database, cast, clock

    async def open(self, section: str) -> Fields:
        answer = await self.browser.get(f"{self.home}/draft/{section}")
        assert answer.status_code == httpx.codes.OK, answer.text
        return fields_of(answer.text)

    async def send(self, section: str, typed: Fields, do: str = "save", **headers: str) -> httpx.Response:
        return await self.browser.post(
            f"{self.home}/draft/{section}", data={**typed, "do": [do]}, headers=headers
        )

    async def save(self, section: str, **changes: Any) -> None:
        """Type ``changes`` (``__`` stands for a dot) over what the section shows, and save."""
        typed = {**await self.open(section), **_named(changes)}
        answer = await self.send(section, typed)
        assert answer.status_code == httpx.codes.SEE_OTHER, plain(answer.text)

    async def draft(self) -> Draft:
        async with self._database.transaction(
            self._cast.anna.tenant_id, actor="test:anna", at=self._clock.now()
        ) as tx:
            return await get_draft(tx, self._shop.program_id)

    async def begin_with(self, program: Program) -> None:
        async with self._database.transaction(
            self._cast.anna.tenant_id, actor="test:anna", at=self._clock.now()
        ) as tx:
            draft = await get_draft(tx, self._shop.program_id)
            await save_draft(tx, self._shop.program_id, program, mark=draft.mark)


def _named(changes: dict[str, Any]) -> Fields:
    return {
        name.replace("__", "."): value if isinstance(value, list) else [value]
        for name, value in changes.items()
    }


@pytest.fixture
def editor(anna: httpx.AsyncClient, shop: Shop, database: Database, cast: Cast, clock: SetClock) -> Editor:
    return Editor(anna, shop, database, cast, clock)


@pytest.mark.parametrize("section", SECTIONS)
async def test_what_is_opened_and_saved_is_no_change(editor: Editor, section: str) -> None:
    await editor.save(section)

    assert (await editor.draft()).revision is None


async def test_a_rule_is_typed(editor: Editor) -> None:
    await editor.save(
        "rule?id=base",
        name="Будни",
        rate="7,5",
        when__days=["1", "5"],
        when__amount_min="1 000,50",
        when__tags="vip, друг",
        caps__per_day="300",
        priority="2",
        activation__kind="after_days",
        activation__days="14",
        grant__cap="15",
    )

    (rule,) = (await editor.draft()).program.earning
    assert (rule.name, rule.effect, rule.priority, rule.caps.per_day) == ("Будни", Percent(750), 2, 300)
    assert rule.when == All((Weekday((1, 5)), ReceiptAmount(1000_50), Tag(("vip", "друг"))))


async def test_rules_are_added_moved_and_removed(editor: Editor) -> None:
    typed = await editor.open("earning")
    added = await editor.send("earning", typed, "rule.new:fixed")
    assert added.headers["location"].startswith(f"{editor.home}/draft/rule?id=rule-")
    base, visit = (await editor.draft()).program.earning
    assert visit.effect == Fixed(10)

    await editor.send("earning", await editor.open("earning"), f"rule.up:{visit.id}")
    assert [rule.id for rule in (await editor.draft()).program.earning] == [visit.id, base.id]
    await editor.send("earning", await editor.open("earning"), f"rule.remove:{base.id}")
    assert [rule.id for rule in (await editor.draft()).program.earning] == [visit.id]


@pytest.mark.parametrize("kind", RULE_NAMES)
async def test_a_rule_that_is_begun_is_sound_and_its_page_changes_nothing(editor: Editor, kind: str) -> None:
    await editor.send("earning", await editor.open("earning"), f"rule.new:{kind}")
    before = await editor.draft()

    await editor.save(f"rule?id={before.program.earning[-1].id}")

    assert (await editor.draft()).revision == before.revision
    assert not problems(before.program)


async def test_points_are_multiplied_as_many_times_as_was_typed(editor: Editor) -> None:
    await editor.save("rule?id=base", kind="multiplied", times="1,5", policy="stack")

    (rule,) = (await editor.draft()).program.earning
    assert rule.effect == Multiplied(150_00)
    assert "Умножать нечего" in (await editor.browser.get(f"{editor.home}/draft/publish")).text


async def test_a_removed_rule_stays_struck_out_in_its_place_and_is_put_back(editor: Editor) -> None:
    await editor.send("earning", await editor.open("earning"), "rule.new:fixed")
    await editor.send("earning", await editor.open("earning"), "rule.new:ladder")
    before = (await editor.draft()).program.earning
    first, second, third = (rule.id for rule in before)
    for rule_id in (second, first):
        await editor.send("earning", await editor.open("earning"), f"rule.remove:{rule_id}")
    await editor.save("life", expiry__kind="sliding", expiry__sliding="90")
    page = await editor.browser.get(f"{editor.home}/draft/earning")
    shown = re.findall(r'value="rule\.(return|remove):([^"]*)"', page.text)
    assert shown == [("return", first), ("return", second), ("remove", third)]

    for rule_id in (second, first):
        await editor.send("earning", await editor.open("earning"), f"rule.return:{rule_id}")

    draft = await editor.draft()
    assert (draft.program.earning, draft.removed) == (before, ())


async def test_the_purchase_to_try_stays_while_one_goes_from_section_to_section(editor: Editor) -> None:
    typed = await editor.open("earning")
    typed |= {"try.line.0.amount": ["777"], "try.redeem": ["5"], "try.goods.search": ["плюш"]}
    await editor.send("earning", typed, "go:life")

    life = await editor.open("life")
    assert (life["try.line.0.amount"], life["try.redeem"]) == (["777"], ["5"])
    assert life["try.goods.search"] == [""]
    grown = fields_of((await editor.send("life", life, "line:")).text)
    assert grown["try.lines"] == (await editor.open("rule?id=base"))["try.lines"] == ["0", "1"]


@pytest.mark.parametrize("value", ["no base64!", "AAAA", "eJyrVkosLVGyUjI0MlbSUSouKcrMS1eqBQBCuAX2"])
async def test_a_kept_purchase_that_is_none_is_passed_over(editor: Editor, value: str) -> None:
    editor.browser.cookies.set("plushka_trial", value)

    assert (await editor.open("life"))["try.line.0.amount"] == ["1\N{NO-BREAK SPACE}000"]


async def test_goods_are_found_and_picked(
    editor: Editor, database: Database, cast: Cast, clock: SetClock
) -> None:
    async with database.transaction(cast.anna.tenant_id, actor="test:anna", at=clock.now()) as tx:
        await upsert_products(tx, [ProductEntry("bun", "Плюшка с корицей")])
    found = await editor.browser.get("/engagement/goods", params={"goods.only.search": "корицей"})
    assert 'value="pick:goods.only:product:bun"' in found.text

    picked = await editor.send(
        "rule?id=base", await editor.open("rule?id=base"), "pick:goods.only:product:bun"
    )
    assert "Плюшка с корицей" in picked.text
    await editor.send("rule?id=base", fields_of(picked.text))

    assert (await editor.draft()).program.earning[0].lines == Product(("bun",))


async def test_steps_of_a_ladder_come_and_go(editor: Editor) -> None:
    await editor.begin_with(LADDER)
    grown = await editor.send("rule?id=base", await editor.open("rule?id=base"), "add:bands")
    typed = fields_of(grown.text)
    assert typed["bands"] == ["0", "1", "2"]
    typed |= {"band.2.from": ["5000"], "band.2.rate": ["15"]}
    shrunk = fields_of((await editor.send("rule?id=base", typed, "remove:bands:0")).text)

    assert (await editor.send("rule?id=base", shrunk)).status_code == httpx.codes.SEE_OTHER

    assert (await editor.draft()).program.earning[0].effect == Ladder((Band(1000, 700), Band(5000_00, 1500)))


async def test_tiers_are_built(editor: Editor) -> None:
    typed = {**await editor.open("tiers"), "enabled": ["on"]}
    for _ in range(2):
        typed = fields_of((await editor.send("tiers", typed, "add:tiers")).text)
    typed |= {
        "tier.0.name": ["Гость"],
        "tier.1.name": ["Свой"],
        "tier.1.colour": ["#D4A017"],
        "tier.1.discount": ["3"],
    }
    typed |= {
        "tier.1.req.0.at_least": ["5 000"],
        "tier.1.req.0.window": ["rolling"],
        "tier.1.req.0.days": ["90"],
    }

    assert (await editor.send("tiers", typed)).status_code == httpx.codes.SEE_OTHER

    tiers = (await editor.draft()).program.tiers
    assert tiers is not None
    guest, own = tiers.tiers
    assert (guest.name, guest.requirements) == ("Гость", ())
    assert (own.name, own.colour, own.discount_bp) == ("Свой", "#d4a017", 300)
    assert own.requirements == (Requirement("spend", 5000_00, Rolling(90)),)


async def test_the_other_sections_are_typed(editor: Editor) -> None:
    await editor.save("redemption", limits__share="30", limits__receipt_min="500", limits__points_min="100")
    await editor.save("life", expiry__kind="sliding", expiry__sliding="180")
    await editor.save("terms", welcome="on", welcome_points="300", rounding="ceil", grace_days="7")

    program = (await editor.draft()).program
    assert program.redemption is not None
    limits = program.redemption.limits
    assert (limits.receipt_share_bp, limits.receipt_min_minor, limits.points_min) == (3000, 500_00, 100)
    assert program.expiry == ExpirySliding(180)
    assert (program.welcome, program.rounding, program.return_grace_days) == (Welcome(300), "ceil", 7)


class Bad(NamedTuple):
    section: str
    program: Program
    typed: dict[str, Any]
    field: str
    ru: str
    en: str


BAD = [
    Bad(
        "rule?id=base",
        CASHBACK,
        {"rate": "много"},
        "rate",
        "Введите число, например 1,50.",
        "Enter a number, such as 1.50.",
    ),
    Bad("rule?id=base", CASHBACK, {"rate": "101"}, "rate", "Не больше 100,00.", "The most is 100.00."),
    Bad("rule?id=base", CASHBACK, {"rate": ""}, "rate", "Заполните это поле.", "Fill this in."),
    Bad("rule?id=base", CASHBACK, {"name": ""}, "name", "Заполните это поле.", "Fill this in."),
    Bad(
        "rule?id=base",
        CASHBACK,
        {"kind": "fixed", "points": "0"},
        "points",
        "Не меньше 1.",
        "The least is 1.",
    ),
    Bad(
        "rule?id=base",
        CASHBACK,
        {"kind": "ladder", "bands": []},
        "bands",
        "В лесенке нужна хотя бы одна ступень.",
        "A ladder needs at least one step.",
    ),
    Bad(
        "rule?id=base", LADDER, {"band.1.from": "-5"}, "band.1.from", "Не меньше 0,00.", "The least is 0.00."
    ),
    Bad(
        "rule?id=base", CASHBACK, {"when.start": "08:00"}, "when.end", "Заполните это поле.", "Fill this in."
    ),
    Bad(
        "rule?id=base",
        CASHBACK,
        {"when.first_on": "вчера"},
        "when.first_on",
        "Укажите дату.",
        "Enter a date.",
    ),
    Bad("rule?id=base", CASHBACK, {"when.repeat": "0"}, "when.repeat", "Не меньше 1.", "The least is 1."),
    Bad(
        "rule?id=base",
        CASHBACK,
        {"when.goods_amount": "5"},
        "when.goods.only",
        "Выберите товары, которые должны быть в чеке.",
        "Choose the goods that must be on the receipt.",
    ),
    Bad(
        "rule?id=base",
        CASHBACK,
        {"when.kept": "{}"},
        "when.kept",
        "Это условие не прочитать.",
        "This condition cannot be read.",
    ),
    Bad(
        "rule?id=base",
        CASHBACK,
        {"when.kept": '{"is":"product","ids":["x"]}'},
        "when.kept",
        "Это условие о товарах",
        "This condition speaks of goods",
    ),
    Bad(
        "rule?id=base",
        CASHBACK,
        {"goods.kept": '{"is":"first_purchase"}'},
        "goods.kept",
        "Это условие о чеке",
        "This condition speaks of the receipt",
    ),
    Bad(
        "rule?id=base",
        CASHBACK,
        {"caps.per_day": "1,5"},
        "caps.per_day",
        "Введите число, например 15.",
        "Enter a number, such as 15.",
    ),
    Bad(
        "rule?id=base",
        CASHBACK,
        {"expiry.kind": "fixed", "expiry.count": "0"},
        "expiry.count",
        "Не меньше 1.",
        "The least is 1.",
    ),
    Bad("redemption", CASHBACK, {"limits.share": "x"}, "limits.share", "Введите число", "Enter a number"),
    Bad(
        "redemption",
        TIERED,
        {"tier.gold.own": "on", "tier.gold.share": "500"},
        "tier.gold.share",
        "Не больше 100,00.",
        "The most is 100.00.",
    ),
    Bad(
        "life",
        CASHBACK,
        {"activation.kind": "after_days", "activation.days": ""},
        "activation.days",
        "Заполните это поле.",
        "Fill this in.",
    ),
    Bad(
        "life",
        CASHBACK,
        {"expiry.kind": "calendar", "expiry.day": "40", "expiry.month": "1"},
        "expiry.day",
        "Не больше 31.",
        "The most is 31.",
    ),
    Bad(
        "tiers",
        CASHBACK,
        {"enabled": "on"},
        "tiers",
        "Добавьте уровень или отключите уровни.",
        "Add a tier, or switch tiers off.",
    ),
    Bad("tiers", TIERED, {"tier.1.name": " "}, "tier.1.name", "Заполните это поле.", "Fill this in."),
    Bad(
        "tiers",
        TIERED,
        {"tier.1.painted": "on", "tier.1.colour": "красный"},
        "tier.1.colour",
        "Укажите цвет, например #d4a017.",
        "Enter a colour, such as #d4a017.",
    ),
    Bad(
        "tiers",
        TIERED,
        {"tier.1.req.0.at_least": "0"},
        "tier.1.req.0.at_least",
        "Не меньше 0,01.",
        "The least is 0.01.",
    ),
    Bad("tiers", TIERED, {"grace_days": "x"}, "grace_days", "Введите число", "Enter a number"),
    Bad(
        "terms",
        CASHBACK,
        {"welcome": "on", "welcome_points": ""},
        "welcome_points",
        "Заполните это поле.",
        "Fill this in.",
    ),
    Bad("terms", CASHBACK, {"point_value": "0"}, "point_value", "Не меньше 0,01.", "The least is 0.01."),
    Bad("terms", CASHBACK, {"debt_limit": "-1"}, "debt_limit", "Не меньше 0.", "The least is 0."),
]


@pytest.mark.parametrize("language", ["ru", "en"])
@pytest.mark.parametrize("bad", BAD, ids=[f"{bad.section} {bad.field}" for bad in BAD])
async def test_what_is_wrong_is_told_at_its_field_and_what_was_typed_stays(
    editor: Editor, bad: Bad, language: str
) -> None:
    if bad.program is not CASHBACK:
        await editor.begin_with(bad.program)
    before = await editor.draft()
    editor.browser.cookies.set("plushka_language", language)
    sent = {**await editor.open(bad.section), **_named(bad.typed)}

    answer = await editor.send(bad.section, sent)

    page = plain(unescape(answer.text))
    assert answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY
    message = bad.ru if language == "ru" else bad.en
    assert message in page[page.index(f'id="{bad.field}"') :]
    kept = fields_of(answer.text)
    for name, values in _named(bad.typed).items():
        assert kept.get(name, []) == values, name
    assert await editor.draft() == before


@pytest.mark.parametrize(
    ("section", "program", "field", "sentence"),
    [
        (
            "rule?id=base",
            structs.replace(
                CASHBACK, earning=(EarningRule("base", "x", Ladder((Band(500, 1), Band(500, 2)))),)
            ),
            "band.1.from",
            "Каждая ступень должна начинаться с большей суммы, чем предыдущая.",
        ),
        (
            "tiers",
            structs.replace(CASHBACK, tiers=Tiers((TierRule("a", "А"), TierRule("b", "Б")))),
            "tier.1.name",
            "Укажите, что поднимает на этот уровень.",
        ),
    ],
)
async def test_a_contradiction_is_saved_and_told_at_its_field(
    editor: Editor, section: str, program: Program, field: str, sentence: str
) -> None:
    await editor.begin_with(program)

    page = (await editor.browser.get(f"{editor.home}/draft/{section}")).text
    assert sentence in page[page.index(f'id="{field}"') :]
    publication = (await editor.browser.get(f"{editor.home}/draft/publish")).text
    assert sentence in publication
    assert "disabled" in publication


async def test_two_people_do_not_overwrite_each_other(
    editor: Editor, app: Plushka, staff: dict[str, str]
) -> None:
    mine = await editor.open("redemption")
    async with signed_in(app, staff["marketer"]) as marina:
        theirs = {**fields_of((await marina.get(f"{editor.home}/draft/life")).text)}
        theirs |= {
            "expiry.kind": ["never"],
            "activation.kind": ["after_days"],
            "activation.days": ["3"],
            "do": ["save"],
        }
        saved = await marina.post(f"{editor.home}/draft/life", data=theirs)
    assert saved.status_code == httpx.codes.SEE_OTHER

    answer = await editor.send("redemption", {**mine, "limits.share": ["77"]})

    assert answer.status_code == httpx.codes.CONFLICT
    assert "Черновик тем временем сохранил кто-то ещё." in answer.text
    again = fields_of(answer.text)
    assert again["limits.share"] == ["77"]
    assert (await editor.send("redemption", again)).status_code == httpx.codes.SEE_OTHER
    program = (await editor.draft()).program
    assert program.redemption is not None
    assert program.redemption.limits.receipt_share_bp == 7700
    assert structs.asdict(program.activation) == {"days": 3}


async def test_the_words_and_the_trial_follow_what_is_typed_and_nothing_is_saved(editor: Editor) -> None:
    typed = {**await editor.open("rule?id=base"), "rate": ["20"], "try.line.0.amount": ["500"]}

    answer = await editor.send(
        "rule?id=base", typed, "refresh", **{"hx-target": "told", "hx-request": "true"}
    )

    page = plain(answer.text)
    assert "20 % бонусами с каждого чека" in page
    assert "<html" not in page
    assert ">50</td>" in page
    assert ">100</td>" in page
    assert (await editor.draft()).revision is None


async def test_a_receipt_is_taken_and_a_member_chosen_for_the_trial(editor: Editor) -> None:
    typed = {**await editor.open("terms"), "try.receipt": ["A-2"]}
    taken = await editor.send("terms", typed, "load")
    fields = fields_of(taken.text)
    assert fields["try.line.0.product"] == ["product:4600001"]
    assert "Варвара Широкова" in taken.text

    # The one who was taken stays chosen until somebody is named instead.
    typed = {**await editor.open("terms"), "try.who": ["member"], "try.member_id": [""], "try.all": ["on"]}
    named = {**typed, "try.member": [PHONE]}
    answer = plain((await editor.send("terms", named, "refresh")).text)
    assert "Списано бонусов" in answer
    missing = await editor.send("terms", {**named, "try.member": ["Никто"], "try.receipt": ["?"]}, "load")
    assert "Чека с таким номером нет." in missing.text
    assert "Никто не найден." in missing.text


async def test_what_no_field_can_show_is_told_kept_and_only_removable(editor: Editor) -> None:
    deep = conditions.Any((FirstPurchase(), Not(Tag(("vip",)))))
    kept = structs.replace(CASHBACK, earning=(structs.replace(CASHBACK.earning[0], when=deep),))
    await editor.begin_with(kept)
    page = (await editor.browser.get(f"{editor.home}/draft/rule?id=base")).text
    assert "за первую покупку или не клиентам с меткой «vip»" in plain(page).lower()

    await editor.save("rule?id=base", rate="3")
    assert (await editor.draft()).program.earning[0].when == deep
    typed = await editor.open("rule?id=base")
    removed = await editor.send("rule?id=base", typed, f"drop:when.kept:{typed['when.kept'][0]}")
    await editor.send("rule?id=base", fields_of(removed.text))
    assert (await editor.draft()).program.earning[0].when is None


async def test_a_draft_becomes_what_the_next_receipt_earns_by_and_goes_back(
    editor: Editor, app: Plushka, cast: Cast, shop: Shop
) -> None:
    await editor.save("rule?id=base", rate="25")
    page = (await editor.browser.get(f"{editor.home}/draft/publish")).text
    assert "10 % бонусами с каждого чека." in plain(page)
    assert "25 % бонусами с каждого чека." in plain(page)
    draft = await editor.draft()
    sent = {"mark": draft.mark, "against": "1", "when": "later", "valid_from": "2020-01-01T10:00"}
    past = await editor.browser.post(f"{editor.home}/draft/publish", data=sent)
    assert past.status_code == httpx.codes.UNPROCESSABLE_ENTITY
    assert "Этот момент уже прошёл." in past.text

    published = await editor.browser.post(f"{editor.home}/draft/publish", data={**sent, "when": "now"})
    assert published.headers["location"] == editor.home
    async with client_of(app, cast.anna.secret) as till:
        receipt = await report(till, "/v1/purchases", coffee("B-1", member={"phone": PHONE}))
        assert receipt["decision"]["earned_points"] == 250
        await editor.browser.post(f"{editor.home}/versions/{shop.version_id}/roll-back")
        receipt = await report(till, "/v1/purchases", coffee("B-2", member={"phone": PHONE}))
        assert receipt["decision"]["earned_points"] == 100
    versions = plain((await editor.browser.get(editor.home)).text)
    assert "Версия 3" in versions
    compared = await editor.browser.get(
        f"{editor.home}/compare", params={"before": str(shop.version_id), "after": str(shop.version_id)}
    )
    assert "Эти версии не отличаются." in compared.text


@pytest.mark.parametrize(
    ("content", "path", "sentence"),
    [
        (b"{", "", "Это не JSON, или файл обрывается."),
        (b"", "", "Выберите файл или вставьте его текст."),
        (b'{"name": "x", "currency": "RUB", "colour": 1}', "colour", "Такого поля нет."),
        (b'{"name": "x"}', "currency", "Этого поля не хватает."),
        (
            b'{"name": "x", "currency": "RUB", "rounding": "up"}',
            "rounding",
            "Такого слова у этого поля не бывает.",
        ),
        (
            b'{"name": "x", "currency": "RUB", "return_grace_days": "7"}',
            "return_grace_days",
            "Здесь нужно целое число, а в файле — текст в кавычках.",
        ),
        (
            b'{"name": "x", "currency": "RUB", "return_grace_days": -1}',
            "return_grace_days",
            "Число не может быть меньше 0.",
        ),
        (b'{"name": "x\\u0000", "currency": "RUB"}', "name", "В тексте есть символ NUL"),
        (b'{"name": "x", "currency": "EUR"}', "currency", "Компания считает в валюте RUB."),
        (
            format_program(structs.replace(TIERED, tiers=Tiers((TierRule("a", "А"), TierRule("b", "Б"))))),
            "tiers.tiers[1].requirements",
            "Укажите, что поднимает на этот уровень.",
        ),
    ],
)
async def test_a_file_is_refused_by_the_place_of_what_is_wrong(
    editor: Editor, content: bytes, path: str, sentence: str
) -> None:
    mark = (await editor.draft()).mark

    answer = await editor.browser.post(
        f"{editor.home}/draft/import", data={"mark": mark}, files={"file": ("rules.json", content)}
    )

    assert answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY
    assert f">{path}<" in answer.text or not path
    assert sentence in answer.text
    assert (await editor.draft()).revision is None


async def test_a_programme_goes_out_as_a_file_and_comes_back(editor: Editor) -> None:
    mark = (await editor.draft()).mark
    text = format_program(structs.replace(TIERED, name="Другое имя")).decode()
    taken = await editor.browser.post(f"{editor.home}/draft/import", data={"mark": mark, "text": text})
    assert taken.headers["location"] == f"{editor.home}/draft/publish"

    answer = await editor.browser.get(f"{editor.home}/draft/file")

    assert answer.headers["content-disposition"].startswith("attachment; filename*=UTF-8''")
    draft = (await editor.draft()).program
    assert parse_program(answer.content) == draft
    assert structs.replace(draft, name=TIERED.name) == TIERED
    schema = json.loads((await editor.browser.get("/engagement/programs/schema")).content)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"


async def test_a_promotion_that_comes_by_a_file_holds_out_a_tenth_and_keeps_what_was_chosen_since(
    editor: Editor,
) -> None:
    ten = {"id": "ten", "name": "Минус 10 %", "effect": {"is": "percent_off", "rate_bp": 1000}}
    file = {**json.loads(format_program(TIERED)), "promotions": [ten, {**ten, "id": "all", "control_bp": 0}]}

    async def brought() -> list[int]:
        data = {"mark": (await editor.draft()).mark, "text": json.dumps(file)}
        await editor.browser.post(f"{editor.home}/draft/import", data=data)
        return [promotion.control_bp for promotion in (await editor.draft()).program.promotions]

    assert await brought() == [10_00, 0]
    await editor.save("promotion?id=ten", control="20")
    assert await brought() == [20_00, 0]


async def test_a_programme_is_created_named_and_thrown_away(editor: Editor) -> None:
    blank = await editor.browser.post("/engagement/programs", data={"name": " ", "description": "Зачем"})
    assert blank.status_code == httpx.codes.UNPROCESSABLE_ENTITY
    assert "Зачем" in blank.text
    created = await editor.browser.post("/engagement/programs", data={"name": "Визиты", "description": ""})
    address = created.headers["location"]
    assert (await editor.browser.get(address)).status_code == httpx.codes.OK
    assert "Визиты" in (await editor.browser.get("/engagement/programs")).text

    renamed = await editor.browser.post(
        f"{editor.home}/name", data={"name": "Плюшки", "description": "Для всех"}
    )
    assert renamed.headers["location"] == editor.home
    assert "Плюшки" in (await editor.browser.get(editor.home)).text
    await editor.save("life", expiry__kind="sliding", expiry__sliding="30")
    await editor.browser.post(f"{editor.home}/draft/discard", data={"mark": (await editor.draft()).mark})
    assert (await editor.draft()).revision is None


@pytest.mark.parametrize(
    "address", ["draft/nothing", "draft/rule?id=nothing", "compare?before=x", f"versions/{UUID(int=1)}"]
)
async def test_what_is_not_there_meets_a_page_of_ours(editor: Editor, address: str) -> None:
    answer = await editor.browser.get(f"{editor.home}/{address}")

    assert answer.status_code == (httpx.codes.OK if address.startswith("compare") else httpx.codes.NOT_FOUND)
