"""What has happened that a letter is about, an event or a cart: the values of its fields, as texts name them.

A letter carries the id of what happened, not what it says: that is read when the letter is worded, so it is as it
stands then, and is nowhere once its member is erased.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from msgspec import Struct

from plushka.domain.events.carts.model import CART as CART_KIND
from plushka.domain.events.carts.queries import find_carts
from plushka.domain.events.kinds import list_kinds
from plushka.domain.events.model import EventField, EventKind, Value
from plushka.domain.events.queries import find_events
from plushka.domain.messages.templates.links import is_address
from plushka.domain.messages.templates.variables import FIELD_PREFIX
from plushka.platform.database import Tx
from plushka.platform.i18n import (
    Language,
    currency_decimals,
    format_date,
    format_money,
    format_number,
    translator,
)

EVENT, CART = "event", "cart"
"""Under these names a campaign tells the id of the event, or of the cart, that a letter is about."""
TEXT_TOLD_MAX = 300
"""Characters of one text of an event: a letter has its own words to say, and no channel takes everything."""
ITEMS_TOLD_MAX = 3
_EXAMPLES: Mapping[str, Mapping[Language, str]] = {
    "items": {"ru": "Кофе в зёрнах, Фильтры", "en": "Coffee beans, Filters"},
    "link": {"ru": "https://example.ru/cart", "en": "https://example.com/cart"},
    "number": {"ru": "77120", "en": "77120"},
}
"""Of the cart's texts; those of other events are told by their titles."""
_EXAMPLE_MAJOR, _EXAMPLE_COUNT, _EXAMPLE_DAY = 1500, 3, date(2026, 3, 24)


class Happening(Struct, frozen=True):
    """What happened, ``at`` when, with what it is called; ``items`` are a cart's goods, told by the first of them."""

    id: UUID
    at: datetime
    kind: EventKind
    data: Mapping[str, Value]
    items: tuple[str, ...] = ()


async def load_happenings(tx: Tx, given: Iterable[Mapping[str, str]]) -> list[Happening | None]:
    """Return what each of these campaigns' values is about; None: nothing, or it is forgotten."""
    given = list(given)
    carts = await find_carts(tx, ids) if (ids := _ids(given, CART)) else {}
    events = await find_events(tx, ids) if (ids := _ids(given, EVENT)) else {}
    kinds = {kind.name: kind for kind in await list_kinds(tx, also_retired=True)} if events else {}
    found: list[Happening | None] = []
    for values in given:
        happening = None
        if CART in values and (cart := carts.get(UUID(values[CART]))) is not None:
            happening = Happening(
                cart.id, cart.changed_at, CART_KIND, cart.data, tuple(item.name for item in cart.items)
            )
        elif (
            EVENT in values and (event := events.get(UUID(values[EVENT]))) is not None and event.kind in kinds
        ):
            happening = Happening(event.id, event.occurred_at, kinds[event.kind], event.data)
        found.append(happening)
    return found


def tell_fields(happening: Happening, language: Language, currency: str) -> dict[str, str]:
    """Return the values of the variables of what happened, in words; a field without one is left out."""
    told = {
        FIELD_PREFIX + field.name: _told(field, happening.data[field.name], language, currency)
        for field in happening.kind.fields
        if field.name in happening.data
    }
    if happening.items:
        told[f"{FIELD_PREFIX}items"] = _tell_items(happening.items, language)
    return told


def example_fields(kinds: Sequence[EventKind], language: Language, currency: str) -> dict[str, str]:
    """Return an example of every variable of events; of two fields of one name the first kind's."""
    told: dict[str, str] = {}
    for kind in kinds:
        for field in kind.fields:
            told.setdefault(FIELD_PREFIX + field.name, _example(field, language, currency))
    return told


async def list_telling_kinds(tx: Tx) -> list[EventKind]:
    """Return the kinds of what can begin a journey and be named by its texts: the cart, and all events."""
    return [CART_KIND, *await list_kinds(tx)]


async def find_latest(tx: Tx, member_id: UUID, fields: frozenset[str]) -> dict[str, str]:
    """Return what a letter would be about that names these fields: the member's latest that has them; nothing: none."""
    kinds = [
        kind.name for kind in await list_telling_kinds(tx) if fields <= {each.name for each in kind.fields}
    ]
    row = await tx.fetchrow(
        """
        -- templates.find_latest
        select what, id from (
            select 'cart' as what, id, changed_at as at from carts
            where tenant_id = $1 and member_id = $2 and $3 and jsonb_array_length(items) > 0
            union all
            select 'event', id, occurred_at from member_events
            where tenant_id = $1 and member_id = $2 and kind = any($4::text[]) and cancelled_at is null
        ) as happened
        order by at desc, id desc
        limit 1
        """,
        tx.tenant_id,
        member_id,
        CART_KIND.name in kinds,
        [kind for kind in kinds if kind != CART_KIND.name],
    )
    return {} if row is None else {row["what"]: str(row["id"])}


def _ids(given: Sequence[Mapping[str, str]], name: str) -> set[UUID]:
    return {UUID(values[name]) for values in given if name in values}


def _told(field: EventField, value: Value, language: Language, currency: str) -> str:
    match field.type, value:
        case _, bool():
            words = translator(language)
            return words.gettext("yes") if value else words.gettext("no")
        case "money", int():
            return format_money(value, currency, language, trim=True)
        case _, int():
            return format_number(value, language)
        case "date", str():
            return format_date(date.fromisoformat(value), language)
        case _:
            return _cut(value)


def _cut(text: str) -> str:
    """Return a text on one line, and shortened unless it leads somewhere."""
    text = " ".join(text.split())
    if len(text) <= TEXT_TOLD_MAX or is_address(text):
        return text
    return text[: TEXT_TOLD_MAX - 1].rstrip() + "…"


def _tell_items(items: Sequence[str], language: Language) -> str:
    told = _cut(", ".join(items[:ITEMS_TOLD_MAX]))
    if len(items) <= ITEMS_TOLD_MAX:
        return told
    count = len(items) - ITEMS_TOLD_MAX
    return translator(language).ngettext(
        "{items} and {count} more", "{items} and {count} more", count, items=told, count=count
    )


def _example(field: EventField, language: Language, currency: str) -> str:
    match field.type:
        case "money":
            value: Value = _EXAMPLE_MAJOR * 10 ** currency_decimals(currency)
        case "integer":
            value = _EXAMPLE_COUNT
        case "boolean":
            value = True
        case "date":
            value = _EXAMPLE_DAY.isoformat()
        case "choice":
            value = field.choices[0]
        case _:
            return _EXAMPLES[field.name][language] if field.name in _EXAMPLES else field.title
    return _told(field, value, language, currency)
