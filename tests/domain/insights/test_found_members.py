"""The list of members: every filter, every order, page by page both ways."""

import random
from collections.abc import AsyncIterator, Callable
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID

import pytest
from tests.conftest import SetClock
from tests.domain.shop import Shop, open_shop

from plushka.domain.insights.members.conditions import MemberFilter
from plushka.domain.insights.members.found import (
    MemberRow,
    MemberSort,
    Order,
    Page,
    count_found,
    list_found,
    list_found_ids,
    list_rows,
)
from plushka.domain.members.blocking import block
from plushka.domain.members.consents import note_consent
from plushka.domain.members.model import Identity
from plushka.domain.members.naming import add_identity
from plushka.domain.programs.adjusting import adjust
from plushka.domain.programs.operations import set_tier
from plushka.engine.program import (
    AfterDays,
    EarningRule,
    ExpiryFixed,
    ExpirySliding,
    Percent,
    Program,
    Requirement,
    TierRule,
    Tiers,
)
from plushka.platform.database import Database

PROGRAM = Program(
    name="Кешбэк 10 %",
    currency="RUB",
    earning=(EarningRule(id="base", name="10 %", effect=Percent(rate_bp=1000)),),
    expiry=ExpiryFixed(days=30),
)
NAMES = ("Анна Ёлкина", "анна елкина", "Борис", "Ева", "Ёж", "Яна", "борис", "Zoe")


@pytest.fixture
async def shop(database: Database, clock: SetClock) -> AsyncIterator[Shop]:
    """A shop that has been open for a month."""
    today = clock.now()
    clock.advance(-timedelta(days=30))
    async with open_shop(database, clock, PROGRAM) as shop:
        clock.at = today
        yield shop


async def find(shop: Shop, where: MemberFilter, **more: Any) -> Page:
    async with shop.tx() as tx:
        given = {"order": Order(MemberSort.NAME, descending=False), "limit": 50, **more}
        return await list_found(tx, where, program_id=shop.program_id, country="RU", **given)


async def names(shop: Shop, **where: Any) -> list[str]:
    return [row.name for row in (await find(shop, MemberFilter(**where))).rows]


async def change(shop: Shop, member_id: UUID, **values: Any) -> None:
    """Set columns of a member, which no operation changes yet."""
    async with shop.tx() as tx:
        for column, value in values.items():
            await tx.execute(
                f"update members set {column} = $3 where tenant_id = $1 and id = $2",  # noqa: S608
                tx.tenant_id,
                member_id,
                value,
            )


async def enroll(shop: Shop, number: int, **values: Any) -> UUID:
    member_id = await shop.enroll(f"+7999000{number:04}")
    await change(shop, member_id, **values)
    return member_id


def key_of(by: MemberSort) -> Callable[[MemberRow], tuple[Any, UUID]]:
    """Return the order as Python understands it, for every kind of it."""
    keys: dict[MemberSort, Callable[[MemberRow], Any]] = {
        MemberSort.ENROLLED: lambda row: row.enrolled_at,
        MemberSort.NAME: lambda row: row.name.lower().replace("ё", "е"),
        MemberSort.AVAILABLE: lambda row: row.available,
        MemberSort.SEEN: lambda row: row.last_purchase_on or date.min,
        MemberSort.SPEND: lambda row: row.spend_minor,
    }
    return lambda row: (keys[by](row), row.id)


async def test_pages_of_every_order_both_ways_are_the_whole_list(shop: Shop, clock: SetClock) -> None:
    dice = random.Random(6)  # noqa: S311  a repeatable list, not a secret
    for number in range(23):
        joined = clock.now() - timedelta(days=dice.randrange(4))
        member_id = await enroll(shop, number, name=dice.choice(NAMES), enrolled_at=joined)
        for _ in range(dice.randrange(3)):
            amount = dice.choice((100_00, 200_00))
            at = clock.now() - timedelta(days=dice.randrange(3))
            await shop.buy(str(dice.random()), amount, member=member_id, occurred_at=at)
    everybody = (await find(shop, MemberFilter())).rows

    for by in MemberSort:
        for descending in (False, True):
            order = Order(by, descending=descending)
            wanted = sorted(everybody, key=key_of(by), reverse=descending)
            for limit in (1, 4, 23):
                pages = [await find(shop, MemberFilter(), order=order, limit=limit)]
                while pages[-1].has_next:
                    last = pages[-1].rows[-1].mark
                    pages.append(await find(shop, MemberFilter(), order=order, limit=limit, after=last))
                assert [row.id for page in pages for row in page.rows] == [row.id for row in wanted]
                assert [page.has_previous for page in pages] == [False] + [True] * (len(pages) - 1)

                for earlier, later in pairwise(pages):
                    first = later.rows[0].mark
                    back = await find(shop, MemberFilter(), order=order, limit=limit, before=first)
                    assert back.rows == earlier.rows
                    assert back.has_previous == earlier.has_previous
                    assert back.has_next


