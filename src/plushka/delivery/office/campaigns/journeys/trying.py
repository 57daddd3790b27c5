"""A journey tried for a real member from a day on: what would happen and when."""

from uuid import UUID
from zoneinfo import ZoneInfo

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from plushka.delivery.office.campaigns.journeys.names import load_names, load_voice
from plushka.delivery.office.campaigns.journeys.rows import ICONS, PATH
from plushka.delivery.office.context import OfficeRequest
from plushka.delivery.office.members.finding import find_by_anything
from plushka.delivery.office.visit import Visit
from plushka.delivery.web.forms import Form
from plushka.domain.campaigns.journeys.queries import get_journey
from plushka.domain.campaigns.journeys.telling import OUTCOMES, tell_step, tell_way
from plushka.domain.campaigns.journeys.trial import Trial, try_journey

TRY = f"{PATH}/{{journey_id:uuid}}/try"


@get(TRY, opt={"action": "campaigns.read"})
async def show_trial(
    visit: NamedDependency[Visit], journey_id: FromPath[UUID], request: OfficeRequest
) -> Response[str]:
    words, asked = visit.words, request.query_params
    form = Form(words, {name: asked.getall(name) for name in ("member", "on") if name in asked})
    trial: Trial | None = None
    who = ""
    async with visit.reading() as tx:
        card = await get_journey(tx, journey_id)
        voice = await load_voice(tx, visit, await load_names(tx, visit), card.draft)
        if form.was_sent:
            text = form.text("member")
            starts = form.moment("on")
            member = await find_by_anything(tx, text, country=visit.business.country) if text else None
            if text and member is None:
                form.fail("member", words.gettext("Nobody is found by this."))
            if member is not None and starts is not None:
                who = member.name or text
                starts_at = starts.replace(tzinfo=ZoneInfo(visit.business.time_zone))
                trial = await try_journey(tx, card, card.draft, member.id, starts_at=starts_at)
    local = visit.at.astimezone(ZoneInfo(visit.business.time_zone))
    return visit.page(
        "campaigns/journeys/try.html",
        section="campaigns",
        page="journeys",
        journey=card,
        href=f"{PATH}/{journey_id}",
        form=form,
        now=local.strftime("%Y-%m-%dT%H:%M"),
        who=who,
        trial=trial,
        lines=[
            (
                visit.figures.moment(each.at),
                ICONS[type(each.step)],
                tell_step(each.step, voice),
                tell_way(each.step, each.way, voice) if each.way is not None else "",
            )
            for each in (trial.steps if trial else ())
        ],
        outcome=words.gettext(OUTCOMES[trial.outcome]) if trial else "",
    )
