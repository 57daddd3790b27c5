"""Whether an audience has a member in it, told from facts: what the SQL must answer too."""

from datetime import date, timedelta
from typing import assert_never

from plushka.engine.audience import (
    Age,
    All,
    Any,
    Audience,
    AverageReceipt,
    Balance,
    Birthday,
    BirthMonth,
    Blocked,
    Bought,
    BoughtAt,
    Burning,
    CameByFriend,
    Campaign,
    Channel,
    CloseDate,
    Consent,
    ConsentKind,
    CouponHeld,
    Debt,
    Enrolled,
    EnrolledOn,
    ExpectedSpend,
    Friends,
    Group,
    Happened,
    Language,
    LastPurchase,
    Link,
    NeverBought,
    Not,
    Pending,
    Preferred,
    ProbablyLeft,
    Purchases,
    Reachable,
    Reaction,
    Rfm,
    Sex,
    Source,
    Spend,
    Stamped,
    Tier,
)
from plushka.engine.audience_facts import Account, Day, MemberFacts, Receipt
from plushka.engine.conditions import Segment, Tag
from plushka.engine.expiry import clamped
from plushka.engine.field_tests import fields_hold

CONSENT_OF: dict[Channel, ConsentKind | None] = {
    "telegram": "messenger",
    "max": "messenger",
    "vk": "messenger",
    "sms": "sms",
    "email": "email",
    "push": None,
}
"""A consent of the channel itself: that to advertising opens every channel until its own is taken back."""
_NOBODYS = Account()


def holds(  # noqa: C901, PLR0911, PLR0912, PLR0915 - one case a kind
    audience: Audience, facts: MemberFacts, today: date
) -> bool:
    """Tell whether the member is in the audience on ``today``."""
    match audience:
        case All(of=parts):
            return all(holds(part, facts, today) for part in parts)
        case Any(of=parts):
            return any(holds(part, facts, today) for part in parts)
        case Not(of=part):
            return not holds(part, facts, today)
        case Sex(ids=ids):
            return facts.sex in ids
        case Age():
            return facts.birthday is not None and _within(
                years_old(facts.birthday, today), audience.years_min, audience.years_max
            )
        case Birthday():
            return facts.birthday is not None and (
                audience.days_min
                <= _days_to(facts.birthday.month, facts.birthday.day, today)
                <= audience.days_max
            )
        case CloseDate(kinds=kinds):
            return any(
                audience.days_min <= _days_to(each.month, each.day, today) <= audience.days_max
                for each in facts.dates
                if not kinds or each.kind in kinds
            )
        case BirthMonth(months=months):
            return facts.birthday is not None and facts.birthday.month in months
        case Tag(ids=ids):
            return not facts.tags.isdisjoint(ids)
        case Source(ids=ids):
            return facts.source in ids
        case Link(ids=ids):
            return facts.link in ids
        case Language(ids=ids):
            return facts.language in ids
        case Enrolled():
            return _within((today - facts.enrolled_on).days, audience.days_min, audience.days_max)
        case EnrolledOn(first_on=first, last_on=last):
            return (first is None or first <= facts.enrolled_on) and (
                last is None or facts.enrolled_on <= last
            )
        case Blocked():
            return facts.is_blocked
        case Preferred(channels=channels):
            return facts.preferred_channel in channels
        case Reachable(channels=channels):
            return any(may_advertise(facts, channel) for channel in channels)
        case Consent(kinds=kinds):
            return not facts.consents.isdisjoint(kinds)
        case Tier(ids=ids):
            return _account(facts, audience).tier in ids
        case Balance():
            return _within(_account(facts, audience).available, audience.points_min, audience.points_max)
        case Pending():
            return _within(_account(facts, audience).pending, audience.points_min, audience.points_max)
        case Debt():
            return _within(_account(facts, audience).debt, audience.points_min, audience.points_max)
        case Burning():
            last = today + timedelta(days=audience.days)
            burns = _account(facts, audience).burns
            return sum(burn.points for burn in burns if burn.on <= last) >= audience.points_min
        case Stamped():
            card = _account(facts, audience).cards.get(audience.card)
            return (
                card is not None
                and _within(card.have, audience.have_min, None)
                and _within(card.left, None, audience.left_max)
            )
        case Purchases():
            count, _ = _sums(facts, today, audience.days)
            return _within(count, audience.count_min, audience.count_max)
        case Spend():
            _, spent = _sums(facts, today, audience.days)
            return _within(spent, audience.min_minor, audience.max_minor)
        case AverageReceipt():
            count, spent = _sums(facts, today, audience.days)
            least, most = audience.min_minor, audience.max_minor
            return count > 0 and _within(
                spent, None if least is None else least * count, None if most is None else most * count
            )
        case LastPurchase():
            days = _days_with_purchases(facts)
            return bool(days) and _within((today - max(days)).days, audience.days_min, audience.days_max)
        case NeverBought():
            return not _days_with_purchases(facts)
        case BoughtAt(ids=ids):
            visits = [receipt for receipt in _lately(facts, today, audience.days) if receipt.branch in ids]
            return len(visits) >= audience.times_min
        case Bought():
            found = [
                receipt for receipt in _lately(facts, today, audience.days) if _has_goods(receipt, audience)
            ]
            return len(found) >= audience.times_min
        case CouponHeld(ids=ids):
            return not facts.coupons.isdisjoint(ids)
        case Happened():
            first = _first_day(today, audience.days)
            events = [
                event
                for event in facts.events
                if event.kind == audience.kind
                and event.on >= first
                and fields_hold(audience.where, event.data)
            ]
            return len(events) >= audience.times_min
        case Friends():
            return _within(facts.friends, audience.count_min, audience.count_max)
        case CameByFriend():
            return facts.came_by_friend
        case Group(ids=ids):
            return facts.group in ids
        case Rfm():
            asked = (audience.r, audience.f, audience.m)
            return facts.scores is not None and all(
                not wanted or score in wanted for score, wanted in zip(facts.scores, asked, strict=True)
            )
        case ProbablyLeft():
            left = None if facts.forecast is None else facts.forecast.left_percent
            return left is not None and _within(left, audience.percent_min, audience.percent_max)
        case ExpectedSpend(within=within):
            if facts.forecast is None:
                return False
            expected = facts.forecast.soon_minor if within == "soon" else facts.forecast.year_minor
            return expected is not None and _within(expected, audience.min_minor, audience.max_minor)
        case Campaign():
            return _reacted(facts, audience, today)
        case Segment(ids=ids):
            return not facts.segments.isdisjoint(ids)
        case _:
            assert_never(audience)


