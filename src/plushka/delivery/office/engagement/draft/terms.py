"""The life of points, and the terms common to all rules, as forms."""

from msgspec import structs

from plushka.delivery.office.engagement.draft import life
from plushka.delivery.office.engagement.draft.goods import read_goods, write_goods
from plushka.delivery.office.engagement.draft.typist import Typed, Typist, one, tick
from plushka.delivery.web.forms import Form
from plushka.engine.parts import Rounding
from plushka.engine.program import Debt, PointUnit, Program, Welcome
from plushka.platform.i18n import Translator

_ROUNDINGS: tuple[Rounding, ...] = ("floor", "half_up", "ceil")
_DEBTS = ("debt", "clamp", "refuse")
_POINTS_MAX = 10**15
_WELCOME_MAX = 10**12
_DAYS_MAX = 36_500
_POINT_MAX_MINOR = 10**9


def write_life(program: Program) -> Typed:
    """Return the life of points as texts of the form."""
    return {
        **life.write_activation("activation", program.activation),
        **life.write_expiry("expiry", program.expiry),
    }


def read_life(form: Form, program: Program) -> Program:
    """Return ``program`` with the life of points that was typed."""
    activation = life.read_activation(form, "activation", inherits=False)
    expiry = life.read_expiry(form, "expiry", inherits=False)
    return structs.replace(
        program, activation=activation or program.activation, expiry=expiry or program.expiry
    )


def write_terms(program: Program, typist: Typist) -> Typed:
    """Return the common terms as texts of the form."""
    welcome, debt = program.welcome, program.debt
    return {
        **one(
            welcome=tick(on=welcome is not None),
            welcome_points=typist.points(welcome.points) if welcome else "",
            delivery=tick(on=program.delivery_takes_part),
            redeeming=tick(on=program.earn_when_redeeming),
            rounding=program.rounding,
            debt=debt.policy,
            debt_limit=typist.points(debt.limit),
            grace_days=str(program.return_grace_days),
            point_value=typist.money(program.point.value_minor),
            point_scale=str(program.point.scale),
        ),
        **life.write_expiry("welcome_expiry", welcome.expiry if welcome else None),
        **life.write_grant_cap("welcome", welcome.grant_cap if welcome else None, typist),
        **write_goods("excluded", program.excluded),
        **life.write_caps("caps", program.caps, typist),
    }


def read_terms(form: Form, program: Program, words: Translator, *, is_new: bool) -> Program:
    """Return ``program`` with the common terms that were typed. Only a new one may change how points are divided."""
    scale = program.point.scale
    if is_new and form.choice("point_scale", ("0", "2"), default="0") == "2":
        scale = 2
    elif is_new:
        scale = 0
    rounding = form.choice("rounding", _ROUNDINGS, default="floor")
    grace_days = form.number("grace_days", most=_DAYS_MAX, required=False)
    value_minor = form.money("point_value", program.currency, least=1, most=_POINT_MAX_MINOR)
    return structs.replace(
        program,
        point=PointUnit(value_minor or program.point.value_minor, 2 if scale else 0),
        welcome=_read_welcome(form, scale),
        excluded=read_goods(form, "excluded", words, program.excluded),
        delivery_takes_part=form.flag("delivery"),
        earn_when_redeeming=form.flag("redeeming"),
        rounding=rounding or program.rounding,
        caps=life.read_caps(form, "caps", scale=scale),
        debt=_read_debt(form, scale) or program.debt,
        return_grace_days=grace_days or 0,
    )


def _read_welcome(form: Form, scale: int) -> Welcome | None:
    if not form.flag("welcome"):
        return None
    points = form.number("welcome_points", decimals=scale, least=1, most=_WELCOME_MAX)
    expiry = life.read_expiry(form, "welcome_expiry", inherits=True)
    cap = life.read_grant_cap(form, "welcome")
    return Welcome(points, expiry, cap) if points else None


def _read_debt(form: Form, scale: int) -> Debt | None:
    match form.choice("debt", _DEBTS, default="debt"):
        case "debt":
            return Debt("debt", form.number("debt_limit", decimals=scale, most=_POINTS_MAX, required=False))
        case "clamp":
            return Debt("clamp")
        case "refuse":
            return Debt("refuse")
        case _:
            return None
