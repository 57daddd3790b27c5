"""Journeys in words: what begins one, what each step does, who may begin again; why one cannot be published."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import assert_never

from plushka.domain.events.asking import tell_tests
from plushka.domain.events.carts.model import CART
from plushka.domain.events.model import EventKind, translated
from plushka.domain.messages.model import CHANNEL_NAMES
from plushka.engine.audience import Audience
from plushka.engine.check_conditions import Problem
from plushka.engine.journeys.parts import (
    AfterDays,
    Again,
    Choice,
    EachTime,
    Finish,
    GiveCoupon,
    GivePoints,
    GiveReward,
    Goal,
    GoalAudience,
    GoalEvent,
    GoalPurchase,
    JourneyTrigger,
    Message,
    Never,
    OnAbsence,
    OnBurn,
    OnCart,
    OnPurchase,
    OnRegistration,
    OnSegmentEntered,
    OnSegmentLeft,
    OnStamps,
    OnTierRisk,
    OnTierUp,
    Split,
    Step,
    TagMember,
    UntagMember,
    Wait,
    Webhook,
)
from plushka.engine.occasion_parts import FieldTest, OnBirthday, OnCloseDate, OnEvent
from plushka.platform.i18n import (
    Language,
    Translator,
    format_money,
    format_percent,
    format_points,
    join,
    marked,
    translator,
)

CLOSE_DATES: Mapping[str, str] = {
    "birthday": marked("a birthday"),
    "wedding": marked("a wedding day"),
    "other": marked("another day"),
}
STATES: Mapping[str, str] = {
    "draft": marked("draft"),
    "sending": marked("running"),
    "paused": marked("on pause"),
    "done": marked("stopped"),
}
RUN_STATES: Mapping[str, str] = {
    "active": marked("on the way"),
    "passed": marked("has passed it"),
    "goal": marked("has reached the goal"),
    "left": marked("has left"),
    "taken_out": marked("was taken out"),
    "stopped": marked("was stopped"),
    "gone": marked("no more a member"),
    "control": marked("in the control group"),
}
OUTCOMES: Mapping[str, str] = {
    "passed": marked("The journey ends."),
    "goal": marked("The goal is reached."),
    "left": marked("The member leaves."),
}
_PROBLEMS: Mapping[str, str] = {
    "no_steps": marked("Add a step: nothing happens yet."),
    "steps_too_many": marked("A journey can have at most {most} steps."),
    "steps_too_deep": marked("Choices can stand within one another at most {most} times."),
    "duplicate_id": marked("“{id}” is there twice."),
    "days_reversed": marked("The upper number of days must not be below the lower one."),
    "leaves_without_audience": marked("Say for whom it is, or let nobody leave it."),
    "wait_for_nothing": marked("Say how long to wait or until which time."),
    "choice_of_nothing": marked("Nothing differs yet: add a step to one of the two ways."),
    "shares_not_whole": marked("The shares must come to 100 %."),
    "template_missing": marked("Choose a template."),
    "unknown_template": marked("There is no such template: choose another one."),
    "letter_lacks": marked(
        "The template names {what}, which neither what begins the journey nor a step before it gives."
    ),
    "letter_of_another_kind": marked(
        "The template says otherwise whether this letter advertises: open the step and save it anew."
    ),
    "coupon_missing": marked("Choose a coupon."),
    "coupon_gives_nothing": marked(
        "Its codes give nothing yet: publish a promotion for this coupon in the programme."
    ),
    "unknown_coupon": marked("There is no such coupon: choose another one."),
    "unknown_segment": marked("There is no such segment: choose another one."),
    "unknown_card": marked("There is no such stamp card: choose another one."),
    "unknown_tier": marked("The programme has no tier “{name}”."),
    "unknown_event": marked("There are no events “{name}”: choose another kind."),
    "field_cannot_be_so": marked("Events of this kind have no field “{name}” that could be so: set it anew."),
    "value_or_bounds": marked("Say which value the field must have, or between which it must lie."),
    "amounts_reversed": marked("The upper amount must be above the lower one."),
    "period_reversed": marked("The last day must not come before the first."),
    "webhook_address_wrong": marked("Enter an address that begins with https://."),
    "step_behind_the_end": marked("Nobody gets here: the journey ends before it."),
}
_CONDITION = marked("This condition makes no sense: set it anew.")


@dataclass(frozen=True, slots=True)
class Voice:
    """How journeys of a business speak: the names behind ids; ``audience`` tells conditions within a sentence."""

    language: Language
    currency: str
    scale: int = 0
    templates: Mapping[str, str] = field(default_factory=dict)
    coupons: Mapping[str, str] = field(default_factory=dict)
    segments: Mapping[str, str] = field(default_factory=dict)
    events: Mapping[str, EventKind] = field(default_factory=dict)
    cards: Mapping[str, str] = field(default_factory=dict)
    goals: Mapping[str, str] = field(default_factory=dict)
    tiers: Mapping[str, str] = field(default_factory=dict)
    audience: Callable[[Audience], str] = str

    @property
    def words(self) -> Translator:
        return translator(self.language)

    def named(self, names: Mapping[str, str], key: str) -> str:
        """Return a name in quotation marks, or that there is none."""
        if not key or key not in names:
            return self.words.gettext("(not chosen)")
        return self.words.gettext("“{name}”", name=names[key])

    def event(self, name: str, where: Sequence[FieldTest]) -> str:
        """Return a kind of events with what is asked of them."""
        kind = self.events.get(name)
        told = self.named({name: kind.title} if kind else {}, name)
        return self.asking(told, kind, where) if where else told

    def asking(self, told: str, kind: EventKind | None, where: Sequence[FieldTest]) -> str:
        """Return what is told of an event with what is asked of its fields; ``kind`` is in the reader's language."""
        tests = tell_tests(
            where,
            kind,
            self.words,
            lambda minor: format_money(minor, self.currency, self.language, trim=True),
        )
        return self.words.gettext("{event} where {tests}", event=told, tests=tests)


