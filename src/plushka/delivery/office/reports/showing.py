"""A block on its own: the part of a page that is loaded into its place, or a page of its own for a link."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from msgspec import Struct, structs

from plushka.delivery.office.context import OfficeRequest
from plushka.delivery.office.reports.asked import COMPARISONS, PERIODS, Asked, read_asked
from plushka.delivery.office.reports.beginning import beginning
from plushka.delivery.office.reports.blocks import Block, allowed
from plushka.delivery.office.reports.drawing import drawn
from plushka.delivery.office.reports.registry import MAKERS, Maker, may_see
from plushka.delivery.office.reports.telling import explained, told_squares, told_table
from plushka.delivery.office.reports.words import COMPARISON_WORDS, PERIOD_WORDS, told_period
from plushka.delivery.office.visit import Visit
from plushka.platform.database import Tx
from plushka.platform.errors import Denied, NotFound

PATH = "/reports/blocks"
ROWS_AMONG_OTHERS = 15
"""Rows of a table on a page of several blocks; the block's own page and its files have all."""
LATE_AFTER = timedelta(minutes=10)
"""Sums are kept every few seconds; older ones are told to be so."""


class Place(Struct, frozen=True):
    """Where a block will stand: a skeleton of ``size`` until it is loaded from ``url``."""

    name: str
    title: str
    url: str
    size: str


class BlockNotFound(NotFound):
    """There is no block of this name."""


class BlockForbidden(Denied):
    """The block is not for this person's role or branches."""


@get(f"{PATH}/{{name:str}}", opt={"action": "reports.read"})
async def show_block(
    visit: NamedDependency[Visit], request: OfficeRequest, name: FromPath[str]
) -> Response[str]:
    """Show a block; a script gets the part of a page alone.

    :raises BlockNotFound: there is none of this name
    :raises BlockForbidden: it is not for this person
    """
    maker = find_maker(name, visit)
    async with visit.reporting() as tx:
        asked = await read_asked(tx, visit, request.query_params)
        block = await make(tx, maker, visit, asked)
    if "hx-request" in request.headers:
        short = _shortened(block)
        values = block_values(short, maker, visit, asked)
        if short is not block:
            values["more"] = _all_rows(block, visit, asked)
        return visit.fragment("reports/block.html", **values)
    values = block_values(block, maker, visit, asked)
    return visit.page(
        "reports/alone.html",
        section="reports",
        page="",
        # What lists the part of another block's figure is of that part, whatever days are chosen.
        bar=None if asked.part else bar_values(asked, visit, f"{PATH}/{name}"),
        **values,
    )


async def show_blocks(
    visit: Visit,
    request: OfficeRequest,
    *,
    page: str,
    title: str,
    path: str,
    blocks: Sequence[str],
    first: Sequence[Place] = (),
) -> Response[str]:
    """Show a page of blocks below each other, ``page`` of the navigation; ``title`` is marked.

    ``first``: what is no block and stands above them.
    """
    async with visit.reading() as tx:
        asked = await read_asked(tx, visit, request.query_params)
        begins = await beginning(tx, visit)
    return visit.page(
        "reports/page.html",
        section="reports",
        page=page,
        title=visit.words.gettext(title),
        bar=bar_values(asked, visit, path),
        places=[*first, *places(blocks, visit, asked)],
        wide={*blocks, *(place.name for place in first)},
        **begins,
    )


def find_maker(name: str, visit: Visit) -> Maker:
    """Return the maker of a block.

    :raises BlockNotFound: there is none of this name
    :raises BlockForbidden: it is not for this person
    """
    maker = MAKERS.get(name)
    if maker is None:
        raise BlockNotFound
    if not may_see(maker, visit):
        raise BlockForbidden
    return maker


async def make(tx: Tx, maker: Maker, visit: Visit, asked: Asked) -> Block:
    """Return the block without the columns that are not for this person."""
    block = await maker.make(tx, visit, asked)
    return structs.replace(block, table=allowed(block.table, visit.may))


