"""Many codes at once: drawn, or written to a file; both are long work."""

from collections.abc import Mapping
from uuid import UUID

from plushka.domain.coupons.codes import draw_codes, key_of
from plushka.domain.coupons.operations import add_codes, find_taken
from plushka.domain.coupons.queries import get_coupon, list_codes
from plushka.domain.tasks.running import Run
from plushka.platform.csv_files import csv_bytes
from plushka.platform.errors import Fact
from plushka.platform.i18n import Language, marked, translator

DRAW, EXPORT = "coupons.draw", "coupons.export"
STEP_CODES = 20_000


async def draw(run: Run) -> Mapping[str, Fact]:
    """Draw ``count`` codes of a ``pattern`` for a coupon; those that another coupon has are drawn anew."""
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
            step.done += added
            step.total = count
    return {"count": count}


async def export(run: Run) -> Mapping[str, Fact]:
    """Write the codes of a coupon to a file, with how often each was used."""
    arguments = run.task.arguments
    coupon_id = UUID(str(arguments["coupon"]))
    language: Language = "en" if arguments["language"] == "en" else "ru"
    heading = [translator(language).gettext(text) for text in (marked("Code"), marked("Used"))]
    is_whole = False
    while not is_whole:
        async with run.step() as step:
            if step.done == 0:
                step.output += csv_bytes([heading], language, is_beginning=True)
            rows = await list_codes(step.tx, coupon_id, after=step.cursor, limit=STEP_CODES)
            step.output += csv_bytes(
                [(row["code"], row["uses"]) for row in rows], language, is_beginning=False
            )
            step.done += len(rows)
            step.cursor = rows[-1]["key"] if rows else step.cursor
            is_whole = len(rows) < STEP_CODES
    return {"count": run.task.done}
