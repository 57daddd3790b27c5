"""Founding a business."""

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
from babel.numbers import is_currency
from phonenumbers import SUPPORTED_REGIONS

from plushka.domain.audit.operations import record
from plushka.domain.businesses.model import (
    Business,
    CountryUnknown,
    CurrencyUnknown,
    TimeZoneUnknown,
)
from plushka.domain.businesses.names import check_name
from plushka.domain.businesses.queries import KNOWN, get_business
from plushka.domain.changes.operations import note_calendar
from plushka.platform.database import Tx
from plushka.platform.i18n import Language
from plushka.platform.point_words import OURS, PointWords


async def change_business(
    tx: Tx,
    *,
    name: str,
    language: Language,
    time_zone: str,
    point_words: PointWords,
    spending_needs_permit: bool,
) -> None:
    """Change what may be changed of a business. Its currency may not: receipts and rules are written in it.

    Tills notice a new word for points within ``keyring.TTL_SECONDS``, other things within ``reference.TTL_SECONDS``.

    :raises Invalid: the name is empty or too long, or the time zone does not exist
    """
    check_name(name, field="name")
    check_time_zone(time_zone)
    before = await get_business(tx)
    await tx.execute(
        """
        -- businesses.change_business
        update businesses set name = $2, language = $3, time_zone = $4, point_words = $5, spending_needs_permit = $6
        where tenant_id = $1
        """,
        tx.tenant_id,
        name,
        language,
        time_zone,
        "{}" if point_words == OURS else msgspec.json.encode(point_words).decode(),
        spending_needs_permit,
    )
    tx.known.pop(KNOWN, None)
    if time_zone != before.time_zone:
        await note_calendar(tx)
    await record(
        tx,
        action="business.change",
        subject=f"business:{tx.tenant_id}",
        changes={
            "name": (before.name, name),
            "language": (before.language, language),
            "time_zone": (before.time_zone, time_zone),
            "point_words_ru": (before.point_words.ru.plural, point_words.ru.plural),
            "point_words_en": (before.point_words.en.many, point_words.en.many),
            "spending": (_spending(before.spending_needs_permit), _spending(spending_needs_permit)),
        },
    )


def _spending(needs_permit: bool) -> str:  # noqa: FBT001  what the trail calls it
    return "code" if needs_permit else "free"


async def found_business(
    tx: Tx, *, name: str, currency: str, country: str, language: Language, time_zone: str
) -> Business:
    """Found the business of the transaction: the caller makes its id by opening one on ``new_id()``.

    :raises Invalid: for a currency, country or time zone that does not exist
    """
    if not is_currency(currency):
        raise CurrencyUnknown(field="currency", currency=currency)
    if country not in SUPPORTED_REGIONS:
        raise CountryUnknown(field="country", country=country)
    check_time_zone(time_zone)
    await tx.execute(
        """
        -- businesses.found_business
        insert into businesses (tenant_id, name, currency, country, language, time_zone, created_at)
        values ($1, $2, $3, $4, $5, $6, $7)
        """,
        tx.tenant_id,
        name,
        currency,
        country,
        language,
        time_zone,
        tx.at,
    )
    await record(tx, action="business.found", subject=f"business:{tx.tenant_id}", name=name)
    return Business(
        tenant_id=tx.tenant_id,
        name=name,
        currency=currency,
        country=country,
        language=language,
        time_zone=time_zone,
        created_at=tx.at,
    )


def check_time_zone(name: str) -> None:
    """Refuse a zone that the world does not have.

    :raises TimeZoneUnknown: with its field
    """
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise TimeZoneUnknown(field="time_zone", time_zone=name) from error


async def hide_checklist(tx: Tx) -> None:
    """Put the list of first steps away for everybody of the business."""
    await tx.execute(
        """
        -- businesses.hide_checklist
        update businesses set checklist_hidden_at = $2 where tenant_id = $1
        """,
        tx.tenant_id,
        tx.at,
    )


async def show_checklist(tx: Tx) -> None:
    """Take the list of first steps back; it is seen while something of it is left to do."""
    await tx.execute(
        """
        -- businesses.show_checklist
        update businesses set checklist_hidden_at = null where tenant_id = $1
        """,
        tx.tenant_id,
    )
