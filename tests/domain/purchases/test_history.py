"""History loaded in bulk is the history that tills would have booked."""

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from tests.conftest import SetClock
from tests.domain.booked import Rows, booked
from tests.domain.shop import Shop, open_shop, receipt, until_it_waits

from plushka.domain.businesses.model import WrongCurrency
from plushka.domain.members.model import Identity, UnknownMember
from plushka.domain.purchases.commit import commit_batch
from plushka.domain.purchases.history import Loaded, load_history
from plushka.domain.purchases.model import Committed, Purchase, PurchaseLine
from plushka.domain.purchases.reference import Reference
from plushka.domain.purchases.situation import Item
from plushka.engine.conditions import FirstPurchase, ReceiptAmount, RepeatWithin
from plushka.engine.program import (
    AfterDays,
    Band,
    Calendar,
    EarningCaps,
    EarningRule,
    ExpiryFixed,
    ExpirySliding,
    Fixed,
    GrantCap,
    Ladder,
    Percent,
    Program,
    Redemption,
    RedemptionLimits,
    Requirement,
    Rolling,
    TierRule,
    Tiers,
    Welcome,
)
from plushka.platform.database import Database
from plushka.platform.errors import TemporaryFailure

PROGRAM = Program(
    name="Всё сразу",
    currency="RUB",
    earning=(
        EarningRule(id="base", name="5 %", effect=Percent(rate_bp=500, by_tier={"gold": 1000})),
        EarningRule(
            id="sliding",
            name="Живёт, пока ходят",
            effect=Fixed(points=3),
            group="b",
            expiry=ExpirySliding(days=20),
        ),
        EarningRule(
            id="again",
            name="Снова",
            effect=Fixed(points=10),
            when=RepeatWithin(days=5),
            group="c",
            caps=EarningCaps(per_day=10, per_month=40),
        ),
        EarningRule(
            id="first",
            name="Первая",
            effect=Fixed(points=100),
            when=FirstPurchase(),
            group="d",
            grant_cap=GrantCap(receipt_share_bp=2000),
        ),
        EarningRule(
            id="ladder",
            name="Лесенка",
            effect=Ladder(
                bands=(Band(from_minor=0, rate_bp=0), Band(from_minor=500_00, rate_bp=300)), per_day=True
            ),
            when=ReceiptAmount(min_minor=100_00),
            group="e",
        ),
    ),
    redemption=Redemption(limits=RedemptionLimits(receipt_share_bp=5000, points_min=5)),
    tiers=Tiers(
        tiers=(
            TierRule(id="basic", name="Базовый"),
            TierRule(
                id="silver",
                name="Серебро",
                requirements=(Requirement(metric="spend", at_least=3_000_00, window=Rolling(days=30)),),
                discount_bp=300,
            ),
            TierRule(
                id="gold",
                name="Золото",
                requirements=(Requirement(metric="visits", at_least=12, window=Calendar(unit="quarter")),),
                expiry=ExpiryFixed(days=60),
            ),
        )
    ),
    activation=AfterDays(days=2),
    expiry=ExpiryFixed(days=30),
    caps=EarningCaps(per_month=400),
    welcome=Welcome(points=50, expiry=ExpiryFixed(days=10)),
)
FIRST_AT = datetime(2026, 1, 1, 6, 0, tzinfo=UTC)


@pytest.fixture
async def shop(database: Database, clock: SetClock) -> AsyncIterator[Shop]:
    clock.at = FIRST_AT
    async with open_shop(database, clock, PROGRAM) as shop:
        yield shop


async def enroll_two(shop: Shop) -> list[UUID]:
    return [await shop.enroll(f"+7999000000{number}") for number in range(2)]


