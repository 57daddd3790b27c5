"""One reward of the catalogue: its terms, its picture, its stock and its place."""

from uuid import UUID, uuid5

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.status_codes import HTTP_303_SEE_OTHER, HTTP_422_UNPROCESSABLE_ENTITY

from plushka.delivery.office.context import OfficeRequest
from plushka.delivery.office.engagement.draft.typist import Typist
from plushka.delivery.office.engagement.rewards.rows import PATH, offer_line
from plushka.delivery.office.engagement.rewards.terms import form_options, read_terms, write_terms
from plushka.delivery.office.movement_rows import told_actor
from plushka.delivery.office.people import load_actors
from plushka.delivery.office.visit import Visit
from plushka.delivery.web.forms import Form
from plushka.delivery.web.notices import sent_on
from plushka.delivery.web.pictures import ask_again, body_bytes_max, picture_response, sent_picture
from plushka.domain.businesses.pictures import PROGRAM_PICTURE
from plushka.domain.businesses.queries import list_branches
from plushka.domain.insights.rewards import OfferFigures, find_offer_figures
from plushka.domain.members.model import REASON_LENGTH_MAX
from plushka.domain.programs.queries import find_scales, find_version_in_force
from plushka.domain.rewards.offering import (
    change_offer,
    move_offer,
    set_archived,
    set_offer_picture,
    set_paused,
    supply_offer,
)
from plushka.domain.rewards.offers import STOCK_MAX, find_offer_picture, get_offer
from plushka.domain.rewards.supplies import list_supplies
from plushka.platform.errors import Refusal
from plushka.platform.ids import new_id

_ONE = f"{PATH}/{{offer_id:uuid}}"


@get(_ONE, opt={"action": "rewards.read"})
async def show_reward(visit: NamedDependency[Visit], offer_id: FromPath[UUID]) -> Response[str]:
    return await _page(visit, offer_id)


@post(_ONE, opt={"action": "rewards.change"}, request_max_body_size=body_bytes_max(PROGRAM_PICTURE))
async def change_reward(
    visit: NamedDependency[Visit], offer_id: FromPath[UUID], request: OfficeRequest
) -> Response[str] | Redirect:
    """Change the terms and, if one was chosen, the picture: all of it or nothing."""
    form = await visit.typed(request)
    picture = None
    try:
        picture = await sent_picture(request, "picture", PROGRAM_PICTURE)
        async with visit.writing() as tx:
            offer = await get_offer(tx, offer_id)
            version = await find_version_in_force(tx, offer.program_id)
            terms = read_terms(
                form,
                scale=(await find_scales(tx)).get(offer.program_id, 0),
                branches=await list_branches(tx),
                program=version.program if version else None,
            )
            if terms is not None:
                await change_offer(tx, offer_id, terms)
                if picture is not None:
                    await set_offer_picture(tx, offer_id, picture)
                return sent_on(f"{PATH}/{offer_id}", visit.words.gettext("Saved."))
    except Refusal as refusal:
        form.refused(refusal, default=refusal.field or "")
    if picture is not None:
        ask_again(form, "picture", visit.words)
    return await _page(visit, offer_id, form=form)


@post(f"{_ONE}/stock", opt={"action": "rewards.change"})
async def change_stock(
    visit: NamedDependency[Visit], offer_id: FromPath[UUID], request: OfficeRequest
) -> Response[str] | Redirect:
    """Put more into stock, or write some off for a reason."""
    form = await visit.typed(request)
    change = form.number("change", least=-STOCK_MAX, most=STOCK_MAX)
    reason = form.text("reason", required=False, length_max=REASON_LENGTH_MAX)
    form_id = form.id("form_id", required=False) or new_id()
    if change is not None and form.is_sound:
        supply_id = uuid5(form_id, f"{change} {reason}")
        try:
            async with visit.writing() as tx:
                offer = await supply_offer(tx, offer_id, change, reason=reason, supply_id=supply_id)
            left = visit.figures.number(offer.stock_left or 0)
            return sent_on(f"{PATH}/{offer_id}", visit.words.gettext("In stock now: {left}.", left=left))
        except Refusal as refusal:
            form.refused(refusal, default="change")
    return await _page(visit, offer_id, stock_form=form)


@post(f"{_ONE}/pause", opt={"action": "rewards.change"})
async def pause_reward(visit: NamedDependency[Visit], offer_id: FromPath[UUID]) -> Redirect:
    async with visit.writing() as tx:
        await set_paused(tx, offer_id, is_paused=True)
    return sent_on(f"{PATH}/{offer_id}", visit.words.gettext("Paused: nobody can get it for now."))


