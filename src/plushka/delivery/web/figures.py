"""Figures as a page shows them: in columns of equal decimals, signed where a sign tells something."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from plushka.platform import i18n
from plushka.platform.i18n import Language

NOTHING = "—"
_LEAP_YEAR = 2000


@dataclass(frozen=True, slots=True)
class Figures:
    """Formats for one reader: ``scale`` is that of the points, ``zone`` of the moments without a branch.

    Dates of the year that ``today`` is in are told without it.
    """

    language: Language
    currency: str
    scale: int
    zone: str
    today: date

    def money(self, minor: int, *, signed: bool = False) -> str:
        return i18n.format_money(minor, self.currency, self.language, signed=signed)

    def number(self, value: int, *, signed: bool = False) -> str:
        return i18n.format_number(value, self.language, signed=signed)

    def points(self, points: int, *, signed: bool = False) -> str:
        """Return the points named: ``57 бонусов``."""
        return i18n.format_points(points, self.scale, self.language, signed=signed)

    def points_object(self, points: int) -> str:
        """Return the points as what something is done to: ``57 бонусов``, «21 плюшку»."""
        return i18n.format_points_object(points, self.scale, self.language)

    def points_number(self, points: int, *, signed: bool = False) -> str:
        """Return the bare figure, for columns whose heading names the unit."""
        return i18n.format_points_number(points, self.scale, self.language, signed=signed)

    def points_or_nothing(self, points: int, *, signed: bool = False) -> str:
        return self.points_number(points, signed=signed) if points else NOTHING

    def percent(self, bp: int) -> str:
        return i18n.format_percent(bp, self.language)

    def seconds(self, duration: timedelta) -> str:
        """Return the bare figure with one decimal."""
        return i18n.format_number(
            Decimal(duration // timedelta(milliseconds=1)) / 1000, self.language, decimals=1
        )

    def bare_percent(self, bp: int) -> str:
        """Return the figure of a share as a form takes it, without its sign."""
        return i18n.format_percent(bp, self.language).rstrip("%").rstrip()

    def hundredths(self, value: int, *, signed: bool = False) -> str:
        """Return a number given in hundredths with both decimals, as columns want them; nothing has no sign."""
        number = Decimal(value).scaleb(-2)
        return i18n.format_number(number, self.language, decimals=2, signed=signed and value != 0)

    def column_percent(self, bp: int, *, signed: bool = False) -> str:
        """Return ``7,50 %``: with both decimals, as columns want them."""
        return self.hundredths(bp, signed=signed) + i18n.percent_sign(self.language)

    def quantity(self, milli: int) -> str:
        return i18n.format_quantity(milli, self.language)

    def ratio(self, numerator: int, denominator: int) -> str:
        return i18n.format_ratio(numerator, denominator, self.language)

    def day(self, day: date | datetime, zone: str | None = None) -> str:
        if isinstance(day, datetime):
            day = day.astimezone(ZoneInfo(zone or self.zone)).date()
        return i18n.format_date(day, self.language, form="day" if day.year == self.today.year else "full")

    def full_day(self, day: date) -> str:
        """Return a day with its year, whichever it is."""
        return i18n.format_date(day, self.language)

    def month_day(self, month: int, day: int) -> str:
        """Return a day of every year."""
        return i18n.format_date(date(_LEAP_YEAR, month, day), self.language, form="day")

    def day_of_month(self, day: date) -> str:
        return i18n.format_date(day, self.language, form="day")

    def month(self, month: int) -> str:
        return i18n.format_month(month, self.language)

    def time(self, moment: datetime, zone: str | None = None) -> str:
        return i18n.format_time(moment, zone or self.zone)

    def moment(self, moment: datetime, zone: str | None = None) -> str:
        """Return ``3 декабря, 14:02``."""
        return f"{self.day(moment, zone)}, {self.time(moment, zone)}"

    def last_day(self, until: datetime | None, zone: str | None = None) -> str:
        """Return the last day before ``until``, which is exclusive (S4); a dash for what never ends."""
        return NOTHING if until is None else self.day(until - timedelta(microseconds=1), zone)
