"""A cart, what its fields are called wherever events have fields, and what is refused."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final, Literal
from uuid import UUID

from msgspec import Struct

from plushka.domain.events.model import EventField, EventKind, Value
from plushka.platform.errors import Invalid
from plushka.platform.i18n import marked

ITEMS_MAX: Final = 100
ITEM_COUNT_MAX: Final = 1_000_000
LINK_LENGTH_MAX: Final = 500
AGE_MAX: Final = timedelta(days=30)
"""What is told of a cart later than this is refused."""
KEPT_FOR: Final = timedelta(days=31)
"""A cart of which nothing was told for so long is forgotten, how ever it ended."""

CartEnd = Literal["emptied", "ordered"]
"""How a shop says that a cart is over."""
Outcome = Literal["emptied", "ordered", "bought"]
"""``bought``: a purchase named the cart."""


class CartItem(Struct, frozen=True):
    """Goods in a cart, as the shop calls them; what is weighed counts once."""

    name: str
    count: int = 1


class ToldCart(Struct, frozen=True):
    """What a shop tells of a cart. ``external_id``: its number in the business. ``at``: by the shop's clock."""

    external_id: str
    member_id: UUID
    till_id: UUID
    at: datetime
    sum_minor: int = 0
    items: Sequence[CartItem] = ()
    link: str = ""


class Cart(Struct, frozen=True):
    """A cart as it was told last. ``changed_at`` is never ahead of the moment at which it was told."""

    id: UUID
    external_id: str
    member_id: UUID
    sum_minor: int
    items: tuple[CartItem, ...]
    link: str
    changed_at: datetime
    ended_at: datetime | None
    outcome: Outcome | None

    @property
    def count(self) -> int:
        return sum(item.count for item in self.items)

    @property
    def data(self) -> Mapping[str, Value]:
        """The values of the fields of ``CART``; one that has none is left out."""
        data: dict[str, Value] = {
            "sum": self.sum_minor,
            "count": self.count,
            "items": ", ".join(item.name for item in self.items),
            "link": self.link,
            "number": self.external_id,
        }
        return {name: value for name, value in data.items() if value != ""}


CART: Final = EventKind(
    "cart",
    marked("Cart"),
    (
        EventField("sum", marked("Sum of the cart"), "money", is_required=True),
        EventField("count", marked("How many goods"), "integer", is_required=True),
        EventField("items", marked("What lies in it"), "text", is_required=True),
        EventField("link", marked("Link back to the cart"), "text"),
        EventField("number", marked("Number of the cart"), "text", is_required=True),
    ),
    is_built_in=True,
)
"""A cart as an event has fields. It is none that is noted: a shop tells of carts in a way of their own."""


class CartInFuture(Invalid):
    code = "cart_in_future"


class CartTooOld(Invalid):
    code = "cart_too_old"


class CartLinkWrong(Invalid):
    """The link back is no https address, or longer than ``LINK_LENGTH_MAX``."""

    code = "cart_link_wrong"
