"""The one page on which a broadcast is written: to whom, what it offers and says, when, and whom it leaves alone."""

from datetime import UTC, datetime
from typing import Literal
from zoneinfo import ZoneInfo

from msgspec import Struct

from plushka.delivery.office.campaigns.broadcasts.rows import CHANNELS_TOLD, SEXES_TOLD
from plushka.delivery.office.campaigns.route import PLACES, read_route, route_choices, typed_route
from plushka.delivery.office.visit import Visit
from plushka.delivery.web.forms import Form
from plushka.domain.campaigns.audiences import CHANNELS, Who, composed, taken_apart
from plushka.domain.campaigns.model import (
    AIMS,
    CONTROL_BP_MAX,
    LIFE_DAYS_MAX,
    NAME_LENGTH_MAX,
    PER_MINUTE_MAX,
    POINTS_MAX,
    SHARE_MAX,
    VARIANTS_MAX,
    WINDOW_DAYS_MAX,
    CodeOffered,
    LetterPlan,
    Nothing,
    Offer,
    Plan,
    PointsOffered,
    PromotionMentioned,
    Variant,
)
from plushka.engine.audience import All, Audience
from plushka.platform.i18n import Translator

Offers = Literal["nothing", "points", "coupon", "promotion"]
OFFERS: tuple[Offers, ...] = ("nothing", "points", "coupon", "promotion")
When = Literal["now", "at", "local"]
WHENS: tuple[When, ...] = ("now", "at", "local")
Sex = Literal["female", "male"]
SEXES: tuple[Sex, ...] = ("female", "male")
LETTERS = "ABCDE"
ADD_VARIANT = "variant.add"
"""What the button sends that asks for one more text."""


class Choices(Struct, frozen=True):
    """What the form lets choose among, as pairs of value and text."""

    segments: tuple[tuple[str, str], ...]
    templates: tuple[tuple[str, str], ...]
    coupons: tuple[tuple[str, str], ...]
    promotions: tuple[tuple[str, str], ...]


def read_plan(form: Form, visit: Visit, *, besides: Audience | None) -> Plan | None:
    """Return what the form says, or None with the problems noted; ``besides``: its nested conditions."""
    name = form.text("name", length_max=NAME_LENGTH_MAX)
    offer = _read_offer(form, visit)
    variants = _read_variants(form)
    control_bp = form.rate("control", most=CONTROL_BP_MAX)
    window_days = form.number("window_days", least=1, most=WINDOW_DAYS_MAX)
    per_minute = form.number("per_minute", least=1, most=PER_MINUTE_MAX, required=False)
    starts_at, local_at = _read_when(form, visit)
    aim = form.choice("aim", tuple(AIMS), default="other")
    if not form.is_sound or control_bp is None or window_days is None:
        return None
    return Plan(
        name=name,
        audience=composed(_read_who(form, besides)),
        offer=offer,
        letter=LetterPlan(variants, read_route(form)),
        aim=aim or "other",
        control_bp=control_bp,
        window_days=window_days,
        per_minute=per_minute,
        starts_at=starts_at,
        local_at=local_at,
    )


def typed_plan(plan: Plan, visit: Visit) -> dict[str, list[str]]:
    """Return what would be typed to say a plan."""
    who = taken_apart(plan.audience)
    typed: dict[str, list[str]] = {
        "name": [plan.name],
        "segments": list(who.segments),
        "excluded": list(who.excluded),
        "channels": list(who.channels),
        "sexes": list(who.sexes),
        "aim": [plan.aim],
        "control": [visit.figures.bare_percent(plan.control_bp)],
        "window_days": [str(plan.window_days)],
        "per_minute": [str(plan.per_minute or "")],
        **_typed_offer(plan.offer, visit),
    }
    for place, variant in enumerate(plan.letter.variants):
        typed[f"template.{place}"] = [str(variant.template_id)]
        typed[f"share.{place}"] = [str(variant.share)]
    typed |= typed_route(plan.letter.route)
    if plan.local_at is not None:
        typed |= {"when": ["local"], "moment": [f"{plan.local_at:%Y-%m-%dT%H:%M}"]}
    elif plan.starts_at is not None:
        local = plan.starts_at.astimezone(ZoneInfo(visit.business.time_zone))
        typed |= {"when": ["at"], "moment": [f"{local:%Y-%m-%dT%H:%M}"]}
    else:
        typed |= {"when": ["now"], "moment": [""]}
    return typed


