"""One stamp card as a form."""

from typing import Literal, assert_never

from msgspec import structs

from plushka.delivery.office.engagement.draft import life
from plushka.delivery.office.engagement.draft.goods import read_goods, write_goods
from plushka.delivery.office.engagement.draft.typist import Typed, Typist, one, tick
from plushka.delivery.office.engagement.draft.when import read_when, write_when
from plushka.delivery.web.forms import Form
from plushka.engine.program import PointsReward, Program, StampCard
from plushka.engine.stamp_parts import (
    Always,
    Counted,
    FromFirst,
    FromLast,
    Gift,
    Lasts,
    OwnCoupon,
    Spend,
    Units,
    Visits,
    Within,
)
from plushka.platform.i18n import Translator

COUNTS = ("visits", "units", "spend")
LASTS = ("always", "from_first", "from_last", "within")
PERIODS: tuple[Literal["month", "quarter", "half_year", "year"], ...] = (
    "month",
    "quarter",
    "half_year",
    "year",
)
_NEEDED_MAX = 10_000
_DAYS_MAX = 3650
_POINTS_MAX = 10**12


def write_card(card: StampCard, typist: Typist) -> Typed:
    """Return the card as texts of the form."""
    is_goal = isinstance(card.counts, Spend)
    return {
        **one(
            name=card.name,
            running=tick(on=not card.is_paused),
            needed="" if is_goal else str(card.needed),
            amount=typist.money(card.needed) if is_goal else "",
            carries_over=tick(on=card.carries_over),
        ),
        **_write_counts(card.counts),
        **_write_lasts(card.lasts),
        **_write_reward(card.reward, typist),
        **write_goods("goods", card.lines),
        **write_when(card.when, typist),
    }


def _write_counts(counts: Counted) -> Typed:
    match counts:
        case Visits(once_a_day=once_a_day):
            return one(counts="visits", once_a_day=tick(on=once_a_day))
        case Units():
            return one(counts="units", once_a_day=tick(on=True))
        case Spend():
            return one(counts="spend", once_a_day=tick(on=True))
        case _:
            assert_never(counts)


def _write_lasts(lasts: Lasts) -> Typed:
    match lasts:
        case Always():
            return one(lasts="always")
        case FromFirst(days=days):
            return one(lasts="from_first", lasts_days=str(days))
        case FromLast(days=days):
            return one(lasts="from_last", lasts_days=str(days))
        case Within(unit=unit):
            return one(lasts="within", period=unit)
        case _:
            assert_never(lasts)


def _write_reward(reward: Gift | PointsReward | OwnCoupon, typist: Typist) -> Typed:
    points = reward if isinstance(reward, PointsReward) else None
    gift = reward if isinstance(reward, Gift) else None
    coupon = reward if isinstance(reward, OwnCoupon) else None
    return {
        **one(
            reward="coupon" if coupon else "gift" if gift else "points",
            coupon=coupon.coupon if coupon else "",
            gift=gift.name if gift else "",
            gift_days=str(gift.days) if gift and gift.days else "",
            points=typist.points(points.points) if points else "",
        ),
        **life.write_activation("activation", points.activation if points else None),
        **life.write_expiry("expiry", points.expiry if points else None),
        **life.write_grant_cap("grant", points.grant_cap if points else None, typist),
    }


def read_card(form: Form, card: StampCard, program: Program, words: Translator) -> StampCard:
    """Return the card as it was typed over ``card``, which it is itself where it means the same.

    A field that cannot be read has a problem in ``form``.
    """
    typist = Typist(words.language, program.currency, program.point.scale)
    read = _read_card(form, card, program, words)
    return card if write_card(read, typist) == write_card(card, typist) else read


def _read_card(form: Form, card: StampCard, program: Program, words: Translator) -> StampCard:
    counts = _read_counts(form)
    needed = (
        form.money("amount", program.currency, least=1)
        if isinstance(counts, Spend)
        else form.number("needed", least=1, most=_NEEDED_MAX)
    )
    return structs.replace(
        card,
        name=form.text("name") or card.name,
        needed=needed or card.needed,
        reward=_read_reward(form, program) or card.reward,
        counts=counts or card.counts,
        when=read_when(form, words, currency=program.currency),
        lines=read_goods(form, "goods", words, card.lines),
        lasts=_read_lasts(form) or card.lasts,
        carries_over=form.flag("carries_over"),
        is_paused=not form.flag("running"),
    )


def _read_counts(form: Form) -> Counted | None:
    match form.choice("counts", COUNTS, default="visits"):
        case "visits":
            return Visits(once_a_day=form.flag("once_a_day"))
        case "units":
            return Units()
        case "spend":
            return Spend()
        case _:
            return None


def _read_lasts(form: Form) -> Lasts | None:
    match form.choice("lasts", LASTS, default="always"):
        case "always":
            return Always()
        case "within":
            unit = form.choice("period", PERIODS, default="month")
            return Within(unit) if unit else None
        case "from_first" | "from_last" as kind:
            days = form.number("lasts_days", least=1, most=_DAYS_MAX)
            if not days:
                return None
            return FromFirst(days) if kind == "from_first" else FromLast(days)
        case _:
            return None


def _read_reward(form: Form, program: Program) -> Gift | PointsReward | OwnCoupon | None:
    match form.choice("reward", ("gift", "points", "coupon"), default="gift"):
        case "gift":
            name = form.text("gift")
            days = form.number("gift_days", least=1, most=_DAYS_MAX, required=False)
            return Gift(name, days) if name else None
        case "coupon":
            coupon = form.text("coupon")
            return OwnCoupon(coupon) if coupon else None
        case "points":
            points = form.number("points", decimals=program.point.scale, least=1, most=_POINTS_MAX)
            activation = life.read_activation(form, "activation", inherits=True)
            expiry = life.read_expiry(form, "expiry", inherits=True)
            cap = life.read_grant_cap(form, "grant")
            return PointsReward(points, activation, expiry, cap) if points else None
        case _:
            return None
