"""The recipients of a broadcast: found by name, phone and what became of them, and taken away as a workbook."""

from urllib.parse import urlencode
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from msgspec import Struct

from plushka.delivery.office.campaigns.broadcasts.rows import PATH, channel_told
from plushka.delivery.office.context import OfficeRequest
from plushka.delivery.office.visit import Visit
from plushka.delivery.web.address import id_of, text_of
from plushka.delivery.web.notices import sent_on
from plushka.domain.campaigns.queries import get_campaign
from plushka.domain.campaigns.reasons import FATES_TOLD, reason_told
from plushka.domain.campaigns.recipients import (
    FATES,
    LIST_MAX,
    Recipient,
    RecipientFilter,
    count_recipients,
    list_recipients,
)
from plushka.domain.insights.campaigns.export import KIND
from plushka.domain.tasks import operations as tasks

ONE = f"{PATH}/{{campaign_id:uuid}}/recipients"


class RecipientLine(Struct, frozen=True):
    """A recipient told; ``why`` is empty for who was told."""

    href: str
    name: str
    fate: str
    why: str
    variant: str
    channel: str
    told_at: str


@get(ONE, opt={"action": "campaigns.read"})
async def show_recipients(
    visit: NamedDependency[Visit], campaign_id: FromPath[UUID], request: OfficeRequest
) -> Response[str]:
    where, asked = _where(request), request.query_params
    async with visit.reading() as tx:
        campaign = await get_campaign(tx, campaign_id)
        found = await list_recipients(tx, campaign_id, where, after=id_of(asked, "after"), limit=LIST_MAX + 1)
        total = await count_recipients(tx, campaign_id, where)
    page = found[:LIST_MAX]
    shown = {name: asked.get(name, "") for name in ("text", "fate", "variant")}
    query = urlencode({name: value for name, value in shown.items() if value})
    words, here = visit.words, f"{PATH}/{campaign_id}/recipients"
    return visit.page(
        "campaigns/broadcasts/recipients.html",
        section="campaigns",
        page="broadcasts",
        campaign=campaign,
        here=here,
        asked=shown,
        query=query,
        rows=[_line(one, visit) for one in page],
        total=visit.figures.number(total),
        next=f"{here}?{urlencode({**shown, 'after': str(page[-1].member_id)})}"
        if len(found) > LIST_MAX
        else "",
        fates=[("", words.gettext("all")), *((fate, words.gettext(FATES_TOLD[fate])) for fate in FATES)],
        variants=[("", words.gettext("all")), *((one.name, one.name) for one in campaign.letter.variants)],
        may_export=visit.may("campaigns.export"),
    )


@post(f"{ONE}/export", opt={"action": "campaigns.export"})
async def export_recipients(
    visit: NamedDependency[Visit], campaign_id: FromPath[UUID], request: OfficeRequest
) -> Redirect:
    async with visit.writing() as tx:
        campaign = await get_campaign(tx, campaign_id)
        task_id = await tasks.leave(
            tx,
            kind=KIND,
            arguments={
                "campaign": str(campaign.id),
                "filter": msgspec.json.encode(_where(request)).decode(),
                "language": visit.look.language,
            },
            file_name="recipients.xlsx",
        )
    return sent_on(f"/tasks/{task_id}", visit.words.gettext("The file is being written."))


def _where(request: OfficeRequest) -> RecipientFilter:
    asked = request.query_params
    return RecipientFilter(
        text=text_of(asked, "text"),
        fate=next((fate for fate in FATES if fate == asked.get("fate")), None),
        variant=text_of(asked, "variant") or None,
    )


def _line(one: Recipient, visit: Visit) -> RecipientLine:
    return RecipientLine(
        href=f"/members/{one.member_id}",
        name=one.name or visit.words.gettext("No name"),
        fate=visit.words.gettext(FATES_TOLD[one.fate]),
        why=reason_told(one.reason, visit.words),
        variant=one.variant,
        channel=channel_told(one.channel, visit) if one.channel else "",
        told_at=visit.figures.moment(one.told_at) if one.told_at else "",
    )
