"""Invented people are always the same, never two alike, and cannot be called."""

import phonenumbers

from plushka.demo import people

HOUSEHOLDS = 2_469


def test_every_member_has_a_phone_of_their_own_that_is_reserved_for_fiction() -> None:
    phones = [people.phone(number) for number in range(HOUSEHOLDS)]
    assert len(set(phones)) == HOUSEHOLDS
    for phone in phones:
        assert phonenumbers.is_possible_number(phonenumbers.parse(phone))
        assert phone[5:10] == "55501"


def test_every_member_has_a_name_of_their_own() -> None:
    names = [people.name(number) for number in range(HOUSEHOLDS)]
    assert len(set(names)) == HOUSEHOLDS
    assert names[:2] == ["Анна Абрамова", "Борис Баранов"]


def test_some_save_and_some_spend() -> None:
    spenders = [
        household
        for household in range(1000)
        if any(people.pays_with_points(household, b) for b in range(100))
    ]
    assert 550 < len(spenders) < 650
    assert people.pays_with_points(1, 1) == people.pays_with_points(1, 1)
