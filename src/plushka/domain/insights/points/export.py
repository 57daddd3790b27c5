"""The journal of points for the business's books: an entry a day and way, or one a movement, which come to the same.

UTF-8 with its mark, semicolons, decimal commas and dates as 31.12.2026, whichever language the words are in: 1C and the
spreadsheets of accountants read that.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Literal
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Struct

from plushka.domain.businesses.queries import get_business
from plushka.domain.insights.points.accounts import ENTRIES, Entry, Pair, load_accounts
from plushka.domain.insights.points.days import Day, History, load_history
from plushka.domain.insights.points.prices import load_prices
from plushka.domain.insights.points.ways import Way, way_of
from plushka.domain.insights.points.words import ENTRY_WORDS
from plushka.domain.insights.points.worth import Account, Worth, value
from plushka.domain.insights.queries import find_documents
from plushka.domain.insights.reports.period import Period
from plushka.domain.programs.queries import find_scales, get_program
from plushka.domain.tasks.running import Run
from plushka.engine.local_time import instant
from plushka.engine.shares import spread
from plushka.platform.csv_files import Cell, csv_bytes
from plushka.platform.database import Tx
from plushka.platform.errors import Fact
from plushka.platform.i18n import Language, Translator, currency_decimals, language_of, marked, translator
from plushka.platform.ids import floor_of

KIND = "points.export"
MOVEMENTS_AT_ONCE = 20_000
"""Of a file of movements; a day is never divided, for its money is shared out among its movements."""
_FILE_LANGUAGE: Language = "ru"

_COLUMNS = (
    marked("Date"),
    marked("Document number"),
    marked("Debit account"),
    marked("Credit account"),
    marked("Amount"),
    marked("Currency"),
    marked("Content"),
    marked("Points"),
    marked("Movements"),
)
_EACH = (*_COLUMNS[:-1], marked("Document"), marked("Member"))

Grain = Literal["days", "movements"]


class PointsFilter(Struct, frozen=True):
    """What the file is of: days of the business's calendar, both ends count."""

    program_id: UUID
    from_on: date
    last_on: date
    grain: Grain = "days"

    @property
    def period(self) -> Period:
        return Period(self.from_on, self.last_on + timedelta(days=1))


class Moved(Struct, frozen=True):
    """A movement of a day, as the file has it."""

    id: UUID
    way: Way
    points: int
    document_id: UUID
    member_id: UUID


class _Told(Struct, frozen=True):
    """What every line of the file needs."""

    words: Translator
    accounts: Mapping[Entry, Pair]
    currency: str
    decimals: int
    scale: int
    program: str


async def export_points(run: Run) -> Mapping[str, Fact]:
    """Write the file that the task's ``filter`` asks for, in the words of its ``language``."""
    where = msgspec.json.decode(str(run.task.arguments["filter"]), type=PointsFilter)
    language = language_of(str(run.task.arguments["language"]))
    while run.task.cursor < where.period.until_on.isoformat():
        rows, cursor, total = await _piece(run, where, language)
        async with run.step() as step:
            if not step.cursor:
                columns = _COLUMNS if where.grain == "days" else _EACH
                heading: list[Cell] = [translator(language).gettext(column) for column in columns]
                step.output += csv_bytes([heading], _FILE_LANGUAGE, is_beginning=True)
            step.output += csv_bytes(rows, _FILE_LANGUAGE, is_beginning=False)
            step.total, step.cursor = total, cursor.isoformat()
            step.done += len(rows)
    return {"count": run.task.done}


async def _piece(run: Run, where: PointsFilter, language: Language) -> tuple[list[list[Cell]], date, int]:
    """Return some days' lines, the day after them, and how many lines the whole file has, about.

    All is read as of one moment, so that a day's movements are those that its money was worked out of.
    """
    first = date.fromisoformat(run.task.cursor) if run.task.cursor else where.from_on
    async with run.database.transaction(
        run.tenant_id, actor=run.task.actor, at=run.clock.now(), read_only=True, one_moment=True
    ) as tx:
        history = await load_history(tx, where.program_id, where.period)
        account = value(history, await load_prices(tx, where.program_id), where.period)
        told = await _told(tx, where.program_id, language)
        days = {day.day: day for day in history.days}
        if where.grain == "days":
            lines = [line for worth in account.days for line in _day_lines(worth, days.get(worth.day), told)]
            return lines, where.period.until_on, len(lines)
        until = _until(history, first, where.period)
        moved = await _load_moved(tx, where.program_id, first, until)
        documents = await find_documents(
            tx, list({each.document_id for day in moved.values() for each in day})
        )
        labels = {document_id: document.label for document_id, document in documents.items()}
        members = await _load_cards(tx, {each.member_id for day in moved.values() for each in day})
        rows = [
            line
            for worth in account.days
            if first <= worth.day < until
            for line in _movement_lines(worth, moved.get(worth.day, []), told, labels, members)
        ]
        return rows, until, _count(history, account)


def _count(history: History, account: Account) -> int:
    movements = sum(sum(day.movements.values()) for day in history.days)
    return movements + sum(1 for day in account.days if day.revalued_minor)


