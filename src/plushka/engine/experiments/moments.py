"""Sums of a group, from which its mean and its variance follow exactly; a database can add them up as well."""

from collections.abc import Iterable
from typing import Self

from msgspec import Struct


class Moments(Struct, frozen=True):
    """Sums over ``members`` of a figure after the start (``y``), of the same before it (``x``), and of their products.

    Integers, so that a hundred thousand large receipts lose nothing and their order is no matter.
    """

    members: int
    y: int = 0
    yy: int = 0
    x: int = 0
    xx: int = 0
    xy: int = 0

    @classmethod
    def of(cls, pairs: Iterable[tuple[int, int]]) -> Self:
        """Return the sums of members' figures, each (before, after)."""
        members = y = yy = x = xx = xy = 0
        for before, after in pairs:
            members += 1
            y += after
            yy += after * after
            x += before
            xx += before * before
            xy += before * after
        return cls(members, y, yy, x, xx, xy)

    def __add__(self, other: "Moments") -> "Moments":
        return Moments(
            self.members + other.members,
            self.y + other.y,
            self.yy + other.yy,
            self.x + other.x,
            self.xx + other.xx,
            self.xy + other.xy,
        )

    @property
    def spread_yy(self) -> float:
        """The sum of squared distances from the mean, of ``y``."""
        return (self.members * self.yy - self.y * self.y) / self.members

    @property
    def spread_xx(self) -> float:
        """The sum of squared distances from the mean, of ``x``."""
        return (self.members * self.xx - self.x * self.x) / self.members

    @property
    def spread_xy(self) -> float:
        """The sum of products of both distances."""
        return (self.members * self.xy - self.x * self.y) / self.members


class Cell(Struct, frozen=True):
    """The sums of one stratum's treated members, or of its control group."""

    stratum: int
    is_control: bool
    moments: Moments
