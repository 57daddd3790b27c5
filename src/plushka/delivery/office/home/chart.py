"""Small charts, drawn by the server as SVG: zero-based bars with the numbers in words beside them."""

from collections.abc import Callable, Sequence

from msgspec import Struct

HEIGHT = 120
STEP = 40
_BAR_WIDTH = 28
_LEAST_HEIGHT = 2


class Bar(Struct, frozen=True):
    """A bar in the chart's own units; ``label`` and ``value`` tell it in words."""

    x: int
    y: int
    width: int
    height: int
    label: str
    value: str
    is_last: bool


class Chart(Struct, frozen=True):
    """``top`` is what the highest bar comes to."""

    width: int
    height: int
    bars: tuple[Bar, ...]
    top: str


def bars(values: Sequence[tuple[str, int]], *, tell: Callable[[int], str]) -> Chart:
    """Return a bar for each (label, value); the last, unfinished one stands out."""
    highest = max(1, *(value for _, value in values))
    drawn = []
    for index, (label, value) in enumerate(values):
        # A day with little is still seen; a day with nothing is not.
        height = max(_LEAST_HEIGHT, HEIGHT * value // highest) if value > 0 else 0
        drawn.append(
            Bar(
                x=index * STEP + (STEP - _BAR_WIDTH) // 2,
                y=HEIGHT - height,
                width=_BAR_WIDTH,
                height=height,
                label=label,
                value=tell(value),
                is_last=index == len(values) - 1,
            )
        )
    return Chart(width=STEP * len(values), height=HEIGHT, bars=tuple(drawn), top=tell(highest))
