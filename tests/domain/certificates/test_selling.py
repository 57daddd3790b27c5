"""Kinds, batches, sales, balance checks, and who guesses."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import asyncpg
import pytest
from tests.conftest import SetClock
from tests.domain.certificates.conftest import ZONE, now, sell, sold
from tests.domain.shop import Shop

from plushka.delivery.jobs.long_work import WORKS
from plushka.domain.audit.model import EntryFilter
from plushka.domain.audit.queries import list_entries
from plushka.domain.certificates import changing
from plushka.domain.certificates.checking import check_certificate
from plushka.domain.certificates.expiry import settle_due
from plushka.domain.certificates.issuing import leave_batch, make_one
from plushka.domain.certificates.model import (
    BatchOutOfRange,
    CertificateBlocked,
    CertificatesLocked,
    CertificateSold,
    CertificateTypeRetired,
    ExtensionNotLater,
    NominalOutOfRange,
    NominalUnknown,
    SaleDiffers,
    UnknownCertificate,
)
from plushka.domain.certificates.numbers import new_number
from plushka.domain.certificates.pins import pin_of
from plushka.domain.certificates.queries import (
    CertificateFilter,
    count_certificates,
    list_certificates,
    list_journal,
    list_liability,
    list_of_member,
)
from plushka.domain.certificates.selling import Sale, Sold
from plushka.domain.certificates.types import create_type, retire_type
from plushka.domain.tasks.queries import get_task
from plushka.domain.tasks.running import run
from plushka.engine.expiry import midnight_after


async def check(shop: Shop, number: str, pin: str | None = None, network: str = "192.0.2.1") -> Any:
    async with shop.tx() as tx:
        return await check_certificate(
            tx, till_id=shop.caller.till_id, network=network, number=number, pin=pin
        )


async def test_a_batch_is_made_as_long_work_and_each_number_is_its_own(shop: Shop) -> None:
    async with shop.tx() as tx:
        kind = await create_type(tx, name="Тысяча", nominals_minor=[1_000_00], life_days=90)
        batch, task_id = await leave_batch(tx, type_id=kind.id, nominal_minor=1_000_00, count=4500)
    await run(WORKS, shop.database, shop.clock, tenant_id=shop.caller.tenant_id, task_id=task_id)
    async with shop.tx() as tx:
        assert (await get_task(tx, task_id)).result == {"count": 4500}
        where = CertificateFilter(state="new", batch_id=batch.id)
        assert await count_certificates(tx, where) == 4500
        (first, *_) = await list_certificates(tx, where)
        assert (first.nominal_minor, first.balance_minor, first.state(tx.at)) == (1_000_00, 0, "new")
        pins = {pin_of(tx, one.pin_salt) for one in await list_certificates(tx, where)}
    assert len(pins) > 40


async def test_a_kind_is_sold_for_its_amounts_only(shop: Shop) -> None:
    async with shop.tx() as tx:
        fixed = await create_type(tx, name="Два", nominals_minor=[500_00, 1_000_00])
        free = await create_type(tx, name="Любой", amount_min_minor=300_00, amount_max_minor=50_000_00)
    with pytest.raises(NominalUnknown):
        await sell(shop, Sale("1", fixed.id, 700_00))
    for wrong in (299_99, 50_000_01):
        with pytest.raises(NominalOutOfRange):
            await sell(shop, Sale("1", free.id, wrong))
    answer = await sell(shop, Sale("1", free.id, 777_00))
    assert (answer.certificate.nominal_minor, answer.certificate.balance_minor) == (777_00, 777_00)
    with pytest.raises(NominalOutOfRange):
        async with shop.tx() as tx:
            await create_type(tx, name="Наоборот", amount_min_minor=2, amount_max_minor=1)
    with pytest.raises(BatchOutOfRange):
        async with shop.tx() as tx:
            await leave_batch(tx, type_id=fixed.id, nominal_minor=None, count=0)


async def test_no_more_are_made_of_a_retired_kind_and_those_that_were_go_on(shop: Shop) -> None:
    async with shop.tx() as tx:
        kind = await create_type(tx, name="Старый", nominals_minor=[100_00], needs_pin=False)
        number = await make_one(tx, kind)
        await retire_type(tx, kind.id)
    with pytest.raises(CertificateTypeRetired):
        await sell(shop, Sale("1", kind.id, 100_00))
    assert isinstance(await sell(shop, Sale("2", number)), Sold)


async def test_a_sale_is_booked_once_however_often_it_is_sent(shop: Shop) -> None:
    async with shop.tx() as tx:
        kind = await create_type(tx, name="Подарок", nominals_minor=[500_00])
    first = await sell(shop, Sale("7", kind.id, 500_00))
    again = await sell(shop, Sale("7", kind.id, 500_00))
    assert (again.is_repeat, again.certificate.number, again.pin) == (
        True,
        first.certificate.number,
        first.pin,
    )
    with pytest.raises(SaleDiffers):
        await sell(shop, Sale("7", first.certificate.number))
    with pytest.raises(CertificateSold):
        await sell(shop, Sale("8", first.certificate.number))
    async with shop.tx() as tx:
        assert [line.kind for line in await list_journal(tx, first.certificate.id)] == ["sell"]
    assert await shop.differences() == ()


async def test_it_lives_to_the_end_of_its_last_day(shop: Shop, clock: SetClock) -> None:
    clock.at = datetime(2026, 1, 31, 12, tzinfo=UTC)
    certificate = await sold(shop, life_months=1)
    assert certificate.expires_at == midnight_after(date(2026, 2, 28), ZONE)
    clock.at = certificate.expires_at - timedelta(seconds=1)
    assert (await now(shop, certificate)).state(clock.at) == "active"
    clock.at = certificate.expires_at
    assert (await now(shop, certificate)).state(clock.at) == "expired"


async def test_what_has_expired_is_booked_and_an_extension_brings_it_back(
    shop: Shop, clock: SetClock
) -> None:
    certificate = await sold(shop, life_days=10)
    clock.at += timedelta(days=12)
    for count in (1, 0):
        async with shop.tx() as tx:
            assert await settle_due(tx) == count
    assert (await now(shop, certificate)).balance_minor == 0
    today = clock.at.date()
    with pytest.raises(ExtensionNotLater):
        async with shop.tx() as tx:
            await changing.extend(
                tx, certificate.id, last_on=today - timedelta(days=1), zone=ZONE, reason="просили"
            )
    async with shop.tx() as tx:
        await changing.extend(
            tx, certificate.id, last_on=today + timedelta(days=5), zone=ZONE, reason="просили"
        )
        journal = await list_journal(tx, certificate.id)
    assert [(line.kind, line.amount_minor) for line in reversed(journal)] == [
        ("sell", 1_000_00),
        ("expire", -1_000_00),
        ("extend", 0),
        ("reinstate", 1_000_00),
    ]
    assert (await now(shop, certificate)).state(clock.at) == "active"
    assert await shop.differences() == ()


async def test_number_and_pin_open_it_and_five_wrong_ones_lock_the_till(shop: Shop, clock: SetClock) -> None:
    certificate = await sold(shop, needs_pin=True)
    async with shop.tx() as tx:
        pin = pin_of(tx, certificate.pin_salt)
    assert (await check(shop, certificate.number, f" {pin} ")).balance_minor == 1_000_00
    wrong = f"{(int(pin) + 1) % 10_000:04}"
    tried = [
        await check(shop, number, code)
        for number, code in (
            (certificate.number, wrong),
            (certificate.number, None),
            (new_number(), pin),
            (certificate.number, "пин"),
        )
    ]
    assert [type(answer) for answer in tried] == [UnknownCertificate] * 4
    assert isinstance(await check(shop, certificate.number, wrong), CertificatesLocked)
    with pytest.raises(CertificatesLocked):
        await check(shop, certificate.number, pin)
    async with shop.tx() as tx:
        locked, *_ = await list_entries(tx, EntryFilter())
    assert (locked.action, locked.subject) == ("till.certificates_locked", f"till:{shop.caller.till_id}")
    clock.at += timedelta(minutes=1)
    assert (await check(shop, certificate.number, pin)).balance_minor == 1_000_00


async def test_a_new_pin_ends_the_old_one(shop: Shop) -> None:
    certificate = await sold(shop, needs_pin=True)
    async with shop.tx() as tx:
        changed = await changing.change_pin(tx, certificate.id)
        old, new = pin_of(tx, certificate.pin_salt), pin_of(tx, changed.pin_salt)
    assert isinstance(await check(shop, certificate.number, new), type(certificate))
    if old != new:
        assert isinstance(await check(shop, certificate.number, old), UnknownCertificate)


async def test_a_blocked_one_is_not_sold_and_a_member_sees_their_own(shop: Shop) -> None:
    member_id = await shop.enroll()
    certificate = await sold(shop)
    async with shop.tx() as tx:
        await changing.transfer(tx, certificate.id, member_id=member_id, reason="подарили")
        assert [one.number for one in await list_of_member(tx, member_id)] == [certificate.number]
        await changing.block(tx, certificate.id, reason="потерян")
        assert await list_of_member(tx, member_id) == []
        with pytest.raises(CertificateBlocked):
            await changing.block(tx, certificate.id, reason="ещё раз")
        await changing.unblock(tx, certificate.id, reason="нашёлся")
        (liability,) = await list_liability(tx)
    assert (liability.sold, liability.sold_minor, liability.owed, liability.owed_minor) == (
        1, 1_000_00, 1, 1_000_00,
    )  # fmt: skip
    assert await shop.differences() == ()


@pytest.mark.parametrize(
    "change", ["balance_minor = -1", "balance_minor = nominal_minor + 1", "nominal_minor = balance_minor - 1"]
)
async def test_the_database_refuses_what_a_certificate_cannot_hold(shop: Shop, change: str) -> None:
    await sold(shop)
    with pytest.raises(asyncpg.CheckViolationError):
        async with shop.tx() as tx:
            await tx.execute(f"update certificates set {change}")  # noqa: S608  ours


async def test_the_journal_is_only_written_to(shop: Shop) -> None:
    await sold(shop)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with shop.tx() as tx:
            await tx.execute("delete from certificate_movements where tenant_id = $1", tx.tenant_id)
