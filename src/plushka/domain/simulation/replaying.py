"""Lets one member's past happen again: the engine decides, the book moves points, as at a till. Pure."""

from typing import assert_never
from uuid import UUID

from plushka.domain.simulation.bringing_back import bring_back
from plushka.domain.simulation.course import Course
from plushka.domain.simulation.happening import close, extend, give, take
from plushka.domain.simulation.page import Page, open_page
from plushka.domain.simulation.past import Back, Closed, Event, Extended, Given, Past, Sale, Taken, TierSet
from plushka.domain.simulation.reviewing import hold_reviews, plan_review, set_tier
from plushka.domain.simulation.selling import sell
from plushka.engine.purchase import Outcome


def replay(past: Past, course: Course) -> Page:
    """Let everything happen, to the end of the span, and return where the member stands then."""
    page = _begin(past, course)
    for event in past.events:
        if isinstance(event, Sale):
            sell(page, event)
        else:
            _let_happen(page, event)
    until_at = course.setting.span.until_at
    if page.review_on is not None:
        hold_reviews(page, page.day_of(until_at))
    page.book.settle(until_at)
    page.note()
    return page


def decide_one(past: Past, course: Course, receipt_id: UUID) -> Outcome | None:
    """Let a past happen up to one of its receipts, and return how that is decided, with all that explains it."""
    page = _begin(past, course)
    for event in past.events:
        if isinstance(event, Sale):
            outcome = sell(page, event, explains=event.id == receipt_id)
            if event.id == receipt_id:
                return outcome
        else:
            _let_happen(page, event)
    return None


def _begin(past: Past, course: Course) -> Page:
    page = open_page(past, course)
    page.note()
    plan_review(page)
    return page


def _let_happen(page: Page, event: Event) -> None:
    match event:
        case Sale():
            sell(page, event)
        case Back():
            bring_back(page, event)
        case Given():
            give(page, event)
        case Taken():
            take(page, event)
        case Extended():
            extend(page, event)
        case TierSet():
            set_tier(page, event)
        case Closed():
            close(page, event)
        case _:
            assert_never(event)
