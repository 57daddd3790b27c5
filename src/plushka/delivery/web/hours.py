"""Hours of a branch as people write them and ask for them."""

from datetime import datetime
from zoneinfo import ZoneInfo

from plushka.domain.businesses.model import DAY_MINUTES, Opening, Week
from plushka.platform.i18n import WEEKDAYS_SHORT, Translator


def told_hours(hours: Week, words: Translator) -> str:
    """Return the hours as people write them on a door: ``Mon–Fri 09:00–21:00, Sat 10:00–18:00``."""
    runs: list[tuple[int, int, Opening]] = []
    for day, opening in enumerate(hours):
        if opening is None:
            continue
        if runs and runs[-1][1] == day - 1 and runs[-1][2] == opening:
            runs[-1] = (runs[-1][0], day, opening)
        else:
            runs.append((day, day, opening))
    return ", ".join(
        f"{_days(first, last, words)} {told_clock(opening.opens_minutes)}–{told_clock(opening.closes_minutes)}"
        for first, last, opening in runs
    )


def _days(first: int, last: int, words: Translator) -> str:
    names = [words.gettext(WEEKDAYS_SHORT[day]) for day in (first, last)]
    return names[0] if first == last else "–".join(names)


def told_clock(minutes: int) -> str:
    return f"{minutes // 60 % 24:02}:{minutes % 60:02}"


def told_now(hours: Week, at: datetime, zone: str, words: Translator) -> str:
    """Return whether a branch is open at a moment, and until when; empty where no hours are told at all."""
    if not any(hours):
        return ""
    local = at.astimezone(ZoneInfo(zone))
    minutes, today = local.hour * 60 + local.minute, local.weekday()
    # Who closes after midnight is still open in the small hours of the next day.
    for day, now in ((today, minutes), (today - 1, minutes + DAY_MINUTES)):
        opening = hours[day % 7]
        if opening is not None and opening.opens_minutes <= now < opening.closes_minutes:
            return words.gettext("open until {time}", time=told_clock(opening.closes_minutes))
    opening = hours[today]
    if opening is not None and minutes < opening.opens_minutes:
        return words.gettext("opens at {time}", time=told_clock(opening.opens_minutes))
    return words.gettext("closed now")
