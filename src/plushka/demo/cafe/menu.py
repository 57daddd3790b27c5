"""What the coffee shop sells, and what people take together at which hour."""

from collections.abc import Sequence
from random import Random

from msgspec import Struct

from plushka.domain.catalog.model import Category, ProductEntry
from plushka.domain.purchases.model import PurchaseLine

CURRENCY = "RUB"
PIECE_MILLI = 1000
SUMMER = frozenset({6, 7, 8})
PAIR_SHARE = 0.12
PAIR_SHARE_WEEKEND = 0.3
"""How often two come together, and everything is taken twice."""
BEANS_SHARE = 0.015

CATEGORIES = (
    Category("kitchen", "Кухня"),
    Category("tea", "Чай и какао"),
    Category("cold", "Холодные напитки"),
    Category("desserts", "Десерты"),
    Category("beans", "Кофе в зёрнах"),
)
"""Besides those that the preset names: ``coffee`` and ``bakery``."""


class Dish(Struct, frozen=True):
    """A line of the menu; ``weight`` is how often it is taken among those of its category."""

    sku: str
    name: str
    category: str
    price_minor: int
    weight: int


MENU = (
    Dish("espresso", "Эспрессо", "coffee", 150_00, 6),
    Dish("americano", "Американо", "coffee", 190_00, 18),
    Dish("cappuccino", "Капучино", "coffee", 240_00, 30),
    Dish("latte", "Латте", "coffee", 260_00, 20),
    Dish("flat-white", "Флэт уайт", "coffee", 250_00, 12),
    Dish("filter", "Фильтр-кофе", "coffee", 200_00, 8),
    Dish("raf", "Раф", "coffee", 310_00, 9),
    Dish("black-tea", "Чёрный чай", "tea", 180_00, 10),
    Dish("green-tea", "Зелёный чай", "tea", 180_00, 8),
    Dish("sea-buckthorn", "Облепиховый чай", "tea", 290_00, 8),
    Dish("cocoa", "Какао", "tea", 240_00, 9),
    Dish("matcha", "Матча-латте", "tea", 320_00, 4),
    Dish("lemonade", "Домашний лимонад", "cold", 240_00, 12),
    Dish("iced-latte", "Айс-латте", "cold", 290_00, 14),
    Dish("water", "Вода", "cold", 90_00, 6),
    Dish("bun", "Плюшка", "bakery", 120_00, 18),
    Dish("cinnamon", "Булочка с корицей", "bakery", 160_00, 16),
    Dish("croissant", "Круассан", "bakery", 170_00, 24),
    Dish("raisin-roll", "Улитка с изюмом", "bakery", 140_00, 8),
    Dish("cabbage-pie", "Пирожок с капустой", "bakery", 110_00, 9),
    Dish("quiche", "Киш с лососем", "bakery", 260_00, 6),
    Dish("syrniki", "Сырники", "kitchen", 340_00, 16),
    Dish("omelette", "Омлет", "kitchen", 360_00, 10),
    Dish("porridge", "Овсяная каша", "kitchen", 250_00, 9),
    Dish("sandwich", "Сэндвич с курицей", "kitchen", 330_00, 16),
    Dish("bowl", "Боул с киноа", "kitchen", 420_00, 8),
    Dish("soup", "Суп дня", "kitchen", 290_00, 11),
    Dish("cheesecake", "Чизкейк", "desserts", 310_00, 12),
    Dish("honey-cake", "Медовик", "desserts", 280_00, 11),
    Dish("eclair", "Эклер", "desserts", 180_00, 9),
    Dish("potato-cake", "Пирожное «Картошка»", "desserts", 150_00, 8),
    Dish("brazil", "Бразилия Сантос, 250 г", "beans", 750_00, 5),
    Dish("ethiopia", "Эфиопия Сидамо, 250 г", "beans", 890_00, 4),
)
_BY_CATEGORY: dict[str, tuple[Dish, ...]] = {
    category: tuple(dish for dish in MENU if dish.category == category)
    for category in dict.fromkeys(dish.category for dish in MENU)
}
_COST_PERCENT = {
    "coffee": 24, "tea": 18, "cold": 26, "bakery": 34, "kitchen": 38, "desserts": 36, "beans": 58,
}  # fmt: skip
_BY_HOUR = (
    (11, (("coffee", 0.92), ("bakery", 0.48), ("kitchen", 0.14))),
    (15, (("coffee", 0.56), ("tea", 0.2), ("kitchen", 0.55), ("bakery", 0.15), ("desserts", 0.1))),
    (24, (("coffee", 0.5), ("tea", 0.32), ("desserts", 0.42), ("bakery", 0.16))),
)
"""Until which hour, what is taken how often."""


def entries() -> list[ProductEntry]:
    """Return the menu as a catalog, with what a dish costs the shop: invented shares of its price."""
    return [
        ProductEntry(
            sku=dish.sku,
            name=dish.name,
            category=dish.category,
            cost_minor=dish.price_minor * _COST_PERCENT[dish.category] // 100,
            price_minor=dish.price_minor,
        )
        for dish in MENU
    ]


def basket(draw: Random, *, hour: int, month: int, is_weekend: bool) -> tuple[PurchaseLine, ...]:
    """Return what somebody takes at this hour: never nothing."""
    wanted = next(shares for until, shares in _BY_HOUR if hour < until)
    taken = [category for category, share in wanted if draw.random() < share] or ["coffee"]
    if month in SUMMER and draw.random() < 1 / 2:
        taken = list(
            dict.fromkeys("cold" if category in {"tea", "coffee"} else category for category in taken)
        )
    if draw.random() < BEANS_SHARE:
        taken.append("beans")
    pieces = 2 if draw.random() < (PAIR_SHARE_WEEKEND if is_weekend else PAIR_SHARE) else 1
    return tuple(_line(_one_of(draw, _BY_CATEGORY[category]), pieces) for category in taken)


def _one_of(draw: Random, dishes: Sequence[Dish]) -> Dish:
    return draw.choices(dishes, [dish.weight for dish in dishes])[0]


def _line(dish: Dish, pieces: int) -> PurchaseLine:
    return PurchaseLine(
        sku=dish.sku, quantity_milli=pieces * PIECE_MILLI, amount_minor=pieces * dish.price_minor
    )
