"""A whole file, from its bytes to what its rows say."""

from datetime import date

from msgspec import Struct

from plushka.domain.members.imports.columns import date_order, recognize
from plushka.domain.members.imports.files import read_table
from plushka.domain.members.imports.model import ImportRow, Plan, Table
from plushka.domain.members.imports.rows import Facts, Reader


class Understood(Struct, frozen=True):
    """A file: its table, and its rows as they are understood."""

    table: Table
    rows: list[ImportRow]


def propose(table: Table, *, country: str, today: date, source: str) -> Plan:
    """Return how a file seems to be meant."""
    columns, has_header = recognize(table, country=country, today=today)
    return Plan(
        columns=columns,
        has_header=has_header,
        source=source,
        date_order=date_order(table, columns),
        encoding=table.encoding,
        delimiter=table.delimiter,
    )


def understand(content: bytes, plan: Plan, facts: Facts) -> Understood:
    """Read a file as ``plan`` says: some 60 µs a row, so not in an event loop.

    :raises Invalid: when it is no file of members
    """
    table = read_table(content, encoding=plan.encoding, delimiter=plan.delimiter)
    return Understood(table, list(Reader(plan, facts).read(table)))
