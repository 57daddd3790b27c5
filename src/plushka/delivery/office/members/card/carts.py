"""Carts on the business's site, as the card of their member shows them."""

from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Literal
from uuid import UUID

from msgspec import Struct

from plushka.delivery.office.visit import Visit
from plushka.domain.events.carts.model import Cart
from plushka.domain.events.carts.queries import list_carts_of
from plushka.domain.segments.left_carts import list_over
from plushka.engine.journeys.parts import OnCart
from plushka.platform.database import Tx
from plushka.platform.i18n import marked

CARTS_SHOWN = 5
NAMES_SHOWN = 3
LEFT_AFTER = timedelta(minutes=OnCart().minutes)
"""As the ready journey tells it; another journey may wait longer or shorter."""
CartState = Literal["filled", "left", "ordered", "bought", "emptied", "bought_since"]
STATES: Mapping[CartState, str] = MappingProxyType(
    {
        "filled": marked("is being filled"),
        "left": marked("left without a purchase"),
        "ordered": marked("ordered"),
        "bought": marked("bought"),
        "emptied": marked("emptied"),
        "bought_since": marked("over: they have bought since"),
    }
)


class CartLine(Struct, frozen=True):
    """A cart; ``goods`` are its first goods, ``is_left``: its member went away from it and has not come back."""

    goods: str
    sum: str
    state: str
    at: str
    is_left: bool


async def carts_of(tx: Tx, member_id: UUID, visit: Visit) -> list[CartLine]:
    """Return the latest carts of a member's cards, as far back as they are kept."""
    carts = await list_carts_of(tx, member_id, limit=CARTS_SHOWN)
    over = await list_over(tx, [cart.id for cart in carts])
    return [_line(cart, _state(cart, visit, is_over=cart.id in over), visit) for cart in carts]


def _state(cart: Cart, visit: Visit, *, is_over: bool) -> CartState:
    if cart.outcome is not None:
        return cart.outcome
    if is_over:
        return "bought_since"
    return "filled" if visit.at < cart.changed_at + LEFT_AFTER else "left"


def _line(cart: Cart, state: CartState, visit: Visit) -> CartLine:
    words, figures = visit.words, visit.figures
    goods = ", ".join(
        item.name if item.count == 1 else f"{item.name} × {figures.number(item.count)}"
        for item in cart.items[:NAMES_SHOWN]
    )
    if (more := len(cart.items) - NAMES_SHOWN) > 0:
        goods = words.ngettext(
            "{items} and {count} more", "{items} and {count} more", more, items=goods, count=more
        )
    return CartLine(
        goods=goods or words.gettext("Cart {number}", number=cart.external_id),
        sum=figures.money(cart.sum_minor) if cart.items else "",
        state=words.gettext(STATES[state]),
        at=figures.moment(cart.ended_at or cart.changed_at),
        is_left=state == "left",
    )
