"""A decision is told with its numbers, a refusal with what to do."""

import importlib
import pkgutil
from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from msgspec import structs

import plushka.domain
from plushka.domain.ledger.model import Balance
from plushka.domain.programs.telling import reasons, refusals
from plushka.domain.programs.telling.explanation import explain
from plushka.domain.programs.telling.receipt import receipt_text
from plushka.domain.programs.telling.refusals import refusal_sentence
from plushka.domain.programs.telling.voice import Voice
from plushka.engine.program import EarningRule, Multiplied, Percent, Program, TierRule, Tiers
from plushka.engine.purchase import (
    Award,
    Discount,
    Grant,
    Limit,
    LineOutcome,
    LotUse,
    Note,
    Outcome,
    Redeemed,
    TierProgress,
)
from plushka.engine.reasons import REASONS
from plushka.platform.errors import Refusal
from plushka.platform.i18n import LANGUAGES, Language

LOT = UUID(int=1)
BUSINESS = ("plushka.domain.", "plushka.engine.", "plushka.platform.")
OF_FILES = ("plushka.engine.program_files", "plushka.engine.specs.")
"""Their refusals are told by the command that reads the files, whether or not another test has imported them."""
PROGRAM = Program(
    name="Плюшка",
    currency="RUB",
    earning=(EarningRule("base", "Базовое", Percent(500)),),
    tiers=Tiers((TierRule("base", "Базовый"), TierRule("gold", "Золотой"))),
)
OUTCOME = Outcome(
    lines=(LineOutcome(1500_00, 50_00, 300_00, 1150_00, 300, 57),),
    amount_minor=1500_00,
    discount_minor=50_00,
    redeemed_minor=300_00,
    payable_minor=1150_00,
    earned_points=57,
    business_date=date(2025, 11, 23),
    discounts=(Discount("tier", 333, 50_00, (50_00,), "base"),),
    redeemed=Redeemed(
        requested=500,
        points=300,
        amount_minor=300_00,
        points_max=300,
        limits=(Limit("available", 1000), Limit("receipt_share", 300)),
        by_line_minor=(300_00,),
        by_line_points=(300,),
        lots=(LotUse(LOT, 300),),
    ),
    awards=(Award("base", 57, 1150_00, 60, (57,), 500),),
    grants=(
        Grant(57, datetime(2025, 11, 23, 21, tzinfo=UTC), datetime(2026, 3, 23, 21, tzinfo=UTC), ("base",)),
    ),
    tier_before="base",
    tier_after="base",
    next_tier=TierProgress("gold", "spend", 8800_00, 10_000_00),
    notes=(Note("cap_per_receipt", "base", {"cap": 57, "cut": 3}),),
)


def test_a_decision_is_explained_sentence_by_sentence() -> None:
    told = explain(OUTCOME, PROGRAM, language="ru", zone="Europe/Moscow")
    groups = (told.discounts, told.redemption, told.earning, told.grants, told.tier, told.not_applied)

    assert [reason.text.replace("\u00a0", " ") for group in groups for reason in group] == [
        "Скидка уровня «Базовый»: 3,33 %, это 50 ₽.",
        "Оплачено бонусами: 300 бонусов = 300 ₽.",
        "В этом чеке можно списать не больше 300 бонусов.",
        "5 % от 1 150 ₽ — 57 бонусов. Без ограничений было бы 60 бонусов.",
        "57 бонусов можно тратить с 24 ноября 2025, действуют по 23 марта 2026.",
        "Уровень: «Базовый».",
        "До уровня «Золотой»: покупки на 1 200 ₽.",
        "Правило даёт не больше 57 бонусов за чек: не вошло 3 бонуса.",
    ]
    assert [(limit.code, limit.is_tightest) for limit in told.redemption_limits] == [
        ("available", False),
        ("receipt_share", True),
    ]


@pytest.mark.parametrize(
    ("metric", "told"),
    [
        ("spend", "До скидки 7 % осталось 3 200 ₽."),
        ("points_earned", "До скидки 7 %: начислено 3 200 бонусов."),
    ],
)
def test_the_way_to_a_discount_is_told_by_the_discount(metric: str, told: str) -> None:
    scale = 100 if metric == "spend" else 1
    tiers = Tiers((TierRule("base", "Базовый"), TierRule("gold", "Золотой", discount_bp=700)))
    progress = TierProgress("gold", metric, 6_800 * scale, 10_000 * scale)
    program, outcome = structs.replace(PROGRAM, tiers=tiers), structs.replace(OUTCOME, next_tier=progress)

    last = explain(outcome, program, language="ru", zone="Europe/Moscow").tier[-1]

    assert last.text.replace("\u00a0", " ") == told


