"""Certificates as pages show them."""

from msgspec import Struct

from plushka.delivery.office.visit import Visit
from plushka.domain.certificates.certificate import Certificate
from plushka.domain.certificates.model import CertificateType
from plushka.domain.certificates.numbers import shown
from plushka.domain.certificates.words import STATE_WORDS

PATH = "/engagement/certificates"


class CertificateLine(Struct, frozen=True):
    """A certificate in the list."""

    href: str
    number: str
    kind: str
    state: str
    balance: str
    nominal: str
    until: str
    is_usable: bool


class KindLine(Struct, frozen=True):
    """A kind in the list, told in clauses."""

    id: str
    name: str
    amounts: str
    terms: str
    is_retired: bool


def certificate_line(one: Certificate, visit: Visit) -> CertificateLine:
    state = one.state(visit.at)
    return CertificateLine(
        href=f"{PATH}/{one.id}",
        number=shown(one.number),
        kind=one.type.name,
        state=visit.words.gettext(STATE_WORDS[state]),
        balance=visit.figures.money(one.spendable_minor(visit.at)) if one.sold_at else "",
        nominal="" if one.nominal_minor is None else visit.figures.money(one.nominal_minor),
        until=until_told(one, visit),
        is_usable=state == "active",
    )


def until_told(one: Certificate, visit: Visit) -> str:
    """Return the last day of a certificate; nothing of one that is not sold."""
    if one.sold_at is None:
        return ""
    if one.expires_at is None:
        return visit.words.gettext("without a term")
    return visit.words.gettext("until {last} inclusive", last=visit.figures.last_day(one.expires_at))


def kind_line(kind: CertificateType, visit: Visit) -> KindLine:
    return KindLine(
        id=str(kind.id),
        name=kind.name,
        amounts=amounts_told(kind, visit),
        terms=" · ".join(_terms(kind, visit)),
        is_retired=kind.retired_at is not None,
    )


def amounts_told(kind: CertificateType, visit: Visit) -> str:
    money = visit.figures.money
    if kind.nominals_minor:
        return ", ".join(map(money, kind.nominals_minor))
    return visit.words.gettext(
        "any amount from {least} to {most}",
        least=money(kind.amount_min_minor or 0),
        most=money(kind.amount_max_minor or 0),
    )


def _terms(kind: CertificateType, visit: Visit) -> list[str]:
    words = visit.words
    if kind.life_months is not None:
        life = words.ngettext("{count} month", "{count} months", kind.life_months, count=kind.life_months)
    elif kind.life_days is not None:
        life = words.ngettext("{count} day", "{count} days", kind.life_days, count=kind.life_days)
    else:
        life = words.gettext("without a term")
    return [
        life,
        words.gettext("used in parts") if kind.is_used_in_parts else words.gettext("used at once"),
        words.gettext("with a PIN") if kind.needs_pin else words.gettext("without a PIN"),
    ]
