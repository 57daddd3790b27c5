"""One broadcast: what it is, how far it is, what came of it; begun, paused, gone on with, called off, copied."""

from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.status_codes import HTTP_422_UNPROCESSABLE_ENTITY

from plushka.delivery.office.campaigns.broadcasts.estimates import estimate_told
from plushka.delivery.office.campaigns.broadcasts.rows import (
    CUTS_TOLD,
    PATH,
    cut_tables,
    figures_line,
    state_told,
    value_told,
)
from plushka.delivery.office.campaigns.broadcasts.running import progress_told
from plushka.delivery.office.campaigns.broadcasts.telling import letters_told, plan_told
from plushka.delivery.office.campaigns.explaining import explain_campaigns
from plushka.delivery.office.campaigns.proof.telling import caused_told
from plushka.delivery.office.context import OfficeRequest
from plushka.delivery.office.permissions import MARGIN
from plushka.delivery.office.table_files import table_file
from plushka.delivery.office.visit import Visit
from plushka.delivery.web.forms import Form
from plushka.delivery.web.notices import sent_on
from plushka.domain.campaigns import operations
from plushka.domain.campaigns.estimating import estimate
from plushka.domain.campaigns.figures import Figures, list_figures
from plushka.domain.campaigns.model import NAME_LENGTH_MAX, UNDER_WAY, Campaign, CampaignState, State
from plushka.domain.campaigns.progress import get_progress
from plushka.domain.campaigns.queries import get_campaign
from plushka.domain.campaigns.trying import send_to_one
from plushka.domain.insights.campaigns.columns import cells_of_figures, heading_of_figures
from plushka.domain.insights.campaigns.keeping import find_caused
from plushka.domain.insights.campaigns.model import subject_of_campaign
from plushka.platform.errors import Refusal
from plushka.platform.i18n import currency_decimals

ONE = f"{PATH}/{{campaign_id:uuid}}"


@get(ONE, opt={"action": "campaigns.read"})
async def show_broadcast(visit: NamedDependency[Visit], campaign_id: FromPath[UUID]) -> Response[str]:
    return await _page(visit, campaign_id, visit.form())


@get(f"{ONE}/progress", opt={"action": "campaigns.read"})
async def show_progress(visit: NamedDependency[Visit], campaign_id: FromPath[UUID]) -> Response[str]:
    """Show how far it is, for a page that is open."""
    async with visit.reading() as tx:
        campaign = await get_campaign(tx, campaign_id)
        progress = await get_progress(tx, campaign_id)
    return visit.fragment(
        "campaigns/broadcasts/progress.html",
        explained=explain_campaigns(visit),
        campaign=campaign,
        progress=progress_told(campaign, progress, visit),
        may_send=visit.may("campaigns.send"),
    )


@get(f"{ONE}/start", opt={"action": "campaigns.send"})
async def show_start(visit: NamedDependency[Visit], campaign_id: FromPath[UUID]) -> Response[str]:
    """Show the last page before it begins: how many are told, what it costs, what to mind."""
    return await _start(visit, campaign_id, visit.form())


@post(f"{ONE}/start", opt={"action": "campaigns.send"})
async def start_broadcast(
    visit: NamedDependency[Visit], campaign_id: FromPath[UUID], request: OfficeRequest
) -> Response[str] | Redirect:
    """Begin what was read: a draft that somebody has changed meanwhile is shown once more."""
    form = await visit.typed(request)
    try:
        async with visit.writing() as tx:
            campaign = await operations.launch(tx, campaign_id, mark=form.value("mark") or None)
    except CampaignState as refusal:
        return _was_faster(visit, campaign_id, refusal)
    except Refusal as refusal:
        if refusal.field is None:
            raise
        form.refused(refusal, fields={"mark": ""})
        return await _start(visit, campaign_id, form)
    if campaign.state == "scheduled" and campaign.starts_at is not None:
        return sent_on(
            f"{PATH}/{campaign_id}",
            visit.words.gettext("It begins on {moment}.", moment=visit.figures.moment(campaign.starts_at)),
            undo=f"{PATH}/{campaign_id}/unschedule",
        )
    return sent_on(f"{PATH}/{campaign_id}", visit.words.gettext("The broadcast has begun."))


