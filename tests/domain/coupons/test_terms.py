"""The terms of a coupon change while it is in use: counters and codes agree with receipts before and after (S8)."""

from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from typing import Any

import pytest
from asyncpg import LockNotAvailableError
from tests.conftest import SetClock
from tests.domain.coupons.test_coupons import buy, coupon_of, shop
from tests.domain.purchases.test_returning import give_back
from tests.domain.shop import Shop

from plushka.domain.coupons import terms
from plushka.domain.coupons.model import (
    NO_LIMITS,
    Coupon,
    LimitBelowUsed,
    Limits,
    PeriodReversed,
    TooManyCodesToChange,
)
from plushka.domain.coupons.operations import add_codes
from plushka.domain.coupons.showing import Showing, read_codes
from plushka.domain.coupons.using import undo_uses
from plushka.platform.database import Tx

__all__ = ("shop",)


async def change(shop: Shop, coupon: Coupon, **changed: Any) -> Coupon:
    limits = Limits(**{name: changed.pop(name) for name in list(changed) if name.startswith("uses")})
    given = {"name": "Весна", "source": "", "first_on": None, "last_on": None, **changed}
    async with shop.tx() as tx:
        return await terms.change_coupon(tx, coupon.id, **given, limits=limits, today=shop.clock.now().date())


async def test_days_move_and_the_codes_stay_good(shop: Shop, clock: SetClock) -> None:
    coupon = await coupon_of(shop, "A1", last_on=clock.now().date())
    member_id = await shop.enroll()
    clock.at += timedelta(days=3)
    assert (await buy(shop, "1", member_id, "A1"))[1] == ["coupon_over"]
    changed = await change(shop, coupon, name="Лето", last_on=clock.now().date())
    assert (changed.name, changed.codes) == ("Лето", 1)
    assert (await buy(shop, "2", member_id, "A1"))[1] == [None]
    with pytest.raises(PeriodReversed):
        await change(shop, coupon, first_on=date(2026, 3, 2), last_on=date(2026, 3, 1))


async def test_new_limits_count_what_was_used_before_them(shop: Shop) -> None:
    coupon = await coupon_of(shop, "A1", "A2")
    first, second = await shop.enroll("+79990000001"), await shop.enroll("+79990000002")
    for number, (member_id, code) in enumerate(((first, "A1"), (second, "A1"), (second, "A2"))):
        assert (await buy(shop, f"{number}", member_id, code))[1] == [None]
    for limit, used in (
        ("uses_max", 3),
        ("uses_max_a_day", 3),
        ("uses_max_a_month", 3),
        ("uses_per_code", 2),
    ):
        with pytest.raises(LimitBelowUsed) as refused:
            await change(shop, coupon, **{limit: used - 1})
        assert (refused.value.field, refused.value.facts["used"]) == (limit, used)

    await change(shop, coupon, uses_max=4, uses_max_a_day=4, uses_per_code=2, uses_per_member=1)

    assert await shop.differences() == ()
    assert (await buy(shop, "4", first, "A2"))[1] == ["member_limit_reached"]
    third = await shop.enroll("+79990000003")
    assert (await buy(shop, "5", third, "A1"))[1] == ["code_used_up"]
    assert (await buy(shop, "6", third, "A2"))[1] == [None]
    assert (await buy(shop, "7", await shop.enroll("+79990000004"), "A2"))[1] == ["code_used_up"]
    await change(shop, coupon, uses_max=4)
    assert (await buy(shop, "8", first, "A2"))[1] == ["coupon_used_up"]
    assert await shop.differences() == ()


async def test_limits_that_are_lifted_are_not_counted_and_returns_do_not_go_below_nothing(shop: Shop) -> None:
    coupon = await coupon_of(shop, "A1", uses_max=1, uses_per_code=1)
    member_id = await shop.enroll()
    assert (await buy(shop, "1", member_id, "A1"))[1] == [None]
    await change(shop, coupon)
    assert (await buy(shop, "2", member_id, "A1"))[1] == [None]
    for number in ("1", "2"):
        await give_back(shop, f"r{number}", number)
    assert await shop.differences() == ()
    await change(shop, coupon, uses_max=1, uses_per_code=1)
    assert (await buy(shop, "3", member_id, "A1"))[1] == [None]
    assert (await buy(shop, "4", member_id, "A1"))[1] == ["code_used_up"]
    assert await shop.differences() == ()


async def test_terms_stay_while_a_purchase_or_a_return_counts_by_them(shop: Shop) -> None:
    coupon = await coupon_of(shop, "WORD")
    member_id = await shop.enroll()
    sold = (await shop.buy("1", 500_00, member=member_id, coupon_codes=("WORD",))).receipt
    showing = Showing(codes=("WORD",), till_id=shop.caller.till_id, member_id=member_id, day=date(2026, 3, 1))
    counting: tuple[Callable[[Tx], Awaitable[object]], ...] = (
        lambda tx: read_codes(tx, [showing], lock=True),
        lambda tx: undo_uses(tx, sold.id, still=()),
    )
    for count in counting:
        async with shop.tx() as tx:
            await count(tx)
            with pytest.raises(LockNotAvailableError):  # noqa: PT012  the lock is waited for within
                async with shop.tx() as other:
                    await other.execute("set local lock_timeout = '50ms'")
                    await terms.change_coupon(
                        other,
                        coupon.id,
                        name="Лето",
                        source="",
                        first_on=None,
                        last_on=None,
                        limits=Limits(uses_max=1),
                        today=date(2026, 3, 1),
                    )


async def test_codes_that_come_later_have_the_limit_of_today(shop: Shop) -> None:
    coupon = await coupon_of(shop, "A1")
    await change(shop, coupon, uses_per_code=1)
    async with shop.tx() as tx:
        await add_codes(tx, coupon, ["A2"])
    member_id = await shop.enroll()
    assert [(await buy(shop, number, member_id, "A2"))[1] for number in ("1", "2")] == [
        [None],
        ["code_used_up"],
    ]


async def test_the_limit_of_very_many_codes_stays(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    coupon = await coupon_of(shop, "A1", "A2")
    monkeypatch.setattr(terms, "CODES_CHANGED_MAX", 1)
    with pytest.raises(TooManyCodesToChange):
        await change(shop, coupon, uses_per_code=1)
    assert (await change(shop, coupon, uses_max=5)).limits == Limits(uses_max=5)
    assert (await change(shop, coupon)).limits == NO_LIMITS
