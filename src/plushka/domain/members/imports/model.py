"""A file of members as it is understood: its columns, its rows, and what is wrong with them."""

from datetime import date
from enum import StrEnum
from typing import Literal

from msgspec import Struct

from plushka.domain.members.model import ConsentKind, Identity, IdentityKind
from plushka.platform.errors import Invalid

DateOrder = Literal["dmy", "mdy"]

ROWS_MAX = 500_000
COLUMNS_MAX = 100
CELL_LENGTH_MAX = 2000


class Column(StrEnum):
    """What a column of a file may hold. A name may come in one column or in three."""

    NAME = "name"
    LAST_NAME = "last_name"
    FIRST_NAME = "first_name"
    MIDDLE_NAME = "middle_name"
    PHONE = "phone"
    CARD = "card"
    EMAIL = "email"
    EXTERNAL = "external"
    BIRTHDAY = "birthday"
    BALANCE = "balance"
    TIER = "tier"
    DISCOUNT = "discount"
    TAGS = "tags"
    ENROLLED = "enrolled"
    PERSONAL_DATA = "personal_data"
    MARKETING = "marketing"


IDENTITY_COLUMNS: dict[Column, IdentityKind] = {
    Column.PHONE: "phone",
    Column.CARD: "card",
    Column.EMAIL: "email",
    Column.EXTERNAL: "external",
}


CONSENT_COLUMNS: dict[Column, ConsentKind] = {
    Column.PERSONAL_DATA: "personal_data",
    Column.MARKETING: "marketing",
}


class Table(Struct, frozen=True):
    """Cells as texts; rows are as long as they came. ``encoding`` and ``delimiter`` are empty for a spreadsheet."""

    rows: list[list[str]]
    encoding: str = ""
    delimiter: str = ""


class Plan(Struct, frozen=True):
    """How a file is to be understood: ``columns`` by their place, None for one that is passed over.

    ``source`` names where the balances come from: a member's balance of one source is booked once for ever.
    """

    columns: tuple[Column | None, ...]
    has_header: bool
    source: str
    date_order: DateOrder = "dmy"
    encoding: str = ""
    delimiter: str = ""


class Problem(Struct, frozen=True, omit_defaults=True):
    """What is wrong with a row. A fatal one keeps the whole row out, another one only the value that was ``typed``.

    ``row`` is another row of the file that it is about, ``points`` what was booked before.
    """

    code: str
    column: Column | None = None
    typed: str = ""
    is_fatal: bool = False
    row: int = 0
    points: int = 0


class ImportRow(Struct, frozen=True, omit_defaults=True):
    """A row as it is understood; ``number`` is its place in the file, counted from 1 with the header.

    None and empty: the file says nothing. ``tier`` is a tier's id, ``balance`` in units of the wallet, ``consents``
    are given or taken back.
    """

    number: int
    identities: tuple[Identity, ...] = ()
    name: str = ""
    birthday: date | None = None
    balance: int | None = None
    tier: str | None = None
    discount_bp: int | None = None
    tags: tuple[str, ...] = ()
    enrolled_on: date | None = None
    consents: dict[ConsentKind, bool] = {}
    problems: tuple[Problem, ...] = ()

    @property
    def is_fatal(self) -> bool:
        return any(problem.is_fatal for problem in self.problems)


class FileUnreadable(Invalid):
    """It is neither a table of texts nor a spreadsheet."""

    code = "import_file_unreadable"


class FileEmpty(Invalid):
    code = "import_file_empty"


class FileTooLong(Invalid):
    code = "import_file_too_long"
