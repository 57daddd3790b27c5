"""How a person wants pages to look: language and theme, kept in cookies so that they hold before sign-in too."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from plushka.platform.i18n import LANGUAGES, Language

Theme = Literal["light", "dark"]
LANGUAGE_COOKIE = "plushka_language"
THEME_COOKIE = "plushka_theme"
YEAR_SECONDS = 365 * 24 * 3600

_FIRST_LANGUAGE: Language = "ru"


@dataclass(frozen=True, slots=True)
class Look:
    """``theme`` is None while the person leaves it to the system."""

    language: Language
    theme: Theme | None


def look_of(
    cookies: Mapping[str, str], accept_language: str, *, own_language: Language | None = None
) -> Look:
    """Return what was chosen last, else the person's own language, else the browser's, else Russian."""
    chosen = as_language(cookies.get(LANGUAGE_COOKIE, ""))
    return Look(
        language=chosen or own_language or _preferred(accept_language),
        theme=as_theme(cookies.get(THEME_COOKIE, "")),
    )


def as_language(text: str) -> Language | None:
    """Return ``text`` if it names a language that pages are written in."""
    return next((language for language in LANGUAGES if language == text), None)


def as_theme(text: str) -> Theme | None:
    """Return ``text`` if it names a theme."""
    return next((theme for theme in get_args(Theme) if theme == text), None)


def _preferred(accept_language: str) -> Language:
    for part in accept_language.split(","):
        if (language := as_language(part.partition(";")[0].strip()[:2].lower())) is not None:
            return language
    return _FIRST_LANGUAGE
