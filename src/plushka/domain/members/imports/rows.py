"""From the cells of a row to what they say of a member, and what is wrong with them."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from plushka.domain.members.identities import identify
from plushka.domain.members.imports.columns import read_date
from plushka.domain.members.imports.model import (
    CONSENT_COLUMNS,
    IDENTITY_COLUMNS,
    Column,
    ImportRow,
    Plan,
    Problem,
    Table,
)
from plushka.domain.members.model import NAME_LENGTH_MAX, TAG_LENGTH_MAX, TAGS_MAX, ConsentKind, Identity
from plushka.platform.errors import Invalid

BALANCE_MAX = 10**12
"""Units of one balance: a phone in the wrong column must not become points."""
YEAR_MIN = 1900
NUMBER_LENGTH_MAX = 30
DISCOUNT_BP_MAX = 100_00

_YES = frozenset({"да", "есть", "согласен", "согласна", "истина", "yes", "y", "true", "1", "+"})
_NO = frozenset({"нет", "не согласен", "не согласна", "отказ", "ложь", "no", "n", "false", "0", "-"})
_LIST = re.compile(r"[,;\n|]")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Facts:
    """What a file is read against: the business's country, its day, the scale of points, tiers by id and by name."""

    country: str
    today: date
    scale: int
    tiers: Mapping[str, str]


@dataclass(slots=True)
class Reader:
    """Reads the rows of one file in their order, and remembers whom it has met."""

    plan: Plan
    facts: Facts
    met: dict[Identity, int] = field(default_factory=dict)

    def read(self, table: Table) -> Iterator[ImportRow]:
        """Return what every row says; blank rows and the heading are passed over."""
        for number, row in enumerate(table.rows, start=1):
            if any(row) and not (self.plan.has_header and number == 1):
                yield self._row(number, row)

    def _row(self, number: int, cells: list[str]) -> ImportRow:
        typed: dict[Column, str] = {}
        identities: dict[Identity, None] = {}
        problems: list[Problem] = []
        for column, cell in zip(self.plan.columns, cells, strict=False):
            if column is None or not cell:
                continue
            if column in IDENTITY_COLUMNS:
                for identity in self._identities(column, cell, problems):
                    identities[identity] = None
            else:
                typed.setdefault(column, cell)
        if not identities:
            problems.append(Problem("identity_missing", is_fatal=True))
        problems += self._repeats(number, identities)
        return ImportRow(
            number=number,
            identities=tuple(identities),
            name=_name(typed, problems),
            birthday=self._day(Column.BIRTHDAY, typed.get(Column.BIRTHDAY, ""), problems),
            balance=self._balance(typed.get(Column.BALANCE, ""), problems),
            tier=self._tier(typed.get(Column.TIER, ""), problems),
            discount_bp=_discount(typed.get(Column.DISCOUNT, ""), problems),
            tags=_tags(typed.get(Column.TAGS, ""), problems),
            enrolled_on=self._day(Column.ENROLLED, typed.get(Column.ENROLLED, ""), problems),
            consents=_consents(typed, problems),
            problems=tuple(problems),
        )

    def _identities(self, column: Column, cell: str, problems: list[Problem]) -> Iterator[Identity]:
        kind = IDENTITY_COLUMNS[column]
        for text in [cell] if kind == "external" else _LIST.split(cell):
            if text.strip():
                try:
                    yield identify(kind, text, country=self.facts.country)
                except Invalid as refusal:
                    problems.append(Problem(refusal.code, column, cell))

    def _repeats(self, number: int, identities: Mapping[Identity, None]) -> Iterator[Problem]:
        repeated = next((identity for identity in identities if identity in self.met), None)
        if repeated is not None:
            yield Problem("import_repeated", typed=repeated.value, is_fatal=True, row=self.met[repeated])
        else:
            self.met.update(dict.fromkeys(identities, number))

    def _day(self, column: Column, text: str, problems: list[Problem]) -> date | None:
        if not text:
            return None
        day = read_date(text, self.plan.date_order)
        if day is None:
            problems.append(Problem("import_date_unreadable", column, text))
        elif day.year < YEAR_MIN or day > self.facts.today:
            problems.append(Problem("import_date_unlikely", column, text))
        else:
            return day
        return None

    def _balance(self, text: str, problems: list[Problem]) -> int | None:
        """Return units of the wallet; what cannot be read exactly keeps the row out: points are money."""
        if not text:
            return None
        number = _number(text)
        units = None if number is None else number.scaleb(self.facts.scale)
        if units is None or units != units.to_integral_value() or units > BALANCE_MAX:
            problems.append(Problem("import_balance_unreadable", Column.BALANCE, text, is_fatal=True))
        elif units < 0:
            problems.append(Problem("import_balance_negative", Column.BALANCE, text, is_fatal=True))
        else:
            return int(units)
        return None

    def _tier(self, text: str, problems: list[Problem]) -> str | None:
        tier = self.facts.tiers.get(text.lower()) if text else None
        if text and tier is None:
            problems.append(Problem("import_tier_unknown", Column.TIER, text))
        return tier


def _name(typed: Mapping[Column, str], problems: list[Problem]) -> str:
    parts = (Column.LAST_NAME, Column.FIRST_NAME, Column.MIDDLE_NAME)
    name = " ".join(typed.get(Column.NAME, " ".join(typed.get(part, "") for part in parts)).split())
    if len(name) > NAME_LENGTH_MAX:
        problems.append(Problem("import_name_too_long", Column.NAME, name))
        return ""
    return name


def _discount(text: str, problems: list[Problem]) -> int | None:
    if not text:
        return None
    number = _number(text.rstrip("% "))
    bp = None if number is None else number.scaleb(2)
    if bp is None or bp != bp.to_integral_value() or not 0 <= bp <= DISCOUNT_BP_MAX:
        problems.append(Problem("import_discount_unreadable", Column.DISCOUNT, text))
        return None
    return int(bp)


def _tags(text: str, problems: list[Problem]) -> tuple[str, ...]:
    tags = tuple(dict.fromkeys(" ".join(tag.split()) for tag in _LIST.split(text) if tag.strip()))
    if len(tags) > TAGS_MAX or any(len(tag) > TAG_LENGTH_MAX for tag in tags):
        problems.append(Problem("import_tags_too_long", Column.TAGS, text))
        return ()
    return tags


def _consents(typed: Mapping[Column, str], problems: list[Problem]) -> dict[ConsentKind, bool]:
    consents: dict[ConsentKind, bool] = {}
    for column, kind in CONSENT_COLUMNS.items():
        text = typed.get(column, "").lower()
        if text in _YES or text in _NO:
            consents[kind] = text in _YES
        elif text:
            problems.append(Problem("import_consent_unreadable", column, text))
    return consents


def _number(text: str) -> Decimal | None:
    """Return the number as people write it: spaces between thousands, a comma or a point before decimals."""
    plain = "".join(text.split()).replace("\N{MINUS SIGN}", "-").replace(",", ".")
    return Decimal(plain) if len(plain) <= NUMBER_LENGTH_MAX and _NUMBER.fullmatch(plain) else None