@post(f"{ONE}/unschedule", opt={"action": "campaigns.send"})
async def unschedule(visit: NamedDependency[Visit], campaign_id: FromPath[UUID]) -> Redirect:
    try:
        async with visit.writing() as tx:
            await operations.unschedule(tx, campaign_id)
    except CampaignState as refusal:
        return _was_faster(visit, campaign_id, refusal)
    return sent_on(f"{PATH}/{campaign_id}", visit.words.gettext("It is a draft again and does not begin."))


@post(f"{ONE}/pause", opt={"action": "campaigns.send"})
async def pause(visit: NamedDependency[Visit], campaign_id: FromPath[UUID]) -> Redirect:
    try:
        async with visit.writing() as tx:
            await operations.pause(tx, campaign_id)
    except CampaignState as refusal:
        return _was_faster(visit, campaign_id, refusal)
    return sent_on(
        f"{PATH}/{campaign_id}",
        visit.words.gettext("Paused: nothing more is sent."),
        undo=f"{PATH}/{campaign_id}/resume",
    )


@post(f"{ONE}/resume", opt={"action": "campaigns.send"})
async def resume(visit: NamedDependency[Visit], campaign_id: FromPath[UUID]) -> Redirect:
    try:
        async with visit.writing() as tx:
            await operations.resume(tx, campaign_id)
    except CampaignState as refusal:
        return _was_faster(visit, campaign_id, refusal)
    return sent_on(f"{PATH}/{campaign_id}", visit.words.gettext("The broadcast goes on."))


@get(f"{ONE}/cancel", opt={"action": "campaigns.send"})
async def show_cancel(visit: NamedDependency[Visit], campaign_id: FromPath[UUID]) -> Response[str]:
    """Ask once more before it is called off, which nobody can undo."""
    async with visit.reading() as tx:
        campaign = await get_campaign(tx, campaign_id)
        progress = await get_progress(tx, campaign_id)
    return visit.page(
        "campaigns/broadcasts/cancel.html",
        section="campaigns",
        page="broadcasts",
        campaign=campaign,
        progress=progress_told(campaign, progress, visit),
        is_over=campaign.state not in UNDER_WAY,
    )


@post(f"{ONE}/cancel", opt={"action": "campaigns.send"})
async def cancel(visit: NamedDependency[Visit], campaign_id: FromPath[UUID]) -> Redirect:
    try:
        async with visit.writing() as tx:
            untold = await operations.cancel(tx, campaign_id)
    except CampaignState as refusal:
        return _was_faster(visit, campaign_id, refusal)
    return sent_on(
        f"{PATH}/{campaign_id}",
        visit.words.ngettext(
            "Called off: {count} member is not told any more.",
            "Called off: {count} members are not told any more.",
            untold,
            count=visit.figures.number(untold),
        ),
    )


@get(f"{ONE}/figures.xlsx", opt={"action": "campaigns.export"})
async def download_figures(visit: NamedDependency[Visit], campaign_id: FromPath[UUID]) -> Response[bytes]:
    """Return what came of a broadcast by each of its cuts, and in all, as a workbook."""
    gettext, knows_margin = visit.words.gettext, visit.may(MARGIN)
    async with visit.reading() as tx:
        await get_campaign(tx, campaign_id)
        counted = await list_figures(tx, campaign_id)
    heading = [
        gettext("By"), gettext("Value"), gettext("Recipients"),
        *map(gettext, heading_of_figures(knows_margin=knows_margin)),
    ]  # fmt: skip
    decimals = currency_decimals(visit.business.currency)
    return table_file(
        "broadcast",
        heading,
        (
            [
                gettext(CUTS_TOLD[each.cut]),
                "" if each.cut == "total" else value_told(each, visit),
                each.figures.addressed,
                *cells_of_figures(each.figures, decimals=decimals, knows_margin=knows_margin),
            ]
            for each in counted
        ),
    )


@post(f"{ONE}/copy", opt={"action": "campaigns.change"})
async def copy(visit: NamedDependency[Visit], campaign_id: FromPath[UUID]) -> Redirect:
    async with visit.writing() as tx:
        name = (await get_campaign(tx, campaign_id)).name
        named = visit.words.gettext("{name}: a copy", name=name)[:NAME_LENGTH_MAX]
        copied = await operations.copy_broadcast(tx, campaign_id, name=named)
    return sent_on(f"{PATH}/{copied}/edit", visit.words.gettext("The copy is a draft of its own."))


