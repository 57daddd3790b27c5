"""Conditions in words: of lines («товары бренда «X»») and of the receipt («с чека от 1 000 ₽ по будням»)."""

from collections.abc import Sequence
from typing import assert_never

from plushka.domain.programs.telling.voice import Voice
from plushka.engine.conditions import (
    All,
    Any,
    Birthday,
    Branch,
    Brand,
    Category,
    Channel,
    Condition,
    Coupon,
    FirstPurchase,
    HasLines,
    Not,
    Period,
    Product,
    ReceiptAmount,
    RepeatWithin,
    Segment,
    Tag,
    Tier,
    TimeWindow,
    Weekday,
)
from plushka.platform.i18n import format_date, join, marked

_WEEKDAYS = (
    marked("Mondays"),
    marked("Tuesdays"),
    marked("Wednesdays"),
    marked("Thursdays"),
    marked("Fridays"),
    marked("Saturdays"),
    marked("Sundays"),
)
_WORKING_DAYS = {1, 2, 3, 4, 5}
_DAYS_OFF = {6, 7}
_CHANNELS = {
    "till": marked("at the till"),
    "online": marked("in the online shop"),
    "app": marked("in the app"),
}


def tell_lines(condition: Condition, voice: Voice) -> str:
    """Return the goods that satisfy ``condition``, to follow “for” or stand in a list.

    :raises ValueError: a condition that does not speak of lines; publishing refuses it first.
    """
    words = voice.words
    match condition:
        case Product() | Category() | Brand():
            return _goods(condition, voice)
        case Not(of=excluded):
            return words.gettext("everything except {goods}", goods=_excluded(excluded, voice))
        case Any(of=parts):
            return join([tell_lines(part, voice) for part in parts], voice.language)
        case All(of=parts):
            wanted = [tell_lines(part, voice) for part in parts if not isinstance(part, Not)]
            excluded_goods = [_excluded(part.of, voice) for part in parts if isinstance(part, Not)]
            told = wanted[0] if wanted else words.gettext("everything")
            for narrower in wanted[1:]:
                told = words.gettext("{goods} (only {narrower})", goods=told, narrower=narrower)
            if excluded_goods:
                told = words.gettext(
                    "{goods}, except {excluded}", goods=told, excluded=join(excluded_goods, voice.language)
                )
            return told
        case _:
            raise ValueError(condition)


def _goods(condition: Product | Category | Brand, voice: Voice) -> str:
    words, count = voice.words, len(condition.ids)
    match condition:
        case Product(ids=ids):
            names = voice.quoted(ids, voice.names.products)
            return words.ngettext("the product {names}", "the products {names}", count, names=names)
        case Category(ids=ids):
            names = voice.quoted(ids, voice.names.categories)
            return words.ngettext(
                "goods of the category {names}", "goods of the categories {names}", count, names=names
            )
        case Brand(ids=ids):
            names = voice.quoted(ids)
            return words.ngettext(
                "goods of the brand {names}", "goods of the brands {names}", count, names=names
            )
        case _:
            assert_never(condition)


def _excluded(condition: Condition, voice: Voice) -> str:
    words = voice.words
    match condition:
        case Product(ids=ids):
            return voice.quoted(ids, voice.names.products)
        case Category(ids=ids):
            names = voice.quoted(ids, voice.names.categories)
            return words.ngettext("the category {names}", "the categories {names}", len(ids), names=names)
        case Brand(ids=ids):
            return words.ngettext(
                "the brand {names}", "the brands {names}", len(ids), names=voice.quoted(ids)
            )
        case Any(of=parts):
            return join([_excluded(part, voice) for part in parts], voice.language)
        case _:
            return words.gettext("such goods: {goods}", goods=tell_lines(condition, voice))


def tell_receipt(condition: Condition, voice: Voice) -> str:  # noqa: C901, PLR0911, PLR0912 - one case a kind
    """Return when ``condition`` holds, as words that follow what happens: “5% in points *on weekdays*”."""
    words = voice.words
    match condition:
        case All(of=parts):
            return _all(parts, voice)
        case Any(of=parts):
            return join([tell_receipt(part, voice) for part in parts], voice.language, either=True)
        case Not(of=part):
            return words.gettext("not {condition}", condition=_enclosed(part, voice))
        case Product() | Category() | Brand():
            return words.gettext("on a receipt that has {goods}", goods=_goods(condition, voice))
        case HasLines():
            return _has_lines(condition, voice)
        case Branch(ids=ids):
            names = voice.quoted(ids, voice.names.branches)
            return words.ngettext("at the branch {names}", "at the branches {names}", len(ids), names=names)
        case Channel(ids=ids):
            return join([_channel(channel, voice) for channel in ids], voice.language, either=True)
        case Weekday(days=days):
            return _weekdays(set(days), voice)
        case TimeWindow(start=start, end=end):
            return words.gettext("from {start} to {end}", start=start, end=end)
        case Period():
            return _period(condition, voice)
        case ReceiptAmount():
            return _receipt_amount(condition, voice)
        case Tier(ids=ids):
            names = voice.quoted([voice.tier_name(tier) for tier in ids])
            return words.ngettext("on the tier {names}", "on the tiers {names}", len(ids), names=names)
        case Coupon(ids=ids):
            names = voice.quoted(ids, voice.names.coupons)
            return words.ngettext(
                "with the coupon {names}", "with one of the coupons {names}", len(ids), names=names
            )
        case Segment(ids=ids):
            names = voice.quoted(ids, voice.names.segments)
            return words.ngettext(
                "for members of the segment {names}",
                "for members of the segments {names}",
                len(ids),
                names=names,
            )
        case Tag(ids=ids):
            return words.ngettext(
                "for members tagged {names}",
                "for members with any of the tags {names}",
                len(ids),
                names=voice.quoted(ids),
            )
        case FirstPurchase():
            return words.gettext("on the first purchase")
        case RepeatWithin(days=days):
            return words.ngettext(
                "on a repeat purchase within {days} day",
                "on a repeat purchase within {days} days",
                days,
                days=days,
            )
        case Birthday():
            return _birthday(condition, voice)
        case _:
            assert_never(condition)


