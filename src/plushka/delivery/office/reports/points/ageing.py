"""Lots that are there: how old they are, how soon they burn, and whose they are."""

from collections.abc import Mapping
from types import MappingProxyType

from msgspec import structs

from plushka.delivery.office.reports.asked import Asked
from plushka.delivery.office.reports.behind import linked
from plushka.delivery.office.reports.blocks import Block, Cell, Chart, Column, Empty, Series, Table
from plushka.delivery.office.reports.points.liability import no_points, of_program
from plushka.delivery.office.visit import Visit
from plushka.domain.insights.points.lots import (
    HOLDERS_MAX,
    SIDES,
    Side,
    bounds,
    count_of,
    list_buckets,
    list_holders,
)
from plushka.domain.insights.points.prices import load_prices
from plushka.domain.insights.points.worth import money
from plushka.domain.insights.reports.ratio import Ratio
from plushka.platform.database import Tx
from plushka.platform.i18n import marked

_BLOCKS: Mapping[Side, tuple[str, str, str, str]] = MappingProxyType(
    {
        "age": (
            "points_ages",
            marked("How old the points are"),
            marked("Earned, days ago"),
            "points_ages",
        ),
        "burns": (
            "points_burns",
            marked("How soon the points burn"),
            marked("Burn in, days"),
            "points_burns",
        ),
    }
)
"""By side: the block, its title, the title of its first column, its definition."""
_ALL = "all"


async def make_points_ages(tx: Tx, visit: Visit, asked: Asked) -> Block:
    return await _make(tx, visit, asked, "age")


async def make_points_burns(tx: Tx, visit: Visit, asked: Asked) -> Block:
    return await _make(tx, visit, asked, "burns")


async def _make(tx: Tx, visit: Visit, asked: Asked, side: Side) -> Block:
    name, title, first, definition = _BLOCKS[side]
    found = {each.number: each for each in await list_buckets(tx, visit.program_id, side, visit.today)}
    price = (await load_prices(tx, visit.program_id)).on(visit.today)
    whole = sum(each.points for each in found.values())
    gettext = visit.words.gettext
    numbers = [number for number in range(count_of(side)) if number in found]
    return Block(
        name=name,
        title=gettext(title),
        table=Table(
            (
                Column(gettext(first), "text"),
                Column(gettext("Lots"), "count", "points_lots"),
                Column(gettext("Members"), "count", "points_members"),
                Column(gettext("Points"), "points", "points_liability"),
                Column(gettext("In money"), "money", "points_money"),
                Column(gettext("Share"), "share", "points_part"),
            ),
            tuple(
                (
                    told_bucket(side, number, visit),
                    *linked(
                        _holders_url(asked, side, number),
                        found[number].lots,
                        found[number].members,
                        found[number].points,
                        money(found[number].points, price),
                        Ratio(found[number].points, whole),
                    ),
                )
                for number in numbers
            ),
            # Members are not added up: one may have lots in several.
            total=(
                gettext("Together"),
                *linked(
                    _holders_url(asked, side, None),
                    sum(each.lots for each in found.values()),
                    None,
                    whole,
                    money(whole, price),
                    Ratio(whole, whole),
                ),
            ),
        ),
        as_of=tx.at,
        chart=Chart(
            labels=tuple(told_bucket(side, number, visit) for number in numbers),
            series=(Series(gettext("Points"), tuple(found[number].points for number in numbers), "points"),),
        ),
        notes=of_program(visit),
        definition=definition,
        empty=no_points(visit),
    )


async def make_points_holders(tx: Tx, visit: Visit, asked: Asked) -> Block:
    """Whose the lots of a bucket are: ``part`` of the address names it, ``burns-2``, or all, ``burns-all``."""
    side, number = read_part(asked.part)
    holders = await list_holders(tx, visit.program_id, side, number, visit.today)
    gettext = visit.words.gettext
    notes = [
        *(
            [
                gettext(
                    "{column}: {bucket}.",
                    column=gettext(_BLOCKS[side][2]),
                    bucket=told_bucket(side, number, visit),
                )
            ]
            if number is not None
            else []
        ),
        *of_program(visit),
    ]
    if len(holders) == HOLDERS_MAX:
        notes.append(gettext("The {count} who have most are shown.", count=visit.figures.number(HOLDERS_MAX)))
    return Block(
        name="points_holders",
        title=gettext("Whose points they are"),
        table=Table(
            (
                Column(gettext("Member"), "text"),
                Column(gettext("Lots"), "count", "points_lots"),
                Column(gettext("Points"), "points", "points_liability"),
                Column(gettext("The first of them burn after"), "date", "points_burns"),
            ),
            tuple(
                (
                    Cell(each.name or gettext("without a name"), href=f"/members/{each.member_id}"),
                    *linked(f"/members/{each.member_id}", each.lots, each.points),
                    each.burns_on,
                )
                for each in holders
            ),
        ),
        as_of=tx.at,
        notes=tuple(notes),
        empty=Empty(
            gettext("Nobody has such points"),
            gettext("They were spent or have burned since, or there were none."),
        ),
    )


def read_part(part: str) -> tuple[Side, int | None]:
    """Return the bucket that an address names, None: all of them; nonsense counts as what burns first."""
    name, _, number = part.partition("-")
    for side in SIDES:
        if name == side and number == _ALL:
            return side, None
        if name == side and number.isascii() and number.isdigit() and int(number) < count_of(side):
            return side, int(number)
    return "burns", 0


def told_bucket(side: Side, number: int, visit: Visit) -> str:
    """Return ``0–30``, ``more than 365``, or that they never burn."""
    gettext = visit.words.gettext
    if side == "burns" and number == count_of(side) - 1:
        return gettext("never")
    first, last = bounds(side, number)
    if last is None:
        return gettext("more than {days}", days=first - 1)
    return f"{first}–{last}"


def _holders_url(asked: Asked, side: Side, number: int | None) -> str:
    query = structs.replace(asked, part=f"{side}-{_ALL if number is None else number}").query()
    return f"/reports/blocks/points_holders?{query}"
