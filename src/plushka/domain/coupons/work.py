"""Many codes at once: drawn, taken from a file, or written to one; all are long work."""

import json
import re
from collections.abc import Mapping
from uuid import UUID

from plushka.domain.coupons.codes import draw_codes, find_key, key_of
from plushka.domain.coupons.model import PatternTooNarrow
from plushka.domain.coupons.operations import add_codes, find_taken
from plushka.domain.coupons.queries import get_coupon, list_codes
from plushka.domain.tasks.running import Run
from plushka.domain.tasks.tables import NO_MORE, Piece, write_table
from plushka.platform.database import Tx
from plushka.platform.errors import Fact
from plushka.platform.i18n import Language, marked

DRAW, IMPORT, EXPORT = "coupons.draw", "coupons.import", "coupons.export"
STEP_CODES = 20_000
_DELIMITER = re.compile(r"[;,\t]")
_HEADERS = {"CODE", "CODES", "PROMOCODE", "КОД", "КОДЫ", "ПРОМОКОД"}
"""A first line that is one of these is no code."""
_COLUMNS = (marked("Code"), marked("Used"))


async def draw(run: Run) -> Mapping[str, Fact]:
    """Draw ``count`` codes of a ``pattern`` for a coupon; those that another coupon has are drawn anew.

    :raises PatternTooNarrow: others have so many that none of those drawn was free
    """
    arguments = run.task.arguments
    count, pattern = int(arguments["count"] or 0), str(arguments["pattern"])
    while run.task.done < count:
        async with run.step() as step:
            coupon = await get_coupon(step.tx, UUID(str(arguments["coupon"])))
            # What others have already is left out; the next step draws what is missing then.
            codes = draw_codes(pattern, min(STEP_CODES, count - step.done))
            drawn = {key_of(code): code for code in codes}
            taken = set(await find_taken(step.tx, list(drawn)))
            added = await add_codes(
                step.tx, coupon, [code for key, code in drawn.items() if key not in taken]
            )
            if not added:
                raise PatternTooNarrow(field="pattern")
            step.done += added
            step.total = count
    return {"count": count}


async def bring_in(run: Run) -> Mapping[str, Fact]:
    """Give a coupon the codes of a file, the first column of each line; count what cannot be a code, or is one."""
    lines = _first_columns(await run.read_input())
    kept: dict[str, int] = json.loads(run.task.cursor or '{"count": 0, "taken": 0, "invalid": 0}')
    while run.task.done < len(lines):
        async with run.step() as step:
            step.total = len(lines)
            part = lines[step.done : step.done + STEP_CODES]
            coupon = await get_coupon(step.tx, UUID(str(run.task.arguments["coupon"])))
            codes = {key: code for code in part if (key := find_key(code))}
            invalid = sum(find_key(code) is None for code in part)
            taken = set(await find_taken(step.tx, list(codes)))
            added = await add_codes(
                step.tx, coupon, [code for key, code in codes.items() if key not in taken]
            )
            kept = {
                "count": kept["count"] + added,
                "taken": kept["taken"] + len(part) - invalid - added,
                "invalid": kept["invalid"] + invalid,
            }
            step.done += len(part)
            step.cursor = json.dumps(kept)
    return kept


def _first_columns(content: bytes) -> list[str]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1251", errors="replace")
    columns = (_DELIMITER.split(line, maxsplit=1)[0].strip().strip('"') for line in text.splitlines())
    codes = [column for column in columns if column]
    return codes[1:] if codes and find_key(codes[0]) in _HEADERS else codes


async def export(run: Run) -> Mapping[str, Fact]:
    """Write the codes of a coupon to a file, with how often each was used."""
    coupon_id = UUID(str(run.task.arguments["coupon"]))

    async def count(tx: Tx) -> int:
        return (await get_coupon(tx, coupon_id)).codes

    async def piece(tx: Tx, cursor: str, _: Language) -> Piece:
        rows = await list_codes(tx, coupon_id, after=cursor, limit=STEP_CODES)
        return Piece([(row["code"], row["uses"]) for row in rows], rows[-1]["key"]) if rows else NO_MORE

    return await write_table(run, _COLUMNS, count=count, piece=piece)
