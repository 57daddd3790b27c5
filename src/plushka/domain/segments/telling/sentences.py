"""An audience as a sentence: “last purchase 30 or more days ago, and tagged “vip””."""

from plushka.domain.members.consent_texts import CONSENT_WORDS
from plushka.domain.members.words import SEX_WORDS, SOURCE_WORDS
from plushka.domain.programs.telling.occasions import CLOSE_DATES
from plushka.domain.segments.lifecycle.words import GROUP_WORDS
from plushka.domain.segments.telling.campaigns import tell_campaign
from plushka.domain.segments.telling.events import tell_event
from plushka.domain.segments.telling.purchases import OfPurchases, tell_purchases
from plushka.domain.segments.telling.stamps import tell_stamps
from plushka.domain.segments.telling.teller import Teller
from plushka.domain.segments.telling.words import ANY_CHANNEL_WORDS, CHANNEL_WORDS, LANGUAGE_WORDS
from plushka.engine.audience import (
    Age,
    All,
    Any,
    Audience,
    Balance,
    Birthday,
    BirthMonth,
    Blocked,
    Burning,
    CameByFriend,
    Campaign,
    CloseDate,
    Consent,
    CouponHeld,
    Debt,
    Enrolled,
    EnrolledOn,
    ExpectedSpend,
    Friends,
    Group,
    Happened,
    Language,
    Link,
    Not,
    Pending,
    Preferred,
    ProbablyLeft,
    Reachable,
    Rfm,
    Sex,
    Source,
    Stamped,
    Tier,
)
from plushka.engine.conditions import Segment, Tag
from plushka.platform.i18n import format_month, join, marked


def tell(audience: Audience, teller: Teller) -> str:
    """Return the conditions as a sentence without its full stop."""
    told = tell_part(audience, teller)
    first = 1 if told.startswith("(") else 0
    return told[:first] + told[first : first + 1].upper() + told[first + 1 :]


def tell_part(audience: Audience, teller: Teller) -> str:  # noqa: PLR0911 - one case a kind
    """Return the conditions as they stand within a sentence."""
    match audience:
        case All(of=parts):
            return join([_enclosed(part, teller) for part in parts], teller.language)
        case Any(of=parts):
            return join([_enclosed(part, teller) for part in parts], teller.language, either=True)
        case Not(of=part):
            return teller.words.gettext("not ({condition})", condition=tell_part(part, teller))
        case _ if isinstance(audience, OfPurchases):
            return tell_purchases(audience, teller)
        case Tier() | Balance() | Pending() | Debt() | Burning() | Stamped():
            return _of_program(audience, teller)
        case Birthday() | Enrolled() | EnrolledOn():
            return _of_days(audience, teller)
        case CloseDate():
            return _close_date(audience, teller)
        case _:
            return _besides(audience, teller)


def _enclosed(part: Audience, teller: Teller) -> str:
    told = tell_part(part, teller)
    return f"({told})" if isinstance(part, All | Any) and len(part.of) > 1 else told


def _of_program(leaf: Tier | Balance | Pending | Debt | Burning | Stamped, teller: Teller) -> str:
    words = teller.words
    match leaf:
        case Tier(ids=ids):
            names = {one: teller.tier(one, leaf.program) for one in ids}
            told = words.gettext("tier {names}", names=teller.quoted(ids, names))
        case Stamped():
            told = tell_stamps(leaf, teller)
        case Burning():
            points = teller.points(leaf.points_min, leaf.program)
            if leaf.days == 0:
                told = words.gettext("from {points} burn today", points=points)
            else:
                told = words.ngettext(
                    "from {points} burn within {count} day",
                    "from {points} burn within {count} days",
                    leaf.days,
                    points=points,
                    count=leaf.days,
                )
        case _:
            message = {
                Balance: marked("on the account {bounds}"),
                Pending: marked("waiting to be spendable {bounds}"),
                Debt: marked("in debt {bounds}"),
            }[type(leaf)]
            bounds = teller.bounds(
                leaf.points_min, leaf.points_max, lambda points: teller.points(points, leaf.program)
            )
            told = words.gettext(message, bounds=bounds)
    if leaf.program is None or len(teller.program_names) < 2:  # noqa: PLR2004  one needs no name
        return told
    name = teller.program_names.get(leaf.program, str(leaf.program))
    return words.gettext("{told} in the programme “{name}”", told=told, name=name)


