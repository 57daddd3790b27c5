"""Certificates that pay for purchases: asked under their lock, in one order: each gives what it holds once (S8).

A certificate is a tender (S2, S17): what is to be paid, and what the receipt earns, stay as they are.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from plushka.domain.certificates import store
from plushka.domain.certificates.certificate import Certificate
from plushka.domain.certificates.checking import opens
from plushka.domain.certificates.model import (
    CertificateShort,
    CertificateTwice,
    Credit,
    Tendered,
    TenderOverPayable,
    UnknownCertificate,
)
from plushka.domain.certificates.tries import list_waits, locked, note_wrong
from plushka.domain.purchases.decide import Decision
from plushka.domain.purchases.situation import Situation
from plushka.platform.database import Tx


class UnbookedTender(Exception):
    """A receipt that a certificate paid is known by its number after all: its batch is to be booked one by one."""


@dataclass(slots=True)
class Tenders:
    """Certificates that the purchases of a batch name, and what they pay as these are decided one after another."""

    tx: Tx
    certificates: Mapping[str, Certificate]
    waits: Mapping[UUID, timedelta]
    wrong: list[UUID] = field(default_factory=list)
    """Tills that named a certificate that is not there, or a wrong PIN."""

    def pay(self, decision: Decision) -> tuple[Tendered, ...]:
        """Let the certificates of a purchase pay, all of them or none.

        :raises CertificatesLocked: the till tried too many wrong ones
        :raises UnknownCertificate: there is none of this number and PIN
        :raises TenderOverPayable: more than is to be paid for goods
        :raises Conflict: a certificate that is not usable, or holds less
        """
        purchase = decision.situation.item.purchase
        if not purchase.tenders:
            return ()
        found = self._find(decision.situation)
        left_minor = _payable_by_certificates(decision)
        for place, (certificate, tender) in enumerate(zip(found, purchase.tenders, strict=True)):
            certificate.check_usable(self.tx.at, field=f"tenders[{place}].certificate")
            amount = f"tenders[{place}].amount_minor"
            if tender.amount_minor > left_minor:
                raise TenderOverPayable(field=amount, amount_max_minor=left_minor)
            if tender.amount_minor > certificate.balance_minor:
                raise CertificateShort(field=amount, balance_minor=certificate.balance_minor)
            left_minor -= tender.amount_minor
        return tuple(
            certificate.spend(
                tender.amount_minor, at=self.tx.at, document_id=decision.receipt_id, field="tenders"
            )
            for certificate, tender in zip(found, purchase.tenders, strict=True)
        )

    async def save(self, booked: Collection[UUID]) -> None:
        """Write what was paid for receipts that were new, and count wrong tries.

        :raises UnbookedTender: one was not new, among others that were
        """
        paid = [certificate for certificate in self.certificates.values() if certificate.movements]
        documents = {movement.document_id for certificate in paid for movement in certificate.movements}
        if documents <= set(booked):
            await store.save(self.tx, paid)
        elif booked:
            raise UnbookedTender
        for till_id in sorted(self.wrong):
            await note_wrong(self.tx, till_id=till_id)

    def _find(self, situation: Situation) -> list[Certificate]:
        till_id = situation.item.caller.till_id
        if till_id in self.waits:
            raise locked(self.waits[till_id])
        found: list[Certificate] = []
        for place, tender in enumerate(situation.item.purchase.tenders):
            field = f"tenders[{place}].certificate"
            certificate = self.certificates.get(tender.number)
            if certificate is None or not opens(self.tx, certificate, tender.pin):
                self.wrong.append(till_id)
                raise UnknownCertificate(field=field)
            if any(certificate is known for known in found):
                raise CertificateTwice(field=field)
            found.append(certificate)
        return found


async def read_tenders(tx: Tx, situations: Collection[Situation]) -> Tenders | None:
    """Lock the certificates that purchases name, after all wallets and codes; None: they name none."""
    paying = [situation for situation in situations if situation.item.purchase.tenders]
    if not paying:
        return None
    numbers = {tender.number for situation in paying for tender in situation.item.purchase.tenders}
    waits = await list_waits(tx, {situation.item.caller.till_id for situation in paying})
    return Tenders(tx, await store.lock_numbers(tx, numbers), waits)


async def give_to_certificates(
    tx: Tx, given: Sequence[Credit], *, return_id: UUID, grace_days: int, zone: str
) -> None:
    """Give back to certificates of what they paid; one past its date lives ``grace_days`` more."""
    if not given:
        return
    found = await store.lock_ids(tx, [credit.certificate_id for credit in given])
    for credit in given:
        found[credit.certificate_id].refund(
            credit, at=tx.at, grace_days=grace_days, zone=zone, document_id=return_id
        )
    await store.save(tx, list(found.values()))


def _payable_by_certificates(decision: Decision) -> int:
    """Return what is to be paid for anything but certificates: one is not bought with another."""
    lines = zip(decision.situation.basket.lines, decision.outcome.lines, strict=True)
    return sum(outcome.payable_minor for line, outcome in lines if line.look.kind != "certificate")
