"""The table of months as a workbook: a sheet of counts with shares and changes, and a sheet of moves."""

from collections.abc import Sequence
from io import BytesIO

import xlsxwriter
from litestar import Response, get
from litestar.di import NamedDependency

from plushka.delivery.office.campaigns.groups.rows import PATH
from plushka.delivery.office.visit import Visit
from plushka.domain.segments.lifecycle.model import Move
from plushka.domain.segments.lifecycle.months import Figure, Month, months
from plushka.domain.segments.lifecycle.snapshots import HISTORY_MONTHS_MAX, list_moves, list_snapshots
from plushka.domain.segments.lifecycle.words import GROUP_WORDS
from plushka.engine.lifecycle import GROUPS

_MONTHS_MAX = 10 * HISTORY_MONTHS_MAX


@get(f"{PATH}/file", opt={"action": "groups.read"})
async def download_groups(visit: NamedDependency[Visit]) -> Response[bytes]:
    """Return all months that were written down; numbers are numbers, so that they can be counted with."""
    async with visit.reading() as tx:
        table = months(await list_snapshots(tx, limit=_MONTHS_MAX))
        moves = [(month, await list_moves(tx, month.month)) for month in table[:-1]]
    return Response(
        _workbook(table, moves, visit),
        media_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        headers={"content-disposition": 'attachment; filename="groups.xlsx"'},
    )


def _workbook(table: Sequence[Month], moves: Sequence[tuple[Month, Sequence[Move]]], visit: Visit) -> bytes:
    gettext, content = visit.words.gettext, BytesIO()
    book = xlsxwriter.Workbook(content, {"in_memory": True})
    bold = book.add_format({"bold": True})
    day, share = book.add_format({"num_format": "mm.yyyy"}), book.add_format({"num_format": "0.00%"})
    sheet = book.add_worksheet(gettext("Months"))
    sheet.freeze_panes(1, 1)
    sheet.set_column(0, 3 * (len(GROUPS) + 1) + 1, 16)
    titles = [gettext("Base"), *[gettext(GROUP_WORDS[group]) for group in GROUPS]]
    heading = [gettext("Month")]
    for title in titles:
        heading += [
            title,
            gettext("{group}: share", group=title),
            gettext("{group}: change", group=title),
        ]
    for place, title in enumerate([*heading, gettext("Written afterwards")]):
        sheet.write_string(0, place, title, bold)
    for row, month in enumerate(table, start=1):
        sheet.write_datetime(row, 0, month.month, day)
        figures: list[Figure] = [month.base, *[month.groups[group] for group in GROUPS]]
        for place, figure in enumerate(figures):
            sheet.write_number(row, 1 + 3 * place, figure.members)
            for after, bp in ((2, figure.share_bp), (3, figure.change_bp)):
                if bp is not None:
                    sheet.write_number(row, after + 3 * place, bp / 10_000, share)
        sheet.write_string(row, 1 + 3 * len(figures), gettext("yes") if month.is_backdated else gettext("no"))
    sheet = book.add_worksheet(gettext("Moves"))
    sheet.set_column(0, 3, 18)
    for place, title in enumerate(
        (gettext("Month"), gettext("From the group"), gettext("To the group"), gettext("Members"))
    ):
        sheet.write_string(0, place, title, bold)
    row = 0
    for month, of_month in moves:
        for move in sorted(of_month, key=lambda each: -each.members):
            row += 1
            sheet.write_datetime(row, 0, month.month, day)
            before = gettext(GROUP_WORDS[move.before]) if move.before else gettext("Have joined")
            after_title = gettext(GROUP_WORDS[move.after]) if move.after else gettext("Have left")
            sheet.write_string(row, 1, before)
            sheet.write_string(row, 2, after_title)
            sheet.write_number(row, 3, move.members)
    book.close()
    return content.getvalue()
