"""For whom a journey or a way of it is: an audience as a form asks for it, and as a clause tells it.

A form asks one question, mostly for a segment: what is more than one question is made as a segment first. An audience
that no form asks for is kept as it is.
"""

from typing import Literal

from plushka.delivery.office.campaigns.journeys.names import Names
from plushka.delivery.office.visit import Visit
from plushka.delivery.web.forms import Form
from plushka.domain.campaigns.journeys.telling import Voice
from plushka.engine.audience import Audience, Burning, Not, Purchases, Tier
from plushka.engine.conditions import Segment, Tag
from plushka.platform.i18n import Translator, join, marked

Kind = Literal["everybody", "segment", "outside", "tier", "tag", "bought", "never", "burning", "kept"]
KINDS: dict[Kind, str] = {
    "everybody": marked("everybody"),
    "segment": marked("who is in a segment"),
    "outside": marked("who is not in a segment"),
    "tier": marked("who has one of these tiers"),
    "tag": marked("who has a tag"),
    "bought": marked("who has bought at least so often"),
    "never": marked("who has not bought yet"),
    "burning": marked("whose points burn soon"),
    "kept": marked("by conditions that were set before"),
}
TAG_LENGTH_MAX = 50
COUNT_MAX = 1000
BURN_DAYS_MAX = 60


def tell_audience(audience: Audience, names: Names, words: Translator) -> str:  # noqa: PLR0911 - one case a kind
    """Return an audience as a clause that says who is of it."""
    language = words.language
    match audience:
        case Segment(ids=ids):
            named = join([names.quoted(names.segments, each, words) for each in ids], language, either=True)
            return words.gettext("in the segment {segments}", segments=named)
        case Not(of=Segment(ids=ids)):
            named = join([names.quoted(names.segments, each, words) for each in ids], language, either=True)
            return words.gettext("not in the segment {segments}", segments=named)
        case Tier(ids=ids):
            named = join([names.quoted(names.tiers, each, words) for each in ids], language, either=True)
            return words.gettext("of the tier {tiers}", tiers=named)
        case Tag(ids=ids):
            named = join([words.gettext("“{name}”", name=each) for each in ids], language, either=True)
            return words.gettext("with the tag {tags}", tags=named)
        case Purchases(count_max=0):
            return words.gettext("has not bought yet")
        case Purchases(count_min=int(count), count_max=None, days=None):
            return words.ngettext(
                "has bought at least {count} time", "has bought at least {count} times", count, count=count
            )
        case Burning(days=days):
            return words.ngettext(
                "has points that burn within {count} day",
                "has points that burn within {count} days",
                days,
                count=days,
            )
        case _:
            return words.gettext("by several conditions")


def typed_audience(  # noqa: PLR0911 - one case a kind
    audience: Audience | None, prefix: str = "who"
) -> dict[str, list[str]]:
    """Return what a form has typed for an audience."""
    match audience:
        case None:
            return {prefix: ["everybody"]}
        case Segment(ids=(segment,)):
            return {prefix: ["segment"], f"{prefix}.segment": [segment]}
        case Not(of=Segment(ids=(segment,))):
            return {prefix: ["outside"], f"{prefix}.segment": [segment]}
        case Tier(ids=tiers, program=None):
            return {prefix: ["tier"], f"{prefix}.tiers": list(tiers)}
        case Tag(ids=(tag,)):
            return {prefix: ["tag"], f"{prefix}.tag": [tag]}
        case Purchases(count_min=None, count_max=0, days=None):
            return {prefix: ["never"]}
        case Purchases(count_min=int(count), count_max=None, days=None):
            return {prefix: ["bought"], f"{prefix}.count": [str(count)]}
        case Burning(days=days, points_min=1, program=None):
            return {prefix: ["burning"], f"{prefix}.days": [str(days)]}
        case _:
            return {prefix: ["kept"]}


def read_audience(  # noqa: PLR0911 - one case a kind
    form: Form, before: Audience | None, words: Translator, *, prefix: str = "who"
) -> Audience | None:
    """Return the audience that a form asks for; None: everybody, or there is a problem at a field."""
    kind = form.choice(prefix, tuple(KINDS))
    match kind:
        case "segment" | "outside":
            segment = form.id(f"{prefix}.segment")
            if segment is None:
                return None
            inside = Segment((str(segment),))
            return inside if kind == "segment" else Not(inside)
        case "tier":
            tiers = form.values(f"{prefix}.tiers")
            if not tiers:
                form.fail(f"{prefix}.tiers", words.gettext("Choose at least one."))
                return None
            return Tier(tuple(tiers))
        case "tag":
            tag = form.text(f"{prefix}.tag", length_max=TAG_LENGTH_MAX)
            return Tag((tag,)) if tag else None
        case "bought":
            count = form.number(f"{prefix}.count", least=1, most=COUNT_MAX)
            return Purchases(count_min=count) if count else None
        case "never":
            return Purchases(count_max=0)
        case "burning":
            days = form.number(f"{prefix}.days", least=0, most=BURN_DAYS_MAX)
            return Burning(days) if days is not None else None
        case "kept":
            return before
        case _:
            return None


def kinds_for(audience: Audience | None, words: Translator, *, everybody: bool) -> list[tuple[str, str]]:
    """Return the kinds that a form offers: what was set before only where it is that."""
    is_kept = typed_audience(audience)["who"] == ["kept"]
    return [
        (kind, words.gettext(title))
        for kind, title in KINDS.items()
        if (kind != "kept" or is_kept) and (kind != "everybody" or everybody)
    ]


def voice_of(names: Names, visit: Visit) -> Voice:
    """Return how this person is told of journeys."""
    return Voice(
        language=visit.look.language,
        scale=visit.figures.scale,
        templates=names.templates,
        coupons=names.coupons,
        segments=names.segments,
        events=names.events,
        cards=names.cards,
        tiers=names.tiers,
        audience=lambda audience: tell_audience(audience, names, visit.words),
    )
