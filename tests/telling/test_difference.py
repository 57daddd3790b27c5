"""What a new version changes is told sentence by sentence, and nothing that changes is passed over."""

from hypothesis import given
from msgspec import structs
from tests.engine.strategies import programs

from plushka.domain.programs.telling.difference import tell_difference
from plushka.domain.programs.telling.model import Change
from plushka.engine.conditions import Any, Product
from plushka.engine.program import (
    AfterDays,
    EarningRule,
    Percent,
    PointUnit,
    Program,
    Redemption,
    RedemptionLimits,
    Requirement,
    TierRule,
    Tiers,
)

BASE = EarningRule("base", "Базовое", Percent(500))
PROGRAM = Program(name="Плюшка", currency="RUB", earning=(BASE,))


def told(after: Program, before: Program = PROGRAM, language: str = "ru") -> list[Change]:
    changes = tell_difference(before, after, language=language)  # type: ignore[arg-type]
    return [
        structs.replace(
            change, before=change.before.replace("\u00a0", " "), after=change.after.replace("\u00a0", " ")
        )
        for change in changes
    ]


def test_equal_programmes_do_not_differ() -> None:
    assert told(PROGRAM) == []


def test_a_changed_rule_is_told_as_it_was_and_as_it_is() -> None:
    seven = structs.replace(PROGRAM, earning=(structs.replace(BASE, effect=Percent(700)),))

    assert told(seven) == [
        Change("earning", "5 % бонусами с каждого чека.", "7 % бонусами с каждого чека.", "Базовое")
    ]
    assert told(seven, language="en") == [
        Change("earning", "5% in points on every receipt.", "7% in points on every receipt.", "Базовое")
    ]


def test_rules_come_and_go() -> None:
    coffee = EarningRule("coffee", "Кофе", Percent(1000), lines=Product(("coffee",)))

    assert told(structs.replace(PROGRAM, earning=(coffee,))) == [
        Change("earning", after="10 % бонусами за товар «coffee».", subject="Кофе"),
        Change("earning", before="5 % бонусами с каждого чека.", subject="Базовое"),
    ]


def test_how_rules_stand_to_each_other_is_told() -> None:
    (change,) = told(structs.replace(PROGRAM, earning=(structs.replace(BASE, priority=5),)))

    assert "приоритет 0" in change.before
    assert "приоритет 5" in change.after


def test_every_part_is_told_where_it_stands() -> None:
    tiers = Tiers(
        (TierRule("a", "Первый"), TierRule("b", "Второй", (Requirement("visits", 5),), colour="#d4a017"))
    )
    changed = structs.replace(
        PROGRAM,
        point=PointUnit(200),
        redemption=Redemption(RedemptionLimits(5000)),
        activation=AfterDays(1),
        rounding="ceil",
        tiers=tiers,
    )

    sections = [change.section for change in told(changed)]

    assert list(dict.fromkeys(sections)) == ["general", "earning_terms", "redemption", "life", "tiers"]
    assert any("#d4a017" in change.after for change in told(changed))
    assert told(changed)[0] == Change("general", "1 бонус = 1 ₽.", "1 бонус = 2 ₽.")


def test_what_is_only_written_differently_is_said_to_be() -> None:
    plain = structs.replace(BASE, lines=Product(("coffee",)))
    wrapped = structs.replace(BASE, lines=Any((Product(("coffee",)),)))

    assert told(structs.replace(PROGRAM, earning=(wrapped,)), structs.replace(PROGRAM, earning=(plain,))) == [
        Change("earning", subject="Базовое")
    ]


@given(programs(), programs())
def test_nothing_that_changes_is_passed_over(one: Program, other: Program) -> None:
    assert bool(tell_difference(one, other, language="en")) == (one != other)
