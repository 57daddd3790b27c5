"""What guests of the coffee shop did besides buying, invented like all of it: reviews, answers, tables booked."""

from datetime import datetime, timedelta
from random import Random
from uuid import UUID

from plushka.demo.cafe.guests import guest
from plushka.domain.events.kinds import declare, list_kinds
from plushka.domain.events.model import EventField
from plushka.domain.events.store import Told
from plushka.domain.members.dates import add_date, list_dates
from plushka.domain.members.model import Identity
from plushka.domain.members.queries import find_member
from plushka.domain.occasions.dates import give_for_dates
from plushka.domain.occasions.noting import note_event
from plushka.domain.programs.versions import Versions, list_in_force
from plushka.engine.occasion_parts import FieldTest, OccasionBudget, Often, OnBirthday, OnCloseDate, OnEvent
from plushka.engine.program import ExpiryFixed, GrantCap, Occasion
from plushka.platform.database import Database, Tx

OCCASIONS = (
    Occasion(
        "birthday",
        "День рождения",
        OnBirthday(days_before=7),
        500,
        expiry=ExpiryFixed(days=15),
        grant_cap=GrantCap(15_00),
    ),
    Occasion(
        "child",
        "День рождения близкого человека",
        OnCloseDate(days_before=7, kinds=("birthday",)),
        150,
        expiry=ExpiryFixed(days=15),
        limit=Often(3, "year"),
    ),
    Occasion(
        "review",
        "Отзыв на картах",
        OnEvent("review", (FieldTest("rating", at_least=4),)),
        50,
        expiry=ExpiryFixed(days=30),
        limit=Often(1, "month"),
        budget=OccasionBudget("uses", 300),
    ),
    Occasion(
        "survey",
        "Спасибо за ответ",
        OnEvent("survey"),
        30,
        expiry=ExpiryFixed(days=30),
        limit=Often(1, "month"),
    ),
)
"""What the coffee shop gives points for besides purchases."""
REVIEWERS, ANSWERED, BOOKED, CLOSE = range(3, 21), range(21, 33), range(33, 41), range(41, 47)
_WORDS = (
    "Лучший раф на Арбате",
    "Быстро и вкусно, спасибо",
    "Хороший кофе, но шумно",
    "Бариста помнит мой заказ",
    "Круассаны выше всяких похвал",
)
TABLE = "table_booked"


async def add_events(database: Database, tenant_id: UUID, *, till_id: UUID, actor: str, at: datetime) -> None:
    """Tell what guests did in the last weeks, as of ``at``, and give what is due. Safe to repeat."""
    versions = Versions()
    async with database.transaction(tenant_id, actor=actor, at=at) as tx:
        if TABLE not in {kind.name for kind in await list_kinds(tx)}:
            fields = [
                EventField("guests", "Сколько гостей", "integer", is_required=True),
                EventField("hall", "Где", "choice", choices=("Зал", "Терраса")),
            ]
            await declare(tx, name=TABLE, title="Забронирован столик", fields=fields)
        for number in (*REVIEWERS, *ANSWERED, *BOOKED):
            await _tell(tx, versions, number, till_id)
        for number in CLOSE:
            await _write_date(tx, number)
        for mark in await list_in_force(tx):
            for occasion in ("birthday", "child"):
                await give_for_dates(tx, versions, mark, occasion, after=None)


async def _tell(tx: Tx, versions: Versions, number: int, till_id: UUID) -> None:
    member_id, draw = await _member(tx, number), Random(f"cafe event {number}")  # noqa: S311 - invention
    if member_id is None:
        return
    data: dict[str, object]
    if number in REVIEWERS:
        kind = "review"
        data = {"rating": draw.choice((3, 4, 4, 5, 5, 5)), "text": draw.choice(_WORDS), "place": "Карты"}
    elif number in ANSWERED:
        kind, data = "survey", {"name": "Как вам новое меню?", "score": draw.randrange(6, 11)}
    else:
        kind, data = TABLE, {"guests": draw.randrange(2, 7), "hall": draw.choice(("Зал", "Терраса"))}
    told = Told(
        member_id,
        kind,
        data,
        tx.at - timedelta(days=draw.randrange(1, 40), minutes=draw.randrange(1440)),
        till_id=till_id,
        external_id=f"D-{number:04}",
    )
    await note_event(tx, versions, told)


async def _write_date(tx: Tx, number: int) -> None:
    member_id = await _member(tx, number)
    if member_id is None or await list_dates(tx, member_id):
        return
    day = (tx.at + timedelta(days=number - CLOSE.start + 2)).date()
    await add_date(tx, member_id, whose="дочь", kind="birthday", month=day.month, day=day.day)


async def _member(tx: Tx, number: int) -> UUID | None:
    member = await find_member(tx, Identity("card", guest(number).card))
    return member.id if member else None
