"""What points are called: our sentences say “points”, «бонусы»; a business may have a word of its own.

A message is translated as ever, and then our word in it is replaced by the business's in the same form, before
anything is filled in: what people have typed is never touched. The catalogue keeps to forms in which other
words of a sentence do not depend on the gender of ours: the plural, and numbers with a noun.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from typing import Annotated

from msgspec import Meta, Struct

Word = Annotated[str, Meta(min_length=1, max_length=40, pattern=r"^[^\W\d_]+([ -][^\W\d_]+)*$")]
"""Letters; parts may be joined by a hyphen or a space."""


class RussianForms(Struct, frozen=True, forbid_unknown_fields=True):
    """The forms that sentences use: «1 бонус, 2 бонуса, 5 бонусов», «списать 1 бонус», «бонусы сгорают» and so on."""

    one: Word = "бонус"
    two: Word = "бонуса"
    five: Word = "бонусов"
    one_object: Word = "бонус"
    plural: Word = "бонусы"
    dative: Word = "бонусам"
    instrumental: Word = "бонусами"
    prepositional: Word = "бонусах"


class EnglishForms(Struct, frozen=True, forbid_unknown_fields=True):
    """“1 point, 2 points”."""

    one: Word = "point"
    many: Word = "points"


class PointWords(Struct, frozen=True, forbid_unknown_fields=True):
    """A business's word for points in our languages."""

    ru: RussianForms = RussianForms()
    en: EnglishForms = EnglishForms()


OURS = PointWords()
_OBJECT = "object"
"""The context of messages in which a number of points is what something is done to: «списать 1 плюшку»."""

_words: ContextVar[PointWords] = ContextVar("point_words", default=OURS)
# A placeholder such as {points} is no word of ours.
_RUSSIAN = re.compile(r"\bбонус(?:а|ов|ы|ам|ами|ах)?\b", re.IGNORECASE)
_ENGLISH = re.compile(r"(?<![{\w])points?\b(?!})", re.IGNORECASE)
MESSAGES_REMEMBERED = 20_000


@contextmanager
def calling_points(words: PointWords) -> Iterator[None]:
    """Let messages say ``words`` for points in here."""
    token = _words.set(words)
    try:
        yield
    finally:
        _words.reset(token)


def call_points(words: PointWords) -> None:
    """Let messages say ``words`` for points in the rest of this request or job."""
    _words.set(words)


def worded(message: str, language: str, *, context: str = "") -> str:
    """Return ``message`` with the present word for points; nothing is filled in yet."""
    words = _words.get()
    return message if words is OURS else _worded(message, words, language, context)


@lru_cache(maxsize=MESSAGES_REMEMBERED)
def _worded(message: str, words: PointWords, language: str, context: str) -> str:
    if language == "ru":
        forms = _russian(words.ru, is_object=context == _OBJECT)
        return _RUSSIAN.sub(lambda found: _in_case_of(found[0], forms), message)
    return _ENGLISH.sub(
        lambda found: _in_case_of(found[0], {"point": words.en.one, "points": words.en.many}), message
    )


def _russian(forms: RussianForms, *, is_object: bool) -> Mapping[str, str]:
    return {
        "бонус": forms.one_object if is_object else forms.one,
        "бонуса": forms.two,
        "бонусов": forms.five,
        "бонусы": forms.plural,
        "бонусам": forms.dative,
        "бонусами": forms.instrumental,
        "бонусах": forms.prepositional,
    }


def _in_case_of(found: str, forms: Mapping[str, str]) -> str:
    word = forms[found.lower()]
    return word[:1].upper() + word[1:] if found[:1].isupper() else word
