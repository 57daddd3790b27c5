"""One spelling for each phone, card and e-mail, whichever way it was typed."""

import phonenumbers
from phonenumbers import PhoneMetadata

from plushka.domain.members.model import (
    IDENTITY_LENGTH_MAX,
    EmailInvalid,
    Identity,
    IdentityEmpty,
    IdentityKind,
    IdentityTooLong,
    PhoneInvalid,
)

FRAGMENT_MIN = 3
"""Digits that are looked for within phones: fewer are in nearly every one."""


def identify(kind: IdentityKind, text: str, *, country: str) -> Identity:
    """Return the identity that ``text`` spells; a phone without a country code is of ``country`` (ISO 3166).

    Cards lose their spaces, e-mails their capitals. ``field`` of a refusal is ``kind``.

    :raises Invalid: when it is empty, too long, or spells no phone or e-mail
    """
    text = text.strip()
    if not text:
        raise IdentityEmpty(field=kind)
    if len(text) > IDENTITY_LENGTH_MAX:
        raise IdentityTooLong(field=kind, length_max=IDENTITY_LENGTH_MAX)
    match kind:
        case "phone":
            return Identity(kind=kind, value=normalize_phone(text, country))
        case "email":
            return Identity(kind=kind, value=_normalize_email(text))
        case "card":
            return Identity(kind=kind, value="".join(text.split()))
        case "external":
            return Identity(kind=kind, value=text)


def normalize_phone(text: str, country: str) -> str:
    """Return a phone in E.164, ``+79161234567`` for ``8 (916) 123-45-67`` in Russia.

    A number that cannot be of ``country`` is tried with its own country code, so that ``79161234567``
    works everywhere. Lengths are checked, number plans are not: they change faster than our copy.

    :raises PhoneInvalid: when no phone number is spelled like this
    """
    for spelling in (text, f"+{text}"):
        try:
            number = phonenumbers.parse(spelling, country)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_possible_number_with_reason(number) == phonenumbers.ValidationResult.IS_POSSIBLE:
            return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    raise PhoneInvalid(field="phone")


def _normalize_email(text: str) -> str:
    name, _, host = text.rpartition("@")
    if not name or "." not in host.strip(".") or " " in text:
        raise EmailInvalid(field="email")
    return text.lower()


def phone_fragments(text: str, country: str) -> tuple[str, ...]:
    """Return what an E.164 number may contain when ``text`` was typed, whole or in part.

    In Russia «8 916 123» means 8916123 or +7916123. Nothing for what has letters, or fewer than ``FRAGMENT_MIN``
    digits.
    """
    digits = "".join(filter(str.isdecimal, text))
    if len(digits) < FRAGMENT_MIN or any(letter.isalpha() for letter in text):
        return ()
    fragments = [digits]
    metadata = PhoneMetadata.metadata_for_region(country)
    prefix = metadata.national_prefix if metadata else None
    if metadata and prefix and digits.startswith(prefix) and digits != prefix:
        fragments.append(f"+{metadata.country_code}{digits.removeprefix(prefix)}")
    return tuple(fragments)