@post(f"{ONE}/delete", opt={"action": "campaigns.change"})
async def delete(visit: NamedDependency[Visit], campaign_id: FromPath[UUID]) -> Redirect:
    async with visit.writing() as tx:
        await operations.delete_draft(tx, campaign_id)
    return sent_on(PATH, visit.words.gettext("The draft is deleted."))


@post(f"{ONE}/test", opt={"action": "campaigns.send"})
async def send_test(
    visit: NamedDependency[Visit], campaign_id: FromPath[UUID], request: OfficeRequest
) -> Response[str] | Redirect:
    """Send the texts to one member, by phone or card, without any offer."""
    form = await visit.typed(request)
    typed = form.text("member")
    if form.is_sound:
        try:
            async with visit.writing() as tx:
                count = await send_to_one(tx, campaign_id, typed)
            return sent_on(
                f"{PATH}/{campaign_id}",
                visit.words.ngettext(
                    "{count} test letter is on its way.",
                    "{count} test letters are on their way.",
                    count,
                    count=count,
                ),
            )
        except Refusal as refusal:
            form.refused(refusal, default="member")
    return await _page(visit, campaign_id, form)


def _was_faster(visit: Visit, campaign_id: UUID, refusal: CampaignState) -> Redirect:
    """Show how it stands to whoever asked for what somebody has done already, be it their own first click."""
    state: State = refusal.facts["state"]  # type: ignore[assignment]
    told = visit.words.gettext("Nothing was done: the broadcast is {state}.", state=state_told(state, visit))
    return sent_on(f"{PATH}/{campaign_id}", told)


async def _page(visit: Visit, campaign_id: UUID, form: Form) -> Response[str]:
    async with visit.reading() as tx:
        campaign = await get_campaign(tx, campaign_id)
        told = await plan_told(tx, campaign, visit)
        is_draft = campaign.state == "draft"
        found = await estimate_told(await estimate(tx, campaign), campaign, visit, tx) if is_draft else None
        progress = await get_progress(tx, campaign_id)
        counted = await list_figures(tx, campaign_id)
        subject = subject_of_campaign(campaign_id)
        caused = (await find_caused(tx, [subject])).get(subject)
    total = next((each.figures for each in counted if each.cut == "total"), Figures())
    return visit.page(
        "campaigns/broadcasts/one.html",
        section="campaigns",
        page="broadcasts",
        explained=explain_campaigns(visit),
        status=HTTP_422_UNPROCESSABLE_ENTITY if form.problems else 200,
        campaign=campaign,
        plan=told,
        form=form,
        estimate=found,
        progress=progress_told(campaign, progress, visit),
        came=figures_line(total, visit),
        counted_at=visit.figures.moment(counted[0].counted_at) if counted else "",
        cuts=cut_tables(counted, visit),
        knows_margin=visit.may(MARGIN),
        window_days=campaign.window_days,
        caused=None if caused is None else caused_told(caused, visit),
        has_control=campaign.control_bp > 0,
        **_rights(visit, campaign),
    )


async def _start(visit: Visit, campaign_id: UUID, form: Form) -> Response[str]:
    async with visit.reading() as tx:
        campaign = await get_campaign(tx, campaign_id)
        found = await estimate_told(await estimate(tx, campaign), campaign, visit, tx)
        told = await plan_told(tx, campaign, visit)
        letters = await letters_told(tx, campaign, visit)
    return visit.page(
        "campaigns/broadcasts/start.html",
        section="campaigns",
        page="broadcasts",
        status=HTTP_422_UNPROCESSABLE_ENTITY if form.problems else 200,
        campaign=campaign,
        plan=told,
        letters=letters,
        estimate=found,
        mark=operations.mark_of(campaign),
        form=form,
    )


def _rights(visit: Visit, campaign: Campaign) -> dict[str, object]:
    return {
        "may_change": visit.may("campaigns.change"),
        "may_send": visit.may("campaigns.send"),
        "may_export": visit.may("campaigns.export"),
        "may_take_proof": visit.may("reports.export"),
        "is_draft": campaign.state == "draft",
    }
