"""What a broadcast is, in words: to whom, what it offers and says, and when."""

from contextlib import suppress

from plushka.delivery.office.campaigns.broadcasts.offered import load_choices
from plushka.delivery.office.campaigns.broadcasts.rows import SEXES_TOLD, channel_told
from plushka.delivery.office.visit import Visit
from plushka.domain.campaigns.announced import announces
from plushka.domain.campaigns.audiences import CHANNELS, taken_apart
from plushka.domain.campaigns.model import (
    AIMS,
    Campaign,
    CodeOffered,
    Nothing,
    Offer,
    PointsOffered,
    PromotionMentioned,
)
from plushka.domain.coupons.queries import load_names
from plushka.domain.messages.templates.store import find_templates
from plushka.domain.messages.templates.text import Missing, fill
from plushka.domain.messages.templates.variables import examples
from plushka.domain.segments.queries import list_segments
from plushka.domain.segments.telling.sentences import tell_part
from plushka.domain.segments.telling.teller import load_teller
from plushka.engine.audience import All
from plushka.platform.database import Tx


async def plan_told(tx: Tx, campaign: Campaign, visit: Visit) -> list[tuple[str, str]]:
    """Return the lines that say what a broadcast is, as pairs of heading and text."""
    gettext = visit.words.gettext
    variants = campaign.letter.variants
    templates = await find_templates(tx, [variant.template_id for variant in variants])
    named = {template_id: template.name for template_id, template in templates.items()}
    texts = [
        named.get(variant.template_id, "?")
        if len(variants) == 1
        else f"{variant.name}: {named.get(variant.template_id, '?')} ({variant.share})"
        for variant in variants
    ]
    lines = [
        (
            gettext("Who gets it"),
            await _audience_told(tx, campaign, visit),
        ),
        (gettext("What it offers"), await _offer_told(tx, campaign.offer, visit)),
        (gettext("What it says"), ", ".join(texts) or gettext("not chosen")),
        (gettext("When"), _when_told(campaign, visit)),
        (
            gettext("Control group"),
            visit.figures.percent(campaign.control_bp) if campaign.control_bp else gettext("none"),
        ),
    ]
    if campaign.letter.route:
        lines.append(
            (
                gettext("Channels"),
                ", ".join(channel_told(channel, visit) for channel in campaign.letter.route),
            )
        )
    if campaign.aim != "other":
        lines.append((gettext("What it is for"), gettext(AIMS[campaign.aim])))
    if campaign.purpose == "transactional":
        lines.append((gettext("Kind"), gettext("no advertising")))
    return lines


async def letters_told(tx: Tx, campaign: Campaign, visit: Visit) -> list[tuple[str, str]]:
    """Return what the letters say to one who speaks the business's language, with examples of names and numbers.

    As pairs of the name of a text, empty where there is one alone, and what it says.
    """
    variants = campaign.letter.variants
    templates = await find_templates(tx, [variant.template_id for variant in variants])
    told = []
    for variant in variants:
        if (template := templates.get(variant.template_id)) is None:
            continue
        spoken = template.body.language_for(visit.business.language, visit.business.language)
        if spoken is not None:
            text = template.body.words[spoken].text
            with suppress(Missing):
                text = fill(text, examples(spoken) | {"business": visit.business.name})
            told.append((variant.name if len(variants) > 1 else "", text))
    return told


async def _audience_told(tx: Tx, campaign: Campaign, visit: Visit) -> str:
    """Return whom it is for, nested conditions last."""
    gettext, who = visit.words.gettext, taken_apart(campaign.audience)
    names = {str(segment.id): segment.name for segment in await list_segments(tx, also_archived=True)}

    def named(segments: tuple[str, ...]) -> str:
        return ", ".join(gettext("“{name}”", name=names.get(segment, segment)) for segment in segments)

    clauses = [named(who.segments) if who.segments else gettext("all members")]
    if who.excluded:
        clauses.append(gettext("without {segments}", segments=named(who.excluded)))
    if set(who.channels) == set(CHANNELS):
        clauses.append(gettext("who can be written to by any channel"))
    elif who.channels:
        channels = ", ".join(channel_told(channel, visit) for channel in who.channels)
        clauses.append(gettext("who can be written to by {channels}", channels=channels))
    if who.sexes:
        clauses.append(", ".join(gettext(SEXES_TOLD[sex]) for sex in who.sexes))
    if who.others:
        teller = await load_teller(tx, visit.look.language, *who.others)
        clauses.append(tell_part(All(who.others), teller))
    if announces(tx, campaign.letter):
        clauses.append(gettext("without those who were told of the programme before"))
    return ", ".join(clauses)


def _when_told(campaign: Campaign, visit: Visit) -> str:
    gettext, told = visit.words.gettext, visit.figures
    if campaign.local_at is not None:
        moment = campaign.local_at
        when = gettext(
            "{moment} by each member's own clock", moment=f"{told.day(moment.date())}, {moment:%H:%M}"
        )
    elif campaign.starts_at is not None:
        when = told.moment(campaign.starts_at)
    elif campaign.planned_at is not None:
        when = told.moment(campaign.planned_at)
    else:
        when = gettext("at once")
    if campaign.per_minute is None:
        return when
    return gettext("{when}, at most {count} a minute", when=when, count=told.number(campaign.per_minute))


async def _offer_told(tx: Tx, offer: Offer, visit: Visit) -> str:
    gettext, told = visit.words.gettext, visit.figures
    match offer:
        case PointsOffered():
            clauses = [told.points(offer.points)]
            if offer.life_days is not None:
                days = offer.life_days
                clauses.append(
                    visit.words.ngettext(
                        "burn after {count} day", "burn after {count} days", days, count=days
                    )
                )
            if offer.receipt_share_bp is not None:
                clauses.append(
                    gettext("pay at most {share} of a receipt", share=told.percent(offer.receipt_share_bp))
                )
            return ", ".join(clauses)
        case CodeOffered(coupon_id):
            name = (await load_names(tx)).get(str(coupon_id), "?")
            return gettext("a code of the coupon “{name}”", name=name)
        case PromotionMentioned(_, promotion_id):
            choices = await load_choices(tx, visit)
            named = dict(choices.promotions)
            name = next(
                (text for key, text in named.items() if key.endswith(f":{promotion_id}")), promotion_id
            )
            return gettext("the promotion “{name}”", name=name)
        case Nothing():
            return gettext("nothing")