def test_a_multiplier_tells_what_it_added() -> None:
    mornings = EarningRule("mornings", "×2 по утрам", Multiplied(200_00))
    program = structs.replace(PROGRAM, earning=(*PROGRAM.earning, mornings))
    outcome = structs.replace(OUTCOME, awards=(Award("mornings", 25, 500_00, 25, (25,)),))

    (reason,) = explain(outcome, program, language="ru", zone="Europe/Moscow").earning

    assert (reason.rule_name, reason.text.replace("\u00a0", " ")) == ("×2 по утрам", "Ещё 25 бонусов (×2).")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", REASONS)
@pytest.mark.parametrize("rule", ["base", None])
def test_every_reason_of_the_engine_has_a_sentence(code: str, rule: str | None, language: Language) -> None:
    words = {
        "branches": "a, b",
        "channels": "till, x",
        "days": "1, 2",
        "start": "08:00",
        "end": "11:00",
        "tiers": "gold",
        "first_on": "2025-12-01",
        "last_on": "",
        "segments": "s",
        "tags": "t",
        "coupons": "c",
        "condition": "weekday",
        "source": "tier",
        "of": "uses",
        "per": "member",
        "window": "day",
    }
    if code == "occasion_limit":
        words = {"per": "days"}
    if code == "occasion_budget_spent":
        words |= {"window": "month"}
    facts: dict[str, int | str] = {fact: words.get(fact, 1) for fact in REASONS[code]}

    told = reasons.tell_note(Note(code, rule, facts), _voice(language))

    assert told.endswith(".")
    assert "{" not in told


def test_only_the_office_is_told_of_a_control_group() -> None:
    outcome = structs.replace(OUTCOME, notes=(Note("control_group", "base"),))
    office = explain(outcome, PROGRAM, language="ru", zone="Europe/Moscow", names_groups=True)
    till = explain(outcome, PROGRAM, language="ru", zone="Europe/Moscow")

    assert "в контрольной группе" in office.not_applied[0].text
    assert (till.not_applied[0].code, till.not_applied[0].text) == (
        "not_this_time",
        "К этой покупке не применяется.",
    )


def _voice(language: Language) -> Voice:
    return Voice(PROGRAM, language)


def test_no_sentence_is_kept_for_a_reason_that_the_engine_lost() -> None:
    assert set(REASONS) == reasons.KNOWN_CODES


def test_the_slip_fits_the_narrowest_paper() -> None:
    lines = receipt_text(
        OUTCOME, Balance(available=1234, pending=57), program=PROGRAM, language="ru", zone="Europe/Moscow"
    )

    assert lines == (
        "Скидка 50 ₽",
        "Списано 300 бонусов",
        "Начислено 57 бонусов",
        "Активны с 24.11",
        "Баланс 1 234 бонуса",
        "До уровня Золотой: 1 200 ₽",
    )
    assert max(map(len, lines)) <= 32


def test_a_slip_without_a_member_says_nothing() -> None:
    assert receipt_text(OUTCOME, None, program=PROGRAM, language="ru", zone="UTC") == ()


def test_a_refusal_tells_its_figures_when_it_has_them() -> None:
    told = refusal_sentence("redemption_over_maximum", {"points_max": 21}, "ru").replace("\u00a0", " ")

    assert told == "В этом чеке можно списать не больше 21 бонуса. Ничего не списано."
    assert refusal_sentence("redemption_over_maximum", {}, "ru").startswith("Столько бонусов")


def test_every_refusal_of_the_business_has_a_sentence() -> None:
    for module in pkgutil.walk_packages(plushka.domain.__path__, "plushka.domain."):
        importlib.import_module(module.name)
    codes = {
        kind.code
        for kind in _below(Refusal)
        if kind.__module__.startswith(BUSINESS) and not kind.__module__.startswith(OF_FILES)
    }

    assert codes - refusals.KNOWN_CODES == set(), f"write it in {refusals.__file__}"


def _below(kind: type[Refusal]) -> set[type[Refusal]]:
    return {below for direct in kind.__subclasses__() for below in {direct, *_below(direct)}}