async def test_a_search_finds_by_name_phone_and_card(shop: Shop) -> None:
    anna = await enroll(shop, 1, name="Анна Сергеевна Ёлкина")
    boris = await enroll(shop, 2, name="Борис 100% \\Ёлкин_")
    async with shop.tx() as tx:
        await add_identity(tx, anna, Identity("phone", "+79161234567"))
        await add_identity(tx, anna, Identity("card", "QX2000777"))
        await add_identity(tx, boris, Identity("email", "boris@plushka.example"))

    for text in (
        "анна",
        "Елкина сер",
        "ЁЛКИНА",
        "8 (916) 123-45-67",
        "8916123",
        "+7916",
        "4567",
        "qx2000 777",
    ):
        assert await names(shop, search=text) == ["Анна Сергеевна Ёлкина"], text
    for text in ("100%", "\\ел", "кин_", "boris@"):
        assert await names(shop, search=text) == ["Борис 100% \\Ёлкин_"], text
    for text in ("%", "_", "\\"):
        assert await names(shop, search=text) == ["Борис 100% \\Ёлкин_"], text
    assert await names(shop, search="\0 ") == ["Анна Сергеевна Ёлкина", "Борис 100% \\Ёлкин_"]
    assert await names(shop, search="нет такой") == []


async def test_filters_narrow_the_list_together(shop: Shop, clock: SetClock) -> None:
    await enroll(shop, 1, name="Анна", tags=["vip", "кофе"], birthday=date(1990, 2, 28))
    boris = await enroll(shop, 2, name="Борис", tags=["vip"], enrolled_at=clock.now() - timedelta(days=10))
    vera = await enroll(shop, 3, name="Вера")
    await shop.buy("1", 500_00, member=boris)
    await shop.buy("2", 300_00, member=boris)
    await shop.buy("3", 100_00, member=vera, occurred_at=clock.now() - timedelta(days=5))
    today = date(2026, 3, 10)

    found: list[tuple[str, dict[str, Any]]] = [
        ("Анна Борис", {"tags": ("vip",)}),
        ("Анна", {"tags": ("кофе", "нет")}),
        ("Борис", {"seen_from": today}),
        ("Вера", {"seen_to": today - timedelta(days=1)}),
        ("Анна Вера", {"unseen_since": today}),
        ("Борис Вера", {"branch_ids": (await branch_id(shop),)}),
        ("Анна", {"available_max": 9}),
        ("Борис", {"available_min": 80}),
        ("Вера", {"available_min": 1, "available_max": 79}),
        ("Борис", {"enrolled_before": clock.now() - timedelta(days=1)}),
        ("Анна Вера", {"enrolled_from": clock.now() - timedelta(days=1)}),
        ("Анна", {"birthday_month": 2}),
        ("Борис", {"purchases_min": 2}),
        ("Вера", {"purchases_min": 1, "purchases_max": 1}),
        ("Борис", {"spend_minor_min": 800_00}),
        ("Анна Вера", {"spend_minor_max": 799_99}),
        ("", {"tags": ("кофе",), "purchases_min": 1}),
    ]
    for wanted, where in found:
        assert await names(shop, **where) == wanted.split(), where
        async with shop.tx() as tx:
            asked = MemberFilter(**where)
            count = await count_found(tx, asked, program_id=shop.program_id, country="RU")
            ids = await list_found_ids(tx, asked, program_id=shop.program_id, country="RU")
        assert count == len(ids) == len(wanted.split())


