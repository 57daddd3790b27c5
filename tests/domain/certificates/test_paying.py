"""A certificate (F167) pays for a purchase, and returns give back to it (S2, S8, S9, S17)."""

import asyncio
from datetime import timedelta
from functools import partial
from itertools import permutations
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from tests.conftest import SetClock
from tests.domain.certificates.conftest import ZONE, now, sold
from tests.domain.purchases.test_commit import CASHBACK
from tests.domain.purchases.test_returning import give_back
from tests.domain.shop import Shop, open_shop, receipt
from tests.faults.test_one_card import at_once

from plushka.domain.certificates import changing, store
from plushka.domain.certificates.certificate import Certificate
from plushka.domain.certificates.issuing import make_one
from plushka.domain.certificates.model import (
    CertificateBlocked,
    CertificateExpired,
    CertificateNotSold,
    CertificateShort,
    CertificatesLocked,
    CertificateTwice,
    Tender,
    TenderOverPayable,
    UnknownCertificate,
)
from plushka.domain.certificates.numbers import new_number
from plushka.domain.certificates.pins import pin_of
from plushka.domain.certificates.queries import list_journal
from plushka.domain.purchases.model import Committed, PurchaseLine, ReturnRequest
from plushka.domain.purchases.operations import preview_return
from plushka.domain.purchases.queries import get_receipt
from plushka.domain.purchases.queue import PurchaseQueue
from plushka.engine.expiry import DAY, midnight_after
from plushka.platform.clock import SystemClock
from plushka.platform.database import Database
from plushka.platform.errors import Conflict

CLIENTS = 50
WINNERS = 7
LINES = (
    PurchaseLine("beans", 3000, 100_01),
    PurchaseLine("cup", 1000, 77_77),
    PurchaseLine("tea", 2000, 50_50),
)


def of(certificate: Certificate, amount_minor: int) -> Tender:
    return Tender(certificate.number, amount_minor)


async def pay(shop: Shop, number: str, amount_minor: int, *tenders: Tender, **purchase: Any) -> Committed:
    return await shop.buy(number, amount_minor, tenders=tenders, **purchase)


async def test_a_certificate_pays_and_the_receipt_earns_as_if_it_were_money(shop: Shop) -> None:
    member_id, certificate = await shop.enroll(), await sold(shop, 1_000_00)
    booked = await pay(shop, "1", 1_400_00, of(certificate, 1_000_00), member=member_id)
    outcome = booked.receipt.outcome
    assert (outcome.payable_minor, booked.receipt.money_minor, outcome.earned_points) == (
        1_400_00,
        400_00,
        140,
    )
    (paid,) = booked.receipt.tendered
    assert (paid.number, paid.amount_minor, paid.left_minor) == (certificate.number, 1_000_00, 0)
    async with shop.tx() as tx:
        assert await get_receipt(tx, booked.receipt.id) == booked.receipt
    assert await shop.differences() == ()


async def test_it_pays_in_parts_until_nothing_is_left(shop: Shop) -> None:
    certificate = await sold(shop, 1_000_00)
    left = [
        (await pay(shop, number, 300_00, of(certificate, 300_00))).receipt.tendered[0].left_minor
        for number in "123"
    ]
    assert left == [700_00, 400_00, 100_00]
    with pytest.raises(CertificateShort) as short:
        await pay(shop, "4", 300_00, of(certificate, 300_00))
    assert (short.value.facts, short.value.field) == ({"balance_minor": 100_00}, "tenders[0].amount_minor")
    await pay(shop, "5", 300_00, of(certificate, 100_00))
    assert (await now(shop, certificate)).state(shop.clock.now()) == "spent"
    assert await shop.differences() == ()


async def test_one_that_is_used_at_once_loses_what_it_did_not_pay_until_all_is_returned(shop: Shop) -> None:
    certificate = await sold(shop, 1_000_00, is_used_in_parts=False)
    booked = await pay(shop, "1", 800_00, of(certificate, 800_00))
    assert booked.receipt.tendered[0].forfeited_minor == 200_00
    assert (await now(shop, certificate)).balance_minor == 0
    await give_back(shop, "r1", "1", (0, 500))
    assert (await now(shop, certificate)).balance_minor == 400_00
    await give_back(shop, "r2", "1", (0, 500))
    assert (await now(shop, certificate)).balance_minor == 1_000_00
    assert await shop.differences() == ()


