"""How many parts a text is paid for as."""

import pytest

from plushka.domain.messages.sms_text import alphabet_of, count_parts


@pytest.mark.parametrize(
    ("text", "alphabet", "parts"),
    [
        ("", "gsm", 0),
        ("Your code: 1234", "gsm", 1),
        ("a" * 160, "gsm", 1),
        ("a" * 161, "gsm", 2),
        ("a" * 306, "gsm", 2),
        ("a" * 307, "gsm", 3),
        ("€" * 80, "gsm", 1),
        ("€" * 81, "gsm", 2),
        # Of 153 signs 76 pairs fit into a part, and none is torn.
        ("€" * 153, "gsm", 3),
        ("Ваш код: 1234", "ucs2", 1),
        ("ж" * 70, "ucs2", 1),
        ("ж" * 71, "ucs2", 2),
        ("ж" * 134, "ucs2", 2),
        ("ж" * 135, "ucs2", 3),
        ("a" * 71 + "ж", "ucs2", 2),
        ("🎁" * 35, "ucs2", 1),
        ("🎁" * 36, "ucs2", 2),
        ("🎁" * 67, "ucs2", 3),
    ],
)
def test_a_text_is_counted_in_parts(text: str, alphabet: str, parts: int) -> None:
    assert alphabet_of(text) == alphabet
    assert count_parts(text) == parts
