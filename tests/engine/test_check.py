"""A programme is refused by field when it is malformed, and told its problems when it makes no sense."""

import json
from typing import Any

import msgspec
import pytest

from plushka.engine.check import problems
from plushka.engine.program import Program
from plushka.engine.program_files import (
    BYTES_MAX,
    FileTooLarge,
    InvalidValue,
    MalformedFile,
    MissingField,
    UnknownField,
    format_program,
    parse_brought,
    parse_program,
)
from plushka.platform.errors import Invalid

PERCENT = {"is": "percent", "rate_bp": 500}


def rule(**parts: Any) -> dict[str, Any]:
    return {"id": "a", "name": "a", "effect": PERCENT, **parts}


DOUBLED = {"is": "multiplied", "times_bp": 200_00}


def program(**parts: Any) -> bytes:
    return json.dumps({"name": "p", "currency": "RUB", **parts}).encode()


@pytest.mark.parametrize(
    ("data", "refusal", "field"),
    [
        (b"", MalformedFile, None),
        (b"{", MalformedFile, None),
        (b'{"name": "\xff"}', MalformedFile, None),
        (
            b'{"name": "p", "currency": "RUB", "excluded": ' + b'{"is": "not", "of": ' * 40_000,
            MalformedFile,
            None,
        ),
        (b" " * (BYTES_MAX + 1), FileTooLarge, None),
        (b"[]", InvalidValue, None),
        (b'{"name": "p"}', MissingField, "currency"),
        (program(color="red"), UnknownField, "color"),
        (program(currency="roubles"), InvalidValue, "currency"),
        (program(earning=[rule(effect={"is": "magic"})]), InvalidValue, "earning[0].effect.is"),
        (
            program(earning=[rule(effect={**PERCENT, "rate_bp": 10**30})]),
            InvalidValue,
            "earning[0].effect.rate_bp",
        ),
        (
            program(earning=[rule(effect={**PERCENT, "rate_bp": 1.5})]),
            InvalidValue,
            "earning[0].effect.rate_bp",
        ),
        (program(earning=[rule(effect={**PERCENT, "rate": 1})]), UnknownField, "earning[0].effect.rate"),
        (program(earning=[{"id": "a", "name": "a"}]), MissingField, "earning[0].effect"),
    ],
)
def test_a_malformed_file_is_refused_by_field(data: bytes, refusal: type[Invalid], field: str | None) -> None:
    with pytest.raises(refusal) as caught:
        parse_program(data)
    assert type(caught.value) is refusal
    assert caught.value.field == field


def test_a_programme_survives_its_file() -> None:
    original = parse_program(
        program(earning=[rule(when={"is": "not", "of": {"is": "weekday", "days": [1]}})])
    )
    assert parse_program(format_program(original)) == original


def nested(depth: int) -> dict[str, Any]:
    return {"is": "first_purchase"} if depth == 1 else {"is": "not", "of": nested(depth - 1)}


