"""Texts with variables in braces: taken apart, filled in. Nothing in them is ever run.

``{name}`` is a variable, ``{name|friend}`` one with words for when there is no value, ``{event.sum}`` a field of the
event that a letter is about, ``{{`` and ``}}`` are braces.
"""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Literal

from msgspec import Struct

from plushka.domain.messages.templates.variables import VARIABLES, field_of

FALLBACK_LENGTH_MAX = 60
TEXTS_MAX = 1000
"""Texts that a process remembers taken apart: thousands of letters are written from each."""
_TOKEN = re.compile(r"\{\{|\}\}|\{(?P<inside>[^{}]*)\}|[{}]")
_INSIDE = re.compile(r"\s*(?P<name>\w+(?:\.\w+)?)\s*(\|(?P<fallback>.*))?", re.DOTALL)

Fault = Literal["brace_alone", "variable_unknown", "fallback_too_long"]


class Hole(Struct, frozen=True):
    """A variable at ``position`` (counted in signs from 0); ``fallback`` None: there is no word instead of it."""

    name: str
    fallback: str | None
    position: int


class Spot(Struct, frozen=True):
    """Something wrong at ``position``: ``what`` was written there."""

    fault: Fault
    what: str
    position: int


class Missing(Exception):
    """A variable has no value and no word instead of it."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(name)


Piece = str | Hole


@lru_cache(maxsize=TEXTS_MAX)
def take_apart(text: str) -> tuple[Sequence[Piece], Sequence[Spot]]:
    """Return a text's pieces, and what is wrong in it."""
    pieces: list[Piece] = []
    spots: list[Spot] = []
    end = 0
    for token in _TOKEN.finditer(text):
        pieces.append(text[end : token.start()])
        end = token.end()
        match token[0]:
            case "{{" | "}}":
                pieces.append(token[0][0])
            case "{" | "}":
                spots.append(Spot("brace_alone", token[0], token.start()))
            case _:
                piece = _hole(token["inside"], token.start())
                (pieces if isinstance(piece, Hole) else spots).append(piece)  # type: ignore[arg-type]
    pieces.append(text[end:])
    return tuple(piece for piece in pieces if piece != ""), tuple(spots)


def _hole(inside: str, position: int) -> Hole | Spot:
    found = _INSIDE.fullmatch(inside)
    if found is None or (found["name"] not in VARIABLES and field_of(found["name"]) is None):
        return Spot("variable_unknown", inside.strip(), position)
    fallback = found["fallback"]
    if fallback is not None and len(fallback) > FALLBACK_LENGTH_MAX:
        return Spot("fallback_too_long", inside.strip(), position)
    return Hole(found["name"], fallback, position)


def holes(text: str) -> Sequence[Hole]:
    """Return the variables that a text names, in their order."""
    return [piece for piece in take_apart(text)[0] if isinstance(piece, Hole)]


@lru_cache(maxsize=TEXTS_MAX)
def names_in(*texts: str) -> frozenset[str]:
    """Return the variables that texts name together."""
    return frozenset(hole.name for text in texts for hole in holes(text))


def fill(text: str, values: Mapping[str, str]) -> str:
    """Return a text with its variables filled in; an empty value is none.

    :raises Missing: one has neither a value nor a word instead of it
    """
    filled = []
    for piece in take_apart(text)[0]:
        if isinstance(piece, str):
            filled.append(piece)
            continue
        value = values.get(piece.name) or piece.fallback
        if value is None:
            raise Missing(piece.name)
        filled.append(value)
    return "".join(filled)
