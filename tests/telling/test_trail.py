"""The trail speaks of what was changed as the pages do: no codes, no hundredths, no bare thousands."""

from datetime import UTC, datetime

import pytest

from plushka.domain.audit.model import Entry
from plushka.domain.insights.trail.sentences import changes, sentence
from plushka.platform.errors import Fact
from plushka.platform.i18n import Language, translator
from plushka.platform.ids import new_id


def entry(
    action: str,
    *,
    details: dict[str, Fact] | None = None,
    changed: dict[str, tuple[Fact, Fact]] | None = None,
) -> Entry:
    at = datetime(2026, 3, 10, tzinfo=UTC)
    return Entry(new_id(), at, "staff:1", None, action, "member:1", details or {}, changed or {})


@pytest.mark.parametrize(
    ("language", "told"),
    [
        (
            "ru",
            [
                ("пол", "женский", "мужской"),
                ("личная скидка", "0\N{NO-BREAK SPACE}%", "7,5\N{NO-BREAK SPACE}%"),
            ],
        ),
        ("en", [("sex", "female", "male"), ("personal discount", "0%", "7.5%")]),
    ],
)
def test_a_change_is_told_in_words(language: Language, told: list[tuple[str, str, str]]) -> None:
    edited = entry("member.edit", changed={"sex": ("female", "male"), "personal_discount_bp": (0, 750)})

    assert changes(edited, translator(language), scale=0) == told


def test_counts_are_written_as_numbers() -> None:
    entered = entry("catalog.upsert_products", details={"products": 92331})

    assert sentence(entered, translator("ru"), scale=0).endswith(" 92\N{NO-BREAK SPACE}331")
