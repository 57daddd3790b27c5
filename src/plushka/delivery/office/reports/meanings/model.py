"""What a definition is made of."""

from collections.abc import Mapping

from msgspec import Struct


class Definition(Struct, frozen=True):
    """``of`` names the denominator of what is a share or a mean; empty for sums and counts."""

    title: str
    text: str
    of: str = ""


class Subject(Struct, frozen=True):
    """The definitions of one subject by key, in the order of the page; all words are marked."""

    title: str
    definitions: Mapping[str, Definition]
