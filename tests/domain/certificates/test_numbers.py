"""Numbers of certificates: nobody's guess, and a slip of the keys is found before anybody is asked."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plushka.domain.certificates.model import CertificateMistyped
from plushka.domain.certificates.numbers import (
    ALPHABET,
    LENGTH,
    check_character,
    new_number,
    read_number,
    shown,
)

BODIES = st.text(ALPHABET, min_size=LENGTH - 1, max_size=LENGTH - 1)


def number_of(body: str) -> str:
    return body + check_character(body)


def test_numbers_differ_and_read_themselves() -> None:
    numbers = {new_number() for _ in range(1000)}

    assert len(numbers) == 1000
    assert all(read_number(number, field="n") == number for number in numbers)
    assert not set("".join(numbers)) - set(ALPHABET)


@pytest.mark.parametrize("look_alikes", ["0OQD", "1IL", "2Z", "5S", "6G", "8B", "UV"])
def test_nothing_looks_like_anything_else(look_alikes: str) -> None:
    assert len(set(look_alikes) & set(ALPHABET)) <= 1


def test_however_it_is_typed_it_is_the_same_number() -> None:
    number = number_of("7ACEHKMPTX3")

    spellings = [
        shown(number),
        shown(number).lower(),
        number.replace("-", " "),
        shown(number).translate(str.maketrans("ACEHKMPTX", "АСЕНКМРТХ")),  # as a Russian keyboard writes it
        f" {number[:4]} – {number[4:]} ",
    ]
    assert {read_number(spelling, field="n") for spelling in spellings} == {number}


@given(BODIES, st.integers(0, LENGTH - 1), st.sampled_from(ALPHABET))
def test_one_wrong_character_is_found(body: str, place: int, wrong: str) -> None:
    number = number_of(body)
    if number[place] != wrong:
        with pytest.raises(CertificateMistyped):
            read_number(number[:place] + wrong + number[place + 1 :], field="n")


@given(BODIES, st.integers(0, LENGTH - 1), st.integers(0, LENGTH - 1))
def test_two_that_changed_places_are_found(body: str, first: int, second: int) -> None:
    number = list(number_of(body))
    if number[first] != number[second]:
        number[first], number[second] = number[second], number[first]
        with pytest.raises(CertificateMistyped):
            read_number("".join(number), field="n")


@pytest.mark.parametrize("typed", ["", "7ACE", "7ACE-HKMP-TX3O", "7ACE-HKMP-TX34-7", "а" * 12])
def test_what_is_no_number_is_told_at_once(typed: str) -> None:
    with pytest.raises(CertificateMistyped):
        read_number(typed, field="n")
