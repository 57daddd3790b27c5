"""What a programme gives for friends, as its owner would say it."""

from collections.abc import Iterator

from plushka.domain.programs.telling.conditions import tell_lines, tell_receipt
from plushka.domain.programs.telling.life import tell_expiry, tell_life
from plushka.domain.programs.telling.model import Reason
from plushka.domain.programs.telling.rules import tell_grant_cap
from plushka.domain.programs.telling.voice import Voice, as_sentence
from plushka.engine.program import REFERRAL, PointsReward, Referral
from plushka.engine.purchase import Outcome
from plushka.engine.referral_parts import BaseShare, LevelReward
from plushka.platform.i18n import join, marked

LEVELS = (
    marked("who brought the friend"),
    marked("who brought that one"),
    marked("one more above"),
)
"""Who stands above a friend, the nearest first."""


def tell_referral(referral: Referral | None, voice: Voice) -> dict[str, str]:
    """Return what is given for friends: sentences by what they speak of, in order; nothing: it is not."""
    if referral is None:
        return {}
    words = voice.words
    told = {"levels": _levels(referral, voice)}
    if counted := _counted(referral, voice):
        told["counts"] = counted
    if referral.friend is not None:
        told["friend"] = _friend(referral.friend, voice)
    told["paid"] = _paid(referral, voice)
    if life := [*_life(referral, voice)]:
        told["life"] = as_sentence(", ".join(life))
    if caps := [*_caps(referral, voice)]:
        told["caps"] = words.gettext("One member gets at most {caps}.", caps=join(caps, voice.language))
    told["bind"] = _bind(referral, voice)
    return told


def tell_level(level: LevelReward, voice: Voice) -> str:
    """Return what one level gets: «10 % от покупки» or «100 бонусов»."""
    if isinstance(level, BaseShare):
        return voice.words.gettext("{rate} of the purchase", rate=voice.percent(level.rate_bp))
    return voice.points(level.points)


def tell_occasions(referral: Referral, voice: Voice) -> str:
    """Return which purchases of a friend count."""
    words, most = voice.words, referral.purchases_max
    if most is None:
        return words.gettext("for each purchase of a friend")
    if most == 1:
        return words.gettext("for the first purchase of a friend")
    return words.ngettext(
        "for the first {count} purchase of a friend",
        "for the first {count} purchases of a friend",
        most,
        count=most,
    )


def tell_offer(referral: Referral, voice: Voice) -> list[str]:
    """Return what a member gets for bringing friends, and what the friend gets: to themselves."""
    words, levels = voice.words, referral.levels
    told = [
        words.gettext(
            "You get {reward} {occasions}.",
            reward=tell_level(levels[0], voice),
            occasions=tell_occasions(referral, voice),
        )
    ]
    if len(levels) > 1:
        further = [tell_level(level, voice) for level in levels[1:]]
        told.append(
            words.gettext(
                "For friends of your friends: {rewards}.", rewards=words.gettext(", then ").join(further)
            )
        )
    if referral.friend is not None:
        told.append(
            words.gettext("The friend gets {points} too.", points=voice.points(referral.friend.points))
        )
    if counted := _counted(referral, voice):
        told.append(counted)
    told.append(_paid(referral, voice))
    return told


def explain_referred(outcome: Outcome, voice: Voice) -> Iterator[Reason]:
    """Tell what a friend's purchase gives to those above; nothing where it gives nothing."""
    referred, referral = outcome.referred, voice.program.referral
    if referred is None or not referred.counts or referral is None:
        return
    words, days = voice.words, referral.paid_after_days
    for who, points in zip(LEVELS, referred.levels, strict=False):
        if points:
            told = {"who": words.gettext(who), "points": voice.points(points)}
            text = (
                words.ngettext(
                    "{who} gets {points} in {count} day",
                    "{who} gets {points} in {count} days",
                    days,
                    count=days,
                    **told,
                )
                if days
                else words.gettext("{who} gets {points}", **told)
            )
            yield Reason("referred", as_sentence(text), REFERRAL, voice.rule_name(REFERRAL))


def _levels(referral: Referral, voice: Voice) -> str:
    words = voice.words
    first = words.gettext(
        "Who brought a friend gets {reward} {occasions}",
        reward=tell_level(referral.levels[0], voice),
        occasions=tell_occasions(referral, voice),
    )
    above = [
        words.gettext("{who}: {reward}", who=words.gettext(who), reward=tell_level(level, voice))
        for who, level in zip(LEVELS[1:], referral.levels[1:], strict=False)
    ]
    return "; ".join([first, *above]) + "."


def _counted(referral: Referral, voice: Voice) -> str:
    words, clauses = voice.words, []
    if referral.paid_min_minor:
        clauses.append(words.gettext("{amount} or more is paid", amount=voice.money(referral.paid_min_minor)))
    if referral.lines is not None:
        goods = tell_lines(referral.lines, voice)
        clauses.append(words.gettext("goods: {goods}", goods=goods))
    if referral.when is not None:
        clauses.append(tell_receipt(referral.when, voice))
    return words.gettext("A purchase counts: {conditions}.", conditions=", ".join(clauses)) if clauses else ""


def _friend(friend: PointsReward, voice: Voice) -> str:
    words, program = voice.words, voice.program
    clauses = [words.gettext("the friend gets {points}", points=voice.points(friend.points))]
    if friend.activation is not None or friend.expiry is not None:
        life = tell_life(friend.activation or program.activation, friend.expiry or program.expiry, voice)
        clauses.append(words.gettext("these points {life}", life=life))
    if friend.grant_cap is not None:
        clauses.append(tell_grant_cap(friend.grant_cap, voice))
    return as_sentence(", ".join(clauses))


def _paid(referral: Referral, voice: Voice) -> str:
    words, days = voice.words, referral.paid_after_days
    if not days:
        return words.gettext("Points come at once.")
    return words.ngettext(
        "Points come {count} day after the purchase, if it is not returned by then.",
        "Points come {count} days after the purchase, if it is not returned by then.",
        days,
        count=days,
    )


def _life(referral: Referral, voice: Voice) -> Iterator[str]:
    if referral.expiry is not None:
        yield voice.words.gettext("these points {life}", life=tell_expiry(referral.expiry, voice))
    if referral.grant_cap is not None:
        yield tell_grant_cap(referral.grant_cap, voice)


def _caps(referral: Referral, voice: Voice) -> Iterator[str]:
    words, caps = voice.words, referral.caps
    if caps.points_per_month is not None:
        yield words.gettext("{points} a month", points=voice.points(caps.points_per_month))
    if caps.friends_per_month is not None:
        yield words.ngettext(
            "points for {count} friend a month",
            "points for {count} friends a month",
            caps.friends_per_month,
            count=caps.friends_per_month,
        )


def _bind(referral: Referral, voice: Voice) -> str:
    words, days = voice.words, referral.bind_within_days
    if days is None:
        return words.gettext("Who brought a member can be told until the first purchase.")
    if days == 0:
        return words.gettext(
            "Who brought a member can be told on the day of joining, before the first purchase."
        )
    return words.ngettext(
        "Who brought a member can be told for {count} day after joining, before the first purchase.",
        "Who brought a member can be told for {count} days after joining, before the first purchase.",
        days,
        count=days,
    )
