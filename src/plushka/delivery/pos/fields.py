"""The kinds of values on the wire, with their limits."""

from datetime import datetime
from typing import Annotated

from msgspec import Meta, Struct

from plushka.delivery.pos.limits import ID_LENGTH_MAX, TEXT_LENGTH_MAX
from plushka.domain.purchases.model import AMOUNT_MAX_MINOR

Id = Annotated[str, Meta(min_length=1, max_length=ID_LENGTH_MAX)]
Text = Annotated[str, Meta(min_length=1, max_length=TEXT_LENGTH_MAX)]
Currency = Annotated[str, Meta(pattern="^[A-Z]{3}$", description="ISO 4217")]
Moment = Annotated[datetime, Meta(tz=True, description="RFC 3339, with an offset")]
Amount = Annotated[int, Meta(ge=0, le=AMOUNT_MAX_MINOR, description="money in minor units: kopecks, cents")]
Quantity = Annotated[int, Meta(ge=1, le=AMOUNT_MAX_MINOR, description="in thousandths: 1500 is 1.5")]
Points = Annotated[int, Meta(ge=0, le=AMOUNT_MAX_MINOR, description="in units of the wallet")]
SomeMoney = Annotated[
    int, Meta(ge=1, le=AMOUNT_MAX_MINOR, description="money in minor units: kopecks, cents")
]
SomePoints = Annotated[int, Meta(ge=1, le=AMOUNT_MAX_MINOR, description="in units of the wallet")]


class Wire(Struct, frozen=True, forbid_unknown_fields=True):
    """A JSON object that refuses the fields it does not know by name."""
