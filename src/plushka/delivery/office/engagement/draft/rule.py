"""One earning rule as a form."""

from typing import Literal

from msgspec import structs

from plushka.delivery.office.engagement.draft import life
from plushka.delivery.office.engagement.draft.goods import read_goods, write_goods
from plushka.delivery.office.engagement.draft.typist import TIMES_MIN, Typed, Typist, one, tick
from plushka.delivery.office.engagement.draft.when import read_when, write_when
from plushka.delivery.web.forms import Form
from plushka.engine.parts import Policy
from plushka.engine.program import Band, EarningRule, Effect, Fixed, Ladder, Multiplied, Percent, Program
from plushka.platform.i18n import Translator

Per = Literal["receipt", "line", "unit"]

BANDS_MAX = 50
KINDS = ("percent", "fixed", "ladder", "multiplied")
POLICIES: tuple[Policy, ...] = ("best_in_group", "stack", "exclusive")
_PER: tuple[Per, ...] = ("receipt", "line", "unit")
_POINTS_MAX = 10**12
_TIMES_MAX = 100_00
_PRIORITY_MAX = 1_000_000
_GROUP_LENGTH_MAX = 100


def write_rule(rule: EarningRule, typist: Typist) -> Typed:
    """Return the rule as texts of the form."""
    return {
        **one(
            name=rule.name,
            group=rule.group,
            policy=rule.policy,
            priority=str(rule.priority),
        ),
        **_write_effect(rule.effect, typist),
        **write_goods("goods", rule.lines),
        **write_when(rule.when, typist),
        **life.write_caps("caps", rule.caps, typist),
        **life.write_activation("activation", rule.activation),
        **life.write_expiry("expiry", rule.expiry),
        **life.write_grant_cap("grant", rule.grant_cap, typist),
    }


def _write_effect(effect: Effect, typist: Typist) -> Typed:
    match effect:
        case Percent(rate_bp=rate_bp, by_tier=by_tier):
            of_tiers = {f"rate.{tier}": [typist.rate(rate)] for tier, rate in by_tier.items()}
            return {**one(kind="percent", rate=typist.rate(rate_bp)), **of_tiers}
        case Fixed(points=points, per=per):
            return one(kind="fixed", points=typist.points(points), per=per)
        case Ladder(bands=bands, marginal=marginal, per_day=per_day):
            typed = one(kind="ladder", marginal=tick(on=marginal), per_day=tick(on=per_day))
            typed["bands"] = [str(key) for key in range(len(bands))]
            for key, band in enumerate(bands):
                typed[f"band.{key}.from"] = [typist.money(band.from_minor)]
                typed[f"band.{key}.rate"] = [typist.rate(band.rate_bp)]
                typed[f"band.{key}.included"] = ["yes" if band.from_included else "no"]
            return typed
        case Multiplied(times_bp=times_bp):
            return one(kind="multiplied", times=typist.times(times_bp))


def read_rule(form: Form, rule: EarningRule, program: Program, words: Translator) -> EarningRule:
    """Return the rule as it was typed over ``rule``; a field that cannot be read has a problem in ``form``.

    A rule that means the same is ``rule`` itself, so that a file's own order of conditions is no change.
    """
    typist = Typist(words.language, program.currency, program.point.scale)
    read = _read_rule(form, rule, program, words)
    return rule if write_rule(read, typist) == write_rule(rule, typist) else read


def _read_rule(form: Form, rule: EarningRule, program: Program, words: Translator) -> EarningRule:
    scale = program.point.scale
    name = form.text("name")
    effect = _read_effect(form, program, words)
    priority = form.number("priority", least=-_PRIORITY_MAX, most=_PRIORITY_MAX, required=False)
    group = form.text("group", length_max=_GROUP_LENGTH_MAX)
    policy = form.choice("policy", POLICIES)
    return structs.replace(
        rule,
        name=name or rule.name,
        effect=effect or rule.effect,
        when=read_when(form, words, currency=program.currency),
        lines=read_goods(form, "goods", words, rule.lines),
        group=group or rule.group,
        policy=policy or rule.policy,
        priority=priority or 0,
        caps=life.read_caps(form, "caps", scale=scale),
        activation=life.read_activation(form, "activation", inherits=True),
        expiry=life.read_expiry(form, "expiry", inherits=True),
        grant_cap=life.read_grant_cap(form, "grant"),
    )


def _read_effect(form: Form, program: Program, words: Translator) -> Effect | None:
    match form.choice("kind", KINDS):
        case "percent":
            rate_bp = form.rate("rate")
            tiers = program.tiers.tiers if program.tiers else ()
            by_tier = {tier.id: form.rate(f"rate.{tier.id}", required=False) for tier in tiers}
            if rate_bp is None:
                return None
            return Percent(rate_bp, {tier: rate for tier, rate in by_tier.items() if rate is not None})
        case "fixed":
            points = form.number("points", decimals=program.point.scale, least=1, most=_POINTS_MAX)
            per = form.choice("per", _PER, default="receipt")
            return Fixed(points, per) if points and per else None
        case "ladder":
            return _read_ladder(form, program, words)
        case "multiplied":
            times = form.number("times", decimals=2, least=int(TIMES_MIN), most=_TIMES_MAX)
            return Multiplied(times * 100) if times else None
        case _:
            return None


def _read_ladder(form: Form, program: Program, words: Translator) -> Effect | None:
    bands = []
    for key in form.values("bands")[:BANDS_MAX]:
        from_minor = form.money(f"band.{key}.from", program.currency)
        rate_bp = form.rate(f"band.{key}.rate")
        if from_minor is not None and rate_bp is not None:
            bands.append(Band(from_minor, rate_bp, form.value(f"band.{key}.included", "yes") == "yes"))
    if not bands:
        form.fail("bands", words.gettext("A ladder needs at least one step."))
        return None
    return Ladder(tuple(bands), marginal=form.flag("marginal"), per_day=form.flag("per_day"))