async def test_a_repeat_pays_once(shop: Shop) -> None:
    certificate = await sold(shop, 1_000_00)
    first = await pay(shop, "1", 600_00, of(certificate, 600_00))
    again = await pay(shop, "1", 600_00, of(certificate, 600_00))
    assert (again.is_repeat, again.receipt) == (True, first.receipt)
    assert (await now(shop, certificate)).balance_minor == 400_00
    assert await shop.differences() == ()


async def test_two_certificates_pay_for_one_receipt_but_not_one_twice(shop: Shop) -> None:
    first, second = await sold(shop, 300_00), await sold(shop, 500_00)
    with pytest.raises(CertificateTwice):
        await pay(shop, "1", 700_00, of(first, 100_00), of(first, 100_00))
    with pytest.raises(CertificateShort):
        await pay(shop, "1", 900_00, of(first, 300_00), of(second, 600_00))
    assert (await now(shop, first)).balance_minor == 300_00
    booked = await pay(shop, "1", 700_00, of(first, 300_00), of(second, 400_00))
    assert booked.receipt.money_minor == 0
    assert await shop.differences() == ()


async def test_it_pays_for_goods_only_and_no_more_than_they_cost(shop: Shop) -> None:
    certificate = await sold(shop, 1_000_00)
    lines = (PurchaseLine("coffee", 1000, 200_00), PurchaseLine("gift", 1000, 500_00, kind="certificate"))
    with pytest.raises(TenderOverPayable) as refused:
        await pay(shop, "1", 0, of(certificate, 300_00), lines=lines)
    assert refused.value.facts == {"amount_max_minor": 200_00}
    assert (await pay(shop, "1", 0, of(certificate, 200_00), lines=lines)).receipt.money_minor == 500_00


async def test_what_cannot_be_used_says_why(shop: Shop, clock: SetClock) -> None:
    blocked, old = await sold(shop), await sold(shop, life_days=1)
    async with shop.tx() as tx:
        await changing.block(tx, blocked.id, reason="украден")
    with pytest.raises(CertificateBlocked):
        await pay(shop, "1", 100_00, of(blocked, 100_00))
    clock.at += timedelta(days=3)
    with pytest.raises(CertificateExpired):
        await pay(shop, "1", 100_00, of(old, 100_00))


async def test_one_that_was_not_sold_pays_nothing(shop: Shop) -> None:
    certificate = await sold(shop)
    async with shop.tx() as tx:
        number = await make_one(tx, certificate.type)
    with pytest.raises(CertificateNotSold):
        await pay(shop, "1", 100_00, Tender(number, 100_00))


async def test_a_wrong_pin_pays_nothing_and_counts_as_a_try(shop: Shop) -> None:
    certificate = await sold(shop, needs_pin=True)
    async with shop.tx() as tx:
        pin = pin_of(tx, certificate.pin_salt)
    for number, tender in enumerate([of(certificate, 100_00), Tender(new_number(), 100_00, pin)] * 2):
        with pytest.raises(UnknownCertificate):
            await pay(shop, f"{number}", 100_00, tender)
    assert (
        await pay(shop, "right", 100_00, Tender(certificate.number, 100_00, pin))
    ).receipt.money_minor == 0
    with pytest.raises(UnknownCertificate):
        await pay(shop, "5", 100_00, of(certificate, 100_00))
    with pytest.raises(CertificatesLocked):
        await pay(shop, "6", 100_00, Tender(certificate.number, 100_00, pin))
    assert await shop.differences() == ()


async def test_fifty_tills_spend_exactly_what_a_certificate_holds(database: Database) -> None:
    async with open_shop(database, SystemClock(), CASHBACK) as shop:
        certificate = await sold(shop, WINNERS * 100_00)
        members = [await shop.enroll(f"+7999000{number:04}") for number in range(CLIENTS)]
        other = PurchaseQueue(database, SystemClock())
        await other.start()

        async def spend(number: int) -> Committed | Conflict:
            queue = (shop.queue, other)[number % 2]
            purchase = receipt(
                f"{number}", 100_00, member=members[number], tenders=(of(certificate, 100_00),)
            )
            try:
                return await queue.commit(shop.caller, purchase)
            except Conflict as refusal:
                return refusal

        answers = await at_once([partial(spend, number) for number in range(CLIENTS)])
        await other.stop()
        assert sum(isinstance(answer, Committed) for answer in answers) == WINNERS
        assert sum(isinstance(answer, CertificateShort) for answer in answers) == CLIENTS - WINNERS
        assert (await now(shop, certificate)).balance_minor == 0
        assert await shop.differences() == ()