def tell_trigger(trigger: JourneyTrigger, voice: Voice) -> str:  # noqa: C901, PLR0911, PLR0912 - one case a trigger
    """Return what begins a journey, as a sentence without its point."""
    words = voice.words
    match trigger:
        case OnPurchase(number=None):
            return words.gettext("After each purchase")
        case OnPurchase(number=1):
            return words.gettext("After the first purchase")
        case OnPurchase(number=number):
            return words.gettext("After purchase No. {number}", number=number)
        case OnAbsence(days=days, days_most=None):
            return words.ngettext(
                "No purchase for {count} day", "No purchase for {count} days", days, count=days
            )
        case OnAbsence(days=days, days_most=most):
            return words.gettext("No purchase for {days} to {most} days", days=days, most=most)
        case OnRegistration():
            return words.gettext("After joining the programme")
        case OnBirthday(days_before=0):
            return words.gettext("On the birthday")
        case OnBirthday(days_before=days):
            return words.ngettext(
                "{count} day before the birthday", "{count} days before the birthday", days, count=days
            )
        case OnCloseDate(days_before=days, kinds=kinds):
            return _close_date(days, kinds, words)
        case OnTierUp(tiers=()):
            return words.gettext("After a rise to another tier")
        case OnTierUp(tiers=tiers):
            named = join([voice.named(voice.tiers, tier) for tier in tiers], voice.language, either=True)
            return words.gettext("After a rise to the tier {tiers}", tiers=named)
        case OnTierRisk(days_before=days):
            return words.ngettext(
                "The tier may fall within {count} day",
                "The tier may fall within {count} days",
                days,
                count=days,
            )
        case OnBurn(days_before=days, points_min=1):
            return words.ngettext(
                "Points burn within {count} day", "Points burn within {count} days", days, count=days
            )
        case OnBurn(days_before=days, points_min=least):
            return words.ngettext(
                "{points} or more burn within {count} day",
                "{points} or more burn within {count} days",
                days,
                points=format_points(least, voice.scale, voice.language),
                count=days,
            )
        case OnStamps(card=card, left=left) if card in voice.goals:
            return words.gettext(
                "To the reward {card} {amount} or less are missing",
                card=voice.named(voice.goals, card),
                amount=format_money(left, voice.currency, voice.language, trim=True),
            )
        case OnStamps(card=card, left=left):
            return words.ngettext(
                "The card {card} lacks {count} stamp at most",
                "The card {card} lacks {count} stamps at most",
                left,
                card=voice.named(voice.cards, card),
                count=left,
            )
        case OnEvent(event=event, where=where):
            return words.gettext("After the event {event}", event=voice.event(event, where))
        case OnCart(minutes=minutes, where=where):
            told = _left_for(minutes, words)
            return voice.asking(told, translated(CART, words), where) if where else told
        case OnSegmentEntered(segment=segment):
            return words.gettext(
                "The member has come into the segment {segment}", segment=voice.named(voice.segments, segment)
            )
        case OnSegmentLeft(segment=segment):
            return words.gettext(
                "The member has left the segment {segment}", segment=voice.named(voice.segments, segment)
            )
        case _:
            assert_never(trigger)


