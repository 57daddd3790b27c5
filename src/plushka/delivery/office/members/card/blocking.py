"""A member blocked, and let again."""

from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.status_codes import HTTP_422_UNPROCESSABLE_ENTITY

from plushka.delivery.office.context import OfficeRequest
from plushka.delivery.office.members.card.head import head_of, told_name
from plushka.delivery.office.members.card.wallet import balances, find_wallet
from plushka.delivery.office.visit import Visit
from plushka.delivery.web.forms import Form
from plushka.delivery.web.notices import sent_on
from plushka.domain.members.blocking import block, unblock
from plushka.domain.members.model import REASON_LENGTH_MAX
from plushka.domain.members.queries import get_member
from plushka.domain.members.stopping import allow_spending
from plushka.platform.errors import Refusal


@get("/members/{member_id:uuid}/block", opt={"action": "members.block"})
async def show_block(visit: NamedDependency[Visit], member_id: FromPath[UUID]) -> Response[str]:
    return await _page(visit, member_id, visit.form())


@post("/members/{member_id:uuid}/block", opt={"action": "members.block"})
async def block_member(
    visit: NamedDependency[Visit], member_id: FromPath[UUID], request: OfficeRequest
) -> Response[str] | Redirect:
    form = await visit.typed(request)
    reason = form.text("reason", length_max=REASON_LENGTH_MAX)
    if form.is_sound:
        try:
            async with visit.writing() as tx:
                await block(tx, member_id, reason=reason)
                name = told_name(await get_member(tx, member_id))
        except Refusal as refusal:
            form.refused(refusal, default="reason")
        else:
            return sent_on(
                f"/members/{member_id}",
                visit.words.gettext("Blocked: {name}.", name=name),
                undo=f"/members/{member_id}/unblock",
            )
    return await _page(visit, member_id, form)


@post("/members/{member_id:uuid}/unblock", opt={"action": "members.block"})
async def unblock_member(visit: NamedDependency[Visit], member_id: FromPath[UUID]) -> Redirect:
    async with visit.writing() as tx:
        await unblock(tx, member_id)
        name = told_name(await get_member(tx, member_id))
    return sent_on(
        f"/members/{member_id}", visit.words.gettext("May earn and spend again: {name}.", name=name)
    )


@post("/members/{member_id:uuid}/allow-spending", opt={"action": "members.block"})
async def allow_member_to_spend(visit: NamedDependency[Visit], member_id: FromPath[UUID]) -> Redirect:
    async with visit.writing() as tx:
        await allow_spending(tx, member_id)
        name = told_name(await get_member(tx, member_id))
    return sent_on(f"/members/{member_id}", visit.words.gettext("May spend again: {name}.", name=name))


async def _page(visit: Visit, member_id: UUID, form: Form) -> Response[str]:
    async with visit.reading() as tx:
        member = await get_member(tx, member_id)
        wallet = await find_wallet(tx, member.id, visit)
    return visit.page(
        "members/card/block.html",
        section="members",
        page="list",
        status=200 if form.is_sound else HTTP_422_UNPROCESSABLE_ENTITY,
        head=head_of(member, visit, tab="", page="/block"),
        form=form,
        is_blocked=member.block is not None,
        reason_length_max=REASON_LENGTH_MAX,
        **balances(wallet, visit),
    )