def a_past(member_ids: Sequence[UUID | None], *, receipts: int, seed: int) -> list[Purchase]:
    """Half a year of receipts in order of time, some of them paid with points, some of the same minute."""
    chance = random.Random(seed)  # noqa: S311 a made-up past needs no secret
    moments = sorted(FIRST_AT + timedelta(minutes=chance.randrange(180 * 24 * 60)) for _ in range(receipts))
    return [
        receipt(
            f"{number:04}",
            0,
            occurred_at=moment,
            member=(member_id := chance.choice(member_ids)),
            redeem=chance.choice([0, 0, "max"]) if member_id else 0,
            lines=tuple(
                PurchaseLine(sku, 1000, chance.randrange(400_00))
                for sku in ("coffee", "cake", "tea")[: 1 + number % 3]
            ),
        )
        for number, moment in enumerate(moments)
    ]


async def load(shop: Shop, purchases: Sequence[Purchase]) -> Loaded:
    async with shop.tx() as tx:
        return await load_history(tx, Reference(), [Item(shop.caller, purchase) for purchase in purchases])


async def book_one_by_one(shop: Shop, clock: SetClock, purchases: Sequence[Purchase]) -> None:
    for purchase in purchases:
        clock.at = max(clock.at, purchase.occurred_at or clock.at)
        async with shop.tx() as tx:
            (answer,) = await commit_batch(tx, shop.reference, [Item(shop.caller, purchase)])
        assert isinstance(answer, Committed), answer


class Undone(Exception):
    """Ends a transaction whose effects were only to be looked at."""


async def load_and_undo(shop: Shop, purchases: Sequence[Purchase]) -> dict[str, Rows]:
    """Return what loading ``purchases`` books, and book nothing."""
    looked_at: dict[str, Rows] = {}
    with contextlib.suppress(Undone):
        async with shop.tx() as tx:
            loaded = await load_history(
                tx, Reference(), [Item(shop.caller, purchase) for purchase in purchases]
            )
            assert loaded == Loaded(booked=len(purchases), known=0, refused=())
            looked_at = await booked(tx)
            raise Undone
    return looked_at


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_bulk_books_what_tills_would_have_booked_one_by_one(
    shop: Shop, clock: SetClock, seed: int
) -> None:
    past = a_past([*await enroll_two(shop), None], receipts=120, seed=seed)
    clock.at = FIRST_AT + timedelta(days=181)
    in_bulk = await load_and_undo(shop, random.Random(seed).sample(past, len(past)))  # noqa: S311
    clock.at = FIRST_AT
    await book_one_by_one(shop, clock, past)
    async with shop.tx() as tx:
        one_by_one = await booked(tx)
    for table, rows in one_by_one.items():
        assert in_bulk[table] == rows, table
    kinds = {row[1] for row in in_bulk["postings"]}
    assert kinds == {"accrue", "activate", "expire", "redeem"}
    assert "gold" in {row[2] for row in in_bulk["tier_changes"]}


async def test_a_load_goes_on_where_tills_and_loads_before_it_stopped(shop: Shop, clock: SetClock) -> None:
    past = a_past(await enroll_two(shop), receipts=90, seed=4)
    clock.at = FIRST_AT + timedelta(days=181)
    at_once = await load_and_undo(shop, past)
    clock.at = FIRST_AT
    await book_one_by_one(shop, clock, past[:30])
    clock.at = FIRST_AT + timedelta(days=181)
    assert await load(shop, past[:60]) == Loaded(booked=30, known=30, refused=())
    assert await load(shop, past) == Loaded(booked=30, known=60, refused=())
    async with shop.tx() as tx:
        assert await booked(tx) == at_once
    assert await shop.differences() == ()


async def test_a_day_that_is_begun_is_added_to(shop: Shop, clock: SetClock) -> None:
    """The sums of its day, and of its capped rules on it, are there already: the second load changes them."""
    (member_id,) = [await shop.enroll()]
    at = FIRST_AT + timedelta(days=1)
    past = [
        receipt(str(number), 300_00, member=member_id, occurred_at=at + timedelta(minutes=number))
        for number in range(4)
    ]
    clock.at = FIRST_AT + timedelta(days=181)
    at_once = await load_and_undo(shop, past)
    await load(shop, past[:2])
    assert await load(shop, past) == Loaded(booked=2, known=2, refused=())
    async with shop.tx() as tx:
        assert await booked(tx) == at_once
    assert [row[2] for row in at_once["standing_days"]] == [4]
    assert len(at_once["rule_days"]) > 0
    assert await shop.differences() == ()


