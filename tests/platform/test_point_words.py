"""A business's word for points takes the place of ours in the same form, and of nothing else."""

import pytest

from plushka.domain.businesses.declension import decline, pluralize
from plushka.platform.i18n import format_points, format_points_bound, format_points_object, translator
from plushka.platform.point_words import EnglishForms, PointWords, RussianForms, calling_points, worded

BUNS = PointWords(
    ru=RussianForms(
        one="плюшка",
        two="плюшки",
        five="плюшек",
        one_object="плюшку",
        plural="плюшки",
        dative="плюшкам",
        instrumental="плюшками",
        prepositional="плюшках",
    ),
    en=EnglishForms(one="bun", many="buns"),
)


@pytest.mark.parametrize(
    ("points", "told", "bound", "as_object"),
    [
        (1, "1 плюшка", "1 плюшки", "1 плюшку"),
        (2, "2 плюшки", "2 плюшек", "2 плюшки"),
        (5, "5 плюшек", "5 плюшек", "5 плюшек"),
        (21, "21 плюшка", "21 плюшки", "21 плюшку"),
    ],
)
def test_numbers_take_the_form_they_ask_for(points: int, told: str, bound: str, as_object: str) -> None:
    with calling_points(BUNS):
        forms = (format_points, format_points_bound, format_points_object)
        assert [form(points, 0, "ru").replace("\u00a0", " ") for form in forms] == [told, bound, as_object]
        assert (
            format_points(points, 0, "en").replace("\u00a0", " ")
            == f"{points} bun{'s' if points > 1 else ''}"
        )
    assert "бонус" in format_points(points, 0, "ru")


@pytest.mark.parametrize(
    ("message", "language", "told"),
    [
        ("Бонусы сгорят", "ru", "Плюшки сгорят"),
        ("платить бонусами, по бонусам, о бонусах", "ru", "платить плюшками, по плюшкам, о плюшках"),
        ("Такого бонусного счёта нет", "ru", "Такого бонусного счёта нет"),
        ("{points} points at {point}", "en", "{points} buns at {point}"),
        ("Points. appoint, pointsman, point", "en", "Buns. appoint, pointsman, bun"),
    ],
)
def test_only_our_word_is_replaced(message: str, language: str, told: str) -> None:
    with calling_points(BUNS):
        assert worded(message, language) == told


def test_what_people_have_typed_is_left_alone() -> None:
    with calling_points(BUNS):
        told = translator("en").gettext("{points} came back", points="rule “Bonus points”")
    assert told == "rule “Bonus points” came back"


@pytest.mark.parametrize(
    ("word", "forms"),
    [
        ("Плюшка", BUNS.ru),
        ("бонус", RussianForms()),
        ("балл", RussianForms("балл", "балла", "баллов", "балл", "баллы", "баллам", "баллами", "баллах")),
    ],
)
def test_a_noun_is_declined_by_grammar(word: str, forms: RussianForms) -> None:
    assert decline(word) == forms


@pytest.mark.parametrize("word", ["", "быстро", "плюшки", "zzz", "12"])
def test_what_is_no_noun_in_the_singular_is_not_declined(word: str) -> None:
    assert decline(word) is None


@pytest.mark.parametrize(
    ("one", "many"), [("star", "stars"), ("penny", "pennies"), ("day", "days"), ("box", "boxes")]
)
def test_english_plurals_are_regular(one: str, many: str) -> None:
    assert pluralize(one).many == many
