"""One step of a journey, written anew."""

from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.status_codes import HTTP_200_OK, HTTP_422_UNPROCESSABLE_ENTITY
from msgspec import structs

from plushka.delivery.office.campaigns.audiences import writing
from plushka.delivery.office.campaigns.audiences.writing import Writing
from plushka.delivery.office.campaigns.journeys.names import Names, load_names, load_voice
from plushka.delivery.office.campaigns.journeys.rows import PATH
from plushka.delivery.office.campaigns.journeys.whom import revision_of, save_conditions
from plushka.delivery.office.campaigns.route import PLACES, read_route, route_choices, typed_route
from plushka.delivery.office.context import OfficeRequest
from plushka.delivery.office.visit import Visit
from plushka.delivery.web.forms import Form
from plushka.delivery.web.notices import sent_on
from plushka.domain.campaigns.journeys.calls import secret_of
from plushka.domain.campaigns.journeys.model import JourneyCard, UnknownJourney
from plushka.domain.campaigns.journeys.queries import get_journey, list_runs
from plushka.domain.campaigns.journeys.soundness import with_purpose
from plushka.domain.campaigns.journeys.telling import tell_step
from plushka.domain.campaigns.journeys.writing import save_draft
from plushka.domain.members.queries import list_members_of_ids
from plushka.engine.audience import Audience
from plushka.engine.journeys import editing
from plushka.engine.journeys.check import is_address
from plushka.engine.journeys.parts import (
    Choice,
    Finish,
    GiveCoupon,
    GivePoints,
    GiveReward,
    Journey,
    Message,
    Share,
    Split,
    Step,
    TagMember,
    UntagMember,
    Wait,
    Webhook,
)
from plushka.platform.database import Tx
from plushka.platform.errors import Refusal

STEP = f"{PATH}/{{journey_id:uuid}}/steps/{{step_id:str}}"
TAG_LENGTH_MAX = 50
ADDRESS_LENGTH_MAX = 2000
LIFE_DAYS_MAX = 3650
SHARES_MAX = 5
HERE_SHOWN = 20
WHOLE = 100


@get(STEP, opt={"action": "campaigns.read"})
async def show_step(
    visit: NamedDependency[Visit], journey_id: FromPath[UUID], step_id: FromPath[str]
) -> Response[str]:
    return await _page(visit, journey_id, step_id)


@post(STEP, opt={"action": "campaigns.change"}, status_code=HTTP_200_OK)
async def save_step(
    visit: NamedDependency[Visit], journey_id: FromPath[UUID], step_id: FromPath[str], request: OfficeRequest
) -> Response[str] | Redirect:
    form = await visit.typed(request)
    async with visit.reading() as tx:
        card, step = await _find(tx, journey_id, step_id)
    if isinstance(step, Choice):
        return await _choice_sent(visit, card, step, form)
    written = _read(form, step, visit)
    if form.is_sound and written is not None:
        try:
            async with visit.writing() as tx:
                if isinstance(written, Message):
                    written = await with_purpose(tx, written)
                changed = structs.replace(card.draft, steps=editing.replaced(card.draft.steps, written))
                await save_draft(tx, journey_id, changed, revision=form.number("revision", least=1) or 0)
        except Refusal as refusal:
            form.refused(refusal)
        else:
            return sent_on(f"{PATH}/{journey_id}#step-{step_id}", visit.words.gettext("Saved."))
    return await _page(visit, journey_id, step_id, form)


async def _choice_sent(visit: Visit, card: JourneyCard, step: Choice, form: Form) -> Response[str] | Redirect:
    """Answer a button of the conditions that a choice asks for."""

    def put(journey: Journey, audience: Audience | None, _: Form) -> Journey:
        when = step.when if audience is None else audience
        return structs.replace(
            journey, steps=editing.replaced(journey.steps, Choice(step.id, when, step.yes, step.no))
        )

    async with visit.reading() as tx:
        written = await writing.sent(tx, visit, form)
    if (figures := written.figures()) is not None:
        return figures
    if not written.saves:
        return await _page(visit, card.id, step.id, written=written)
    saved = await save_conditions(written, card, put, target=f"#step-{step.id}")
    return saved or await _page(visit, card.id, step.id, form, written=written)


async def _find(tx: Tx, journey_id: UUID, step_id: str) -> tuple[JourneyCard, Step]:
    card = await get_journey(tx, journey_id)
    step = editing.find_step(card.draft.steps, step_id)
    if step is None:
        raise UnknownJourney(field="step")
    return card, step