def tell_step(step: Step, voice: Voice) -> str:  # noqa: C901, PLR0911, PLR0912 - one case a step
    """Return what a step does, as a sentence without its point."""
    words = voice.words
    match step:
        case Wait():
            return _wait(step, words)
        case Choice(when=when):
            return words.gettext("If: {conditions}", conditions=voice.audience(when))
        case Split(shares=shares):
            told = " / ".join(f"{share.percent}\N{NO-BREAK SPACE}%" for share in shares)
            return words.gettext("By lot: {shares}", shares=told)
        case Message(template=template, route=route):
            told = words.gettext(
                "Write by the template {template}", template=voice.named(voice.templates, template)
            )
            ways = " → ".join(words.gettext(CHANNEL_NAMES[channel]) for channel in route)
            return f"{told} ({ways})" if ways else told
        case GivePoints(points=points, life_days=life, receipt_share_bp=share):
            told = words.gettext("Give {points}", points=format_points(points, voice.scale, voice.language))
            told = told if life is None else f"{told} {_for_days(life, words)}"
            if share is None:
                return told
            paid = words.gettext("{share} of a receipt at most", share=format_percent(share, voice.language))
            return f"{told} ({paid})"
        case GiveCoupon(coupon=coupon):
            return words.gettext(
                "Give a code of the coupon {coupon}", coupon=voice.named(voice.coupons, coupon)
            )
        case GiveReward(name=name, life_days=life):
            told = words.gettext("Give the gift “{name}”", name=name)
            return told if life is None else f"{told} {_for_days(life, words)}"
        case TagMember(tag=tag):
            return words.gettext("Put the tag “{tag}”", tag=tag)
        case UntagMember(tag=tag):
            return words.gettext("Take the tag “{tag}” away", tag=tag)
        case Webhook(url=url):
            return words.gettext("Tell another system: {address}", address=url)
        case Finish():
            return words.gettext("End here")
        case _:
            assert_never(step)


def tell_way(step: Step, way: int, voice: Voice) -> str:
    """Return what a way of a choice or a split is called."""
    match step:
        case Split(shares=shares):
            return voice.words.gettext("Way {number}: {share} %", number=way + 1, share=shares[way].percent)
        case _:
            return voice.words.gettext("Yes") if way == 0 else voice.words.gettext("No")


def tell_again(again: Again, at_once: int, voice: Voice) -> str:
    """Return who may begin it again, as a sentence."""
    words = voice.words
    match again:
        case Never():
            return words.gettext("Each member goes through it once.")
        case AfterDays(days=days):
            return words.ngettext(
                "Again not sooner than {count} day after the last time.",
                "Again not sooner than {count} days after the last time.",
                days,
                count=days,
            )
        case EachTime():
            if at_once == 1:
                return words.gettext("Each time, if the member is not on the way already.")
            return words.ngettext(
                "Each time, {count} at a time at most.",
                "Each time, {count} at a time at most.",
                at_once,
                count=at_once,
            )
        case _:
            assert_never(again)


def tell_goal(goal: Goal, voice: Voice) -> str:
    """Return what a journey is for, as a sentence: with it, it ends."""
    match goal:
        case GoalPurchase():
            return voice.words.gettext("Ends as soon as the member buys.")
        case GoalEvent(event=event, where=where):
            return voice.words.gettext("Ends with the event {event}.", event=voice.event(event, where))
        case GoalAudience(when=when):
            return voice.words.gettext(
                "Ends as soon as this holds: {conditions}.", conditions=voice.audience(when)
            )
        case _:
            assert_never(goal)


def tell_problem(problem: Problem, voice: Voice) -> str:
    """Return why a journey cannot be published; of audiences only that theirs is a reason."""
    sentence = _PROBLEMS.get(problem.code, _CONDITION)
    return voice.words.gettext(sentence, **problem.facts)


def _wait(wait: Wait, words: Translator) -> str:
    told = []
    if wait.days:
        told.append(words.ngettext("{count} day", "{count} days", wait.days, count=wait.days))
    if wait.hours:
        told.append(words.ngettext("{count} hour", "{count} hours", wait.hours, count=wait.hours))
    if not told:
        return words.gettext("Wait until {time}", time=wait.until or "")
    lasts = words.gettext("Wait {time}", time=" ".join(told))
    return lasts if wait.until is None else words.gettext("{wait}, until {time}", wait=lasts, time=wait.until)


def _left_for(minutes: int, words: Translator) -> str:
    hours, rest = divmod(minutes, 60)
    if not rest:
        return words.ngettext(
            "A cart on the site is left for {count} hour",
            "A cart on the site is left for {count} hours",
            hours,
            count=hours,
        )
    return words.ngettext(
        "A cart on the site is left for {count} minute",
        "A cart on the site is left for {count} minutes",
        minutes,
        count=minutes,
    )


def _for_days(days: int, words: Translator) -> str:
    return words.ngettext("for {count} day", "for {count} days", days, count=days)


def _close_date(days: int, kinds: tuple[str, ...], words: Translator) -> str:
    if kinds:
        dates = join([words.gettext(CLOSE_DATES[each]) for each in kinds], words.language, either=True)
        what = words.gettext("{dates} of somebody close", dates=dates)
    else:
        what = words.gettext("a day of somebody close")
    if not days:
        return words.gettext("On {day}", day=what)
    return words.ngettext(
        "{count} day before: {day}", "{count} days before: {day}", days, count=days, day=what
    )
