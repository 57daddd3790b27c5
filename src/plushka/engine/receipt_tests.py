"""Receipt conditions compiled: closures that answer why not."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from itertools import compress
from typing import assert_never

from msgspec import Struct

from plushka.engine.conditions import (
    All,
    Any,
    Birthday,
    Branch,
    Brand,
    Category,
    Channel,
    Condition,
    Coupon,
    FirstPurchase,
    HasLines,
    Not,
    Period,
    Product,
    ReceiptAmount,
    RepeatWithin,
    Segment,
    Tag,
    Tier,
    TimeWindow,
    Weekday,
)
from plushka.engine.expiry import SHORTEST_MONTH_DAYS, clamped
from plushka.engine.line_masks import LineMasks
from plushka.engine.local_time import Moment
from plushka.engine.purchase import Member, Note
from plushka.engine.receipt_notes import too_large, too_small, why_not

HALF_A_YEAR = timedelta(days=182)


class Scene(Struct):
    """What receipt conditions look at. Sequences run parallel to the receipt's lines.

    ``prices_minor`` are after discounts and before points, and
    ``receipt_minor`` is their sum over the lines that take part. ``masks`` are those of ``Numbering.of``, ``bits`` what
    any of them has.
    """

    member: Member | None
    tier: str | None
    branch: str
    channel: str
    moment: Moment
    masks: Sequence[int]
    quantities_milli: Sequence[int]
    prices_minor: Sequence[int]
    receipt_minor: int
    bits: int = 0
    coupons: tuple[str, ...] = ()


Test = Callable[[Scene], Note | None]
"""Answers None when the condition holds, else the prebuilt note that says which part failed."""


def receipt_test(condition: Condition, rule: str, masks: LineMasks) -> Test:
    """Compile a condition on the receipt and its member, for the rule that notes will name.

    :raises ValueError: a line condition outside ``has_lines``; ``check.problems`` finds it first.
    """
    match condition:
        case All(of=parts):
            return _all([receipt_test(part, rule, masks) for part in parts])
        case Any(of=parts):
            return _any([receipt_test(part, rule, masks) for part in parts], why_not(condition, rule))
        case Not(of=part):
            test, failed = receipt_test(part, rule, masks), why_not(condition, rule)
            return lambda scene: None if test(scene) is not None else failed
        case HasLines():
            return _has_lines(condition, rule, masks.bit_for(condition.where))
        case Branch() | Channel() | Weekday() | TimeWindow() | Period() | ReceiptAmount():
            return _of_receipt(condition, rule)
        case Tier() | Segment() | Tag() | Coupon() | FirstPurchase() | RepeatWithin() | Birthday():
            return _of_member(condition, rule)
        case Product() | Category() | Brand():
            raise ValueError(condition)
        case _:
            assert_never(condition)


def _all(tests: Sequence[Test]) -> Test:
    def test_all(scene: Scene) -> Note | None:
        for test in tests:
            failed = test(scene)
            if failed is not None:
                return failed
        return None

    return test_all


def _any(tests: Sequence[Test], none_holds: Note) -> Test:
    def test_any(scene: Scene) -> Note | None:
        for test in tests:
            if test(scene) is None:
                return None
        return none_holds

    return test_any


def _has_lines(condition: HasLines, rule: str, bit: int) -> Test:
    holds, failed = holds_for_lines(condition, bit), why_not(condition, rule)
    return lambda scene: None if holds(scene) else failed


def holds_for_lines(condition: HasLines, bit: int) -> Callable[[Scene], bool]:
    """Compile what the lines that ``bit`` marks must come to."""
    quantity_min_milli, amount_min_minor = condition.quantity_min_milli, condition.amount_min_minor

    def holds(scene: Scene) -> bool:
        if not scene.bits & bit:
            return not (quantity_min_milli or amount_min_minor)
        marked = list(map(bit.__and__, scene.masks))
        # More money is what fails more often.
        return (
            sum(compress(scene.prices_minor, marked)) >= amount_min_minor
            and sum(compress(scene.quantities_milli, marked)) >= quantity_min_milli
        )

    return holds


def _of_receipt(
    condition: Branch | Channel | Weekday | TimeWindow | Period | ReceiptAmount, rule: str
) -> Test:
    match condition:
        case Branch(ids=ids):
            branches, failed = frozenset(ids), why_not(condition, rule)
            return lambda scene: None if scene.branch in branches else failed
        case Channel(ids=ids):
            channels, failed = frozenset(ids), why_not(condition, rule)
            return lambda scene: None if scene.channel in channels else failed
        case Weekday(days=numbers):
            days, failed = frozenset(numbers), why_not(condition, rule)
            return lambda scene: None if scene.moment.weekday in days else failed
        case TimeWindow():
            return _time_window(condition, rule)
        case Period():
            first_on, last_on = condition.first_on or date.min, condition.last_on or date.max
            failed = why_not(condition, rule)
            return lambda scene: None if first_on <= scene.moment.business_date <= last_on else failed
        case ReceiptAmount():
            return _receipt_amount(condition, rule)
        case _:
            assert_never(condition)


def _time_window(condition: TimeWindow, rule: str) -> Test:
    start, end = minute_of(condition.start), minute_of(condition.end)
    failed = why_not(condition, rule)
    if start < end:
        return lambda scene: None if start <= scene.moment.minute < end else failed
    return lambda scene: failed if end <= scene.moment.minute < start else None


def minute_of(time_of_day: str) -> int:
    """Return the minutes after midnight of ``HH:MM``."""
    return int(time_of_day[:2]) * 60 + int(time_of_day[3:])


def bounds_of(condition: ReceiptAmount) -> tuple[int, int | None]:
    """Return the least and the most (None: any) that a receipt may come to."""
    # Amounts are whole numbers, so an open end is the next whole number inside it.
    least = condition.min_minor + (not condition.min_included)
    return least, None if condition.max_minor is None else condition.max_minor - (not condition.max_included)


def _receipt_amount(condition: ReceiptAmount, rule: str) -> Test:
    least, most = bounds_of(condition)
    below = too_small(rule, condition.min_minor)
    if most is None:
        return lambda scene: None if scene.receipt_minor >= least else below
    above = too_large(rule, condition.max_minor or 0)

    def test(scene: Scene) -> Note | None:
        if scene.receipt_minor < least:
            return below
        return above if scene.receipt_minor > most else None

    return test


def _of_member(  # noqa: PLR0911 - one case a kind
    condition: Tier | Segment | Tag | Coupon | FirstPurchase | RepeatWithin | Birthday, rule: str
) -> Test:
    match condition:
        case Tier(ids=ids):
            tiers, failed = frozenset(ids), why_not(condition, rule)
            return lambda scene: None if scene.tier in tiers else failed
        case Segment(ids=ids):
            segments, failed = frozenset(ids), why_not(condition, rule)
            return lambda scene: (
                failed if scene.member is None or segments.isdisjoint(scene.member.segments) else None
            )
        case Tag(ids=ids):
            tags, failed = frozenset(ids), why_not(condition, rule)
            return lambda scene: (
                failed if scene.member is None or tags.isdisjoint(scene.member.tags) else None
            )
        case Coupon(ids=ids):
            coupons, failed = frozenset(ids), why_not(condition, rule)
            return lambda scene: failed if coupons.isdisjoint(scene.coupons) else None
        case FirstPurchase():
            failed = why_not(condition, rule)
            return lambda scene: failed if scene.member is None or scene.member.purchases else None
        case RepeatWithin():
            return _repeat_within(condition, rule)
        case Birthday():
            return _birthday(condition, rule)
        case _:
            assert_never(condition)


def _repeat_within(condition: RepeatWithin, rule: str) -> Test:
    within, failed = timedelta(days=condition.days), why_not(condition, rule)

    def test(scene: Scene) -> Note | None:
        previous = scene.member.last_purchase_on if scene.member is not None else None
        if previous is None:
            return failed
        return None if timedelta(0) <= scene.moment.business_date - previous <= within else failed

    return test


def _birthday(condition: Birthday, rule: str) -> Test:
    near, is_near, failed = months_near(condition), near_birthday(condition), why_not(condition, rule)

    def test(scene: Scene) -> Note | None:
        birthday = scene.member.birthday if scene.member is not None else None
        if birthday is None:
            return failed
        today = scene.moment.business_date
        if (today.month - birthday.month) % 12 not in near:
            return failed
        return None if is_near(birthday, today) else failed

    return test


def months_near(condition: Birthday) -> frozenset[int]:
    """Return how many months after that of the birthday, of twelve, its window can reach."""
    reach = max(condition.days_before, condition.days_after) // SHORTEST_MONTH_DAYS + 1
    return frozenset(months % 12 for months in range(-reach, reach + 1))


def near_birthday(condition: Birthday) -> Callable[[date, date], bool]:
    """Compile whether a birthday is near to a day."""
    before, after = timedelta(days=condition.days_before), timedelta(days=condition.days_after)

    def is_near(birthday: date, today: date) -> bool:
        # The birthday to look at may be that of the year before or after: no window reaches half a year.
        day = clamped(today.year, birthday.month, birthday.day)
        if today - day > HALF_A_YEAR:
            day = clamped(today.year + 1, birthday.month, birthday.day)
        elif day - today > HALF_A_YEAR:
            day = clamped(today.year - 1, birthday.month, birthday.day)
        return -after <= day - today <= before

    return is_near
