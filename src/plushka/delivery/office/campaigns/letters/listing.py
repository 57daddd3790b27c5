"""The letters of broadcasts and journeys, found by campaign, days, channel and report, and taken away as a workbook."""

from collections.abc import Iterator
from datetime import date
from urllib.parse import urlencode
from uuid import UUID

from litestar import Response, get, post
from litestar.datastructures import MultiDict
from litestar.di import NamedDependency
from litestar.response import Redirect
from msgspec import Struct

from plushka.delivery.office.campaigns.broadcasts.rows import CHANNELS_TOLD, channel_told
from plushka.delivery.office.campaigns.letters.addresses import PATH
from plushka.delivery.office.chips import Chip
from plushka.delivery.office.context import OfficeRequest
from plushka.delivery.office.exporting import leave_export
from plushka.delivery.office.reports.constructor.matching import ROWS, ROWS_MAX, read_rows, told_rows
from plushka.delivery.office.reports.telling import explain
from plushka.delivery.office.visit import Visit
from plushka.delivery.web.address import day_of, id_of, text_of
from plushka.domain.campaigns.queries import find_names
from plushka.domain.campaigns.reasons import reason_told
from plushka.domain.insights.campaigns.export import KIND
from plushka.domain.insights.campaigns.letter_export import LETTERS
from plushka.domain.insights.campaigns.letters import (
    LIST_MAX,
    Kind,
    Letter,
    LetterFilter,
    Letters,
    list_letters,
    sum_letters,
)
from plushka.domain.insights.constructor.matching import Matching
from plushka.domain.insights.constructor.sources import SOURCES
from plushka.domain.messages.model import CHANNELS
from plushka.domain.messages.words import STATE_WORDS
from plushka.platform.i18n import marked

_KINDS: dict[Kind, str] = {"broadcast": marked("Broadcasts"), "journey": marked("Journeys")}
_SOURCES = {name: SOURCES[name].title for name in ("campaigns", "journeys")}
"""Of reports, whose rows are of letters: what these are called."""


class Asked(Struct, frozen=True, rename={"told_from": "from", "told_to": "to"}):
    """What the address asks for; nonsense counts as not chosen."""

    campaign: UUID | None = None
    kind: Kind | None = None
    told_from: date | None = None
    told_to: date | None = None
    variant: str = ""
    channel: str = ""
    arrived: bool = False
    rows: tuple[str, ...] = ()

    @classmethod
    def of(cls, query: MultiDict[str]) -> "Asked":
        return cls(
            campaign=id_of(query, "campaign"),
            kind=next((kind for kind in _KINDS if kind == query.get("kind")), None),
            told_from=day_of(query, "from"),
            told_to=day_of(query, "to"),
            variant=text_of(query, "variant"),
            channel=query.get("channel", "") if query.get("channel") in CHANNELS else "",
            arrived=query.get("arrived") == "yes",
            rows=tuple(query.getall(ROWS, [])[:ROWS_MAX]),
        )

    def matching(self, visit: Visit) -> tuple[Matching, ...]:
        return read_rows(self.rows, visit, _SOURCES)

    def where(self, visit: Visit) -> LetterFilter:
        channel = next((each for each in CHANNELS if each == self.channel), None)
        return LetterFilter(
            self.campaign,
            self.kind,
            self.told_from,
            self.told_to,
            self.variant or None,
            channel,
            self.arrived,
            self.matching(visit),
        )

    @property
    def unseen(self) -> list[tuple[str, str]]:
        """Names and values of the address that no field of the form holds: it goes on asking for them."""
        return [(name, value) for name, value in self._pairs() if name not in ("from", "to", "channel")]

    def url(self, path: str = PATH, *, without: tuple[str, ...] = (), **more: str) -> str:
        pairs = [*((name, value) for name, value in self._pairs() if name not in without), *more.items()]
        return f"{path}?{urlencode(pairs)}" if pairs else path

    def _pairs(self) -> list[tuple[str, str]]:
        given = {
            "campaign": self.campaign, "kind": self.kind, "from": self.told_from, "to": self.told_to,
            "variant": self.variant, "channel": self.channel, "arrived": "yes" if self.arrived else "",
        }  # fmt: skip
        held = [(name, str(value)) for name, value in given.items() if value]
        return [*held, *((ROWS, text) for text in self.rows)]


