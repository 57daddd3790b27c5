"""The people whose phones can be played."""

from msgspec import Struct


class Person(Struct, frozen=True):
    """Somebody invented; ``id`` is their account in every messenger."""

    id: int
    name: str
    phone: str
    language: str = "ru"


PEOPLE = (
    Person(900_001, "Вера", "79990000101"),
    Person(900_002, "Глеб", "79990000102"),
    Person(900_003, "Дина", "79990000103"),
    Person(900_004, "Emma", "79990000104", language="en"),
)
"""Their numbers are in a range that no operator gives out."""
