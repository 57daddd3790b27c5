"""Reading forms: as people write numbers, and with every problem at its field."""

from datetime import date

import pytest
from babel.numbers import get_currency_precision

from plushka.delivery.web.forms import Form
from plushka.domain.members.model import PhoneInvalid
from plushka.platform.i18n import translator

RU = translator("ru")


def form(**typed: str) -> Form:
    return Form(RU, {name: [value] for name, value in typed.items()})


@pytest.mark.parametrize(
    ("typed", "minor"),
    [("1 000,50", 1000_50), ("1000.5", 1000_50), ("7", 7_00), ("1\u00a0234", 1234_00), ("0", 0)],
)
def test_money_is_read_as_people_write_it(typed: str, minor: int) -> None:
    assert form(amount=typed).money("amount", "RUB") == minor


def test_a_currency_without_decimals_takes_none() -> None:
    assert get_currency_precision("JPY") == 0
    assert form(amount="150").money("amount", "JPY") == 150
    sent = form(amount="150,5")
    assert sent.money("amount", "JPY") is None
    assert "15" in sent.problem("amount")


@pytest.mark.parametrize("year", ["0001", "1899", "2200", "9999"])
def test_a_day_beyond_all_calendars_is_a_problem_at_its_field(year: str) -> None:
    sent = form(until=f"{year}-12-31", at=f"{year}-12-31T23:59")
    assert sent.day("until") is None
    assert sent.moment("at") is None
    assert set(sent.problems) == {"until", "at"}


@pytest.mark.parametrize("typed", ["", "abc", "1e5", "NaN", "1,005", "٣", "1_000", "--1", "9" * 60, "1\0x"])
def test_what_is_no_amount_is_a_problem_at_its_field(typed: str) -> None:
    sent = form(amount=typed)
    assert sent.money("amount", "RUB") is None
    assert set(sent.problems) == {"amount"}
    assert sent.value("amount") == typed.replace("\0", "")


def test_bounds_are_told_in_the_units_of_the_field() -> None:
    sent = form(rate="150")
    assert sent.rate("rate") is None
    assert sent.problem("rate") == "Не больше 100,00."


def test_what_is_not_required_may_be_left_out() -> None:
    sent = form(born="", amount=" ")
    assert (sent.day("born", required=False), sent.money("amount", "RUB", required=False)) == (None, None)
    assert sent.is_sound


def test_dates_and_choices_that_browsers_would_not_send_are_problems() -> None:
    sent = form(born="2026-02-30", role="king", name=" " * 5)
    assert sent.day("born") is None
    assert sent.choice("role", ("owner", "manager")) is None
    sent.text("name")
    assert set(sent.problems) == {"born", "role", "name"}
    assert form(born="2026-02-28").day("born") == date(2026, 2, 28)


def test_a_refusal_lands_on_the_field_it_names_or_on_the_whole() -> None:
    sent = form(phone="123")
    sent.refused(PhoneInvalid(field="phone"))
    assert sent.problem("phone")
    sent = form(contact="123")
    sent.refused(PhoneInvalid(field="phone"), fields={"phone": "contact"})
    assert sent.problem("contact")
    sent = form(other="1")
    sent.refused(PhoneInvalid(field="phone"))
    assert sent.problem("")
