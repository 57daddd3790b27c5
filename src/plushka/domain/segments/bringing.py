"""Bringing members into a list by whatever they are known: phones, cards, e-mails, external ids."""

import json
from collections.abc import Mapping, Sequence
from typing import get_args
from uuid import UUID

from plushka.domain.businesses.queries import get_business
from plushka.domain.members.identities import identify
from plushka.domain.members.imports.files import read_table
from plushka.domain.members.model import Identity, IdentityKind
from plushka.domain.members.queries import find_member_ids
from plushka.domain.segments.lists import add_members
from plushka.domain.tasks.running import Run
from plushka.platform.csv_files import Cell, csv_bytes
from plushka.platform.database import Tx
from plushka.platform.errors import Fact, Invalid
from plushka.platform.i18n import language_of, marked, translator

KIND = "segments.import"
STEP_ROWS = 2000
_COLUMNS = (marked("Row of the file"), marked("Nobody is known by this"))


async def bring_in(run: Run) -> Mapping[str, Fact]:
    """Put the members of a file into a list: each row by the first of its cells that somebody is known by.

    Rows of which nobody is known are written to a file of their own. Safe to begin again: nobody is in a list twice.
    """
    rows = read_table(await run.read_input()).rows
    arguments = run.task.arguments
    language = language_of(str(arguments["language"]))
    segment_id = UUID(str(arguments["segment"]))
    kept: dict[str, int] = json.loads(run.task.cursor or '{"count": 0, "known": 0, "unknown": 0}')
    while run.task.done < len(rows):
        async with run.step() as step:
            if step.done == 0:
                words = translator(language)
                heading: list[Cell] = [words.gettext(column) for column in _COLUMNS]
                step.output += csv_bytes([heading], language, is_beginning=True)
            part = rows[step.done : step.done + STEP_ROWS]
            country = (await get_business(step.tx)).country
            found = await _find_rows(step.tx, part, country=country)
            added = await add_members(step.tx, segment_id, [one for one in found if one is not None])
            unknown: list[list[Cell]] = [
                [step.done + place + 1, "; ".join(cell for cell in row if cell)]
                for place, (row, member) in enumerate(zip(part, found, strict=True))
                if member is None and any(row) and not _is_heading(step.done + place, row)
            ]
            step.output += csv_bytes(unknown, language, is_beginning=False)
            kept = {
                "count": kept["count"] + added,
                "known": kept["known"] + sum(one is not None for one in found) - added,
                "unknown": kept["unknown"] + len(unknown),
            }
            step.done += len(part)
            step.total = len(rows)
            step.cursor = json.dumps(kept)
    return kept


async def find_named(tx: Tx, spellings: Sequence[str], *, country: str) -> list[UUID | None]:
    """Return who is known by each of some texts, as a phone, a card, an e-mail or an external id, in this order."""
    return await _find_rows(tx, [[text] for text in spellings], country=country)


async def _find_rows(tx: Tx, rows: Sequence[Sequence[str]], *, country: str) -> list[UUID | None]:
    candidates = [[identity for cell in row for identity in _identities(cell, country)] for row in rows]
    known = await find_member_ids(tx, {identity for of_row in candidates for identity in of_row})
    return [
        next((known[identity] for identity in of_row if identity in known), None) for of_row in candidates
    ]


def _identities(text: str, country: str) -> list[Identity]:
    found = []
    for kind in get_args(IdentityKind):
        try:
            found.append(identify(kind, text, country=country))
        except Invalid:
            continue
    return found


def _is_heading(place: int, row: Sequence[str]) -> bool:
    """Tell whether a row that nobody is known by is the first one, of words alone."""
    return place == 0 and not any(
        character.isdigit() or character == "@" for cell in row for character in cell
    )
