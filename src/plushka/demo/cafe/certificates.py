"""Gift certificates of the coffee shop, invented like all of it: some printed, some sold in the last weeks."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from plushka.demo.cafe.guests import guest
from plushka.demo.cafe.year import TIME_ZONE
from plushka.domain.certificates.issuing import insert_certificates
from plushka.domain.certificates.queries import find_by_number
from plushka.domain.certificates.selling import sell_in_office
from plushka.domain.certificates.types import create_type
from plushka.domain.members.model import Identity
from plushka.domain.members.queries import find_member
from plushka.platform.database import Tx

PRINTED = 20
SOLD: Sequence[tuple[int, int, int | None]] = (
    (40, 2_000_00, 3),
    (24, 1_000_00, None),
    (15, 1_000_00, 8),
    (9, 3_000_00, 3),
    (2, 2_000_00, None),
)
"""Days ago, for how much, and to which guest; None: to somebody who bought it for another."""


async def sell_certificates(tx: Tx, yesterday: date) -> None:
    """Print certificates as of ``tx``, and sell some of them on later days. The guests are enrolled."""
    kind = await create_type(
        tx, name="Кофе в подарок", nominals_minor=(1_000_00, 2_000_00, 3_000_00), life_months=12
    )
    numbers = await insert_certificates(tx, type_id=kind.id, count=PRINTED)
    for number, (days, amount_minor, buyer) in zip(numbers, SOLD, strict=False):
        at = datetime.combine(yesterday - timedelta(days=days), time(12), ZoneInfo(TIME_ZONE))
        certificate = await find_by_number(tx, number)
        member = None if buyer is None else await find_member(tx, Identity("card", guest(buyer).card))
        if certificate is not None:
            await sell_in_office(
                replace(tx, at=at),
                certificate.id,
                amount_minor=amount_minor,
                member_id=member.id if member else None,
                zone=TIME_ZONE,
            )
