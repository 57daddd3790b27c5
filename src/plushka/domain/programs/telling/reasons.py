"""The engine's reason codes in words. Every code of ``engine.reasons`` has its sentence here."""

from collections.abc import Callable, Mapping
from datetime import date

import msgspec

from plushka.domain.programs.telling.occasions import field_title, tell_often, tell_whole_budget
from plushka.domain.programs.telling.promotions import tell_budget
from plushka.domain.programs.telling.voice import Voice
from plushka.engine.occasion_parts import OccasionBudget, Often, OnEvent
from plushka.engine.program import Budget
from plushka.engine.purchase import Note
from plushka.platform.i18n import WEEKDAYS, format_date, format_percent, join, marked

_SENTENCES = {
    "other_branch": marked("Applies only at: {branches}."),
    "other_channel": marked("Applies only to purchases through: {channels}."),
    "other_weekday": marked("Applies on other days: {days}."),
    "outside_time": marked("Applies from {start} to {end}."),
    "outside_period": marked("The promotion's dates do not include this day: {first_on} – {last_on}."),
    "receipt_too_small": marked("The receipt is too small: it takes {min_minor}."),
    "receipt_too_large": marked("The receipt is too large: it may be up to {max_minor}."),
    "other_tier": marked("Applies on other tiers: {tiers}."),
    "other_segment": marked("Applies to members of: {segments}."),
    "coupon_missing": marked("Applies with a code of the coupon: {coupons}."),
    "other_tag": marked("Applies to members tagged: {tags}."),
    "not_first_purchase": marked("Applies to the first purchase only."),
    "no_recent_purchase": marked(
        "There was no other purchase shortly before this one; days counted: {days}."
    ),
    "not_birthday": marked("It is not the time of the member's birthday, or the birthday is not known."),
    "lines_missing": marked("The receipt lacks the goods that the rule asks for."),
    "excluded_when": marked("The rule's exception applied: {condition}."),
    "no_alternative": marked("None of the rule's conditions holds."),
    "no_lines": marked("The receipt has no goods that the rule counts."),
    "outbid": marked("Another rule gave these goods more."),
    "shut_out": marked("Another rule excludes all others for these goods."),
    "no_points": marked("On {base_minor} it gives not even one point."),
    "nothing_to_multiply": marked(
        "No other rule gives these goods any points, so there is nothing to multiply."
    ),
    "no_benefit": marked("There is no price here that it would lower."),
    "set_incomplete": marked("The receipt has not enough goods for a set."),
    "promotion_floor": marked("Prices may not fall lower: {cut_minor} of it did not fit."),
    "promotion_cap": marked("It takes off at most {cap_minor} a receipt: {cut_minor} did not fit."),
    "budget_unknown": marked("It has a budget, and what is left of it is not known here."),
    "budget_cut": marked("Its budget has {left_minor} left: {cut_minor} did not fit."),
    "control_group": marked(
        "The member is in the control group: the promotion leaves them alone, so that what it causes can be seen."
    ),
    "share_raised": marked("Points may pay up to {share_bp} of this receipt."),
    "day_stamped": marked("This day has its stamp already."),
    "nothing_paid": marked("Nothing was paid in money for the goods that count."),
    "stamps_not_counted": marked("Purchases loaded from the past put no stamps on cards."),
    "occasion_paused": marked("The occasion is paused."),
    "not_the_day": marked("The date is not near: points come {days_before} days before it at the earliest."),
    "date_given_lately": marked("Points for a birthday were given less than 10 months ago."),
    "given_already": marked("Points for this were given already."),
    "other_messenger": marked("It is given for another messenger."),
    "profile_unfilled": marked("Not all of the profile is filled in."),
    "other_event": marked("It is for something else that happens."),
    "date_unknown": marked("The member's date is not known."),
    "event_differs": marked("The event's field “{field}” is not what the occasion asks for."),
    "blocked_gets_nothing": marked("The member is blocked."),
    "not_in_program": marked("The member takes no part in this programme."),
    "back_after_deletion": marked("The member deleted themselves less than a year ago, and came back."),
    "balance_full": marked("The account cannot hold more points."),
    "no_referrer": marked("Nobody is noted as having brought this member."),
    "friend_paid_too_little": marked("A friend's purchase counts from {min_minor} paid."),
    "referral_used_up": marked("The purchases of this friend that count have been made: {purchases}."),
    "referral_not_counted": marked("Purchases loaded from the past give nothing for friends."),
    "anonymous": marked("The purchase was made without a card, so nobody earned points."),
    "member_blocked": marked("The member is blocked: the purchase was booked as one without a card."),
    "earning_off_when_redeeming": marked("Points paid for a part of the receipt, so it earns no new ones."),
    "discount_outbid": marked("Only the larger discount applies; the one of {rate_bp} ({source}) gave way."),
    "redemption_off": marked("The programme does not let points be spent."),
    "redemption_blocked_by_debt": marked("Points cannot be spent until the debt of {debt} is repaid."),
    "redemption_unverified": marked(
        "The member enrolled by a link: points can be spent from the second purchase on."
    ),
    "redemption_stopped": marked(
        "The member says that points were spent without them: none are spent until the office has looked into it."
    ),
    "redemption_receipt_too_small": marked("Points are taken for receipts from {min_minor}."),
    "redemption_below_minimum": marked(
        "Points can be spent from {points_min} at once; this receipt allows fewer."
    ),
    "redemption_clamped": marked("{requested} were asked for, this receipt takes at most {points_max}."),
    "redemption_rounded": marked(
        "{requested} were asked for; {points} buy whole money, the rest stays on the account."
    ),
}
_CAPS = {
    "cap_per_receipt": (
        marked("The programme gives at most {cap} a receipt: {cut} did not fit."),
        marked("The rule gives at most {cap} a receipt: {cut} did not fit."),
    ),
    "cap_per_day": (
        marked("The programme gives at most {cap} a day: {cut} did not fit."),
        marked("The rule gives at most {cap} a day: {cut} did not fit."),
    ),
    "cap_per_month": (
        marked("The programme gives at most {cap} a month: {cut} did not fit."),
        marked("The rule gives at most {cap} a month: {cut} did not fit."),
    ),
}
_TOLD_WITH_TERMS = {
    "budget_spent": marked("Its budget is used up: {terms}"),
    "occasion_budget_spent": marked("Its budget is used up: {terms}"),
    "occasion_limit": marked("The member has had it as often as they may: {terms}"),
}
KNOWN_CODES = frozenset({*_SENTENCES, *_CAPS, *_TOLD_WITH_TERMS})