def _of_days(  # noqa: PLR0911 - one case a form
    leaf: Birthday | Enrolled | EnrolledOn, teller: Teller
) -> str:
    words = teller.words
    match leaf:
        case Birthday(days_min=0, days_max=0):
            return words.gettext("birthday today")
        case Birthday(days_min=0, days_max=days):
            return words.ngettext(
                "birthday within {count} day", "birthday within {count} days", days, count=days
            )
        case Birthday(days_min=least, days_max=most) if least == most:
            return words.ngettext("birthday in {count} day", "birthday in {count} days", most, count=most)
        case Birthday(days_min=least, days_max=most):
            return words.ngettext(
                "birthday in {least} to {count} day",
                "birthday in {least} to {count} days",
                most,
                least=least,
                count=most,
            )
        case Enrolled():
            bounds = teller.bounds(leaf.days_min, leaf.days_max, teller.number)
            return words.gettext("days in the programme {bounds}", bounds=bounds)
        case EnrolledOn(first_on=first, last_on=last):
            if first is not None and last is not None:
                return words.gettext(
                    "enrolled from {first} to {last}", first=teller.day(first), last=teller.day(last)
                )
            if first is not None:
                return words.gettext("enrolled since {day}", day=teller.day(first))
            return words.gettext("enrolled until {day}", day=teller.day(last) if last else "…")


def _close_date(leaf: CloseDate, teller: Teller) -> str:
    words, days = teller.words, leaf.days_max
    what = words.gettext("a day of somebody close")
    if leaf.kinds:
        what = words.gettext("{dates} of somebody close", dates=teller.chosen(CLOSE_DATES, leaf.kinds))
    if leaf.days_min:
        return words.ngettext(
            "{what} in {least} to {count} day",
            "{what} in {least} to {count} days",
            days,
            what=what,
            least=leaf.days_min,
            count=days,
        )
    if not days:
        return words.gettext("{what} today", what=what)
    return words.ngettext(
        "{what} within {count} day", "{what} within {count} days", days, what=what, count=days
    )


def _besides(leaf: Audience, teller: Teller) -> str:  # noqa: C901, PLR0911, PLR0912 - one case a kind
    words = teller.words
    match leaf:
        case Sex(ids=ids):
            return words.gettext("sex {names}", names=teller.chosen(SEX_WORDS, ids))
        case Age():
            bounds = teller.bounds(leaf.years_min, leaf.years_max, teller.number)
            return words.gettext("age {bounds}", bounds=bounds)
        case BirthMonth(months=months):
            months_told = [format_month(month, teller.language) for month in months]
            return words.gettext(
                "month of birth {names}", names=join(months_told, teller.language, either=True)
            )
        case Tag(ids=ids):
            return words.gettext("tagged {names}", names=teller.quoted(ids, {}))
        case Source(ids=ids):
            return words.gettext("enrolled {names}", names=teller.chosen(SOURCE_WORDS, ids))
        case Link(ids=ids):
            names = teller.quoted([str(one) for one in ids], teller.links)
            return words.gettext("came by the link {names}", names=names)
        case Language(ids=ids):
            return words.gettext("language {names}", names=teller.chosen(LANGUAGE_WORDS, ids))
        case Blocked():
            return words.gettext("blocked")
        case Reachable(channels=channels):
            return words.gettext("reachable by {names}", names=teller.chosen(CHANNEL_WORDS, channels))
        case Preferred(channels=channels):
            return words.gettext(
                "would rather be written to by {names}", names=teller.chosen(ANY_CHANNEL_WORDS, channels)
            )
        case Consent(kinds=kinds):
            return words.gettext("agreed to {names}", names=teller.chosen(CONSENT_WORDS, kinds))
        case CouponHeld(ids=ids):
            names = teller.quoted([str(one) for one in ids], teller.names.coupons)
            return words.gettext("has not used a code of the coupon {names}", names=names)
        case Happened():
            return tell_event(leaf, teller)
        case Friends():
            bounds = teller.bounds(leaf.count_min, leaf.count_max, teller.number)
            return words.gettext("friends brought {bounds}", bounds=bounds)
        case CameByFriend():
            return words.gettext("came by a friend")
        case Group(ids=ids):
            groups: dict[str, str] = {group: words.gettext(word) for group, word in GROUP_WORDS.items()}
            return words.gettext("group {names}", names=teller.quoted(ids, groups))
        case Rfm():
            scores = [
                f"{letter} {', '.join(map(str, wanted))}"
                for letter, wanted in (("R", leaf.r), ("F", leaf.f), ("M", leaf.m))
                if wanted
            ]
            return words.gettext("scores {scores}", scores="; ".join(scores))
        case ProbablyLeft():
            bounds = teller.bounds(leaf.percent_min, leaf.percent_max, teller.percent)
            return words.gettext("by the forecast has left with a chance {bounds}", bounds=bounds)
        case ExpectedSpend():
            bounds = teller.bounds(leaf.min_minor, leaf.max_minor, teller.money)
            if leaf.within == "soon":
                return words.gettext("by the forecast will spend {bounds} within 90 days", bounds=bounds)
            return words.gettext("by the forecast will spend {bounds} within a year", bounds=bounds)
        case Campaign():
            return tell_campaign(leaf, teller)
        case Segment(ids=ids):
            return words.gettext("in the segment {names}", names=teller.quoted(ids, teller.names.segments))
        case _:
            raise ValueError(leaf)
