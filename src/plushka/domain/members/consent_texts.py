"""What members agree to, word for word. A text that was shown once is never edited: a new one gets a new version."""

from collections.abc import Mapping
from types import MappingProxyType

from plushka.domain.members.model import ConsentKind
from plushka.platform.i18n import Language, marked, translator

CURRENT: Mapping[ConsentKind, str] = MappingProxyType({"personal_data": "1", "marketing": "1"})
"""The version that is shown now, of each text that strangers are shown."""

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

_TEXTS: Mapping[tuple[ConsentKind, str], str] = MappingProxyType(
    {
        ("personal_data", "1"): marked(
            "I agree that {business} keeps and uses my name, phone and purchases to run its loyalty programme. "
            "I can take this back at any time."
        ),
        ("marketing", "1"): marked(
            "I agree to get messages about offers from {business}. I can take this back at any time."
        ),
    }
)


def consent_text(kind: ConsentKind, version: str, *, business: str, language: Language) -> str | None:
    """Return a text as it was shown; None: there is no such version."""
    text = _TEXTS.get((kind, version))
    return None if text is None else translator(language).gettext(text, business=business)