_CHANNELS = {"till": marked("till"), "online": marked("online shop"), "app": marked("app")}
_DISCOUNTS = {"tier": marked("the tier's"), "personal": marked("the personal")}
_EXCEPTIONS = {
    "all": marked("all its conditions hold"),
    "any": marked("one of its conditions holds"),
    "not": marked("the condition does not hold"),
    "has_lines": marked("goods in the receipt"),
    "branch": marked("branch"),
    "channel": marked("channel"),
    "weekday": marked("day of the week"),
    "time": marked("time of day"),
    "period": marked("dates"),
    "receipt_amount": marked("amount of the receipt"),
    "tier": marked("tier"),
    "segment": marked("segment"),
    "tag": marked("tag"),
    "coupon": marked("coupon"),
    "first_purchase": marked("first purchase"),
    "repeat_within": marked("repeat purchase"),
    "birthday": marked("birthday"),
}


def tell_note(note: Note, voice: Voice) -> str:
    """Return why something did not apply, or what was cut, without the rule's name.

    :raises KeyError: a code that is not in the engine's closed list.
    """
    if note.code in _TOLD_WITH_TERMS:
        return voice.words.gettext(_TOLD_WITH_TERMS[note.code], terms=_terms(note, voice))
    if note.code in _CAPS:
        of_program, of_rule = _CAPS[note.code]
        message = of_rule if note.rule is not None else of_program
    else:
        message = _SENTENCES[note.code]
    told = {name: _fact(name, value, voice) for name, value in note.facts.items()}
    if note.code == "event_differs":
        told["field"] = _field(note, voice)
    return voice.words.gettext(message, **told)