async def test_without_the_lock_the_database_still_refuses_to_spend_it_twice(shop: Shop) -> None:
    """The twin of the test above: two transactions that both saw it full, and what stands behind the lock."""
    certificate = await sold(shop, 100_00)

    both_have_seen_it = asyncio.Barrier(2)

    async def spend(number: int) -> None:
        seen = await now(shop, certificate)
        await both_have_seen_it.wait()
        async with shop.tx() as tx:
            seen.spend(100_00, at=tx.at, document_id=UUID(int=number), field="tenders")
            await store.save(tx, [seen])

    answers = await asyncio.gather(spend(1), spend(2), return_exceptions=True)
    assert sum(isinstance(answer, asyncpg.CheckViolationError) for answer in answers) == 1
    assert (await now(shop, certificate)).balance_minor == 0


async def test_a_return_gives_back_to_the_certificate_its_part(shop: Shop) -> None:
    certificate = await sold(shop, 700_00)
    await pay(shop, "1", 1_000_00, of(certificate, 700_00))
    async with shop.tx() as tx:
        told = await preview_return(tx, shop.reference, shop.caller, ReturnRequest("r", "1"))
    assert (told.refund_minor, told.money_minor) == (1_000_00, 300_00)
    back = await give_back(shop, "r1", "1", (0, 300))
    assert (back.refund_minor, back.money_minor) == (300_00, 90_00)
    assert [(credit.number, credit.amount_minor) for credit in back.certificates] == [
        (certificate.number, 210_00)
    ]
    assert (await give_back(shop, "r1", "1", (0, 300))).certificates == back.certificates
    assert (await now(shop, certificate)).balance_minor == 210_00
    assert await shop.differences() == ()
    async with shop.tx() as tx:
        journal = await list_journal(tx, certificate.id)
    assert {line.receipt_id for line in journal if line.kind in ("spend", "refund")} == {back.receipt_id}


@pytest.mark.parametrize("order", list(permutations(range(4))))
async def test_partial_returns_come_to_the_same_in_any_order(shop: Shop, order: tuple[int, ...]) -> None:
    first, second = await sold(shop, 99_99), await sold(shop, 60_01)
    await pay(shop, "1", 0, of(first, 99_99), of(second, 60_01), lines=LINES)
    parts = [(0, 1000), (0, 2000), (1, 1000), (2, 2000)]
    for place in order[:2]:
        await give_back(shop, f"r{place}", "1", parts[place])
        assert await shop.differences() == ()
    half = sorted(order[:2])
    state = ((await now(shop, first)).balance_minor, (await now(shop, second)).balance_minor)
    assert seen.setdefault(tuple(half), state) == state
    for place in order[2:]:
        await give_back(shop, f"r{place}", "1", parts[place])
    assert (await now(shop, first)).balance_minor == 99_99
    assert (await now(shop, second)).balance_minor == 60_01
    assert await shop.differences() == ()


seen: dict[tuple[int, ...], tuple[int, int]] = {}
"""What two certificates hold after the same two returns, whatever their order."""


async def test_a_return_to_one_that_has_expired_gets_the_grace_of_the_programme(
    shop: Shop, clock: SetClock
) -> None:
    certificate = await sold(shop, 1_000_00, life_days=5)
    await pay(shop, "1", 600_00, of(certificate, 600_00))
    clock.at += timedelta(days=10)
    await give_back(shop, "r", "1", (0, 1000))
    found = await now(shop, certificate)
    grace = CASHBACK.return_grace_days * DAY
    assert (found.balance_minor, found.state(clock.at)) == (600_00, "active")
    assert found.expires_at == midnight_after(clock.at.date() + grace, ZONE)
    assert await shop.differences() == ()