def years_old(birthday: date, today: date) -> int:
    """Return whole years; who was born on 29 February has them on the 28th, of leap years too."""
    turned = clamped(2001, birthday.month, birthday.day)
    return today.year - birthday.year - ((today.month, today.day) < (turned.month, turned.day))


def _days_to(month: int, day: int, today: date) -> int:
    """Return days to the next such day, 0 on the day itself; 29 February is looked for on the 28th."""
    month, day = (2, 28) if (month, day) == (2, 29) else (month, day)
    coming = date(today.year, month, day)
    return ((coming if coming >= today else date(today.year + 1, month, day)) - today).days


def may_advertise(facts: MemberFacts, channel: Channel) -> bool:
    """Tell whether an advertisement may be sent to the member by ``channel``."""
    kind = CONSENT_OF[channel]
    return (
        not facts.is_blocked
        and channel in facts.open_channels
        and "marketing" in facts.consents
        and (kind is None or kind not in facts.refused)
    )


def _within(value: int, least: int | None, most: int | None) -> bool:
    return (least is None or value >= least) and (most is None or value <= most)


def _account(facts: MemberFacts, asked: Tier | Balance | Pending | Debt | Burning | Stamped) -> Account:
    return facts.accounts.get(asked.program or facts.main_program, _NOBODYS)


def _first_day(today: date, days: int | None) -> date:
    return date.min if days is None else today - timedelta(days=days - 1)


def _sums(facts: MemberFacts, today: date, days: int | None) -> tuple[int, int]:
    first = _first_day(today, days)
    counted: list[Day] = [day for day in facts.days if day.on >= first]
    return sum(day.purchases for day in counted), sum(day.spend_minor for day in counted)


def _days_with_purchases(facts: MemberFacts) -> list[date]:
    return [day.on for day in facts.days if day.purchases]


def _lately(facts: MemberFacts, today: date, days: int | None) -> list[Receipt]:
    first = _first_day(today, days)
    return [receipt for receipt in facts.receipts if receipt.on >= first]


def _has_goods(receipt: Receipt, asked: Bought) -> bool:
    return not (
        receipt.skus.isdisjoint(asked.products)
        and receipt.categories.isdisjoint(asked.categories)
        and receipt.brands.isdisjoint(asked.brands)
    )


def _reacted(facts: MemberFacts, asked: Campaign, today: date) -> bool:
    first, within = _first_day(today, asked.days), asked.bought_within_days
    met: Reaction = "sent" if asked.reaction == "nothing" else asked.reaction
    days = [
        one.on
        for one in facts.reactions
        if one.reaction == met and one.on >= first and (not asked.ids or one.campaign in asked.ids)
    ]
    if asked.reaction == "nothing":
        return not days
    if within is None:
        return bool(days)
    bought = _days_with_purchases(facts)
    return any(on <= day <= on + timedelta(days=within) for on in days for day in bought)
