"""No figure of any page of the office is without its definition by a click, but for those that are named here (S22).

Blocks of reports have a test of their own, with a business that has something to tell in each of them.
"""

from collections.abc import Mapping

import httpx
from tests.office.conftest import Shop
from tests.office.reports.undefined import undefined
from tests.office.test_permissions import addresses, routes

RECEIPT = "what stands on one receipt, as the till has printed it"
MOVEMENT = "one movement, whose kind stands beside it"
EXCEPTIONS: Mapping[str, Mapping[str, str]] = {
    "GET /": dict.fromkeys(("Сумма", "Начислено"), RECEIPT),
    "GET /receipts": dict.fromkeys(("Сумма", "Начислено", "Скидка", "Списано"), RECEIPT),
    "GET /receipts/{receipt_id:uuid}": {
        **dict.fromkeys(
            (
                "Кол-во",
                "Сумма",
                "К оплате",
                "Оплачено деньгами",
                "Начислено",
                "Начислено бонусов",
                "Осталось",
            ),
            RECEIPT,
        ),
        "Бонусы": MOVEMENT,
    },
    "GET /journal": {"Бонусы": MOVEMENT},
    "GET /members": {"Бонусы": "what one member has", "Покупки": "how often one member has bought"},
    "GET /members/{member_id:uuid}": dict.fromkeys(("Сумма", "Начислено"), RECEIPT),
    "GET /members/{member_id:uuid}/points": {"Бонусы": MOVEMENT},
}
"""By route: what is not defined there, and why: facts of one receipt, movement or member, which are no sums."""


def test_exceptions_are_of_routes_that_there_are() -> None:
    assert set(EXCEPTIONS) <= set(routes())


async def test_every_figure_of_every_page_has_a_definition(anna: httpx.AsyncClient, shop: Shop) -> None:
    alone = {}
    for route, address in addresses(shop).items():
        answer = await anna.get(address)
        if answer.headers["content-type"].startswith("text/html"):
            left = undefined(answer.text) - set(EXCEPTIONS.get(route, {}))
            if left:
                alone[route] = sorted(left)
    assert not alone, alone