class LetterLine(Struct, frozen=True):
    """A letter told; ``why`` says why it did not go out."""

    member: str
    member_href: str
    campaign: str
    campaign_href: str
    at: str
    channel: str
    state: str
    why: str
    cost: str


@get(PATH, opt={"action": "campaigns.read"})
async def show_letters(visit: NamedDependency[Visit], request: OfficeRequest) -> Response[str]:
    asked = Asked.of(request.query_params)
    async with visit.reading() as tx:
        where = asked.where(visit)
        found = await list_letters(
            tx, where, before=id_of(request.query_params, "before"), limit=LIST_MAX + 1
        )
        total = await sum_letters(tx, where)
        names = await find_names(tx, [asked.campaign]) if asked.campaign else {}
        rows_told = await told_rows(tx, where.matching, visit, heads=_SOURCES) if where.matching else ""
    page = found[:LIST_MAX]
    gettext = visit.words.gettext
    return visit.page(
        "campaigns/letters/list.html",
        section="campaigns",
        page="broadcasts" if asked.kind != "journey" else "journeys",
        asked=asked,
        chips=list(_chips(asked, names, rows_told, visit)),
        letters=[_line(one, visit) for one in page],
        total=_told(total, visit),
        explained=explain(("letters_listed", "letters_sent", "letters_delivered", "letters_cost"), visit),
        channels=[("", gettext("all")), *((key, gettext(told)) for key, told in CHANNELS_TOLD.items())],
        next=asked.url(before=str(page[-1].id)) if len(found) > LIST_MAX else "",
        export_url=asked.url(f"{PATH}/export"),
        may_export=visit.may("campaigns.export"),
    )


@post(f"{PATH}/export", opt={"action": "campaigns.export"})
async def export_letters(visit: NamedDependency[Visit], request: OfficeRequest) -> Redirect:
    return await leave_export(
        visit, KIND, Asked.of(request.query_params).where(visit), file_name="letters.xlsx", of=LETTERS
    )


def _chips(asked: Asked, names: dict[UUID, str], rows_told: str, visit: Visit) -> Iterator[Chip]:
    """Yield what no field of the form asks for."""
    gettext = visit.words.gettext
    if rows_told:
        yield Chip(rows_told, asked.url(without=(ROWS,)))
    if asked.campaign:
        yield Chip(names.get(asked.campaign, "…"), asked.url(without=("campaign", "variant")))
    if asked.kind:
        yield Chip(gettext(_KINDS[asked.kind]), asked.url(without=("kind",)))
    if asked.variant:
        yield Chip(gettext("Text {letter}", letter=asked.variant), asked.url(without=("variant",)))
    if asked.arrived:
        yield Chip(gettext("Went out"), asked.url(without=("arrived",)))


def _told(total: Letters, visit: Visit) -> list[tuple[str, str, str]]:
    """Return sums: the title, the key of its definition, and the figure."""
    gettext, number = visit.words.gettext, visit.figures.number
    return [
        (gettext("Letters"), "letters_listed", number(total.letters)),
        (gettext("Sent"), "letters_sent", number(total.sent)),
        (gettext("Delivered"), "letters_delivered", number(total.delivered)),
        (gettext("Cost of messages"), "letters_cost", visit.figures.money(total.cost_minor)),
    ]


def _line(one: Letter, visit: Visit) -> LetterLine:
    return LetterLine(
        member=one.member_name or visit.words.gettext("No name"),
        member_href=f"/members/{one.member_id}",
        campaign=one.campaign_name,
        campaign_href=f"/campaigns/{'journeys/' if one.kind == 'journey' else ''}{one.campaign_id}",
        at=visit.figures.moment(one.told_at),
        channel=channel_told(one.channel, visit),
        state=visit.words.gettext(STATE_WORDS[one.state]),
        why=reason_told(one.failure, visit.words),
        cost=visit.figures.money(one.cost_minor) if one.cost_minor else "",
    )
