"""Filters of a list that are on, as they stand above it."""

from msgspec import Struct


class Chip(Struct, frozen=True):
    """A condition in words; ``href`` is the list without it."""

    text: str
    href: str
