"""Journeys taken away as workbooks: all of them with what came of each, and who was in one."""

from uuid import UUID

from litestar import post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from plushka.delivery.office.campaigns.journeys.rows import PATH
from plushka.delivery.office.exporting import leave_export
from plushka.delivery.office.permissions import MARGIN
from plushka.delivery.office.visit import Visit
from plushka.domain.campaigns.journeys.queries import get_journey
from plushka.domain.insights.campaigns.export import KIND
from plushka.domain.insights.campaigns.journey_export import JOURNEYS, JourneyFilter


@post(f"{PATH}/export", opt={"action": "campaigns.export"})
async def export_journeys(visit: NamedDependency[Visit]) -> Redirect:
    return await leave_export(
        visit,
        KIND,
        JourneyFilter(),
        file_name="journeys.xlsx",
        of=JOURNEYS,
        margin="yes" if visit.may(MARGIN) else "no",
        needs=MARGIN if visit.may(MARGIN) else "",
    )


@post(f"{PATH}/{{journey_id:uuid}}/export", opt={"action": "campaigns.export"})
async def export_walks(visit: NamedDependency[Visit], journey_id: FromPath[UUID]) -> Redirect:
    async with visit.reading() as tx:
        card = await get_journey(tx, journey_id)
    return await leave_export(
        visit, KIND, JourneyFilter(card.id), file_name="journey-members.xlsx", of=JOURNEYS
    )
