"""A broadcast is written on one page, and counted while it is written."""

from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.status_codes import HTTP_422_UNPROCESSABLE_ENTITY

from plushka.delivery.office.campaigns.audiences.nested import load_nested
from plushka.delivery.office.campaigns.audiences.tree import ROOT, acted, read_tree, write_tree
from plushka.delivery.office.campaigns.broadcasts.estimates import EstimateTold, estimate_told
from plushka.delivery.office.campaigns.broadcasts.offered import load_choices
from plushka.delivery.office.campaigns.broadcasts.planning_form import (
    ADD_VARIANT,
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
from plushka.domain.campaigns.model import VARIANTS_MAX, Campaign, CampaignState, Plan
from plushka.domain.campaigns.operations import change_broadcast, create_broadcast
from plushka.domain.campaigns.queries import get_campaign
from plushka.domain.segments.operations import check_audience
from plushka.engine.audience import All
from plushka.platform.database import Tx
from plushka.platform.errors import Refusal

ONE = f"{PATH}/{{campaign_id:uuid}}"


@get(f"{PATH}/new", opt={"action": "campaigns.change"})
async def show_new(visit: NamedDependency[Visit], request: OfficeRequest) -> Response[str]:
    """Show an empty form; ``segment`` of the address chooses whom it is for."""
    segment = request.query_params.get("segment", "")
    return await _show(visit, visit.form().filled({"segments": segment} if segment else {}), None)


@post(f"{PATH}/new", opt={"action": "campaigns.change"})
async def make_broadcast(visit: NamedDependency[Visit], request: OfficeRequest) -> Response[str] | Redirect:
    form = await visit.typed(request)
    if (changed := _changed(form)) is not None:
        return await _show(visit, changed, None)
    async with visit.reading() as tx:
        plan = await _read(tx, form, visit)
    if plan is not None:
        try:
            async with visit.writing() as tx:
                campaign_id = await create_broadcast(tx, plan)
            return sent_on(f"{PATH}/{campaign_id}", visit.words.gettext("The draft is kept."))
        except Refusal as refusal:
            form.refused(refusal)
    return await _show(visit, form, None)


@get(f"{ONE}/edit", opt={"action": "campaigns.change"})
async def show_edit(visit: NamedDependency[Visit], campaign_id: FromPath[UUID]) -> Response[str]:
    async with visit.reading() as tx:
        campaign = await get_campaign(tx, campaign_id)
    if campaign.state != "draft":
        raise CampaignState(state=campaign.state)
    return await _show(visit, visit.form().altered(typed_plan(campaign, visit)), campaign, is_kept=True)


@post(f"{ONE}/edit", opt={"action": "campaigns.change"})
async def save_broadcast(
    visit: NamedDependency[Visit], campaign_id: FromPath[UUID], request: OfficeRequest
) -> Response[str] | Redirect:
    form = await visit.typed(request)
    async with visit.reading() as tx:
        campaign = await get_campaign(tx, campaign_id)
        changed = _changed(form)
        plan = await _read(tx, form, visit) if changed is None else None
    if changed is not None:
        return await _show(visit, changed, campaign)
    if plan is not None:
        try:
            async with visit.writing() as tx:
                await change_broadcast(tx, campaign_id, plan)
            return sent_on(f"{PATH}/{campaign_id}", visit.words.gettext("Saved."))
        except Refusal as refusal:
            if refusal.field is None:
                raise
            form.refused(refusal)
    return await _show(visit, form, campaign)


@post(f"{PATH}/count", opt={"action": "campaigns.change"}, status_code=200)
async def count_audience(visit: NamedDependency[Visit], request: OfficeRequest) -> Response[str]:
    """Count the audience of what is being written; nothing is kept."""
    form = await visit.typed(request)
    form = form.filled({"name": form.value("name") or "-"})
    async with visit.reading() as tx:
        plan = await _read(tx, form, visit)
        try:
            told = None if plan is None else await _estimate(tx, plan, visit)
        except Refusal:
            told = None
    return visit.fragment("campaigns/broadcasts/estimate.html", estimate=told)


async def _estimate(tx: Tx, plan: Plan, visit: Visit) -> EstimateTold:
    if plan.audience is not None:
        await check_audience(tx, plan.audience)
    plan = await with_purpose(tx, plan)
    return await estimate_told(await estimate(tx, plan), plan, visit, tx)


async def _read(tx: Tx, form: Form, visit: Visit) -> Plan | None:
    """Return what the form says, its nested conditions too, or None with the problems noted."""
    audience = None
    if form.values(f"{ROOT}.of"):
        nested = await load_nested(tx, visit, form)
        audience = read_tree(form, visit.words, nested.choices)
    return read_plan(form, visit, besides=audience)


def _changed(form: Form) -> Form | None:
    """Return the form as a button within it changes it; None: it is to be kept."""
    do = form.value("do")
    return form if do == ADD_VARIANT else acted(form, do)


async def _show(
    visit: Visit, form: Form, campaign: Campaign | None, *, is_kept: bool = False
) -> Response[str]:
    """Show the page on which a broadcast is written, as it was typed, or (``is_kept``) as it is kept."""
    async with visit.reading() as tx:
        choices = await load_choices(tx, visit)
        besides = taken_apart(campaign.audience).others if is_kept and campaign else ()
        nested = await load_nested(tx, visit, form, *besides)
    if besides:
        form = form.altered(write_tree(All(besides), nested.choices))
    return visit.page(
        "campaigns/broadcasts/edit.html",
        section="campaigns",
        page="broadcasts",
        status=HTTP_422_UNPROCESSABLE_ENTITY if form.problems else 200,
        form=form,
        is_written=campaign is not None,
        action=f"{PATH}/{campaign.id}/edit" if campaign else f"{PATH}/new",
        back=f"{PATH}/{campaign.id}" if campaign else PATH,
        nested=nested,
        variants=range(variant_count(form)),
        was_added=form.value("do") == ADD_VARIANT,
        variants_more=variant_count(form) < VARIANTS_MAX,
        has_points=visit.program_id is not None,
        **choices_told(choices, visit),
    )
