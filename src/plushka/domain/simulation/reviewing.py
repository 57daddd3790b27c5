"""Tiers of a course of the past: reviewed on their days, set by hand, moved by returns."""

from datetime import date, datetime

from plushka.domain.simulation.page import Page
from plushka.domain.simulation.past import TierSet
from plushka.engine.local_time import instant
from plushka.engine.purchase import Place
from plushka.engine.tiers import next_review, review


def plan_review(page: Page) -> None:
    """Find out when the tier is reviewed next: never, as it was, for then the past tells."""
    version, since = page.course.version, page.standing.tier_since
    page.review_on = page.review = None
    if version is None or version.program.tiers is None or since is None:
        return
    dates = next_review(version, page.day_of(since), page.reviewed_on)
    page.review, page.review_on = dates, dates.falls_on if dates else None
    if page.tier_until is not None and page.standing.tier_is_manual:
        until_on = page.day_of(page.tier_until)
        page.review_on = min(page.review_on or until_on, until_on)


def hold_reviews(page: Page, day: date) -> None:
    """Hold the reviews that have come by a business day, one after another, as the job of each day would have."""
    while page.review_on is not None and page.review_on <= day:
        _hold(page, page.review_on)


def _hold(page: Page, on: date) -> None:
    version, standing = page.course.version, page.standing
    dates = page.review
    page.reviewed_on, page.review_on = on, None
    if version is None or standing.tier_since is None:
        return
    if dates is None or dates.falls_on != on:
        dates = next_review(version, page.day_of(standing.tier_since), on - date.resolution)
    now = standing.totals(version, on)
    closed = standing.totals(version, dates.measured_on) if dates and dates.falls_on == on else now
    has_ended = page.tier_until is not None and page.day_of(page.tier_until) <= on
    standing.tier_is_manual = standing.tier_is_manual and not has_ended
    page.tier_until = page.tier_until if standing.tier_is_manual else None
    tier = review(version, standing.tier, closed, now, is_manual=standing.tier_is_manual)
    if tier != standing.tier:
        place = Place(branch="", time_zone=page.past.zone)
        standing.tier = tier
        standing.tier_since = instant(on, place.day_starts_minutes, place.time_zone)
    plan_review(page)


def set_tier(page: Page, event: TierSet) -> None:
    """Set what the past has set; rules that do not know the tier leave the member where they are."""
    version, standing = page.course.version, page.standing
    if version is None:
        standing.tier_is_manual = event.is_by_hand
        move_tier(page, event.tier, event.at)
    elif event.is_by_hand and event.tier in {plan.id for plan in version.tiers}:
        standing.tier_is_manual, page.tier_until = True, None
        move_tier(page, event.tier, event.at)
    elif not event.is_by_review:
        standing.tier_is_manual = False


def move_tier(page: Page, tier: str | None, at: datetime) -> None:
    """Let the member have another tier since a moment."""
    page.standing.tier, page.standing.tier_since = tier, at
    plan_review(page)