def _until(history: History, first: date, period: Period) -> date:
    """Return the day before which there are about ``MOVEMENTS_AT_ONCE`` movements from ``first`` on."""
    count = 0
    for day in history.days:
        if day.day < first:
            continue
        count += sum(day.movements.values())
        if count >= MOVEMENTS_AT_ONCE:
            return min(day.day + timedelta(days=1), period.until_on)
    return period.until_on


async def _told(tx: Tx, program_id: UUID, language: Language) -> _Told:
    business = await get_business(tx)
    return _Told(
        words=translator(language),
        accounts=await load_accounts(tx),
        currency=business.currency,
        decimals=currency_decimals(business.currency),
        scale=(await find_scales(tx))[program_id],
        program=(await get_program(tx, program_id)).name,
    )


async def _load_moved(tx: Tx, program_id: UUID, first: date, until: date) -> dict[date, list[Moved]]:
    """Return the movements of some days, without those that are not added up yet, in the order of their booking."""
    zone = (await get_business(tx)).time_zone
    begins, ends = instant(first, 0, zone), instant(until, 0, zone)
    rows = await tx.fetch(
        """
        -- insights.load_moved_points
        select p.id, p.at, p.debit, p.credit, p.points, p.document_id, w.member_id
        from postings p join wallets w on w.tenant_id = $1 and w.id = p.wallet_id
        where p.tenant_id = $1 and w.program_id = $2 and p.at >= $3 and p.at < $4
            -- Nothing is booked before it has happened, so what has an earlier id is of an earlier day.
            and p.id >= $5
            and p.id not in (
                select unnest(subjects) from changes where tenant_id = $1 and kind = 'postings'
            )
        order by p.id
        """,
        tx.tenant_id,
        program_id,
        begins,
        ends,
        floor_of(begins),
    )
    by_day: dict[date, list[Moved]] = {}
    local = ZoneInfo(zone)
    for row in rows:
        if way := way_of(row["debit"], row["credit"]):
            by_day.setdefault(row["at"].astimezone(local).date(), []).append(
                Moved(row["id"], way, row["points"], row["document_id"], row["member_id"])
            )
    return by_day


async def _load_cards(tx: Tx, member_ids: Iterable[UUID]) -> dict[UUID, str]:
    """Return what a member is told by in the books: the end of their phone or card, never the whole."""
    rows = await tx.fetch(
        """
        -- insights.load_masked_cards
        select distinct on (member_id) member_id, right(value, 4) as ending
        from identities
        where tenant_id = $1 and member_id = any($2::uuid[]) and kind in ('card', 'phone')
        order by member_id, kind, value
        """,
        tx.tenant_id,
        list(member_ids),
    )
    return {row["member_id"]: f"…{row['ending']}" for row in rows}


def _day_lines(worth: Worth, day: Day | None, told: _Told) -> Iterator[list[Cell]]:
    for number, entry in enumerate(ENTRIES, start=1):
        minor = worth.revalued_minor if entry == "revalued" else worth.moved.get(entry, 0)
        points = 0 if day is None or entry == "revalued" else day.moved.get(entry, 0)
        movements = 0 if day is None or entry == "revalued" else day.movements.get(entry, 0)
        if minor or points:
            yield [
                *_beginning(worth.day, f"{worth.day:%Y%m%d}-{number:02}", entry, minor, told),
                _points(points, told),
                movements,
            ]


def _movement_lines(
    worth: Worth,
    moved: Sequence[Moved],
    told: _Told,
    documents: Mapping[UUID, str],
    members: Mapping[UUID, str],
) -> Iterator[list[Cell]]:
    """Share a day's money of each way out among its movements (largest remainder): both files come to the same."""
    by_way: dict[Way, list[Moved]] = {}
    for each in moved:
        by_way.setdefault(each.way, []).append(each)
    money = {
        each.id: minor
        for way, movements in by_way.items()
        for each, minor in zip(
            movements,
            spread(worth.moved.get(way, 0), [each.points for each in movements]),
            strict=True,
        )
    }
    for each in moved:
        yield [
            *_beginning(worth.day, str(each.id), each.way, money[each.id], told),
            _points(each.points, told),
            documents.get(each.document_id, ""),
            members.get(each.member_id, ""),
        ]
    if worth.revalued_minor:
        number = f"{worth.day:%Y%m%d}-{len(ENTRIES):02}"
        yield [
            *_beginning(worth.day, number, "revalued", worth.revalued_minor, told),
            _points(0, told),
            "",
            "",
        ]


def _beginning(day: date, number: str, entry: Entry, minor: int, told: _Told) -> list[Cell]:
    """Return the columns that both files begin with; an amount below 0 turns its accounts round."""
    pair = told.accounts[entry] if minor >= 0 else told.accounts[entry].turned
    return [
        f"{day:%d.%m.%Y}",
        number,
        pair.debit,
        pair.credit,
        Decimal(abs(minor)).scaleb(-told.decimals),
        told.currency,
        f"{told.words.gettext(ENTRY_WORDS[entry])}, {told.program}",
    ]


def _points(points: int, told: _Told) -> Decimal:
    return Decimal(points).scaleb(-told.scale)
