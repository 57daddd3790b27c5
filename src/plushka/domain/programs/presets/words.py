"""The words of the presets: their trades and pitches, and the names inside their programmes."""

from types import MappingProxyType
from typing import Final

from msgspec import Struct

from plushka.platform.i18n import marked


class Wording(Struct, frozen=True):
    """What is said of a preset besides its rules."""

    trade: str
    pitch: str
    later: tuple[str, ...] = ()


WORDINGS: Final = MappingProxyType(
    {
        "coffee": Wording(
            trade=marked("Coffee shop, bakery"),
            pitch=marked(
                "Teaches to add a pastry to the coffee and to come in the morning; every sixth coffee is a gift."
            ),
        ),
        "salon": Wording(
            trade=marked("Beauty salon, barber shop"),
            pitch=marked(
                "Rewards each visit, more so who comes back in time, and every tenth one with a treatment."
            ),
            later=(
                marked(
                    "Points as a gift are given on the member's page now; by themselves, on a date, later."
                ),
            ),
        ),
        "retail": Wording(
            trade=marked("Shop"),
            pitch=marked("A calm cashback that begins at a threshold, so that baskets grow to it."),
        ),
        "delivery": Wording(
            trade=marked("Delivery of food and goods"),
            pitch=marked("Makes orders larger: the rate grows with the sum. Delivery itself earns nothing."),
        ),
        "clothes": Wording(
            trade=marked("Clothes and shoes"),
            pitch=marked("Three levels for rare and large purchases. Each purchase keeps all points alive."),
            later=(marked("500 points a week before a birthday come later, together with mailings."),),
        ),
        "levels": Wording(
            trade=marked("Any trade: levels of 10, 15 and 20 %"),
            pitch=marked(
                "Generous from the first purchase and more so for regulars, for those with a high margin."
            ),
        ),
        "discount": Wording(
            trade=marked("Any trade: accumulating discount"),
            pitch=marked(
                "Discounts instead of points: 3 % at once, 5, 7 and 10 % for who has bought more. Needs no explaining."
            ),
        ),
        "discount_points": Wording(
            trade=marked("Any trade: discount and points together"),
            pitch=marked(
                "Points for everybody bring people back, and a discount for regulars is felt at every purchase."
            ),
        ),
    }
)
"""By preset, in the order of the gallery."""

CATEGORIES: Final = MappingProxyType(
    {
        "coffee": marked("Coffee"),
        "bakery": marked("Bakery"),
        "care": marked("Home care"),
        "favourites": marked("Favourite categories"),
    }
)
"""By code, those that the programmes name."""

NAMES: Final = (
    marked("Coffee and pastry"),
    marked("Basic cashback"),
    marked("Combo: a drink and a pastry"),
    marked("Morning hours"),
    marked("A bonus for each visit"),
    marked("Every sixth coffee"),
    marked("A coffee on us"),
    marked("Every tenth visit"),
    marked("A treatment as a gift"),
    marked("A visit"),
    marked("Back within 40 days"),
    marked("Care to take home"),
    marked("Cashback of 3 to 5 %"),
    marked("Cashback from a threshold"),
    marked("The larger the order, the more points"),
    marked("The size of the order"),
    marked("First order"),
    marked("Three levels"),
    marked("Cashback"),
    marked("Guest"),
    marked("Friend"),
    marked("Family"),
    marked("Levels of 10, 15 and 20 %"),
    marked("Basic"),
    marked("Premium"),
    marked("VIP"),
    marked("Accumulating discount"),
    marked("Discount and points"),
    marked("Card"),
    marked("Regular"),
    marked("A cup of coffee in the morning"),
    marked("A latte and a pastry"),
    marked("Breakfast for two"),
    marked("A haircut"),
    marked("A haircut and colouring"),
    marked("Colouring and care to take home"),
    marked("A few small things"),
    marked("An ordinary basket"),
    marked("A basket for the week"),
    marked("Dinner for one"),
    marked("Dinner for two"),
    marked("A party"),
    marked("A T-shirt"),
    marked("Jeans and a shirt"),
    marked("A coat"),
    marked("A small receipt"),
    marked("An ordinary receipt"),
    marked("A large receipt"),
)
"""The names that stand in the files: of programmes, rules, stamp cards, gifts, tiers and typical receipts."""
