"""A broadcast is written on one page, and counted while it is written."""

from collections.abc import Sequence
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.status_codes import HTTP_422_UNPROCESSABLE_ENTITY

from plushka.delivery.office.campaigns.broadcasts.estimates import estimate_told
from plushka.delivery.office.campaigns.broadcasts.offered import load_choices
from plushka.delivery.office.campaigns.broadcasts.planning_form import (
    choices_told,
    read_plan,
    typed_plan,
    variant_count,
)
from plushka.delivery.office.campaigns.broadcasts.rows import PATH
from plushka.delivery.office.context import OfficeRequest
from plushka.delivery.office.visit import Visit
from plushka.delivery.web.forms import Form
from plushka.delivery.web.notices import sent_on
from plushka.domain.campaigns.audiences import taken_apart
from plushka.domain.campaigns.checking import with_purpose
from plushka.domain.campaigns.estimating import estimate
from plushka.domain.campaigns.model import VARIANTS_MAX, Campaign, CampaignState
from plushka.domain.campaigns.operations import change_broadcast, create_broadcast
from plushka.domain.campaigns.queries import get_campaign
from plushka.engine.audience import Audience
from plushka.platform.errors import Refusal

ONE = f"{PATH}/{{campaign_id:uuid}}"


@get(f"{PATH}/new", opt={"action": "campaigns.change"})
async def show_new(visit: NamedDependency[Visit], request: OfficeRequest) -> Response[str]:
    """Show an empty form; ``segment`` of the address chooses whom it is for."""
    segment = request.query_params.get("segment", "")
    return await show_form(visit, visit.form().filled({"segments": segment} if segment else {}), None)


@post(f"{PATH}/new", opt={"action": "campaigns.change"})
async def make_broadcast(visit: NamedDependency[Visit], request: OfficeRequest) -> Response[str] | Redirect:
    form = await visit.typed(request)
    if form.value("do") == "variant.add":
        return await show_form(visit, form, None)
    plan = read_plan(form, visit)
    if plan is not None:
        try:
            async with visit.writing() as tx:
                campaign_id = await create_broadcast(tx, plan)
            return sent_on(f"{PATH}/{campaign_id}", visit.words.gettext("The draft is kept."))
        except Refusal as refusal:
            form.refused(refusal)
    return await show_form(visit, form, None)


@get(f"{ONE}/edit", opt={"action": "campaigns.change"})
async def show_edit(visit: NamedDependency[Visit], campaign_id: FromPath[UUID]) -> Response[str]:
    async with visit.reading() as tx:
        campaign = await get_campaign(tx, campaign_id)
    if campaign.state != "draft":
        raise CampaignState(state=campaign.state)
    return await show_form(visit, visit.form().altered(typed_plan(campaign, visit)), campaign)


@post(f"{ONE}/edit", opt={"action": "campaigns.change"})
async def save_broadcast(
    visit: NamedDependency[Visit], campaign_id: FromPath[UUID], request: OfficeRequest
) -> Response[str] | Redirect:
    form = await visit.typed(request)
    async with visit.reading() as tx:
        campaign = await get_campaign(tx, campaign_id)
    if form.value("do") == "variant.add":
        return await show_form(visit, form, campaign)
    plan = read_plan(form, visit, kept=taken_apart(campaign.audience).others)
    if plan is not None:
        try:
            async with visit.writing() as tx:
                await change_broadcast(tx, campaign_id, plan)
            return sent_on(f"{PATH}/{campaign_id}", visit.words.gettext("Saved."))
        except Refusal as refusal:
            if refusal.field is None:
                raise
            form.refused(refusal)
    return await show_form(visit, form, campaign)


@post(f"{PATH}/count", opt={"action": "campaigns.change"}, status_code=200)
async def count_audience(visit: NamedDependency[Visit], request: OfficeRequest) -> Response[str]:
    """Count the audience of what is being written; nothing is kept."""
    form = await visit.typed(request)
    form = form.filled({"name": form.value("name") or "-"})
    kept: Sequence[Audience] = ()
    campaign_id = form.id("campaign", required=False)
    async with visit.reading() as tx:
        if campaign_id is not None:
            kept = taken_apart((await get_campaign(tx, campaign_id)).audience).others
        plan = read_plan(form, visit, kept=kept)
        plan = None if plan is None else await with_purpose(tx, plan)
        told = None if plan is None else await estimate_told(await estimate(tx, plan), plan, visit, tx)
    return visit.fragment("campaigns/broadcasts/estimate.html", estimate=told)


async def show_form(visit: Visit, form: Form, campaign: Campaign | None) -> Response[str]:
    """Show the page on which a broadcast is written, as it was typed."""
    async with visit.reading() as tx:
        choices = await load_choices(tx, visit)
    return visit.page(
        "campaigns/broadcasts/edit.html",
        section="campaigns",
        page="broadcasts",
        status=HTTP_422_UNPROCESSABLE_ENTITY if form.problems else 200,
        form=form,
        campaign_id=campaign.id if campaign else "",
        action=f"{PATH}/{campaign.id}/edit" if campaign else f"{PATH}/new",
        back=f"{PATH}/{campaign.id}" if campaign else PATH,
        others=taken_apart(campaign.audience).others if campaign else (),
        variants=range(variant_count(form)),
        variants_more=variant_count(form) < VARIANTS_MAX,
        has_points=visit.program_id is not None,
        **choices_told(choices, visit),
    )
