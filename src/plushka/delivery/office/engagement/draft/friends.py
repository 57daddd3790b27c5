"""What is given for friends, as a form."""

from msgspec import structs

from plushka.delivery.office.engagement.draft import life
from plushka.delivery.office.engagement.draft.goods import read_goods, write_goods
from plushka.delivery.office.engagement.draft.typist import Typed, Typist, one, tick, under
from plushka.delivery.office.engagement.draft.when import read_when, write_when
from plushka.delivery.web.forms import Form
from plushka.engine.program import PointsReward, Program, Referral
from plushka.engine.referral_parts import BaseShare, FixedReward, LevelReward, ReferralCaps
from plushka.platform.i18n import Translator

LEVELS = ("1", "2", "3")
OCCASIONS = ("first", "some", "each")
BEGINNING = Referral((FixedReward(100),))
"""What the form begins with: 100 points for the first purchase, in whole points."""
_POINTS_MAX = 10**12
_CAP_MAX = 10**15
_COUNT_MAX = 10**6
_WAIT_DAYS_MAX = 365
_BIND_DAYS_MAX = 3650


def write_friends(program: Program, typist: Typist) -> Typed:
    """Return what is given for friends as texts of the form."""
    referral = program.referral or structs.replace(BEGINNING, levels=(FixedReward(100 * 10**typist.scale),))
    most, friend, bind = referral.purchases_max, referral.friend, referral.bind_within_days
    return {
        **one(
            enabled=tick(on=program.referral is not None),
            occasions="each" if most is None else "first" if most == 1 else "some",
            purchases="" if most in {None, 1} else str(most),
            paid_min=typist.money(referral.paid_min_minor) if referral.paid_min_minor else "",
            friend=tick(on=friend is not None),
            friend_points=typist.points(friend.points) if friend else "",
            wait_days=str(referral.paid_after_days),
            cap_points=typist.points(referral.caps.points_per_month),
            cap_friends=typist.number(referral.caps.friends_per_month),
            bind_days="" if bind is None else str(bind),
        ),
        **_write_levels(referral.levels, typist),
        **life.write_activation("friend_activation", friend.activation if friend else None),
        **life.write_expiry("friend_expiry", friend.expiry if friend else None),
        **life.write_grant_cap("friend", friend.grant_cap if friend else None, typist),
        **life.write_expiry("expiry", referral.expiry),
        **life.write_grant_cap("grant", referral.grant_cap, typist),
        **write_goods("goods", referral.lines),
        **write_when(referral.when, typist),
    }


def _write_levels(levels: tuple[LevelReward, ...], typist: Typist) -> Typed:
    typed: Typed = {}
    for number in LEVELS:
        level = levels[int(number) - 1] if int(number) <= len(levels) else None
        match level:
            case BaseShare(rate_bp=rate_bp):
                fields = one(kind="percent", rate=typist.rate(rate_bp), points="")
            case FixedReward(points=points):
                fields = one(kind="fixed", rate="", points=typist.points(points))
            case None:
                fields = one(kind="", rate="", points="")
        typed |= under(f"level.{number}", fields)
    return typed


def read_friends(form: Form, program: Program, words: Translator) -> Referral | None:
    """Return what was typed over what ``program`` gives, itself where it means the same; None: nothing is given.

    A field that cannot be read has a problem in ``form``.
    """
    if not form.flag("enabled"):
        return None
    typist = Typist(words.language, program.currency, program.point.scale)
    read = _read(form, program, words)
    same = write_friends(structs.replace(program, referral=read), typist) == write_friends(program, typist)
    return program.referral if program.referral is not None and same else read


def _read(form: Form, program: Program, words: Translator) -> Referral:
    scale, before = program.point.scale, program.referral or BEGINNING
    wait_days = form.number("wait_days", most=_WAIT_DAYS_MAX, required=False)
    return Referral(
        levels=_read_levels(form, scale, words) or before.levels,
        purchases_max=_read_occasions(form),
        paid_min_minor=form.money("paid_min", program.currency, required=False) or 0,
        when=read_when(form, words, currency=program.currency),
        lines=read_goods(form, "goods", words, before.lines),
        friend=_read_friend(form, scale),
        paid_after_days=wait_days or 0,
        expiry=life.read_expiry(form, "expiry", inherits=True),
        grant_cap=life.read_grant_cap(form, "grant"),
        caps=ReferralCaps(
            points_per_month=form.number(
                "cap_points", decimals=scale, least=1, most=_CAP_MAX, required=False
            ),
            friends_per_month=form.number("cap_friends", least=1, most=_COUNT_MAX, required=False),
        ),
        bind_within_days=form.number("bind_days", most=_BIND_DAYS_MAX, required=False),
    )


def _read_levels(form: Form, scale: int, words: Translator) -> tuple[LevelReward, ...]:
    levels: list[LevelReward] = []
    for number in LEVELS:
        prefix = f"level.{number}"
        kind = form.choice(f"{prefix}.kind", ("", "percent", "fixed"), default="")
        if not kind:
            if number == LEVELS[0]:
                form.fail(f"{prefix}.kind", words.gettext("Choose what who brought the friend gets."))
            continue
        if len(levels) < int(number) - 1:
            form.fail(
                f"{prefix}.kind", words.gettext("The step before this one gets nothing: fill it in first.")
            )
        value = (
            form.rate(f"{prefix}.rate", least=1)
            if kind == "percent"
            else form.number(f"{prefix}.points", decimals=scale, least=1, most=_POINTS_MAX)
        )
        if value:
            levels.append(BaseShare(value) if kind == "percent" else FixedReward(value))
    return tuple(levels)


def _read_occasions(form: Form) -> int | None:
    match form.choice("occasions", OCCASIONS, default="first"):
        case "each":
            return None
        case "some":
            return form.number("purchases", least=2, most=_COUNT_MAX) or 1
        case _:
            return 1


def _read_friend(form: Form, scale: int) -> PointsReward | None:
    if not form.flag("friend"):
        return None
    points = form.number("friend_points", decimals=scale, least=1, most=_POINTS_MAX)
    activation = life.read_activation(form, "friend_activation", inherits=True)
    expiry = life.read_expiry(form, "friend_expiry", inherits=True)
    cap = life.read_grant_cap(form, "friend")
    return PointsReward(points, activation, expiry, cap) if points else None