async def test_who_came_which_way_agreed_to_what_and_is_blocked_is_found(shop: Shop) -> None:
    anna = await enroll(shop, 1, name="Анна", source="import")
    boris = await enroll(shop, 2, name="Борис")
    async with shop.tx() as tx:
        await note_consent(tx, anna, "marketing", is_given=True, source="office")
        await note_consent(tx, boris, "marketing", is_given=True, source="till")
        await note_consent(tx, boris, "marketing", is_given=False, source="till")
        await block(tx, boris, reason="обманывал")

    assert await names(shop, sources=("import", "link")) == ["Анна"]
    assert await names(shop, consents_given=("marketing",)) == ["Анна"]
    assert await names(shop, consents_given=("marketing", "sms")) == []
    assert await names(shop, consents_not_given=("marketing",)) == ["Борис"]
    assert await names(shop, consents_not_given=("sms",)) == ["Анна", "Борис"]
    assert await names(shop, is_blocked=True) == ["Борис"]
    assert await names(shop, is_blocked=False) == ["Анна"]
    async with shop.tx() as tx:
        rows = await list_rows(tx, [boris, anna], program_id=shop.program_id)
    assert [(row.name, row.is_blocked) for row in rows] == [("Анна", False), ("Борис", True)]


async def branch_id(shop: Shop) -> UUID:
    async with shop.tx() as tx:
        found: UUID = await tx.fetchval("select id from branches where tenant_id = $1", tx.tenant_id)
        return found


async def test_a_count_stops_where_it_is_told_to(shop: Shop) -> None:
    for number in range(4):
        await enroll(shop, number)
    async with shop.tx() as tx:
        asked: Any = {"program_id": shop.program_id, "country": "RU"}
        assert await count_found(tx, MemberFilter(), **asked, count_max=2) == 3
        assert await count_found(tx, MemberFilter(), **asked, count_max=4) == 4
        assert await count_found(tx, MemberFilter(), **asked, count_max=None) == 4


async def test_who_has_points_that_burn_or_wait_is_found(database: Database, clock: SetClock) -> None:
    program = Program(
        name="10 %",
        currency="RUB",
        earning=PROGRAM.earning,
        activation=AfterDays(14),
        expiry=ExpirySliding(days=60),
    )
    async with open_shop(database, clock, program) as shop:
        waiting = await enroll(shop, 1, name="Ждёт")
        burning = await enroll(shop, 2, name="Сгорит")
        carried = await enroll(shop, 3, name="Продлён")
        await shop.buy("1", 500_00, member=waiting)
        async with shop.tx() as tx:
            await adjust(tx, burning, points=100, reason="в подарок")
            await adjust(tx, carried, points=100, reason="в подарок")
        clock.advance(timedelta(days=40))
        await shop.buy("2", 0, member=carried)
        soon = clock.now() + timedelta(days=30)

        assert await names(shop, burning_before=soon) == ["Сгорит"]
        assert await names(shop, burning_before=soon + timedelta(days=40)) == ["Ждёт", "Продлён", "Сгорит"]
        assert await names(shop, activating_before=clock.now() - timedelta(days=20)) == ["Ждёт"]
        assert await names(shop, activating_before=clock.now() - timedelta(days=40)) == []


async def test_tiers_are_found_by_their_codes(database: Database, clock: SetClock) -> None:
    tiers = Tiers(
        tiers=(
            TierRule(id="base", name="Гость"),
            TierRule(id="gold", name="Золото", requirements=(Requirement(metric="spend", at_least=10**9),)),
        )
    )
    async with open_shop(database, clock, Program(name="Уровни", currency="RUB", tiers=tiers)) as shop:
        await enroll(shop, 1, name="Анна")
        boris = await enroll(shop, 2, name="Борис")
        async with shop.tx() as tx:
            await set_tier(tx, boris, "gold", until=None, reason="друг")

        assert await names(shop, tiers=("gold",)) == ["Борис"]
        assert await names(shop, tiers=("base", "gold")) == ["Анна", "Борис"]


async def test_eve_finds_nobody_of_annas(database: Database, clock: SetClock, shop: Shop) -> None:
    await enroll(shop, 1, name="Анна")
    async with open_shop(database, clock, PROGRAM) as eves:
        assert await names(eves) == []
        assert await names(eves, search="анна") == []


def test_a_moment_is_needed_with_its_zone() -> None:
    assert MemberFilter(enrolled_from=datetime(2026, 3, 1, tzinfo=UTC)).is_empty is False
    assert MemberFilter().is_empty
