"""What a person is told on the next page. Named in the address: in a messenger's frame there are no cookies."""

from plushka.platform.i18n import Translator, marked

SAID = {
    "saved": marked("Saved."),
    "consents": marked("Noted. It holds from now on."),
    "deleted": marked("All your personal data are destroyed."),
    "signed_out": marked("You are signed out."),
    "welcome": marked("Welcome. The card is yours."),
}


def told_said(name: str, words: Translator) -> str:
    """Return the sentence, nothing for a name that is none."""
    return words.gettext(SAID[name]) if name in SAID else ""
