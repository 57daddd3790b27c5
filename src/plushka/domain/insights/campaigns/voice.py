"""How cells of a workbook are written."""

from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from msgspec import Struct

from plushka.domain.businesses.queries import get_business
from plushka.platform.csv_files import Cell
from plushka.platform.database import Tx
from plushka.platform.i18n import Language, Translator, currency_decimals, translator


class Voice(Struct, frozen=True):
    """How cells are written: in whose words, by which clock, in whole units of the currency."""

    words: Translator
    zone: ZoneInfo
    decimals: int

    def money(self, minor: int | None) -> Cell:
        return None if minor is None else Decimal(minor).scaleb(-self.decimals)

    def moment(self, at: datetime | None) -> Cell:
        return None if at is None else at.astimezone(self.zone)


async def voice_of(tx: Tx, language: Language) -> Voice:
    """Return how the business's cells are written for who reads this language."""
    business = await get_business(tx)
    return Voice(translator(language), ZoneInfo(business.time_zone), currency_decimals(business.currency))
