"""How to address a member: the first name out of a name that was written in whichever order."""

import re

_PATRONYMIC = re.compile(r".+(ович|евич|ьич|овна|евна|ична|инична)", re.IGNORECASE)
_OF_FATHER = frozenset({"оглы", "кызы", "оглу", "улы", "гызы"})
_SURNAME = re.compile(
    r".+(ов|ова|ев|ева|ёв|ёва|ин|ина|ын|ына|ский|ская|цкий|цкая|ской|енко|чук|дзе|швили|ян|янц|ых|их|ич)",
    re.IGNORECASE,
)
# fmt: off
_LIKE_SURNAMES = frozenset({
    "августин", "августина", "айдын", "акулина", "алевтина", "алина", "альбина", "амина", "ангелина",
    "антонина", "арина", "аян", "валентин", "валентина", "василина", "вениамин", "галина", "дарина", "дина",
    "екатерина", "ермин", "жасмин", "зарина", "ирина", "карина", "каролина", "катарина", "кирьян",
    "константин", "кристина", "лев", "лина", "марина", "мартин", "марьян", "нина", "полина", "регина",
    "сабина", "севастьян", "северин", "таян", "тина", "устин", "фаина", "эвелина", "элина", "эльвина",
    "эмин", "юстина", "анжелина", "валерьян", "демьян", "емельян", "калина", "касьян", "кевин", "лукьян",
    "магдалина", "мальвина", "эдвин", "эрвин", "яков",
})
# fmt: on
"""First names that end as surnames do."""


def first_name(name: str) -> str:
    """Return the first name out of a whole one: “Вера” of “Вера Иванова”, “Иванова Вера” and “Иванова Вера Петровна”.

    Where nothing tells, it is the first word; a surname alone, and what has no letter, is none.
    """
    words = [word for word in name.split() if any(sign.isalpha() for sign in word)]
    for place, word in enumerate(words):
        # Whatever the order, a patronymic follows the first name: “Алиев Вагиф Гасан оглы”, “Вера Петровна”.
        if word.lower() in _OF_FATHER and place > 1:
            return words[place - 2]
        if place and _PATRONYMIC.fullmatch(word):
            return words[place - 1]
    first, second = (*words[:2], "", "")[:2]
    if _is_surname(first) and not _is_surname(second):
        return second
    return first


def _is_surname(word: str) -> bool:
    return word.lower() not in _LIKE_SURNAMES and _SURNAME.fullmatch(word) is not None
