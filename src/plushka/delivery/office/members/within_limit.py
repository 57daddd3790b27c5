"""The limit of points by hand where many members are meant: what is above it is for somebody with a wider one."""

from plushka.delivery.office.visit import Visit
from plushka.delivery.web.forms import Form
from plushka.domain.ledger.limits import find_left, find_limit, take_from_limit
from plushka.domain.programs.model import PublishedVersion
from plushka.platform.database import Tx


async def keep_within_limit(
    tx: Tx,
    visit: Visit,
    form: Form,
    points: int,
    *,
    version: PublishedVersion,
    field: str = "",
    is_counted: bool,
) -> None:
    """Tell at ``field`` if this person may not move ``points`` more today in the programme of ``version``.

    ``is_counted`` counts them if they may.
    """
    role, today, program_id, scale = (
        visit.limited_as,
        visit.today,
        version.program_id,
        version.program.point.scale,
    )
    figures = visit.figures_of(scale)
    left = await find_left(tx, role, program_id=program_id, scale=scale, day=today)
    is_within = left is None or points <= left
    if is_within and is_counted:
        limit = await find_limit(tx, role, scale=scale)
        is_within = await take_from_limit(tx, points, program_id=program_id, limit=limit, day=today)
    if not is_within:
        form.fail(
            field,
            visit.words.gettext(
                "Together that is {total}, and you have {left} left today. Ask somebody with a higher limit.",
                total=figures.points(points),
                left=figures.points(left or 0),
            ),
        )