def _field(note: Note, voice: Voice) -> str:
    """Return what the field is called that the note of an occasion speaks of."""
    field = str(note.facts["field"])
    for occasion in voice.program.occasions:
        if occasion.id == note.rule and isinstance(occasion.trigger, OnEvent):
            return field_title(occasion.trigger.event, field, voice)
    return field


def _terms(note: Note, voice: Voice) -> str:
    match note.code:
        case "budget_spent":
            return tell_budget(msgspec.convert(note.facts, Budget), voice)
        case "occasion_budget_spent":
            return tell_whole_budget(msgspec.convert(note.facts, OccasionBudget), voice) + "."
        case _:
            often = {**note.facts, "days": note.facts["days"] or None}
            return tell_often(msgspec.convert(often, Often), voice) + "."


def _fact(name: str, value: int | str, voice: Voice) -> str:
    tell = _FACTS.get(name)
    return tell(value, voice) if tell else str(value)


def _money(value: int | str, voice: Voice) -> str:
    return voice.money(int(value))


def _points(value: int | str, voice: Voice) -> str:
    return voice.points(int(value))


def _bound(value: int | str, voice: Voice) -> str:
    return voice.points_bound(int(value))


def _percent(value: int | str, voice: Voice) -> str:
    return format_percent(int(value), voice.language)


def _day(value: int | str, voice: Voice) -> str:
    return format_date(date.fromisoformat(str(value)), voice.language) if value else "…"


def _days(value: int | str, voice: Voice) -> str:
    if isinstance(value, int):
        return str(value)
    days = [voice.words.gettext(WEEKDAYS[int(day) - 1]) for day in value.split(", ")]
    return join(days, voice.language)


def _codes(names: Callable[[Voice], Mapping[str, str]]) -> Callable[[int | str, Voice], str]:
    return lambda value, voice: voice.quoted(str(value).split(", "), names(voice))


def _words(table: Mapping[str, str]) -> Callable[[int | str, Voice], str]:
    def tell(value: int | str, voice: Voice) -> str:
        words = [
            voice.words.gettext(table[word]) if word in table else word for word in str(value).split(", ")
        ]
        return join(words, voice.language)

    return tell


def _tier_names(voice: Voice) -> Mapping[str, str]:
    tiers = voice.program.tiers.tiers if voice.program.tiers else ()
    return {tier.id: tier.name for tier in tiers}


_FACTS: Mapping[str, Callable[[int | str, Voice], str]] = {
    "min_minor": _money,
    "cap_minor": _money,
    "cut_minor": _money,
    "left_minor": _money,
    "share_bp": _percent,
    "max_minor": _money,
    "base_minor": _money,
    "cap": _bound,
    "cut": _points,
    "debt": _points,
    "points_min": _bound,
    "points_max": _bound,
    "points": _points,
    "requested": _points,
    "rate_bp": _percent,
    "first_on": _day,
    "last_on": _day,
    "days": _days,
    "branches": _codes(lambda voice: voice.names.branches),
    "segments": _codes(lambda voice: voice.names.segments),
    "coupons": _codes(lambda voice: voice.names.coupons),
    "tiers": _codes(_tier_names),
    "tags": _codes(lambda _: {}),
    "channels": _words(_CHANNELS),
    "source": _words(_DISCOUNTS),
    "condition": _words(_EXCEPTIONS),
}