async def _page(
    visit: Visit, journey_id: UUID, step_id: str, form: Form | None = None, *, written: Writing | None = None
) -> Response[str]:
    """Show a step; ``form`` was sent and is not saved, ``written`` are the conditions of a choice as they stand."""
    async with visit.reading() as tx:
        card, step = await _find(tx, journey_id, step_id)
        names = await load_names(tx, visit)
        voice = await load_voice(tx, visit, names, card.draft)
        may_change = visit.may("campaigns.change") and card.state != "done"
        if isinstance(step, Choice) and written is None and may_change:
            written = await writing.begin(tx, visit, step.when, typed=revision_of(card))
        secret = secret_of(tx) if isinstance(step, Webhook) and visit.may("campaigns.change") else ""
        runs = await list_runs(tx, journey_id, step=step_id, limit=HERE_SHOWN)
        members = {each.id: each for each in await list_members_of_ids(tx, [run.member_id for run in runs])}
    here = [
        (
            f"/members/{run.member_id}/journeys",
            members[run.member_id].name or visit.words.gettext("without a name"),
            visit.figures.moment(run.due_at),
        )
        for run in runs
        if run.member_id in members
    ]
    shown: dict[str, object] = (
        written.shown()
        if written is not None
        else {
            "form": form or visit.form().altered({**_typed(step, visit), **revision_of(card)}),
            "kind": step.__struct_config__.tag,
            "options": _options(names, visit),
            "secret": secret,
            "shares": range(SHARES_MAX),
            "places": PLACES,
        }
    )
    return visit.page(
        "campaigns/journeys/choice.html" if written is not None else "campaigns/journeys/step.html",
        section="campaigns",
        page="journeys",
        status=HTTP_200_OK if form is None else HTTP_422_UNPROCESSABLE_ENTITY,
        action=f"{PATH}/{journey_id}/steps/{step_id}",
        back_href=f"{PATH}/{journey_id}",
        back_text=card.draft.name,
        told=tell_step(step, voice),
        here=here,
        may_change=may_change,
        **shown,
    )


def _options(names: Names, visit: Visit) -> dict[str, list[tuple[str, str]]]:
    words = visit.words
    nothing = ("", words.gettext("Choose…"))
    return {
        "templates": [nothing, *names.templates.items()],
        "coupons": [nothing, *names.coupons.items()],
        "channels": route_choices(visit),
    }


def _typed(step: Step, visit: Visit) -> dict[str, list[str]]:  # noqa: PLR0911 - one case a step
    match step:
        case Wait():
            return {
                "days": [str(step.days)],
                "hours": [str(step.hours)],
                "until": [step.until or ""],
            }
        case Message():
            return {"template": [step.template], **typed_route(step.route)}
        case GivePoints(receipt_share_bp=share):
            return {
                "points": [visit.figures.points_number(step.points).replace("\N{NO-BREAK SPACE}", "")],
                "life_days": [str(step.life_days or "")],
                "receipt_share": [visit.figures.bare_percent(share) if share else ""],
            }
        case GiveCoupon():
            return {"coupon": [step.coupon]}
        case GiveReward():
            return {"name": [step.name], "life_days": [str(step.life_days or "")]}
        case TagMember() | UntagMember():
            return {"tag": [step.tag]}
        case Webhook():
            return {"url": [step.url]}
        case Split():
            return {f"share.{number}": [str(share.percent)] for number, share in enumerate(step.shares)}
        case _:
            return {}


def _read(form: Form, step: Step, visit: Visit) -> Step | None:  # noqa: C901, PLR0911 - one case a step
    words = visit.words
    match step:
        case Wait():
            return _read_wait(form, step, visit)
        case Message():
            template = form.id("template")
            if template is None:
                return None
            return structs.replace(step, template=str(template), route=read_route(form))
        case GivePoints():
            points = form.number("points", decimals=visit.figures.scale, least=1, most=10**9)
            life = form.number("life_days", least=1, most=LIFE_DAYS_MAX, required=False)
            share = form.rate("receipt_share", least=1, required=False)
            if points is None:
                return None
            return structs.replace(step, points=points, life_days=life, receipt_share_bp=share)
        case GiveCoupon():
            coupon = form.id("coupon")
            return structs.replace(step, coupon=str(coupon)) if coupon else None
        case GiveReward():
            name = form.text("name")
            life = form.number("life_days", least=1, most=LIFE_DAYS_MAX, required=False)
            return structs.replace(step, name=name, life_days=life) if name else None
        case TagMember() | UntagMember():
            tag = form.text("tag", length_max=TAG_LENGTH_MAX)
            return structs.replace(step, tag=tag) if tag else None
        case Webhook():
            url = form.text("url", length_max=ADDRESS_LENGTH_MAX)
            if url and not is_address(url, allows_http=visit.office.webhooks_anywhere):
                form.fail("url", words.gettext("Enter an address that begins with https://."))
            return structs.replace(step, url=url) if url else None
        case Split():
            return _read_split(form, step, visit)
        case Choice() | Finish():
            return step


def _read_wait(form: Form, step: Wait, visit: Visit) -> Step:
    days = form.number("days", least=0, most=365, required=False) or 0
    hours = form.number("hours", least=0, most=23, required=False) or 0
    until = form.clock("until", required=False)
    if form.is_sound and not days and not hours and until is None:
        form.fail("days", visit.words.gettext("Say how long to wait or until which time."))
    return Wait(step.id, days, hours, until.strftime("%H:%M") if until is not None else None)


def _read_split(form: Form, step: Split, visit: Visit) -> Step | None:
    """Read the shares; a way that has steps stays in its place, one without a share goes with its steps."""
    shares = []
    for number in range(SHARES_MAX):
        percent = form.number(f"share.{number}", least=1, most=WHOLE - 1, required=False)
        if percent is not None:
            steps = step.shares[number].steps if number < len(step.shares) else ()
            shares.append(Share(percent, steps))
    if form.is_sound and (len(shares) < 2 or sum(share.percent for share in shares) != WHOLE):  # noqa: PLR2004 - a lot has two ways
        form.fail("share.0", visit.words.gettext("The shares must come to 100 %."))
        return None
    return Split(step.id, tuple(shares))
