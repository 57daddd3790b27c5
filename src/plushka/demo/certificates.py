"""Gift certificates of the grocery chain, invented: the data set knows gift cards only as lines of receipts."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from plushka.demo.dataset import TIME_ZONE
from plushka.domain.certificates.issuing import insert_certificates
from plushka.domain.certificates.queries import find_by_number
from plushka.domain.certificates.selling import sell_in_office
from plushka.domain.certificates.types import create_type
from plushka.platform.database import Tx

PRINTED = 12
SOLD = ((30, 25_00), (12, 50_00), (5, 100_00), (1, 25_00))
"""Days ago, and for how much."""


async def sell_certificates(tx: Tx, yesterday: date) -> None:
    """Print certificates as of ``tx``, and sell some of them in the last weeks."""
    kind = await create_type(
        tx, name="Подарочная карта", nominals_minor=(25_00, 50_00, 100_00), life_months=12
    )
    numbers = await insert_certificates(tx, type_id=kind.id, count=PRINTED)
    for number, (days, amount_minor) in zip(numbers, SOLD, strict=False):
        at = datetime.combine(yesterday - timedelta(days=days), time(12), ZoneInfo(TIME_ZONE))
        if (certificate := await find_by_number(tx, number)) is not None:
            await sell_in_office(
                replace(tx, at=at),
                certificate.id,
                amount_minor=amount_minor,
                member_id=None,
                zone=TIME_ZONE,
            )
