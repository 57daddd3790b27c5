"""Rules that are not in force are tried on a purchase beside those that are; nothing is booked."""

from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID

import pytest
from msgspec import structs
from tests.conftest import SetClock
from tests.domain.shop import Shop, open_shop

from plushka.domain.members.model import UnknownMember
from plushka.domain.purchases.model import PurchaseLine, UnknownBranch
from plushka.domain.purchases.trial import Supposed, Trial, try_out
from plushka.engine.conditions import FirstPurchase
from plushka.engine.program import (
    EarningRule,
    Fixed,
    Percent,
    Program,
    Redemption,
    RedemptionLimits,
    Requirement,
    TierRule,
    Tiers,
)
from plushka.engine.version import compile_version
from plushka.platform.database import Database
from plushka.platform.ids import new_id

FIVE = Program(
    name="Кофейня",
    currency="RUB",
    earning=(EarningRule("base", "Базовое", Percent(500)),),
    redemption=Redemption(RedemptionLimits(receipt_share_bp=5000)),
)
TEN = structs.replace(
    FIVE,
    earning=(
        EarningRule("base", "Базовое", Percent(500, {"gold": 1000})),
        EarningRule("first", "Первая", Fixed(7), when=FirstPurchase(), group="first"),
    ),
    tiers=Tiers((TierRule("new", "Новый"), TierRule("gold", "Золотой", (Requirement("visits", 9),)))),
)
LINES = (PurchaseLine(sku="coffee", quantity_milli=1000, amount_minor=1000_00),)


@pytest.fixture
async def shop(database: Database, clock: SetClock) -> AsyncIterator[Shop]:
    async with open_shop(database, clock, FIVE) as shop:
        yield shop


async def earned(shop: Shop, **trial: object) -> list[int]:
    wanted = Trial(**{"lines": LINES, "branch": "arbat", "at": shop.clock.now(), **trial})  # type: ignore[arg-type]
    versions = [compile_version(new_id(), FIVE), compile_version(new_id(), TEN)]
    async with shop.tx() as tx:
        outcomes = await try_out(tx, shop.reference, wanted, versions, program_id=shop.program_id)
    return [outcome.earned_points for outcome in outcomes]


async def test_a_member_who_does_not_exist_is_supposed(shop: Shop) -> None:
    assert await earned(shop, member=Supposed()) == [50, 57]
    assert await earned(shop, member=Supposed(tier="gold", is_new=False)) == [50, 100]
    assert await earned(shop) == [0, 0]


async def test_a_member_is_taken_as_they_stand_and_nothing_is_booked(shop: Shop) -> None:
    member_id = await shop.enroll()
    await shop.buy("1", 1000_00, member=member_id)
    shop.clock.at += timedelta(days=1)  # type: ignore[attr-defined]
    before = await shop.wallet(member_id)

    assert await earned(shop, member=member_id, redeem="max") == [47, 47]

    assert await shop.wallet(member_id) == before


async def test_points_of_a_supposed_member_are_spent(shop: Shop) -> None:
    assert await earned(shop, member=Supposed(points=10_000, is_new=False), redeem="max") == [25, 25]


@pytest.mark.parametrize(
    ("trial", "refusal"),
    [({"branch": "moon"}, UnknownBranch), ({"member": UUID(int=1)}, UnknownMember)],
    ids=["branch", "member"],
)
async def test_what_is_not_there_is_refused(
    shop: Shop, trial: dict[str, object], refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        await earned(shop, **trial)
