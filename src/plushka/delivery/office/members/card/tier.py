"""A tier given by hand, until a day or for good, and left to the rules again."""

from datetime import datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.status_codes import HTTP_422_UNPROCESSABLE_ENTITY

from plushka.delivery.office.context import OfficeRequest
from plushka.delivery.office.members.card.head import head_of
from plushka.delivery.office.members.card.wallet import find_wallet, tier_of
from plushka.delivery.office.visit import Visit
from plushka.delivery.web.forms import Form
from plushka.delivery.web.notices import sent_on
from plushka.domain.members.model import REASON_LENGTH_MAX
from plushka.domain.members.queries import get_member
from plushka.domain.programs.operations import free_tier, set_tier
from plushka.domain.programs.queries import get_standing
from plushka.platform.errors import Refusal


@get("/members/{member_id:uuid}/tier", opt={"action": "members.tier"})
async def show_tier(visit: NamedDependency[Visit], member_id: FromPath[UUID]) -> Response[str]:
    return await _page(visit, member_id, visit.form())


@post("/members/{member_id:uuid}/tier", opt={"action": "members.tier"})
async def change_tier(
    visit: NamedDependency[Visit], member_id: FromPath[UUID], request: OfficeRequest
) -> Response[str] | Redirect:
    form, names = await visit.typed(request), _names(visit)
    tier = form.choice("tier", names)
    last_day = form.day("last_day", required=False)
    reason = form.text("reason", length_max=REASON_LENGTH_MAX)
    if last_day is not None and last_day < visit.today:
        form.fail("last_day", visit.words.gettext("This day has passed."))
    if tier is not None and form.is_sound:
        until = None
        if last_day is not None:
            until = datetime.combine(last_day + timedelta(days=1), time(), ZoneInfo(visit.business.time_zone))
        try:
            async with visit.writing() as tx:
                await set_tier(tx, member_id, tier, until=until, reason=reason, program_id=visit.program_id)
        except Refusal as refusal:
            form.refused(refusal, default="tier")
        else:
            told = visit.words.gettext("The tier is set: {tier}.", tier=names[tier])
            return sent_on(visit.in_program(f"/members/{member_id}"), told)
    return await _page(visit, member_id, form)


@post("/members/{member_id:uuid}/tier/free", opt={"action": "members.tier"})
async def leave_tier_to_rules(visit: NamedDependency[Visit], member_id: FromPath[UUID]) -> Redirect:
    async with visit.writing() as tx:
        await free_tier(tx, member_id, program_id=visit.program_id)
    here = visit.in_program(f"/members/{member_id}")
    return sent_on(here, visit.words.gettext("The rules decide on the tier again."))


def _names(visit: Visit) -> dict[str, str]:
    tiers = visit.version.program.tiers if visit.version else None
    return {tier.id: tier.name for tier in (tiers.tiers if tiers else ())}


async def _page(visit: Visit, member_id: UUID, form: Form) -> Response[str]:
    async with visit.reading() as tx:
        member = await get_member(tx, member_id)
        takes_part = await find_wallet(tx, member.id, visit) is not None
        standing = (
            await get_standing(
                tx, member.id, versions=visit.office.reference.versions, program_id=visit.program_id
            )
            if visit.version
            else None
        )
    return visit.page(
        "members/card/tier.html",
        section="members",
        page="list",
        status=200 if form.is_sound else HTTP_422_UNPROCESSABLE_ENTITY,
        head=head_of(member, visit, tab="", page="/tier"),
        form=form,
        takes_part=takes_part,
        tiers=list(_names(visit).items()),
        current=(standing.tier or "") if standing else "",
        today=visit.today.isoformat(),
        reason_length_max=REASON_LENGTH_MAX,
        **tier_of(standing, visit),
    )
