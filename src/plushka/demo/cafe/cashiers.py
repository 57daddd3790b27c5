"""Who stands at the tills of the coffee shop."""

from datetime import date
from secrets import token_urlsafe

from plushka.domain.staff.operations import hire, register_account
from plushka.domain.staff.pins import choose_pin
from plushka.platform.database import Tx

CASHIERS = {
    "marina@plushka.example": "Марина Лебедева",
    "timur@plushka.example": "Тимур Ахметов",
    "olesya@plushka.example": "Олеся Громова",
    "matvey@plushka.example": "Матвей Зайцев",
    "renata@plushka.example": "Рената Юсупова",
    "platon@plushka.example": "Платон Ильин",
}
"""Invented, by their e-mails; nobody knows their passwords, so they are at the tills only."""
_PAIRS = {
    "1": ("Марина Лебедева", "Тимур Ахметов"),
    "2": ("Олеся Громова", "Матвей Зайцев"),
    "3": ("Рената Юсупова", "Платон Ильин"),
}
_SHIFT_DAYS = 2
CASHIER_PIN = "2907"
"""Of them all. It is told on the page only where nobody but the person at the machine can ask."""
PASSWORD_BYTES = 24


def on_shift(branch: str, on: date) -> str:
    """Return who sells in the branch that day: two take turns, two days each."""
    return _PAIRS[branch][on.toordinal() // _SHIFT_DAYS % len(_PAIRS[branch])]


async def hire_cashiers(tx: Tx) -> None:
    """Hire them for all branches, each with the PIN."""
    for email, name in CASHIERS.items():
        account = await register_account(
            tx, email=email, name=name, password=token_urlsafe(PASSWORD_BYTES), language="ru"
        )
        person = await hire(tx, account_id=account.id, role="cashier")
        await choose_pin(tx, person.id, CASHIER_PIN, field="pin")
