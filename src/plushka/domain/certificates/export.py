"""Certificates as a file: for the printer, who needs PINs, and for the accountant, who needs what is left."""

from collections.abc import Mapping
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from plushka.domain.businesses.queries import get_business
from plushka.domain.certificates.certificate import Certificate
from plushka.domain.certificates.numbers import shown
from plushka.domain.certificates.pins import pin_of
from plushka.domain.certificates.queries import CertificateFilter, count_certificates, list_certificates
from plushka.domain.certificates.words import STATE_WORDS
from plushka.domain.tasks.running import Run
from plushka.domain.tasks.tables import NO_MORE, Piece, write_table
from plushka.platform.csv_files import Cell
from plushka.platform.database import Tx
from plushka.platform.errors import Fact
from plushka.platform.i18n import Language, Translator, currency_decimals, marked, translator

KIND = "certificates.export"
STEP_ROWS = 5000
_COLUMNS = (
    marked("Number"),
    marked("PIN"),
    marked("Kind of certificate"),
    marked("State"),
    marked("Nominal"),
    marked("Balance"),
    marked("Sold on"),
    marked("Valid until"),
)


async def export_certificates(run: Run) -> Mapping[str, Fact]:
    """Write what the filter of the task finds, the newest first; a PIN stands only by what is not sold yet."""
    where = msgspec.json.decode(str(run.task.arguments["filter"]), type=CertificateFilter)

    async def piece(tx: Tx, cursor: str, language: Language) -> Piece:
        last = UUID(cursor) if cursor else None
        found = await list_certificates(tx, where, before=last, limit=STEP_ROWS)
        if not found:
            return NO_MORE
        business, words = await get_business(tx), translator(language)
        decimals, zone = currency_decimals(business.currency), ZoneInfo(business.time_zone)
        rows = [_cells(tx, one, words, decimals=decimals, zone=zone) for one in found]
        return Piece(rows, str(found[-1].id))

    return await write_table(run, _COLUMNS, count=lambda tx: count_certificates(tx, where), piece=piece)


def _cells(tx: Tx, one: Certificate, words: Translator, *, decimals: int, zone: ZoneInfo) -> list[Cell]:
    state = one.state(tx.at)
    return [
        shown(one.number),
        pin_of(tx, one.pin_salt) if state == "new" and one.type.needs_pin else "",
        one.type.name,
        words.gettext(STATE_WORDS[state]),
        None if one.nominal_minor is None else Decimal(one.nominal_minor).scaleb(-decimals),
        Decimal(one.balance_minor).scaleb(-decimals),
        one.sold_at and one.sold_at.astimezone(zone),
        one.expires_at and one.expires_at.astimezone(zone),
    ]