def _enclosed(condition: Condition, voice: Voice) -> str:
    told = tell_receipt(condition, voice)
    return f"({told})" if isinstance(condition, Any | All) and len(condition.of) > 1 else told


def _all(parts: Sequence[Condition], voice: Voice) -> str:
    """Return all of ``parts``; goods that need only be there are told together: “that has a coffee and a bun”."""
    together = [part for part in parts if isinstance(part, HasLines) and _needs_only_be_there(part)]
    told = [_enclosed(part, voice) for part in parts if part not in together]
    if together:
        goods = join([tell_lines(part.where, voice) for part in together], voice.language)
        told.insert(0, voice.words.gettext("on a receipt that has {goods}", goods=goods))
    return " ".join(told)


def _needs_only_be_there(condition: HasLines) -> bool:
    return condition.quantity_min_milli <= 1 and not condition.amount_min_minor


def _has_lines(condition: HasLines, voice: Voice) -> str:
    words, goods = voice.words, tell_lines(condition.where, voice)
    told = words.gettext("on a receipt that has {goods}", goods=goods)
    if condition.quantity_min_milli > 1:
        told += words.gettext(
            ", at least {quantity} of them", quantity=voice.quantity(condition.quantity_min_milli)
        )
    if condition.amount_min_minor:
        told += words.gettext(", for {amount} or more", amount=voice.money(condition.amount_min_minor))
    return told


def _channel(channel: str, voice: Voice) -> str:
    words = voice.words
    if channel in _CHANNELS:
        return words.gettext(_CHANNELS[channel])
    return words.gettext("through the channel “{name}”", name=channel)


def _weekdays(days: set[int], voice: Voice) -> str:
    words = voice.words
    if days == _WORKING_DAYS:
        return words.gettext("on working days")
    if days == _DAYS_OFF:
        return words.gettext("at weekends")
    named = join([words.gettext(_WEEKDAYS[day - 1]) for day in sorted(days)], voice.language)
    return words.gettext("on {weekdays}", weekdays=named)


def _period(condition: Period, voice: Voice) -> str:
    words, first, last = voice.words, condition.first_on, condition.last_on
    if first and last:
        return words.gettext(
            "from {first} to {last} inclusive",
            first=format_date(first, voice.language, form="day" if first.year == last.year else "full"),
            last=voice.day(last),
        )
    if first:
        return words.gettext("since {first}", first=voice.day(first))
    if last:
        return words.gettext("until {last} inclusive", last=voice.day(last))
    return words.gettext("at any time")


def _receipt_amount(condition: ReceiptAmount, voice: Voice) -> str:
    words = voice.words
    least = tell_least(condition.min_minor, voice, included=condition.min_included)
    if condition.max_minor is None:
        return words.gettext("on a receipt {amount}", amount=least)
    most = tell_most(condition.max_minor, voice, included=condition.max_included)
    bounds = [least, most] if condition.min_minor or not condition.min_included else [most]
    return words.gettext("on a receipt {amount}", amount=" ".join(bounds))


def tell_least(minor: int, voice: Voice, *, included: bool) -> str:
    """Return the lower end of a range of money."""
    if included:
        return voice.words.gettext("from {amount}", amount=voice.money(minor))
    return voice.words.gettext("over {amount}", amount=voice.money(minor))


def tell_most(minor: int, voice: Voice, *, included: bool) -> str:
    """Return the upper end of a range of money."""
    if included:
        return voice.words.gettext("up to {amount} inclusive", amount=voice.money(minor))
    return voice.words.gettext("below {amount}", amount=voice.money(minor))


def _birthday(condition: Birthday, voice: Voice) -> str:
    words, before, after = voice.words, condition.days_before, condition.days_after
    if not before and not after:
        return words.gettext("on the birthday")
    starts = words.ngettext(
        "from {days} day before the birthday", "from {days} days before the birthday", before, days=before
    )
    ends = words.ngettext(
        "for {days} day after the birthday", "for {days} days after the birthday", after, days=after
    )
    if not after:
        return words.gettext("{starts} through the day itself", starts=starts)
    if not before:
        return words.gettext("on the birthday and {ends}", ends=ends)
    return words.gettext("{starts} and {ends}", starts=starts, ends=ends)