async def test_loading_again_books_nothing(shop: Shop, clock: SetClock) -> None:
    past = a_past(await enroll_two(shop), receipts=40, seed=5)
    clock.at = FIRST_AT + timedelta(days=181)
    await load(shop, past)
    async with shop.tx() as tx:
        before = await booked(tx)
    assert await load(shop, past) == Loaded(booked=0, known=40, refused=())
    async with shop.tx() as tx:
        assert await booked(tx) == before


async def test_a_receipt_that_a_till_books_meanwhile_undoes_the_load(shop: Shop, clock: SetClock) -> None:
    past = a_past(await enroll_two(shop), receipts=40, seed=9)
    clock.at = FIRST_AT + timedelta(days=181)
    async with shop.tx() as tx:
        stranger = receipt(past[7].external_id, 100_00, occurred_at=past[7].occurred_at)
        await commit_batch(tx, shop.reference, [Item(shop.caller, stranger)])
        loading = asyncio.create_task(load(shop, past))
        await until_it_waits(loading, tx)
    with pytest.raises(TemporaryFailure):
        await loading
    async with shop.tx() as tx:
        assert len((await booked(tx))["receipts"]) == 1
    assert await shop.differences() == ()


async def test_the_books_are_clean_after_a_load(shop: Shop, clock: SetClock) -> None:
    past = a_past([*await enroll_two(shop), None], receipts=100, seed=6)
    clock.at = FIRST_AT + timedelta(days=181)
    await load(shop, past)
    assert await shop.differences() == ()


async def test_earlier_receipts_than_what_is_booked_are_late_and_leave_the_books_clean(
    shop: Shop, clock: SetClock
) -> None:
    past = a_past(await enroll_two(shop), receipts=80, seed=7)
    clock.at = FIRST_AT + timedelta(days=181)
    await load(shop, past[40:])
    assert await load(shop, past) == Loaded(booked=40, known=40, refused=())
    assert await shop.differences() == ()


async def test_a_receipt_that_cannot_be_booked_is_named_and_stops_no_other(
    shop: Shop, clock: SetClock
) -> None:
    member_id = await shop.enroll()
    clock.at = FIRST_AT + timedelta(days=10)
    at = FIRST_AT + timedelta(days=1)
    loaded = await load(
        shop,
        [
            receipt("1", 100_00, member=member_id, occurred_at=at),
            receipt("2", 100_00, member=member_id, occurred_at=at, currency="USD"),
            receipt("3", 100_00, member=Identity("phone", "+79991112233"), occurred_at=at),
            receipt("4", 100_00, member=UUID(int=7), occurred_at=at),
            receipt("5", 100_00, member=Identity("phone", "+79990000001"), occurred_at=at),
        ],
    )
    assert loaded.booked == 2
    assert [(place, type(refusal)) for place, refusal in loaded.refused] == [
        (1, WrongCurrency),
        (2, UnknownMember),
        (3, UnknownMember),
    ]
    assert await shop.differences() == ()


async def test_lists_in_order_of_ids_are_in_order_of_time(shop: Shop, clock: SetClock) -> None:
    past = a_past(await enroll_two(shop), receipts=30, seed=8)
    clock.at = FIRST_AT + timedelta(days=181)
    await load(shop, past[::-1])
    async with shop.tx() as tx:
        rows = await tx.fetch(
            "select occurred_at from receipts where tenant_id = $1 order by id", tx.tenant_id
        )
    assert [row["occurred_at"] for row in rows] == [purchase.occurred_at for purchase in past]
