"""What members agree to, word for word, in the versions in which it was shown.

A business begins with our texts, which are version 1, and writes its own after that. A text that was shown is never
edited: another wording is another version, and each consent names the one that it was given to.
"""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Literal

from msgspec import Struct

from plushka.domain.audit import operations as audit
from plushka.domain.members.model import ConsentKind, ConsentTextChanged, TextMissing, TextTooLong
from plushka.platform.database import Tx
from plushka.platform.i18n import LANGUAGES, Language, marked, translator

TextKind = Literal["personal_data", "marketing"]
TEXT_KINDS: tuple[TextKind, ...] = ("personal_data", "marketing")
"""Those that strangers are shown a text of; the others staff note by what they were told."""
TEXT_LENGTH_MAX = 1000
FIRST = 1

CONSENT_WORDS: Mapping[ConsentKind, str] = MappingProxyType(
    {
        "personal_data": marked("personal data"),
        "marketing": marked("marketing"),
        "sms": marked("SMS"),
        "email": marked("e-mail"),
        "messenger": marked("messengers"),
        "call": marked("calls"),
    }
)
"""What a consent is to, by its kind."""

_OURS: Mapping[TextKind, str] = MappingProxyType(
    {
        "personal_data": marked(
            "I agree that {business} keeps and uses my name, phone and purchases to run its loyalty programme. "
            "I can take this back at any time."
        ),
        "marketing": marked(
            "I agree to get messages about offers from {business}. I can take this back at any time."
        ),
    }
)


class ConsentText(Struct, frozen=True):
    """A version of a text that the business wrote, in both languages."""

    kind: TextKind
    number: int
    ru: str
    en: str
    actor: str
    at: datetime


class ConsentTexts(Struct, frozen=True):
    """All that a business wrote, the latest first; what it did not write is ours."""

    written: tuple[ConsentText, ...] = ()

    def number(self, kind: TextKind) -> int:
        """Return the version that is shown now."""
        return max((text.number for text in self.written if text.kind == kind), default=FIRST)

    def version(self, kind: TextKind) -> str:
        """Return the version that is shown now, as a consent names it."""
        return str(self.number(kind))

    def version_of(self, kind: ConsentKind) -> str | None:
        """Return the version that is shown now, None for a kind that has no text."""
        return next((self.version(each) for each in TEXT_KINDS if each == kind), None)

    def find(self, kind: ConsentKind, version: str, *, business: str, language: Language) -> str | None:
        """Return a text as it was shown; None: there is no such version."""
        for text in self.written:
            if (text.kind, str(text.number)) == (kind, version):
                return text.ru if language == "ru" else text.en
        if version != str(FIRST) or kind not in TEXT_KINDS:
            return None
        return translator(language).gettext(_OURS[kind], business=business)

    def shown(self, kind: TextKind, *, business: str, language: Language) -> str:
        """Return the text that is shown now."""
        return self.find(kind, self.version(kind), business=business, language=language) or ""


async def list_consent_texts(tx: Tx) -> ConsentTexts:
    """Return the texts of the business in all their versions."""
    rows = await tx.fetch(
        """
        -- members.list_consent_texts
        select kind, number, ru, en, actor, at from consent_texts where tenant_id = $1 order by number desc
        """,
        tx.tenant_id,
    )
    return ConsentTexts(tuple(ConsentText(**row) for row in rows))


async def write_consent_text(
    tx: Tx, kind: TextKind, texts: Mapping[Language, str], *, after: int, business: str
) -> None:
    """Show strangers these words from now on, as the version that follows ``after``; the same words change nothing.

    :raises ConsentTextChanged: somebody has written a version since ``after`` was read
    :raises Invalid: a text is missing or too long; the field is its language
    """
    known = await list_consent_texts(tx)
    before = {language: known.shown(kind, business=business, language=language) for language in LANGUAGES}
    wanted = {language: " ".join(texts[language].split()) for language in LANGUAGES}
    for language, text in wanted.items():
        if not text:
            raise TextMissing(field=language)
        if len(text) > TEXT_LENGTH_MAX:
            raise TextTooLong(field=language, length_max=TEXT_LENGTH_MAX)
    if known.number(kind) != after:
        raise ConsentTextChanged
    if wanted == before:
        return
    inserted = await tx.fetchval(
        """
        -- members.write_consent_text
        insert into consent_texts (tenant_id, kind, number, ru, en, actor, at)
        values ($1, $2, $3, $4, $5, $6, $7)
        on conflict do nothing
        returning true
        """,
        tx.tenant_id,
        kind,
        after + 1,
        wanted["ru"],
        wanted["en"],
        tx.actor,
        tx.at,
    )
    if not inserted:
        raise ConsentTextChanged
    await audit.record(
        tx,
        action="consent_text.write",
        subject=f"consent_text:{kind}",
        consent=kind,
        version=after + 1,
        changes={"text_ru": (before["ru"], wanted["ru"]), "text_en": (before["en"], wanted["en"])},
    )