@post(f"{_ONE}/resume", opt={"action": "rewards.change"})
async def resume_reward(visit: NamedDependency[Visit], offer_id: FromPath[UUID]) -> Redirect:
    async with visit.writing() as tx:
        await set_paused(tx, offer_id, is_paused=False)
    return sent_on(f"{PATH}/{offer_id}", visit.words.gettext("The reward can be had again."))


@post(f"{_ONE}/archive", opt={"action": "rewards.change"})
async def archive_reward(visit: NamedDependency[Visit], offer_id: FromPath[UUID]) -> Redirect:
    async with visit.writing() as tx:
        offer = await set_archived(tx, offer_id, is_archived=True)
    return sent_on(
        PATH,
        visit.words.gettext(
            "“{name}” is in the archive. What members have of it is given.", name=offer.terms.name
        ),
        undo=f"{PATH}/{offer_id}/restore",
    )


@post(f"{_ONE}/restore", opt={"action": "rewards.change"})
async def restore_reward(visit: NamedDependency[Visit], offer_id: FromPath[UUID]) -> Redirect:
    async with visit.writing() as tx:
        await set_archived(tx, offer_id, is_archived=False)
    return sent_on(f"{PATH}/{offer_id}", visit.words.gettext("The reward is back in the catalogue."))


@post(f"{_ONE}/up", opt={"action": "rewards.change"})
async def move_up(visit: NamedDependency[Visit], offer_id: FromPath[UUID]) -> Redirect:
    async with visit.writing() as tx:
        await move_offer(tx, offer_id, up=True)
    return Redirect(PATH, status_code=HTTP_303_SEE_OTHER)


@post(f"{_ONE}/picture/removal", opt={"action": "rewards.change"})
async def take_picture_away(visit: NamedDependency[Visit], offer_id: FromPath[UUID]) -> Redirect:
    async with visit.writing() as tx:
        await set_offer_picture(tx, offer_id, None)
    return sent_on(f"{PATH}/{offer_id}", visit.words.gettext("The picture is gone."))


@get(f"{_ONE}/picture/{{digest:str}}", opt={"action": "rewards.read"})
async def show_picture(
    visit: NamedDependency[Visit], offer_id: FromPath[UUID], digest: FromPath[str]
) -> Response[bytes]:
    """Return the picture.

    :raises NotFound: the reward has none of this digest
    """
    async with visit.reading() as tx:
        picture = await find_offer_picture(tx, offer_id, digest)
    return picture_response(picture, PROGRAM_PICTURE)


async def _page(
    visit: Visit, offer_id: UUID, *, form: Form | None = None, stock_form: Form | None = None
) -> Response[str]:
    async with visit.reading() as tx:
        offer = await get_offer(tx, offer_id)
        scale = (await find_scales(tx)).get(offer.program_id, 0)
        figures = (await find_offer_figures(tx, [offer_id])).get(offer_id, OfferFigures())
        version = await find_version_in_force(tx, offer.program_id)
        branches = await list_branches(tx)
        supplies, actors = await list_supplies(tx, offer_id), await load_actors(tx)
    program = version.program if version else None
    told = visit.figures
    is_sound = (form is None or form.is_sound) and (stock_form is None or stock_form.is_sound)
    line = offer_line(offer, figures, visit, scale=scale)
    typist = Typist(visit.look.language, visit.business.currency, scale)
    return visit.page(
        "engagement/rewards/one.html",
        section="engagement",
        page="rewards",
        status=200 if is_sound else HTTP_422_UNPROCESSABLE_ENTITY,
        offer=line,
        form=form or Form(visit.words, write_terms(offer.terms, typist), scale=scale),
        stock_form=stock_form or visit.form(),
        form_id=(stock_form.value("form_id") if stock_form else "") or str(new_id()),
        supplies=[
            (
                told.number(supply.change, signed=True),
                told.moment(supply.at),
                " · ".join(filter(None, [supply.reason, told_actor(supply.actor, visit, actors)])),
            )
            for supply in supplies
        ],
        picture=line.picture,
        picture_kind=PROGRAM_PICTURE,
        has_stock=offer.stock_left is not None,
        may_change=visit.may("rewards.change"),
        **form_options(visit, branches=branches, program=program),
    )
