"""A chart as plain data for the script that draws it: numbers to place, and words to read beside each."""

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, assert_never

import msgspec
from msgspec import Struct

from plushka.delivery.office.reports.blocks import AnyChart, Chart, Dots, Flow, HeatMap, Kind, Value
from plushka.delivery.office.reports.telling import told_value
from plushka.delivery.office.visit import Visit
from plushka.domain.insights.reports.kinds import PERCENT
from plushka.domain.insights.reports.ratio import Ratio
from plushka.platform.i18n import currency_decimals

_FOR_A_SCRIPT = {ord(each): f"\\u{ord(each):04x}" for each in "<>&\u2028\u2029"}
_COLORS = 7
"""In the stylesheet, as ``--chart-1`` and so on."""


class Drawn(Struct, frozen=True):
    """A chart for the page: what the script draws, and the words around it, there before it is drawn.

    ``data`` is JSON that may stand inside a ``<script>``: nothing in it can end one. ``names`` are (color, name): a
    number of the stylesheet's or "before".
    """

    data: str
    columns: tuple[str, ...]
    names: tuple[tuple[str, str], ...]


def drawn(chart: AnyChart, title: str, visit: Visit) -> Drawn:
    data = msgspec.json.encode({"title": title, **_data(chart, visit)}).decode().translate(_FOR_A_SCRIPT)
    return Drawn(data, chart.columns if isinstance(chart, Flow) else (), _names(chart))


def _names(chart: AnyChart) -> tuple[tuple[str, str], ...]:
    """Return what each colour stands for; nothing where there is only one."""
    match chart:
        case Chart() if len(chart.series) > 1:
            now = [series for series in chart.series if not series.is_before]
            return tuple(
                ("before" if series.is_before else str(now.index(series) % _COLORS + 1), series.title)
                for series in chart.series
            )
        case Flow():
            return tuple(
                (str(place + 1) if place < _COLORS else "before", name)
                for place, name in enumerate(chart.names)
            )
        case Chart() | HeatMap() | Dots():
            return ()
        case _:
            assert_never(chart)


def _data(chart: AnyChart, visit: Visit) -> dict[str, Any]:
    match chart:
        case Chart():
            return {
                "kind": "chart",
                "labels": chart.labels,
                "stacked": chart.stacked,
                "things": chart.of_things,
                "unit": _unit({series.kind for series in chart.series}, visit),
                "series": [
                    {
                        "title": series.title,
                        "form": series.form,
                        "before": series.is_before,
                        **_values(series.values, series.kind, visit),
                    }
                    for series in chart.series
                ],
            }
        case HeatMap():
            rows = [_values(row, chart.kind, visit) for row in chart.values]
            return {"kind": "heat", "columns": chart.columns, "rows": chart.rows, "cells": rows}
        case Flow():
            return {"kind": "flow", **_flow(chart, visit)}
        case Dots():
            return {
                "kind": "dots",
                "across": chart.across,
                "up": chart.up,
                "names": [name for name, *_ in chart.dots],
                "x": {
                    "unit": _unit({chart.kind_across}, visit),
                    **_values([across for _, across, _ in chart.dots], chart.kind_across, visit),
                },
                "y": {
                    "unit": _unit({chart.kind_up}, visit),
                    **_values([up for *_, up in chart.dots], chart.kind_up, visit),
                },
            }
        case _:
            assert_never(chart)


def _flow(chart: Flow, visit: Visit) -> dict[str, Any]:
    """Return the diagram with each of its numbers told; in a node are as many as came into it or went out of it."""
    came, went = Counter[int](), Counter[int]()
    for source, target, count in chart.links:
        went[source] += count
        came[target] += count
    number = visit.figures.number
    return {
        "columns": chart.columns,
        "names": chart.names,
        "nodes": chart.nodes,
        "links": chart.links,
        "told": [number(count) for *_, count in chart.links],
        "toldNodes": [number(max(came[place], went[place])) for place in range(len(chart.nodes))],
    }


def _values(values: Sequence[Value], kind: Kind, visit: Visit) -> dict[str, Any]:
    return {
        "values": [_number(value, kind, visit) for value in values],
        "told": [told_value(value, kind, visit) for value in values],
    }


def _unit(kinds: set[Kind], visit: Visit) -> str:
    """Return what an axis is numbered in: "percent", a currency, or nothing where its name says what is counted."""
    if kinds <= {"share", "change"}:
        return "percent"
    return visit.business.currency if kinds == {"money"} else ""


def _number(value: Value, kind: Kind, visit: Visit) -> float | None:
    """Return where a value stands on an axis, in whole units; only what is told beside it is exact."""
    if isinstance(value, Ratio):
        ten_thousandths = value.rounded(PERCENT + 2)
        if ten_thousandths is None:
            return None
        shown = Decimal(ten_thousandths).scaleb(-PERCENT - 2)
    elif isinstance(value, int):
        shown = Decimal(value)
    else:
        return None
    units = {
        "money": Decimal(10) ** currency_decimals(visit.business.currency),
        "points": Decimal(10) ** visit.figures.scale,
        "quantity": Decimal(1000),
        "share": Decimal("0.01"),
        "change": Decimal("0.01"),
        "difference": Decimal("0.01"),
    }
    return float(shown / units.get(kind, Decimal(1)))
