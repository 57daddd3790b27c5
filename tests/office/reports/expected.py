"""The figures of reports worked out a second time, by Polars from the receipts themselves."""

import csv
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from io import StringIO
from zoneinfo import ZoneInfo

import httpx
import polars as pl
from tests.office.reports.year import COSTS, Year

Cell = str | Decimal


async def table(browser: httpx.AsyncClient, block: str, query: str = "") -> list[list[Cell | None]]:
    """Return the rows of a block's file without the heading: numbers where there are such."""
    answer = await browser.get(f"/reports/files/{block}.csv?{query}")
    assert answer.status_code == httpx.codes.OK, answer.text
    rows = list(csv.reader(StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))[1:]
    return [[read_number(text) for text in row] for row in rows]


def read_number(text: str) -> Cell | None:
    if text == "":
        return None
    try:
        return Decimal(text.replace(",", "."))
    except ArithmeticError:
        return text


def half_up(numerator: int | Fraction, denominator: int, places: int = 2) -> Decimal | None:
    """Return the quotient rounded half up, from the exact one."""
    if denominator == 0:
        return None
    exact = Fraction(numerator) / denominator
    return (Decimal(exact.numerator) / exact.denominator).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


def money(minor: int) -> Decimal:
    return Decimal(minor).scaleb(-2)


def total(frame: pl.DataFrame, name: str = "revenue") -> int:
    return sum(frame[name].to_list())


def mean(frame: pl.DataFrame) -> Decimal | None:
    """Return the average receipt, rounded to kopecks."""
    minor = half_up(total(frame), len(frame), 0)
    return None if minor is None else minor.scaleb(-2)


def percent(part: int, whole: int) -> Decimal | None:
    return half_up(part * 100, whole)


def firsts(year: Year) -> set[str]:
    """Return each member's first receipt of those that count."""
    ordered = year.receipts.filter("card").sort("occurred_at", "id")
    return set(ordered.group_by("member_id").agg(pl.col("id").first())["id"])


def goods(frame: pl.DataFrame) -> tuple[int, int]:
    """Return revenue and cost where the cost of every line was known, less half a line that came back."""
    revenue = cost = 0
    for row in frame.iter_rows(named=True):
        costs = [COSTS[sku] for sku in row["skus"]]
        if None not in costs:
            revenue += row["revenue"]
            cost += sum(2 * (each or 0) for each in costs) - (costs[0] or 0) * row["back_milli"] // 1000
    return revenue, cost


def expected_margin(costed: int, cost: int) -> dict[str, Cell | None]:
    """Return what is told of the margin: nothing, where no cost is known."""
    if not costed:
        return {}
    return {
        "Себестоимость": money(cost),
        "Маржа": money(costed - cost),
        "Маржа, доля, %": percent(costed - cost, costed),
    }


def refunded(year: Year, first: date, last: date) -> int:
    """Return what was given back on business days of the branches that had sold."""
    return sum(
        row["refund_minor"]
        for row in year.refunds.iter_rows(named=True)
        if first
        <= (
            row["at"].astimezone(ZoneInfo(row["time_zone"])) - timedelta(minutes=row["day_starts_minutes"])
        ).date()
        <= last
    )


def expected_figures(year: Year, frame: pl.DataFrame, first: date, last: date) -> dict[str, Cell | None]:
    card = frame.filter("card")
    costed, cost = goods(frame)
    first_ones = len(frame.filter(pl.col("id").is_in(list(firsts(year)))))
    return {
        "Выручка": money(total(frame)),
        "Чеки": Decimal(len(frame)),
        "Средний чек": mean(frame),
        "Средний чек с картой": mean(card),
        "Проникновение, %": percent(len(card), len(frame)),
        "Выручка с картой, %": percent(total(card), total(frame)),
        "Вовлечённость, %": percent(len(card.filter(pl.col("redeemed_points") > 0)), len(card)),
        "Повторные покупки, %": percent(len(card) - first_ones, len(card)),
        **expected_margin(costed, cost),
        "Скидки": money(total(frame, "discount_minor")),
        "Оплачено бонусами": money(total(frame, "redeemed_minor")),
        "Возвращено денег": money(refunded(year, first, last)),
        "Первые покупки": Decimal(first_ones),
    }


def of_month(frame: pl.DataFrame, month: date) -> pl.DataFrame:
    return frame.filter(pl.col("day").dt.strftime("%Y-%m") == f"{month:%Y-%m}")
