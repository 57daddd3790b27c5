"""The forms of an owner's word for points, found by grammar so that nobody has to decline it by hand."""

from functools import cache
from typing import TYPE_CHECKING

from plushka.platform.point_words import EnglishForms, RussianForms

if TYPE_CHECKING:
    from pymorphy3 import MorphAnalyzer
    from pymorphy3.analyzer import Parse

_GRAMMEMES = {
    "one": {"nomn", "sing"},
    "two": {"gent", "sing"},
    "five": {"gent", "plur"},
    "one_object": {"accs", "sing"},
    "plural": {"nomn", "plur"},
    "dative": {"datv", "plur"},
    "instrumental": {"ablt", "plur"},
    "prepositional": {"loct", "plur"},
}
_SIBILANTS = ("s", "x", "z", "ch", "sh")


def decline(word: str) -> RussianForms | None:
    """Return the forms of a Russian noun given in the singular, ``плюшка``; None for what is no such noun.

    Grammar by pymorphy3 and OpenCorpora's dictionary; a word that it does not know is declined like those
    which end alike, so the owner looks over the forms before they are used.
    """
    noun = _noun(word.strip().lower())
    if noun is None:
        return None
    forms = {name: noun.inflect(frozenset(grammemes)) for name, grammemes in _GRAMMEMES.items()}
    return RussianForms(**{name: form.word if form else noun.word for name, form in forms.items()})


def pluralize(word: str) -> EnglishForms:
    """Return an English noun and its regular plural."""
    one = word.strip().lower()
    if one.endswith("y") and one[-2:-1] not in "aeiou":
        return EnglishForms(one=one, many=f"{one[:-1]}ies")
    return EnglishForms(one=one, many=f"{one}es" if one.endswith(_SIBILANTS) else f"{one}s")


def _noun(word: str) -> "Parse | None":
    for parse in _analyzer().parse(word):
        if "NOUN" in parse.tag and {"nomn", "sing"} in parse.tag:
            return parse
    return None


@cache
def _analyzer() -> "MorphAnalyzer":
    # 20 MB and a tenth of a second, for a page that is opened once a year: loaded when it is asked for.
    from pymorphy3 import MorphAnalyzer

    return MorphAnalyzer()
