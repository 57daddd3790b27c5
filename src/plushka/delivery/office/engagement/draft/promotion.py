"""One promotion as a form."""

from collections.abc import Sequence
from typing import Literal

from msgspec import structs

from plushka.delivery.office.engagement.draft.goods import read_goods, write_goods
from plushka.delivery.office.engagement.draft.rule import POLICIES
from plushka.delivery.office.engagement.draft.typist import Typed, Typist, one, tick, under
from plushka.delivery.office.engagement.draft.when import read_when, write_when
from plushka.delivery.web.forms import Form
from plushka.engine.experiments.groups import CONTROL_MAX_BP
from plushka.engine.price_effects import (
    AmountOff,
    Combo,
    ComboPart,
    LowerPrice,
    PercentOff,
    PriceEffect,
    RaisedShare,
    Sets,
    UnitPrice,
)
from plushka.engine.program import Budget, Program, Promotion
from plushka.engine.promotion_plans import coupons_of
from plushka.engine.stamp_parts import Gift
from plushka.platform.i18n import Translator

KINDS = ("percent_off", "amount_off", "unit_price", "sets", "combo", "raised_share", "gift")
_OF: tuple[Literal["lines", "cheapest", "dearest"], ...] = ("lines", "cheapest", "dearest")
_PER: tuple[Literal["receipt", "unit"], ...] = ("receipt", "unit")
_WHICH: tuple[Literal["cheapest", "in_each_set"], ...] = ("cheapest", "in_each_set")
_BASES: tuple[Literal["current", "original"], ...] = ("current", "original")
BUDGET_OF: tuple[Literal["uses", "amount"], ...] = ("uses", "amount")
BUDGET_PER: tuple[Literal["promotion", "member", "branch"], ...] = ("promotion", "member", "branch")
BUDGET_WINDOWS: tuple[Literal["always", "day", "month", "year"], ...] = ("always", "day", "month", "year")
_BUDGETS_MAX = 10
_SETS_MAX = 100
_GIFT_DAYS_MAX = 3650
_PARTS_MAX = 10
_PARTS_MIN = 2
_PRIORITY_MAX = 1_000_000
_GROUP_LENGTH_MAX = 100


def write_promotion(promotion: Promotion, typist: Typist) -> Typed:
    """Return the promotion as texts of the form."""
    first_on, last_on = promotion.first_on, promotion.last_on
    return {
        **one(
            name=promotion.name,
            first_on=first_on.isoformat() if first_on else "",
            last_on=last_on.isoformat() if last_on else "",
            group=promotion.group,
            policy=promotion.policy,
            priority=str(promotion.priority),
            base=promotion.base,
            cap=typist.money(promotion.cap_minor),
            floor=typist.rate(promotion.floor_bp or None),
            running=tick(on=not promotion.is_paused),
            for_anonymous=tick(on=promotion.for_anonymous),
            control=typist.rate(promotion.control_bp or None),
        ),
        **_write_effect(promotion.effect, typist),
        **_write_budgets(promotion.budgets, typist),
        **write_goods("goods", promotion.lines),
        **write_when(promotion.when, typist),
    }


def _write_effect(effect: PriceEffect, typist: Typist) -> Typed:
    if isinstance(effect, Gift):
        return one(kind="gift", gift=effect.name, gift_days="" if effect.days is None else str(effect.days))
    return _write_lower_price(effect, typist)


def _write_lower_price(effect: LowerPrice, typist: Typist) -> Typed:
    match effect:
        case PercentOff(rate_bp=rate_bp, of=of):
            return one(kind="percent_off", rate=typist.rate(rate_bp), of=of)
        case AmountOff(amount_minor=amount_minor, per=per):
            return one(kind="amount_off", amount=typist.money(amount_minor), per=per)
        case UnitPrice(price_minor=price_minor):
            return one(kind="unit_price", price=typist.money(price_minor))
        case Sets():
            return one(
                kind="sets",
                units=str(effect.units),
                cheaper=str(effect.cheaper),
                set_rate=typist.rate(effect.rate_bp),
                which=effect.which,
                sets_max=_as_typed(effect.sets_max),
            )
        case Combo():
            return _write_combo(effect, typist)
        case RaisedShare(receipt_share_bp=share_bp):
            return one(kind="raised_share", share=typist.rate(share_bp))


def _write_budgets(budgets: Sequence[Budget], typist: Typist) -> Typed:
    typed: Typed = {"budgets": [str(key) for key in range(len(budgets))]}
    for key, budget in enumerate(budgets):
        most = typist.money(budget.most) if budget.of == "amount" else str(budget.most)
        typed |= under(f"budget.{key}", one(of=budget.of, most=most, per=budget.per, window=budget.window))
    return typed


def _write_combo(effect: Combo, typist: Typist) -> Typed:
    typed = one(
        kind="combo", combo_price=typist.money(effect.price_minor), combos_max=_as_typed(effect.sets_max)
    )
    typed["parts"] = [str(key) for key in range(len(effect.parts))]
    for key, part in enumerate(effect.parts):
        fields = one(quantity=str(part.quantity), rate=typist.rate(part.rate_bp or None))
        typed |= under(f"part.{key}", fields | write_goods("goods", part.lines))
    return typed


def _as_typed(sets_max: int) -> str:
    return "" if sets_max == _SETS_MAX else str(sets_max)


