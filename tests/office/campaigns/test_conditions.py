"""Every condition can be written in the editor, and is shown there as it was written."""

from typing import get_args

import pytest
from tests.telling.test_audience import CONDITIONS, TOUR, teller

from plushka.delivery.office.campaigns.audiences.choices import Choices
from plushka.delivery.office.campaigns.audiences.kinds import ALL, ANY, KINDS
from plushka.delivery.office.campaigns.audiences.tree import read_tree, write_tree
from plushka.delivery.web.forms import Form
from plushka.domain.events.model import REVIEW
from plushka.domain.segments.telling.words import REACTION_WORDS
from plushka.engine.audience import Audience
from plushka.platform.i18n import translator


@pytest.mark.parametrize("audience", [audience for audience, _, _ in CONDITIONS])
def test_a_condition_is_read_as_it_was_written(audience: Audience) -> None:
    choices = Choices(
        of={
            "events": [("review", "Отзыв"), ("tour", "Экскурсия")],
            "cards": [("cup", "Кофе"), ("goal", "Тысяча")],
            "spans": [("year", "год"), ("soon", "90 дней")],
            "reactions": list(REACTION_WORDS.items()),
        },
        scales={"": 0},
        currency="RUB",
        sign="₽",
        goods_kinds={},
        teller=teller("ru"),
        events={"review": REVIEW, "tour": TOUR},
    )
    words = translator("ru")
    form = Form(words, write_tree(audience, choices))
    assert read_tree(form, words, choices) == audience, form.problems


def test_the_editor_has_all_kinds_of_conditions() -> None:
    tags = {kind.__struct_config__.tag for kind in get_args(Audience)}
    assert tags == {*KINDS, ALL, ANY, "not"}
