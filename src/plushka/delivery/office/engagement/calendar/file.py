"""The calendar as a file that other calendars read (RFC 5545)."""

from collections.abc import Iterable
from datetime import timedelta

from icalendar import Calendar, Event

from plushka.delivery.office.engagement.calendar.entries import Entry, Group
from plushka.delivery.office.visit import Visit

CONTENT_TYPE = "text/calendar"
_DAY = timedelta(days=1)


def write_calendar(groups: Iterable[Group], visit: Visit) -> bytes:
    """Return what is published and has days, as events of whole days.

    One that never ends is an event of its first day, one that began at no day of its last: each as an event without
    an end would cover everything.
    """
    calendar = Calendar()
    calendar.add("prodid", "-//Plushka//Calendar of promotions//EN")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", visit.business.name)
    for group in groups:
        for entry in group.entries:
            if entry.state in {"running", "planned", "ended"} and (entry.first_on or entry.last_on):
                calendar.add_component(_event(group, entry, visit))
    return bytes(calendar.to_ical())


def _event(group: Group, entry: Entry, visit: Visit) -> Event:
    gettext = visit.words.gettext
    name = entry.name
    if entry.last_on is None:
        name = gettext("{name}: begins", name=name)
    elif entry.first_on is None:
        name = gettext("{name}: the last day", name=name)
    begins, ends = entry.first_on or entry.last_on, entry.last_on or entry.first_on
    event = Event()
    event.add("uid", f"{entry.id}@{group.program_id or 'coupons'}")
    event.add("dtstamp", visit.at)
    event.add("dtstart", begins)
    if ends is not None:
        event.add("dtend", ends + _DAY)
    event.add("summary", name)
    event.add("description", entry.about)
    event.add("categories", [group.title])
    event.add("transp", "TRANSPARENT")
    return event