def read_promotion(form: Form, promotion: Promotion, program: Program, words: Translator) -> Promotion:
    """Return the promotion as it was typed over ``promotion``, which it is itself where it means the same.

    A field that cannot be read has a problem in ``form``.
    """
    typist = Typist(words.language, program.currency, program.point.scale)
    read = _read_promotion(form, promotion, program, words)
    return promotion if write_promotion(read, typist) == write_promotion(promotion, typist) else read


def _read_promotion(form: Form, promotion: Promotion, program: Program, words: Translator) -> Promotion:
    name = form.text("name")
    effect = _read_effect(form, promotion, program, words)
    has_goods = not isinstance(effect, Combo | RaisedShare)
    when, for_anonymous = read_when(form, words, currency=program.currency), form.flag("for_anonymous")
    control_bp = form.rate("control", most=CONTROL_MAX_BP, required=False) or 0
    if control_bp == promotion.control_bp and (coupons_of(when) or for_anonymous):
        # Nobody can be left without it any more, and nobody asked for that.
        control_bp = 0
    return structs.replace(
        promotion,
        name=name or promotion.name,
        effect=effect or promotion.effect,
        when=when,
        lines=read_goods(form, "goods", words, promotion.lines) if has_goods else None,
        first_on=form.day("first_on", required=False),
        last_on=form.day("last_on", required=False),
        group=form.text("group", length_max=_GROUP_LENGTH_MAX) or promotion.group,
        policy=form.choice("policy", POLICIES) or promotion.policy,
        priority=form.number("priority", least=-_PRIORITY_MAX, most=_PRIORITY_MAX, required=False) or 0,
        base=form.choice("base", _BASES, default="current") or promotion.base,
        cap_minor=form.money("cap", program.currency, least=1, required=False),
        floor_bp=form.rate("floor", required=False) or 0,
        is_paused=not form.flag("running"),
        for_anonymous=for_anonymous,
        control_bp=control_bp,
        budgets=_read_budgets(form, program.currency),
    )


def _read_budgets(form: Form, currency: str) -> tuple[Budget, ...]:
    budgets = []
    for key in form.values("budgets")[:_BUDGETS_MAX]:
        name = f"budget.{key}"
        of = form.choice(f"{name}.of", BUDGET_OF, default="uses")
        most = (
            form.money(f"{name}.most", currency, least=1)
            if of == "amount"
            else form.number(f"{name}.most", least=1)
        )
        per = form.choice(f"{name}.per", BUDGET_PER, default="promotion")
        window = form.choice(f"{name}.window", BUDGET_WINDOWS, default="always")
        if of and most and per and window:
            budgets.append(Budget(of, most, per, window))
    return tuple(budgets)


def _read_effect(form: Form, promotion: Promotion, program: Program, words: Translator) -> PriceEffect | None:
    currency = program.currency
    effect: PriceEffect | None = None
    match form.choice("kind", KINDS):
        case "percent_off":
            rate_bp, of = form.rate("rate", least=1), form.choice("of", _OF, default="lines")
            effect = PercentOff(rate_bp, of) if rate_bp and of else None
        case "amount_off":
            amount_minor = form.money("amount", currency, least=1)
            per = form.choice("per", _PER, default="receipt")
            effect = AmountOff(amount_minor, per) if amount_minor and per else None
        case "unit_price":
            price_minor = form.money("price", currency)
            effect = UnitPrice(price_minor) if price_minor is not None else None
        case "sets":
            effect = _read_sets(form)
        case "combo":
            effect = _read_combo(form, promotion, currency, words)
        case "raised_share":
            share_bp = form.rate("share", least=1)
            effect = RaisedShare(share_bp) if share_bp else None
        case "gift":
            gift = form.text("gift")
            days = form.number("gift_days", least=1, most=_GIFT_DAYS_MAX, required=False)
            effect = Gift(gift, days) if gift else None
        case _:
            pass
    return effect


def _read_sets(form: Form) -> Sets | None:
    units = form.number("units", least=2, most=_SETS_MAX)
    cheaper = form.number("cheaper", least=1, most=_SETS_MAX - 1)
    rate_bp = form.rate("set_rate", least=1)
    which = form.choice("which", _WHICH, default="cheapest")
    sets_max = form.number("sets_max", least=1, most=_SETS_MAX, required=False)
    if not (units and cheaper and rate_bp and which):
        return None
    return Sets(units, cheaper, rate_bp, which, sets_max or _SETS_MAX)


def _read_combo(form: Form, promotion: Promotion, currency: str, words: Translator) -> Combo | None:
    price_minor = form.money("combo_price", currency, required=False)
    sets_max = form.number("combos_max", least=1, most=_SETS_MAX, required=False)
    before = promotion.effect.parts if isinstance(promotion.effect, Combo) else ()
    parts = []
    for place, key in enumerate(form.values("parts")[:_PARTS_MAX]):
        quantity = form.number(f"part.{key}.quantity", least=1, most=_SETS_MAX)
        rate_bp = form.rate(f"part.{key}.rate", required=False)
        was = before[place].lines if place < len(before) else None
        lines = read_goods(form, f"part.{key}.goods", words, was)
        parts.append(ComboPart(lines, quantity or 1, rate_bp or 0))
    if len(parts) < _PARTS_MIN:
        form.fail("parts", words.gettext("A combo has two parts or more."))
        return None
    return Combo(tuple(parts), price_minor, sets_max or _SETS_MAX)
