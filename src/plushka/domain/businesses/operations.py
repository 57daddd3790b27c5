"""Founding a business and opening its branches."""

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel.numbers import is_currency
from phonenumbers import SUPPORTED_REGIONS

from plushka.domain.audit.operations import record
from plushka.domain.businesses.model import (
    DAY_STARTS_MINUTES,
    Branch,
    BranchCodeTaken,
    Business,
    CountryUnknown,
    CurrencyUnknown,
    TimeZoneUnknown,
)
from plushka.domain.businesses.queries import get_business
from plushka.platform.database import Tx
from plushka.platform.i18n import Language
from plushka.platform.ids import new_id


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
    _check_time_zone(time_zone)
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


async def open_branch(
    tx: Tx,
    *,
    code: str,
    name: str,
    time_zone: str | None = None,
    day_starts_minutes: int = DAY_STARTS_MINUTES,
) -> Branch:
    """Open a branch; without ``time_zone`` it lives by the business's.

    :raises BranchCodeTaken: when the business has a branch of this code
    """
    if time_zone is None:
        time_zone = (await get_business(tx)).time_zone
    _check_time_zone(time_zone)
    branch = Branch(
        id=new_id(),
        code=code,
        name=name,
        time_zone=time_zone,
        day_starts_minutes=day_starts_minutes,
        created_at=tx.at,
    )
    inserted = await tx.fetchval(
        """
        -- businesses.open_branch
        insert into branches (tenant_id, id, code, name, time_zone, day_starts_minutes, created_at)
        values ($1, $2, $3, $4, $5, $6, $7)
        on conflict (tenant_id, code) do nothing
        returning true
        """,
        tx.tenant_id,
        branch.id,
        code,
        name,
        time_zone,
        day_starts_minutes,
        tx.at,
    )
    if not inserted:
        raise BranchCodeTaken(field="code", branch=code)
    await record(tx, action="branch.open", subject=f"branch:{branch.id}", code=code, name=name)
    return branch


def _check_time_zone(name: str) -> None:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise TimeZoneUnknown(field="time_zone", time_zone=name) from error
