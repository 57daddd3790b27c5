"""Laws of occasions: which day a date is given for, how often, and to whom."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from plushka.engine.check import problems
from plushka.engine.conditions import FirstPurchase, Not, ReceiptAmount, Tag
from plushka.engine.occasion_parts import (
    FieldTest,
    OccasionBudget,
    Often,
    OnBirthday,
    OnBotJoined,
    OnCloseDate,
    OnEvent,
    OnProfileFilled,
    Trigger,
)
from plushka.engine.occasions import (
    BIRTHDAYS_APART_DAYS,
    CATCH_UP_DAYS,
    BotJoined,
    DateCame,
    EventNoted,
    Facts,
    Given,
    Happening,
    ProfileFilled,
    date_due,
    days_in_reach,
    decide,
)
from plushka.engine.program import ExpiryFixed, GrantCap, Occasion, Program
from plushka.engine.purchase import Grant, Member, Place
from plushka.engine.version import compile_version

PLACE = Place(branch="", time_zone="Europe/Moscow")
NOON = datetime(2026, 3, 8, 9, tzinfo=UTC)
BIRTHDAY = Occasion(
    "birthday",
    "День рождения",
    OnBirthday(days_before=7),
    500,
    expiry=ExpiryFixed(days=15),
    grant_cap=GrantCap(1500),
)
days = st.dates(date(2023, 1, 1), date(2029, 12, 31))
befores = st.integers(0, 60)


def program(*occasions: Occasion) -> Program:
    return Program("Бонусы", "RUB", occasions=occasions)


def ask(
    occasion: Occasion,
    happening: Happening,
    *,
    member: Member | None = None,
    given: Given | None = None,
    at: datetime = NOON,
) -> Grant | str:
    """Return the grant, or the code of the reason why there is none."""
    rules = program(occasion)
    plan = compile_version(UUID(int=1), rules).occasions[0]
    told = decide(plan, rules, Facts(member or Member(), happening, given or Given(), PLACE, at))
    return told if isinstance(told, Grant) else told.code


def birthday_of(year: int, month: int, day: int) -> date:
    """Return the birthday of a year by trying: of the 29th of February the day before where there is none."""
    try:
        return date(year, month, day)
    except ValueError:
        return date(year, month, day - 1)


@given(days, days, befores)
def test_a_date_is_due_exactly_from_so_many_days_before_it_until_shortly_after(
    born: date, today: date, before: int
) -> None:
    near = [
        on
        for year in range(today.year - 2, today.year + 3)
        if today in days_around(on := birthday_of(year, born.month, born.day), before)
    ]
    assert len(near) <= 1
    assert date_due(born.month, born.day, before, today) == (near[0] if near else None)


def days_around(on: date, before: int) -> set[date]:
    return {on + timedelta(days=step) for step in range(-before, CATCH_UP_DAYS + 1)}


@given(days, befores)
def test_the_days_to_look_for_are_those_that_are_due(today: date, before: int) -> None:
    looked_for = {(month, day): on for month, day, on in days_in_reach(before, today)}
    for step in range(366):
        born = date(2024, 1, 1) + timedelta(days=step)
        assert looked_for.get((born.month, born.day)) == date_due(born.month, born.day, before, today)


@given(days, befores, st.lists(st.integers(-70, 400), max_size=12))
def test_over_the_years_each_birthday_gives_once_however_often_and_late_the_clock_is_asked(
    born: date, before: int, steps: list[int]
) -> None:
    occasion = structs.replace(BIRTHDAY, trigger=OnBirthday(before))
    asked = sorted(born + timedelta(days=365 + step) for step in steps)
    given_for: list[date] = []
    for today in asked:
        on = date_due(born.month, born.day, before, today)
        if on is None:
            continue
        told = ask(
            occasion,
            DateCame(on),
            given=Given(birthdays=tuple(given_for), has_this=on in given_for),
            at=datetime(today.year, today.month, today.day, 12, tzinfo=UTC),
        )
        if isinstance(told, Grant):
            given_for.append(on)
    expected = {
        on
        for today in asked
        for year in range(today.year - 1, today.year + 2)
        if today in days_around(on := birthday_of(year, born.month, born.day), before)
    }
    assert set(given_for) == expected
    assert len(given_for) == len(expected)


def test_points_for_a_birthday_live_15_days_and_pay_15_percent() -> None:
    told = ask(BIRTHDAY, DateCame(date(2026, 3, 15)))
    assert told == Grant(
        points=500,
        activates_at=NOON,
        expires_at=datetime(2026, 3, 23, 21, tzinfo=UTC),
        rules=("birthday",),
        receipt_share_bp=1500,
    )


def test_who_moves_their_birthday_does_not_have_it_twice() -> None:
    soon = date(2026, 3, 10)
    before = soon - timedelta(days=BIRTHDAYS_APART_DAYS - 1)
    assert ask(BIRTHDAY, DateCame(soon), given=Given(birthdays=(before,))) == "date_given_lately"
    assert isinstance(
        ask(BIRTHDAY, DateCame(soon), given=Given(birthdays=(before - timedelta(days=1),))), Grant
    )


IN_MARCH = OnEvent("tour", (FieldTest("day", first_on=date(2026, 3, 1), last_on=date(2026, 3, 31)),))
PRAISED = OnEvent(
    "review",
    (
        FieldTest("text", contains="всё Вкусно"),
        FieldTest("place", is_there=True),
        FieldTest("rating", is_there=False),
    ),
)
REVIEW = OnEvent("review", (FieldTest("rating", at_least=4), FieldTest("place", equals="maps")))


@pytest.mark.parametrize(
    ("trigger", "happening", "expected"),
    [
        (OnCloseDate(7, ("birthday",)), DateCame(date(2026, 3, 10), "birthday"), "given"),
        (OnCloseDate(7, ("birthday",)), DateCame(date(2026, 3, 10), "wedding"), "not_the_day"),
        (OnCloseDate(7), DateCame(date(2026, 3, 16), "wedding"), "not_the_day"),
        (OnBotJoined(), BotJoined("vk"), "given"),
        (OnBotJoined(("telegram",)), BotJoined("vk"), "other_messenger"),
        (OnProfileFilled(("name", "birthday")), ProfileFilled(frozenset({"name"})), "profile_unfilled"),
        (OnProfileFilled(("name",)), ProfileFilled(frozenset({"name", "sex"})), "given"),
        (REVIEW, EventNoted("review", {"rating": 4, "place": "maps"}), "given"),
        (REVIEW, EventNoted("review", {"rating": 3, "place": "maps"}), "event_differs"),
        (REVIEW, EventNoted("review", {"rating": True, "place": "maps"}), "event_differs"),
        (REVIEW, EventNoted("review", {"rating": 5}), "event_differs"),
        (REVIEW, EventNoted("survey", {}), "other_event"),
        (REVIEW, BotJoined("vk"), "other_event"),
        (OnEvent("tour", (FieldTest("paid", equals=True),)), EventNoted("tour", {"paid": True}), "given"),
        (
            OnEvent("tour", (FieldTest("paid", equals=True),)),
            EventNoted("tour", {"paid": 1}),
            "event_differs",
        ),
        (IN_MARCH, EventNoted("tour", {"day": "2026-03-01"}), "given"),
        (IN_MARCH, EventNoted("tour", {"day": "2026-03-31"}), "given"),
        (IN_MARCH, EventNoted("tour", {"day": "2026-02-28"}), "event_differs"),
        (IN_MARCH, EventNoted("tour", {"day": "2026-04-01"}), "event_differs"),
        (IN_MARCH, EventNoted("tour", {}), "event_differs"),
        (PRAISED, EventNoted("review", {"text": "ВСЁ ВКУСНО!", "place": "maps"}), "given"),
        (PRAISED, EventNoted("review", {"text": "все вкусно", "place": "maps"}), "given"),
        (PRAISED, EventNoted("review", {"text": "Вкусно всё", "place": "maps"}), "event_differs"),
        (PRAISED, EventNoted("review", {"text": 5, "place": "maps"}), "event_differs"),
        (PRAISED, EventNoted("review", {"text": "Всё вкусно"}), "event_differs"),
        (PRAISED, EventNoted("review", {"text": "Всё вкусно", "place": "", "rating": 1}), "event_differs"),
    ],
)
def test_an_occasion_is_for_what_it_says(trigger: Trigger, happening: Happening, expected: str) -> None:
    told = ask(structs.replace(BIRTHDAY, trigger=trigger), happening)
    assert (told if isinstance(told, str) else "given") == expected


@pytest.mark.parametrize(
    ("often", "given_on", "expected"),
    [
        (Often(1), (date(2020, 1, 1),), "occasion_limit"),
        (Often(1, "year"), (date(2025, 12, 31),), "given"),
        (Often(1, "year"), (date(2026, 1, 1),), "occasion_limit"),
        (Often(2, "month"), (date(2026, 3, 1), date(2026, 2, 28)), "given"),
        (Often(2, "month"), (date(2026, 3, 1), date(2026, 3, 2)), "occasion_limit"),
        (Often(1, "days", 8), (date(2026, 2, 28),), "given"),
        (Often(1, "days", 8), (date(2026, 3, 1),), "occasion_limit"),
    ],
)
def test_a_limit_counts_what_its_period_holds(
    often: Often, given_on: tuple[date, ...], expected: str
) -> None:
    occasion = structs.replace(BIRTHDAY, trigger=OnEvent("review"), limit=often)
    told = ask(occasion, EventNoted("review", {}), given=Given(given_on=given_on))
    assert (told if isinstance(told, str) else "given") == expected


@pytest.mark.parametrize(
    ("budget", "used", "expected"),
    [
        (OccasionBudget("uses", 3), 2, "given"),
        (OccasionBudget("uses", 3), 3, "occasion_budget_spent"),
        (OccasionBudget("points", 1000), 500, "given"),
        (OccasionBudget("points", 1000), 501, "occasion_budget_spent"),
    ],
)
def test_a_budget_is_never_overdrawn(budget: OccasionBudget, used: int, expected: str) -> None:
    told = ask(structs.replace(BIRTHDAY, budget=budget), DateCame(date(2026, 3, 15)), given=Given(used=used))
    assert (told if isinstance(told, str) else "given") == expected


def test_conditions_ask_for_the_member_and_tiers_have_points_of_their_own() -> None:
    occasion = structs.replace(
        BIRTHDAY, when=Not(FirstPurchase()), by_tier={"gold": 700}, trigger=OnEvent("review")
    )
    event = EventNoted("review", {})
    assert ask(occasion, event) == "excluded_when"
    told = ask(occasion, event, member=Member(purchases=2, tier="gold"))
    assert isinstance(told, Grant)
    assert told.points == 700
    assert ask(occasion, event, member=Member(is_blocked=True)) == "blocked_gets_nothing"
    assert ask(structs.replace(occasion, is_paused=True), event) == "occasion_paused"
    assert ask(structs.replace(occasion, when=Tag(("vip",))), event) == "other_tag"


@pytest.mark.parametrize(
    ("occasion", "path", "code"),
    [
        (structs.replace(BIRTHDAY, when=ReceiptAmount(1)), "when", "receipt_condition_on_occasion"),
        (
            structs.replace(BIRTHDAY, when=Not(ReceiptAmount(1))),
            "when.of",
            "receipt_condition_on_occasion",
        ),
        (structs.replace(BIRTHDAY, limit=Often(1, "days")), "limit", "limit_days"),
        (structs.replace(BIRTHDAY, limit=Often(1, "year", 3)), "limit", "limit_days"),
        (structs.replace(BIRTHDAY, by_tier={"gold": 1}), "by_tier", "unknown_tier"),
        (structs.replace(BIRTHDAY, expiry=ExpiryFixed()), "expiry", "days_or_months"),
        (
            structs.replace(BIRTHDAY, trigger=OnEvent("review", (FieldTest("rating"),))),
            "trigger.where[0]",
            "value_or_bounds",
        ),
        (
            structs.replace(
                BIRTHDAY, trigger=OnEvent("review", (FieldTest("rating", at_least=5, at_most=4),))
            ),
            "trigger.where[0]",
            "amounts_reversed",
        ),
        (
            structs.replace(
                BIRTHDAY,
                trigger=OnEvent(
                    "tour", (FieldTest("day", first_on=date(2026, 3, 2), last_on=date(2026, 3, 1)),)
                ),
            ),
            "trigger.where[0]",
            "period_reversed",
        ),
        (
            structs.replace(
                BIRTHDAY, trigger=OnEvent("tour", (FieldTest("day", at_least=1, last_on=date(2026, 3, 1)),))
            ),
            "trigger.where[0]",
            "value_or_bounds",
        ),
    ],
)
def test_nonsense_is_told_by_its_place(occasion: Occasion, path: str, code: str) -> None:
    assert [(each.path, each.code) for each in problems(program(occasion))] == [
        (f"occasions[0].{path}", code)
    ]
    assert not problems(program(BIRTHDAY))


def test_two_occasions_of_one_name_in_the_file_are_told() -> None:
    assert [each.code for each in problems(program(BIRTHDAY, BIRTHDAY))] == ["duplicate_id"]
