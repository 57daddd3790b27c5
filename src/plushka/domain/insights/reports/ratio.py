"""A quotient that keeps its two parts: added up and compared exactly, rounded once, where it is shown (S22)."""

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal

from msgspec import Struct


class Ratio(Struct, frozen=True):
    """``numerator / denominator``; of nothing it is no number, and pages show a dash."""

    numerator: int
    denominator: int

    def rounded(self, scale: int = 0) -> int | None:
        """Return the quotient in units of ``10 ** -scale``, half up and away from zero; None of nothing."""
        if self.denominator == 0:
            return None
        exact = Decimal(self.numerator).scaleb(scale) / Decimal(self.denominator)
        return int(exact.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def total(ratios: Iterable[Ratio]) -> Ratio:
    """Return the ratio of all together: weighted, never the mean of the ratios."""
    rows = list(ratios)
    return Ratio(sum(row.numerator for row in rows), sum(row.denominator for row in rows))


def change(now: int | Ratio, before: int | Ratio) -> Ratio:
    """Return by which part of ``before`` the figure has grown, exactly; of nothing before there is no such part.

    Both are of one kind; a negative ``before`` gives no change either, as a growing loss is no growth.
    """
    now, before = _quotient(now), _quotient(before)
    if now.denominator == 0 or before.denominator == 0 or before.numerator <= 0:
        return Ratio(0, 0)
    # (a/b − c/d) / (c/d)
    return Ratio(
        now.numerator * before.denominator - before.numerator * now.denominator,
        before.numerator * now.denominator,
    )


def difference(now: Ratio, before: Ratio) -> Ratio:
    """Return how much more one share is than another, exactly; of nothing there is no such figure."""
    return Ratio(
        now.numerator * before.denominator - before.numerator * now.denominator,
        now.denominator * before.denominator,
    )


def _quotient(figure: int | Ratio) -> Ratio:
    return figure if isinstance(figure, Ratio) else Ratio(figure, 1)
