"""The texts that strangers agree to in a form, each with the version that was shown: the same on every page."""

from plushka.delivery.web.forms import Form
from plushka.domain.members.consent_texts import TEXT_KINDS, ConsentTexts, TextKind
from plushka.platform.i18n import Language, Translator

Agreement = tuple[tuple[TextKind, str, str], ...]
"""For ``consent_fields`` of ``web/fields.html``: kind, text and version."""


def agreement(texts: ConsentTexts, *, business: str, language: Language) -> Agreement:
    """Return what is agreed to now."""
    return tuple(
        (kind, texts.shown(kind, business=business, language=language), texts.version(kind))
        for kind in TEXT_KINDS
    )


def refuse_other_texts(form: Form, texts: ConsentTexts, words: Translator) -> None:
    """Tell at its field that a text which was ticked is not shown any more: who ticked it has read another."""
    for kind in TEXT_KINDS:
        now = texts.version(kind)
        if form.flag(kind) and form.value(f"{kind}_version", now) != now:
            form.fail(kind, words.gettext("The text has changed meanwhile. Read it once more."))
