"""Points that shall live longer: one lot, or all that would burn before a day."""

from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.status_codes import HTTP_422_UNPROCESSABLE_ENTITY

from plushka.delivery.office.context import OfficeRequest
from plushka.delivery.office.members.card.head import head_of
from plushka.delivery.office.members.card.wallet import find_wallet, lots_of
from plushka.delivery.office.visit import Visit
from plushka.delivery.web.forms import Form
from plushka.delivery.web.notices import sent_on
from plushka.domain.members.model import REASON_LENGTH_MAX
from plushka.domain.members.queries import get_member
from plushka.domain.programs.adjusting import extend
from plushka.platform.errors import Refusal


@get("/members/{member_id:uuid}/extension", opt={"action": "members.extend"})
async def show_extension(visit: NamedDependency[Visit], member_id: FromPath[UUID]) -> Response[str]:
    return await _page(visit, member_id, visit.form())


@post("/members/{member_id:uuid}/extension", opt={"action": "members.extend"})
async def extend_points(
    visit: NamedDependency[Visit], member_id: FromPath[UUID], request: OfficeRequest
) -> Response[str] | Redirect:
    form = await visit.typed(request)
    last_day = form.day("last_day")
    lot_id = form.id("lot", required=False)
    reason = form.text("reason", length_max=REASON_LENGTH_MAX)
    if last_day is not None and form.is_sound:
        try:
            async with visit.writing() as tx:
                await extend(
                    tx,
                    member_id,
                    last_day=last_day,
                    reason=reason,
                    lot_id=lot_id,
                    program_id=visit.program_id,
                )
        except Refusal as refusal:
            form.refused(refusal, default="last_day", fields={"expires_at": "last_day"})
        else:
            told = visit.words.gettext(
                "The points live through {date}.", date=visit.figures.full_day(last_day)
            )
            return sent_on(visit.in_program(f"/members/{member_id}/points"), told)
    return await _page(visit, member_id, form)


async def _page(visit: Visit, member_id: UUID, form: Form) -> Response[str]:
    words = visit.words
    async with visit.reading() as tx:
        member = await get_member(tx, member_id)
        wallet = await find_wallet(tx, member.id, visit)
    options = [("", words.gettext("all that would burn before this day"))]
    options += [
        (str(lot.id), words.gettext("{points}, through {date}", points=lot.points, date=lot.valid_through))
        for lot in lots_of(wallet, visit)
    ]
    return visit.page(
        "members/card/extension.html",
        section="members",
        page="list",
        status=200 if form.is_sound else HTTP_422_UNPROCESSABLE_ENTITY,
        head=head_of(member, visit, tab="/points", page="/extension"),
        form=form,
        takes_part=wallet is not None,
        lots=options,
        reason_length_max=REASON_LENGTH_MAX,
    )
