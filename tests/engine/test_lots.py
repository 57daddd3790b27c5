"""The order in which points are spent (S3)."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from plushka.engine.lots import give_back, spendable, take
from plushka.engine.purchase import Lot, LotUse

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
DAY = timedelta(days=1)


def lot(number: int, *, expires: int | None = None, priority: int = 0, age: int = 0) -> Lot:
    expires_at = None if expires is None else NOW + expires * DAY
    return Lot(UUID(int=number), 100, NOW - age * DAY, expires_at, priority=priority)


def test_the_soonest_to_expire_goes_first_then_priority_age_and_id() -> None:
    ordered = [
        lot(9, expires=1),
        lot(8, expires=2, priority=0, age=1),
        lot(7, expires=2, priority=1, age=9),
        lot(6, priority=0, age=5),
        lot(1, priority=0, age=1),
        lot(2, priority=0, age=1),
        lot(0, priority=1, age=9),
    ]
    assert spendable(reversed(ordered), NOW) == ordered


def test_a_lot_is_dead_at_the_moment_it_expires() -> None:
    assert spendable([lot(1, expires=0)], NOW) == []
    assert spendable([lot(1, expires=0)], NOW - timedelta(microseconds=1)) != []


def test_taking_stops_when_enough_is_taken_and_skips_what_may_give_nothing() -> None:
    first, second, third = lot(1), lot(2), lot(3)
    assert take([(first, 0), (second, 60), (third, 100)], 80) == (LotUse(second.id, 60), LotUse(third.id, 20))
    assert take([(first, 60)], 80) == (LotUse(first.id, 60),)
    assert take([(first, 60)], 0) == ()


def test_giving_back_leaves_a_prefix_of_what_was_taken() -> None:
    uses = (LotUse(UUID(int=1), 60), LotUse(UUID(int=2), 40))
    assert give_back(uses, 50) == (LotUse(UUID(int=2), 40), LotUse(UUID(int=1), 10))
    assert give_back(uses, 0) == ()
