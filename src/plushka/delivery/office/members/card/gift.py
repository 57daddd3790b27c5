"""A gift that a member got for points is cancelled by staff, for a reason."""

from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.status_codes import HTTP_422_UNPROCESSABLE_ENTITY

from plushka.delivery.office.context import OfficeRequest
from plushka.delivery.office.members.card.head import head_of
from plushka.delivery.office.visit import Visit
from plushka.delivery.web.forms import Form
from plushka.delivery.web.notices import sent_on
from plushka.domain.members.model import REASON_LENGTH_MAX
from plushka.domain.members.queries import get_member
from plushka.domain.programs.queries import find_scales
from plushka.domain.rewards.buying import cancel_by_staff
from plushka.domain.rewards.model import Reward, UnknownReward
from plushka.domain.rewards.queries import get_reward
from plushka.platform.database import Tx
from plushka.platform.errors import Refusal

_PATH = "/members/{member_id:uuid}/gifts/{reward_id:uuid}"


@get(_PATH, opt={"action": "members.adjust"})
async def show_gift(
    visit: NamedDependency[Visit], member_id: FromPath[UUID], reward_id: FromPath[UUID]
) -> Response[str]:
    return await _page(visit, member_id, reward_id, visit.form())


@post(_PATH, opt={"action": "members.adjust"})
async def cancel_gift(
    visit: NamedDependency[Visit],
    member_id: FromPath[UUID],
    reward_id: FromPath[UUID],
    request: OfficeRequest,
) -> Response[str] | Redirect:
    form = await visit.typed(request)
    reason = form.text("reason", length_max=REASON_LENGTH_MAX)
    if form.is_sound:
        try:
            async with visit.writing() as tx:
                await _own(tx, member_id, reward_id)
                reward = await cancel_by_staff(tx, reward_id, reason=reason)
        except Refusal as refusal:
            form.refused(refusal, default="reason")
        else:
            return sent_on(
                f"/members/{member_id}",
                visit.words.gettext("“{name}” is cancelled, the points are back.", name=reward.name),
            )
    return await _page(visit, member_id, reward_id, form)


async def _own(tx: Tx, member_id: UUID, reward_id: UUID) -> Reward:
    reward = await get_reward(tx, reward_id)
    if reward.member_id != member_id:
        raise UnknownReward(field="id")
    return reward


async def _page(visit: Visit, member_id: UUID, reward_id: UUID, form: Form) -> Response[str]:
    async with visit.reading() as tx:
        member = await get_member(tx, member_id)
        reward = await _own(tx, member.id, reward_id)
        scale = (await find_scales(tx)).get(reward.program_id, 0)
    return visit.page(
        "members/card/gift.html",
        section="members",
        page="list",
        status=200 if form.is_sound else HTTP_422_UNPROCESSABLE_ENTITY,
        head=head_of(member, visit, tab="", page=""),
        form=form,
        gift=reward,
        points=visit.figures_of(scale).points(reward.price_points),
        reason_length_max=REASON_LENGTH_MAX,
    )