def choices_told(choices: Choices, visit: Visit) -> dict[str, object]:
    """Return what the page offers to choose among."""
    gettext = visit.words.gettext
    none = [("", gettext("not chosen"))]
    return {
        "segments": choices.segments,
        "templates": [*none, *choices.templates],
        "coupons": [*none, *choices.coupons],
        "promotions": [*none, *choices.promotions],
        "channels": [(channel, gettext(CHANNELS_TOLD[channel])) for channel in CHANNELS],
        "route_channels": route_choices(visit),
        "sexes": [(sex, gettext(told)) for sex, told in SEXES_TOLD.items() if sex],
        "offers": _offers_told(visit.words, choices),
        "whens": (
            ("now", gettext("At once"), ""),
            ("at", gettext("At a moment"), gettext("By the clock of the business.")),
            (
                "local",
                gettext("By each member's own clock"),
                gettext("Where they bought last tells their zone."),
            ),
        ),
        "aims": [(aim, gettext(told)) for aim, told in AIMS.items()],
        "letters": LETTERS,
        "places": PLACES,
    }


def variant_count(form: Form) -> int:
    """Return how many rows of texts the form shows: those that were typed, one more if that was asked for."""
    typed = [place for place in range(VARIANTS_MAX) if form.value(f"template.{place}")]
    shown = max([1, *(place + 1 for place in typed)])
    return min(VARIANTS_MAX, shown + (form.value("do") == ADD_VARIANT))


def _offers_told(words: Translator, choices: Choices) -> tuple[tuple[str, str, str], ...]:
    gettext = words.gettext
    return (
        ("nothing", gettext("Nothing: it only tells"), ""),
        (
            "points",
            gettext("Points"),
            gettext("They come when the letter has gone out, once to each; who was not told gets none."),
        ),
        (
            "coupon",
            gettext("A coupon's code of one's own"),
            gettext("A code is drawn for each recipient and stands in the letter.")
            if choices.coupons
            else gettext("Make a coupon first."),
        ),
        (
            "promotion",
            gettext("A promotion that runs already"),
            gettext("The letter tells of it; everybody has it anyway."),
        ),
    )


def _read_who(form: Form, besides: Audience | None) -> Who:
    channels = tuple(channel for channel in CHANNELS if channel in form.values("channels"))
    sexes = tuple(sex for sex in SEXES if sex in form.values("sexes"))
    return Who(
        segments=tuple(filter(None, form.values("segments"))),
        excluded=tuple(filter(None, form.values("excluded"))),
        channels=channels,
        sexes=sexes if len(sexes) == 1 else (),
        others=() if besides is None else besides.of if isinstance(besides, All) else (besides,),
    )


def _read_offer(form: Form, visit: Visit) -> Offer:
    match form.choice("offer", OFFERS, default="nothing"):
        case "points":
            points = form.number("points", decimals=visit.figures.scale, least=1, most=POINTS_MAX)
            life = form.number("life_days", least=1, most=LIFE_DAYS_MAX, required=False)
            share = form.rate("receipt_share", least=1, required=False)
            if points is not None and visit.program_id is not None:
                return PointsOffered(visit.program_id, points, life, share)
        case "coupon":
            coupon_id = form.id("coupon")
            if coupon_id is not None:
                return CodeOffered(coupon_id)
        case "promotion":
            program, _, promotion = form.value("promotion").partition(":")
            if visit.program_id is not None and program == str(visit.program_id) and promotion:
                return PromotionMentioned(visit.program_id, promotion)
            form.fail("promotion", visit.words.gettext("Choose one of these."))
        case _:
            pass
    return Nothing()


def _typed_offer(offer: Offer, visit: Visit) -> dict[str, list[str]]:
    match offer:
        case PointsOffered():
            share = offer.receipt_share_bp
            return {
                "offer": ["points"],
                "points": [visit.figures.points_number(offer.points)],
                "life_days": [str(offer.life_days or "")],
                "receipt_share": [visit.figures.bare_percent(share) if share else ""],
            }
        case CodeOffered():
            return {"offer": ["coupon"], "coupon": [str(offer.coupon_id)]}
        case PromotionMentioned():
            return {"offer": ["promotion"], "promotion": [f"{offer.program_id}:{offer.promotion_id}"]}
        case Nothing():
            return {"offer": ["nothing"]}


def _read_variants(form: Form) -> tuple[Variant, ...]:
    variants: list[Variant] = []
    for place in range(VARIANTS_MAX):
        template_id = form.id(f"template.{place}", required=False)
        if template_id is None:
            continue
        share = form.number(f"share.{place}", least=1, most=SHARE_MAX, required=False)
        variants.append(Variant(LETTERS[len(variants)], template_id, share or 1))
    return tuple(variants)


def _read_when(form: Form, visit: Visit) -> tuple[datetime | None, datetime | None]:
    """Return the moment when it begins, or the wall clock's; neither for at once."""
    when = form.choice("when", WHENS, default="now")
    if when in {None, "now"}:
        return None, None
    moment = form.moment("moment")
    if moment is None:
        return None, None
    moment = moment.replace(tzinfo=None, second=0, microsecond=0)
    if when == "local":
        return None, moment
    return moment.replace(tzinfo=ZoneInfo(visit.business.time_zone)).astimezone(UTC), None
