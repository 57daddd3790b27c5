"""Every figure leads to what it is of, and what is listed there comes to the figure."""

from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

import httpx
from tests.conftest import SetClock
from tests.office.conftest import signed_in
from tests.office.reports.reading import listed, tiles_of
from tests.office.reports.year import a_year
from tests.pos.conftest import Cast

from plushka.app import Plushka
from plushka.platform.database import Database

CENT = Decimal("0.01")


async def test_lists_behind_figures_come_to_them(
    app: Plushka, cast: Cast, database: Database, clock: SetClock, staff: dict[str, str]
) -> None:
    await a_year(app, cast.anna, database, clock)
    async with signed_in(app, staff["owner"]) as anna:
        await tiles_are_of_the_receipts_that_they_lead_to(anna)
        await what_came_back_is_told_by_its_own_day(anna)


async def tiles_are_of_the_receipts_that_they_lead_to(anna: httpx.AsyncClient) -> None:
    for query in ("period=quarter", "period=quarter&branch=east"):
        tiles = await tiles_of(anna, "figures", query)
        for place in (0, 1):
            behind = {
                title: await listed(anna, values[place].href)
                for title, values in tiles.items()
                if values[place].href.startswith("/receipts?")
            }
            told = {title: values[place].number for title, values in tiles.items()}
            card = behind["Средний чек с картой"]
            assert told["Выручка"] == behind["Выручка"].revenue
            assert told["Чеки"] == behind["Чеки"].receipts
            assert told["Средний чек с картой"] == rounded(card.mean)
            assert told["Проникновение"] == share(card.receipts, behind["Чеки"].receipts)
            assert told["Первые покупки"] == behind["Первые покупки"].receipts
            assert told["Повторные покупки"] == share(behind["Повторные покупки"].receipts, card.receipts)
            assert told["Вовлечённость"] == share(behind["Вовлечённость"].receipts, card.receipts)
            assert told["Возвращено денег"] == behind["Возвращено денег"].given_back


async def what_came_back_is_told_by_its_own_day(anna: httpx.AsyncClient) -> None:
    is_of_earlier = False
    for first, last in (
        (date(2026, month, 1), date(2026, month + 1, 1) - timedelta(days=1)) for month in range(4, 8)
    ):
        shown, _ = (await tiles_of(anna, "figures", f"period=custom&from={first}&until={last}"))[
            "Возвращено денег"
        ]
        behind = await listed(anna, shown.href)
        bought_then = await listed(anna, f"{shown.href}&from={first}&to={last}")
        assert shown.number == behind.given_back > 0
        is_of_earlier |= bought_then.receipts < behind.receipts
    assert is_of_earlier


def rounded(value: Decimal) -> Decimal:
    return value.quantize(CENT, ROUND_HALF_UP)


def share(part: Decimal, whole: Decimal) -> Decimal:
    return rounded(100 * part / whole) if whole else Decimal(0)
