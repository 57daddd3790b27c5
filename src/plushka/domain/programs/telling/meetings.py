"""Which promotions can meet on one product, and what happens then."""

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import combinations

from plushka.domain.programs.telling.voice import Names, Voice
from plushka.engine.conditions import Condition, Product
from plushka.engine.price_effects import Combo, RaisedShare
from plushka.engine.program import Program, Promotion
from plushka.engine.promotion_plans import coupons_of, excludes
from plushka.engine.stamp_parts import Gift
from plushka.platform.i18n import Language

_NO_NAMES = Names()
_PAIR = 2


def tell_meetings(
    program: Program, *, today: date, language: Language, names: Names = _NO_NAMES
) -> list[str]:
    """Return a sentence for each pair of promotions, on today or to come, that can meet on a product.

    Two meet if their days overlap and nothing says that they are for different products. Three or more that all meet
    each other, and of which a product always gets the one that takes off more, are told in one sentence.
    """
    voice = Voice(program, language, names)
    alive = [
        each
        for each in program.promotions
        if not each.is_paused
        and (each.last_on or date.max) >= today
        and not isinstance(each.effect, RaisedShare | Gift)
    ]
    pairs = list(_meeting(alive))
    rivals = _rivals(alive, pairs)
    told = [
        voice.words.gettext(
            "{promotions}: a product gets the one that takes off more.",
            promotions=voice.quoted([each.name for each in among]),
        )
        for among in rivals
    ]
    return told + [
        _tell(one, two, voice)
        for one, two in pairs
        if not any(one in among and two in among for among in rivals)
    ]


def _rivals(
    promotions: Sequence[Promotion], pairs: Sequence[tuple[Promotion, Promotion]]
) -> list[list[Promotion]]:
    """Return groups of three or more of which each two meet, exclude each other, and neither goes before."""
    equal = {(one.id, two.id) for one, two in pairs if excludes(one, two) and not _is_ranked(one, two)}
    groups: list[list[Promotion]] = []
    for promotion in promotions:
        for among in groups:
            if all((each.id, promotion.id) in equal for each in among):
                among.append(promotion)
                break
        else:
            groups.append([promotion])
    return [among for among in groups if len(among) > _PAIR]


def _meeting(promotions: Sequence[Promotion]) -> Iterator[tuple[Promotion, Promotion]]:
    for one, two in combinations(promotions, 2):
        is_apart = (one.last_on or date.max) < (two.first_on or date.min) or (two.last_on or date.max) < (
            one.first_on or date.min
        )
        if not is_apart and not _are_for_different_products(one, two):
            yield one, two


def _are_for_different_products(one: Promotion, two: Promotion) -> bool:
    """Tell whether both name products one by one and share none; categories and brands may always share one."""
    first, second = _products(one), _products(two)
    return first is not None and second is not None and first.isdisjoint(second)


def _products(promotion: Promotion) -> frozenset[str] | None:
    effect = promotion.effect
    chosen: list[Condition | None] = (
        [part.lines for part in effect.parts] if isinstance(effect, Combo) else [promotion.lines]
    )
    products = [each for each in chosen if isinstance(each, Product)]
    if len(products) < len(chosen):
        return None
    return frozenset(sku for each in products for sku in each.ids)


def _is_ranked(one: Promotion, two: Promotion) -> bool:
    return one.priority != two.priority or bool(coupons_of(one.when)) != bool(coupons_of(two.when))


def _tell(one: Promotion, two: Promotion, voice: Voice) -> str:
    gettext = voice.words.gettext
    first, second = sorted((one, two), key=lambda each: (bool(coupons_of(each.when)), -each.priority))
    is_ranked = _is_ranked(first, second)
    pair = {"first": first.name, "second": second.name}
    if excludes(first, second):
        if is_ranked:
            return gettext("“{first}” and “{second}”: a product gets “{first}”, the other leaves it.", **pair)
        return gettext("“{first}” and “{second}”: a product gets the one that takes off more.", **pair)
    if is_ranked:
        return gettext("“{first}” and “{second}” add up: “{first}” first, then the other.", **pair)
    return gettext("“{first}” and “{second}” add up, the one that takes off more first.", **pair)