def wide(count: int) -> dict[str, Any]:
    part = {"is": "any", "of": [{"is": "first_purchase"}] * 49}
    return {"is": "all", "of": [part] * (count // 50)}


TIER = {"id": "t1", "name": "T1"}
UP = {"id": "t2", "name": "T2", "requirements": [{"metric": "spend", "at_least": 100}]}


def rising_to(at_least: int) -> dict[str, Any]:
    return {"id": "t3", "name": "T3", "requirements": [{"metric": "spend", "at_least": at_least}]}


@pytest.mark.parametrize(
    ("parts", "path", "code"),
    [
        ({"earning": [rule(), rule()]}, "earning[1].id", "duplicate_id"),
        ({"tiers": {"tiers": [TIER, {**UP, "id": "t1"}]}}, "tiers.tiers[1].id", "duplicate_id"),
        (
            {"earning": [rule(effect={**PERCENT, "by_tier": {"gold": 1}})]},
            "earning[0].effect.by_tier",
            "unknown_tier",
        ),
        ({"earning": [rule(when={"is": "tier", "ids": ["gold"]})]}, "earning[0].when.ids", "unknown_tier"),
        ({"redemption": {"by_tier": {"gold": {}}}}, "redemption.by_tier", "unknown_tier"),
        (
            {"earning": [rule(effect={"is": "ladder", "bands": [{"from_minor": 5, "rate_bp": 1}] * 2})]},
            "earning[0].effect.bands[1].from_minor",
            "ladder_not_ascending",
        ),
        ({"expiry": {"is": "fixed"}}, "expiry", "days_or_months"),
        ({"expiry": {"is": "fixed", "days": 1, "months": 1}}, "expiry", "days_or_months"),
        ({"welcome": {"points": 1, "expiry": {"is": "fixed"}}}, "welcome.expiry", "days_or_months"),
        (
            {"earning": [rule(expiry={"is": "calendar", "month": 6, "day": 31})]},
            "earning[0].expiry",
            "no_such_day",
        ),
        (
            {"earning": [rule(when={"is": "product", "ids": ["x"]})]},
            "earning[0].when",
            "line_condition_on_receipt",
        ),
        (
            {"earning": [rule(lines={"is": "all", "of": [{"is": "first_purchase"}]})]},
            "earning[0].lines.of[0]",
            "receipt_condition_on_line",
        ),
        (
            {"earning": [rule(when={"is": "has_lines", "where": {"is": "weekday", "days": [1]}})]},
            "earning[0].when.where",
            "receipt_condition_on_line",
        ),
        ({"excluded": {"is": "first_purchase"}}, "excluded", "receipt_condition_on_line"),
        (
            {"earning": [rule(when=nested(9))]},
            "earning[0].when.of.of.of.of.of.of.of.of",
            "condition_too_deep",
        ),
        ({"earning": [rule(when=wide(250))]}, "earning[0].when", "condition_too_large"),
        (
            {"earning": [rule(when={"is": "time", "start": "08:00", "end": "08:00"})]},
            "earning[0].when",
            "empty_window",
        ),
        (
            {"earning": [rule(when={"is": "period", "first_on": "2026-03-02", "last_on": "2026-03-01"})]},
            "earning[0].when",
            "period_reversed",
        ),
        ({"earning": [rule(when={"is": "period"})]}, "earning[0].when", "always_holds"),
        (
            {
                "earning": [
                    rule(when={"is": "receipt_amount", "min_minor": 5, "max_minor": 5, "max_included": False})
                ]
            },
            "earning[0].when",
            "amounts_reversed",
        ),
        ({"tiers": {"tiers": [UP]}}, "tiers.tiers[0].requirements", "first_tier_has_requirements"),
        (
            {"tiers": {"tiers": [TIER, {"id": "x", "name": "X"}]}},
            "tiers.tiers[1].requirements",
            "tier_without_requirements",
        ),
        (
            {"tiers": {"tiers": [TIER, UP, rising_to(100)]}},
            "tiers.tiers[2].requirements[0].at_least",
            "requirement_not_rising",
        ),
        (
            {
                "earning": [
                    rule(effect={**PERCENT, "rate_bp": 6000}, policy="stack", id=name) for name in "ab"
                ]
            },
            "earning",
            "rates_over_whole",
        ),
        (
            {"earning": [rule(effect={**PERCENT, "rate_bp": 6000}), rule(effect=DOUBLED, id="double")]},
            "earning",
            "rates_over_whole",
        ),
        ({"earning": [rule(effect=DOUBLED)]}, "earning[0].effect", "nothing_to_multiply"),
    ],
)
def test_nonsense_is_told_where_it_stands(parts: dict[str, Any], path: str, code: str) -> None:
    assert [(problem.path, problem.code) for problem in problems(parse_program(program(**parts)))] == [
        (path, code)
    ]


@pytest.mark.parametrize(
    "parts",
    [
        {"earning": [rule(when=nested(8))]},
        {
            "tiers": {"tiers": [TIER, UP, rising_to(101)]},
            "earning": [rule(when={"is": "tier", "ids": ["t3"]})],
        },
        {"earning": [rule(effect={**PERCENT, "rate_bp": 6000}, id=name) for name in "ab"]},
        {"earning": [rule(when={"is": "time", "start": "22:00", "end": "02:00"})]},
        {"expiry": {"is": "calendar", "month": 2, "day": 29}},
    ],
)
def test_what_makes_sense_has_no_problems(parts: dict[str, Any]) -> None:
    assert problems(parse_program(program(**parts))) == ()


def test_a_programme_has_a_json_schema_for_editors() -> None:
    assert "EarningRule" in msgspec.json.schema(Program)["$defs"]


def promotion(**parts: Any) -> dict[str, Any]:
    return {"id": "ten", "name": "Минус 10 %", "effect": {"is": "percent_off", "rate_bp": 1000}, **parts}


@pytest.mark.parametrize(
    ("parts", "known_bp", "control_bp"),
    [
        ({}, None, 10_00),
        ({"control_bp": 0}, None, 0),
        ({"control_bp": 2500}, None, 25_00),
        ({}, 0, 0),
        ({}, 30_00, 30_00),
        ({"control_bp": 0}, 30_00, 0),
        ({"for_anonymous": True}, None, 0),
        ({"for_anonymous": True}, 10_00, 0),
        ({"when": {"is": "coupon", "ids": ["x"]}}, None, 0),
    ],
)
def test_a_promotion_of_a_file_holds_out_a_tenth_unless_somebody_says_otherwise(
    parts: dict[str, Any], known_bp: int | None, control_bp: int
) -> None:
    (written,) = parse_program(program(promotions=[promotion()])).promotions
    known = [] if known_bp is None else [msgspec.structs.replace(written, control_bp=known_bp)]

    (brought,) = parse_brought(program(promotions=[promotion(**parts)]), known=known).promotions

    assert brought.control_bp == control_bp


def test_a_programme_that_goes_out_as_a_file_says_who_is_not_held_out_and_comes_back_as_it_was() -> None:
    sent = parse_program(program(promotions=[promotion(control_bp=0), promotion(id="b", control_bp=1500)]))

    assert parse_brought(format_program(sent), known=()) == sent
