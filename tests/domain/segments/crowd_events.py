"""What happened to a crowd besides purchases, and what can be asked of it."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from hypothesis import strategies as st

from plushka.domain.events.kinds import declare
from plushka.domain.events.model import EventField
from plushka.domain.events.store import Told, insert_event, write_data
from plushka.engine.occasion_parts import FieldTest
from plushka.platform.database import Tx

TEXTS = ("Всё вкусно, АНЕ 5+", "все ВКУСНО", "Too SWEET, 100%", "", "İ ẞ ёлка")
PARTS = ("вкусно", "ВСЁ", "все", "sweet", "0%", "i", "ß", "_", "Ёлка")
FIELDS = ("rating", "text", "place", "day", "paid", "guests", "hall", "deposit", "nothing")
TOUR = (
    EventField("day", "День", "date"),
    EventField("paid", "Оплачено", "boolean"),
    EventField("guests", "Гостей", "integer", is_required=True),
    EventField("hall", "Зал", "choice", choices=("Малый", "Большой")),
    EventField("deposit", "Залог", "money"),
)
FORMER: tuple[dict[str, Any], ...] = (
    {"rating": "5"},
    {"rating": True, "text": 5},
    {"text": "2026-03-01", "rating": -3},
    {"place": False},
)
"""What kinds said before their fields were declared anew: values of other types."""


async def happen(tx: Tx, members: Sequence[UUID], *, midnight: datetime) -> None:
    """Let members write reviews and go on tours, some of each without some of the fields; a few say what was before."""
    await declare(tx, name="tour", title="Экскурсия", fields=TOUR)
    for number, member in enumerate(members):
        at = midnight - timedelta(days=number % 3, seconds=number % 2)
        if number % 5 < 3:
            event, _ = await insert_event(tx, Told(member, "review", _review(number), occurred_at=at))
            if number % 7 == 0:
                await write_data(tx, event.id, FORMER[number // 7 % len(FORMER)])
        if number % 4 < 2:
            for each in range(1 + number % 3):
                await insert_event(tx, Told(member, "tour", _tour(number + each), occurred_at=at))


def _review(number: int) -> dict[str, Any]:
    said = {"rating": number % 6, "text": TEXTS[number % len(TEXTS)], "place": ("Карты", None)[number % 2]}
    return {name: value for name, value in said.items() if value is not None}


def _tour(number: int) -> dict[str, Any]:
    said: dict[str, Any] = {"guests": number % 4}
    if number % 3:
        said |= {"day": f"2026-0{2 + number % 2}-{1 + number % 28:02}", "paid": number % 2 == 0}
    if number % 2:
        said |= {"hall": ("Малый", "Большой")[number % 3 > 0], "deposit": number * 100_00}
    return said


def field_tests() -> st.SearchStrategy[tuple[FieldTest, ...]]:
    """Return up to three tests of any field by any way, whether its values are of that type or not."""
    field = st.sampled_from(FIELDS)
    number = st.none() | st.sampled_from((-3, 0, 1, 3, 5, 100_00, 10**15))
    day = st.none() | st.sampled_from((date(2026, 2, 1), date(2026, 3, 1), date(2026, 3, 20)))
    values: st.SearchStrategy[str | bool] = st.sampled_from((*TEXTS, "Карты", "Большой", "2026-03-01", "5"))
    each = st.one_of(
        st.builds(FieldTest, field, equals=values | st.booleans()),
        st.builds(FieldTest, field, contains=st.sampled_from(PARTS)),
        st.builds(FieldTest, field, is_there=st.booleans()),
        st.builds(FieldTest, field, at_least=number, at_most=number),
        st.builds(FieldTest, field, first_on=day, last_on=day),
    )
    return st.lists(each, max_size=3).map(tuple)


EACH_WAY = (
    FieldTest("rating", at_least=3),
    FieldTest("rating", at_least=1, at_most=2),
    FieldTest("text", contains="всё ВКУСНО"),
    FieldTest("text", equals="Too SWEET, 100%"),
    FieldTest("text", contains="00%"),
    FieldTest("place", is_there=True),
    FieldTest("place", is_there=False),
)
"""Of reviews."""
EACH_WAY_OF_TOURS = (
    FieldTest("paid", equals=True),
    FieldTest("paid", equals=False),
    FieldTest("hall", equals="Большой"),
    FieldTest("day", first_on=date(2026, 3, 1)),
    FieldTest("day", last_on=date(2026, 2, 14)),
    FieldTest("guests", at_most=1),
    FieldTest("deposit", at_least=1_000_00),
    FieldTest("deposit", is_there=False),
)
