"""All that a member was written: by which channel, what it said, what became of it and what it cost."""

from urllib.parse import urlencode
from uuid import UUID

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from msgspec import Struct

from plushka.delivery.office.context import OfficeRequest
from plushka.delivery.office.members.card.head import head_of
from plushka.delivery.office.visit import Visit
from plushka.delivery.web.address import id_of
from plushka.domain.campaigns.queries import find_names
from plushka.domain.members.consent_texts import list_consent_texts
from plushka.domain.members.queries import get_member
from plushka.domain.messages.composing import plain
from plushka.domain.messages.contents import FromTemplate
from plushka.domain.messages.history import FATES, Fate, Written, list_written
from plushka.domain.messages.model import CHANNEL_NAMES, CHANNELS, PURPOSE_NAMES
from plushka.domain.messages.templates.store import find_templates
from plushka.domain.messages.wording import Voice, worded
from plushka.domain.messages.words import REASON_WORDS, STATE_WORDS
from plushka.platform.i18n import marked
from plushka.platform.point_words import calling_points

PAGE_ROWS = 50
_FATES: dict[Fate, str] = {
    "arrived": marked("Have arrived"),
    "waits": marked("Still wait"),
    "failed": marked("Have not arrived"),
}
_REASONS = {str(reason): told for reason, told in REASON_WORDS.items()}


class LetterLine(Struct, frozen=True):
    """A message told; ``why`` says why it was not sent, ``tries`` which channels were given up before."""

    at: str
    channel: str
    text: str
    about: str
    state: str
    is_bad: bool
    why: str
    cost: str
    tries: list[str]


@get("/members/{member_id:uuid}/letters", opt={"action": "members.read"})
async def show_letters(
    visit: NamedDependency[Visit], member_id: FromPath[UUID], request: OfficeRequest
) -> Response[str]:
    asked = request.query_params
    channel = next((one for one in CHANNELS if one == asked.get("channel")), None)
    purpose = next((one for one in PURPOSE_NAMES if one == asked.get("purpose")), None)
    fate = next((one for one in FATES if one == asked.get("fate")), None)
    async with visit.reading() as tx:
        member = await get_member(tx, member_id)
        found = await list_written(
            tx,
            member.id,
            channel=channel,
            purpose=purpose,
            fate=fate,
            before=id_of(asked, "before"),
            limit=PAGE_ROWS + 1,
        )
        shown = found[:PAGE_ROWS]
        templates = await find_templates(
            tx, {one.content.template_id for one in shown if isinstance(one.content, FromTemplate)}
        )
        campaigns = await find_names(tx, {one.campaign_id for one in shown if one.campaign_id is not None})
        voice = Voice(
            business=visit.business, language=visit.look.language, texts=await list_consent_texts(tx)
        )
    names = {template_id: template.name for template_id, template in templates.items()}
    shown_by = {
        name: value
        for name, value in (("channel", channel), ("purpose", purpose), ("fate", fate))
        if value is not None
    }
    return visit.page(
        "members/card/letters.html",
        section="members",
        page="list",
        head=head_of(member, visit, tab="/letters"),
        letters=[_line(one, visit, voice, names, campaigns) for one in shown],
        here=f"/members/{member.id}/letters",
        asked=shown_by,
        filters=_filters(visit),
        older=f"?{urlencode({**shown_by, 'before': shown[-1].id})}" if len(found) > PAGE_ROWS else "",
    )


def _filters(visit: Visit) -> list[tuple[str, str, list[tuple[str, str]]]]:
    """Return what messages can be narrowed by: the name, the label and the options of each select."""
    gettext = visit.words.gettext
    return [
        ("channel", gettext("Channel"), [(one, gettext(CHANNEL_NAMES[one])) for one in CHANNELS]),
        ("purpose", gettext("Purpose"), [(one, gettext(name)) for one, name in PURPOSE_NAMES.items()]),
        ("fate", gettext("What became of them"), [(one, gettext(name)) for one, name in _FATES.items()]),
    ]


def _line(
    one: Written, visit: Visit, voice: Voice, templates: dict[UUID, str], campaigns: dict[UUID, str]
) -> LetterLine:
    words, figures = visit.words, visit.figures
    if isinstance(one.content, FromTemplate):
        text = one.said or ""
        about = templates.get(one.content.template_id, "")
    else:
        with calling_points(visit.business.point_words):
            text, about = one.said or plain(worded(one.content, voice)), ""
    why = ""
    if one.state == "skipped":
        why = words.gettext(_REASONS[one.failure])
    elif one.state == "waiting" and one.not_before > visit.at:
        why = words.gettext("not before {moment}", moment=figures.moment(one.not_before))
    elif one.state == "failed":
        why = one.failure
    campaign = campaigns.get(one.campaign_id, "") if one.campaign_id else ""
    return LetterLine(
        at=figures.moment(one.finished_at or one.created_at),
        channel=words.gettext(CHANNEL_NAMES[one.channel]),
        text=text,
        about=" · ".join(filter(None, (campaign, about))),
        state=words.gettext(STATE_WORDS[one.state]),
        is_bad=one.state in ("failed", "blocked", "skipped", "unknown"),
        why=why,
        cost=figures.money(one.cost_minor) if one.cost_minor else "",
        tries=[f"{words.gettext(CHANNEL_NAMES[gone.channel])}: {gone.failure}" for gone in one.tries],
    )
