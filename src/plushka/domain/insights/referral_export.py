"""Who brings members, as a file."""

from collections.abc import Mapping
from decimal import Decimal
from uuid import UUID

import msgspec

from plushka.domain.insights.referrals import Cursor, ReferralFilter, count_referrers, list_referrers
from plushka.domain.programs.queries import find_scales
from plushka.domain.tasks.running import Run
from plushka.domain.tasks.tables import NO_MORE, Piece, write_table
from plushka.platform.database import Tx
from plushka.platform.errors import Fact
from plushka.platform.i18n import Language, marked

KIND = "referrals.export"
STEP_ROWS = 5000
_COLUMNS = (
    marked("Member"),
    marked("Friends who joined"),
    marked("Friends who bought"),
    marked("Points for friends"),
    marked("Points to come"),
)


async def export_referrers(run: Run) -> Mapping[str, Fact]:
    """Write what the filter of the task finds, who was paid most first."""
    where = msgspec.json.decode(str(run.task.arguments["filter"]), type=ReferralFilter)

    async def piece(tx: Tx, cursor: str, language: Language) -> Piece:  # noqa: ARG001  figures and names only
        paid, _, last = cursor.partition(" ")
        found = await list_referrers(
            tx, where, after=Cursor(int(paid), UUID(last)) if cursor else None, limit=STEP_ROWS
        )
        if not found:
            return NO_MORE
        scale = (await find_scales(tx)).get(where.program_id, 0)
        return Piece(
            [
                [
                    one.name,
                    one.joined,
                    one.bought,
                    Decimal(one.paid).scaleb(-scale),
                    Decimal(one.waiting).scaleb(-scale),
                ]
                for one in found
            ],
            f"{found[-1].paid} {found[-1].id}",
        )

    return await write_table(run, _COLUMNS, count=lambda tx: count_referrers(tx, where), piece=piece)