def block_values(block: Block, maker: Maker, visit: Visit, asked: Asked) -> dict[str, Any]:
    """Return what the template of a block shows."""
    notes = list(block.notes)
    if maker.of_whole_business and not asked.is_of_whole_business:
        notes.append(visit.words.gettext("This is of all branches together, whichever are chosen."))
    values = told_block(block, visit, files="/reports/files", query=f"?{asked.query()}", notes=notes)
    values["choices"] = [
        (
            each.title,
            f"{PATH}/{block.name}?{structs.replace(asked, measure=each.measure).query()}",
            each.is_chosen,
        )
        for each in block.choices
    ]
    return values


def told_block(
    block: Block, visit: Visit, *, files: str, query: str = "", notes: Sequence[str] = ()
) -> dict[str, Any]:
    """Return what the template of a block shows of one; ``files`` is where those of the page are."""
    table = told_table(block.table, visit)
    return {
        "block": block,
        "table": table,
        "squares": told_squares(block.table, table) if block.form == "squares" else None,
        "chart": drawn(block.chart, block.title, visit) if block.chart and block.table.rows else None,
        "explained": explained(block, visit),
        "notes": notes,
        "as_of": visit.figures.moment(block.as_of) if block.as_of else "",
        "is_late": block.as_of is not None and not block.is_nightly and visit.at - block.as_of > LATE_AFTER,
        "files": [(kind, f"{files}/{block.name}.{kind}{query}") for kind in ("xlsx", "csv")]
        if visit.may("reports.export") and block.table.rows
        else [],
        "more": None,
        "choices": [],
        "folds": False,
    }


def _shortened(block: Block) -> Block:
    """Return a block as it stands among others: of a long table its beginning, so that no more is told than is seen."""
    table = block.table
    if block.form != "table" or len(table.rows) <= ROWS_AMONG_OTHERS:
        return block
    beginning = structs.replace(
        table, rows=table.rows[:ROWS_AMONG_OTHERS], acts=table.acts[:ROWS_AMONG_OTHERS]
    )
    return structs.replace(block, table=beginning)


def _all_rows(block: Block, visit: Visit, asked: Asked) -> tuple[str, str]:
    """Return the words of the link to all rows of a table, and where it leads."""
    count = visit.figures.number(len(block.table.rows))
    return (
        visit.words.gettext("All rows: {count}", count=count),
        f"{PATH}/{block.name}?{asked.query()}",
    )


def places(names: Sequence[str], visit: Visit, asked: Asked) -> list[Place]:
    """Return the places of the blocks that this person may see, in order."""
    return [
        Place(
            name, visit.words.gettext(MAKERS[name].title), f"{PATH}/{name}?{asked.query()}", MAKERS[name].size
        )
        for name in names
        if may_see(MAKERS[name], visit)
    ]


def bar_values(asked: Asked, visit: Visit, path: str) -> dict[str, Any]:
    """Return what the bar on top of a report offers and what is chosen in it; ``path`` is the page's own."""
    gettext = visit.words.gettext
    return {
        "path": path,
        "periods": [(kind, gettext(PERIOD_WORDS[kind])) for kind in PERIODS],
        "period": asked.kind,
        "first": asked.period.from_on.isoformat(),
        "last": asked.period.last_on.isoformat(),
        "comparisons": [(kind, gettext(COMPARISON_WORDS[kind])) for kind in COMPARISONS],
        "comparison": asked.comparison,
        "branches": [(branch.code, branch.name) for branch in asked.offered]
        if len(asked.offered) > 1
        else [],
        "chosen": {branch.code for branch in asked.branches},
        "branches_told": _told_branches(asked, visit),
        "programs": [(str(choice.id), choice.name) for choice in visit.choices],
        "program": str(asked.program_id or ""),
        "told": told_period(asked.period, visit),
        "told_before": told_period(asked.before, visit) if asked.before else "",
    }


def _told_branches(asked: Asked, visit: Visit) -> str:
    if not asked.branches:
        return visit.words.gettext("All branches")
    if len(asked.branches) == 1:
        return asked.branches[0].name
    count = len(asked.branches)
    return visit.words.ngettext("{count} branch", "{count} branches", count, count=count)
