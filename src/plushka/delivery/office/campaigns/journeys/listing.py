"""All journeys with how many are in them, and ready ones to begin with."""

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.response import Redirect

from plushka.delivery.office.campaigns.broadcasts.rows import figures_line, verdict_told
from plushka.delivery.office.campaigns.explaining import explain_campaigns
from plushka.delivery.office.campaigns.journeys.names import load_names, load_voice
from plushka.delivery.office.campaigns.journeys.rows import PATH, JourneyLine, state_told
from plushka.delivery.office.context import OfficeRequest
from plushka.delivery.office.permissions import MARGIN
from plushka.delivery.office.visit import Visit
from plushka.delivery.web.notices import sent_on
from plushka.domain.campaigns.figures import Figures
from plushka.domain.campaigns.journeys.chains import CHAINS, begin_chain
from plushka.domain.campaigns.journeys.figures import find_counted_at, sum_by_journey
from plushka.domain.campaigns.journeys.queries import count_by_journey, list_journeys
from plushka.domain.campaigns.journeys.telling import tell_trigger
from plushka.domain.campaigns.journeys.writing import create_journey
from plushka.domain.campaigns.sums import summed
from plushka.domain.insights.campaigns.keeping import find_caused
from plushka.domain.insights.campaigns.model import subject_of_campaign
from plushka.engine.journeys.parts import Journey, OnRegistration


@get(PATH, opt={"action": "campaigns.read"})
async def show_journeys(visit: NamedDependency[Visit]) -> Response[str]:
    words, number = visit.words, visit.figures.number
    async with visit.reading() as tx:
        journeys = await list_journeys(tx)
        ids = [card.id for card in journeys]
        counts = await count_by_journey(tx)
        totals, counted_at = await sum_by_journey(tx), await find_counted_at(tx)
        caused = await find_caused(tx, [subject_of_campaign(journey_id) for journey_id in ids])
        voice = await load_voice(tx, visit, await load_names(tx, visit))
    lines = []
    for card in journeys:
        active, entered, goal = counts.get(card.id, (0, 0, 0))
        is_counted = card.version is not None and counted_at is not None
        lines.append(
            JourneyLine(
                href=f"{PATH}/{card.id}",
                name=card.name,
                state=state_told(card, visit),
                is_running=card.state == "sending",
                trigger=tell_trigger(card.draft.trigger, voice),
                active=number(active),
                entered=number(entered),
                goal=number(goal) if card.draft.goal is not None else "",
                came=figures_line(totals.get(card.id, Figures()), visit) if is_counted else None,
                verdict=verdict_told(
                    caused.get(subject_of_campaign(card.id)), visit, has_control=card.draft.control_bp > 0
                ),
            )
        )
    return visit.page(
        "campaigns/journeys/list.html",
        section="campaigns",
        page="journeys",
        journeys=lines,
        total=figures_line(summed(Figures, totals.values()), visit),
        count=len(lines),
        explained=explain_campaigns(visit),
        knows_margin=visit.may(MARGIN),
        may_export=visit.may("campaigns.export"),
        chains=[
            (key, words.gettext(chain.name), words.gettext(chain.about)) for key, chain in CHAINS.items()
        ],
        may_change=visit.may("campaigns.change"),
    )


@post(PATH, opt={"action": "campaigns.change"})
async def begin_journey(visit: NamedDependency[Visit], request: OfficeRequest) -> Redirect:
    """Begin a journey: a ready one, or an empty one."""
    form = await visit.typed(request)
    chosen = form.value("chain")
    key = next((key for key in CHAINS if key == chosen), None)
    async with visit.writing() as tx:
        if key is None:
            card = await create_journey(tx, Journey(visit.words.gettext("New journey"), OnRegistration()))
        else:
            makes_offers = visit.may("coupons.change") and visit.may("programs.edit")
            card = await begin_chain(tx, key, makes_offers=makes_offers)
    return sent_on(
        f"{PATH}/{card.id}",
        visit.words.gettext("The draft “{name}” is ready: look through it and publish it.", name=card.name),
    )
