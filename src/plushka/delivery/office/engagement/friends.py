"""Bring a friend: what came of it, who brings most, and what was refused."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.response import Redirect
from msgspec import Struct

from plushka.delivery.office.context import OfficeRequest
from plushka.delivery.office.exporting import leave_export
from plushka.delivery.office.visit import Visit
from plushka.delivery.web.address import id_of, text_of
from plushka.domain.insights import referral_export
from plushka.domain.insights.referrals import (
    LIST_MAX,
    Cursor,
    ReferralFilter,
    Refusal,
    count_referrers,
    get_totals,
    list_referrers,
    list_refusals,
)
from plushka.domain.programs.telling.referral import tell_referral
from plushka.domain.programs.telling.voice import Voice
from plushka.domain.referrals.words import NOT_BOUND, WAYS
from plushka.engine.purchase import POINTS_MAX
from plushka.platform.database import Tx
from plushka.platform.errors import NotFound

PATH = "/engagement/referrals"


class Figure(Struct, frozen=True):
    """A total with its name; ``help`` says what it counts, ``href`` leads to what it is made of."""

    title: str
    value: str
    help: str = ""
    href: str = ""


class RefusalLine(Struct, frozen=True):
    """A try that bound nobody, told."""

    friend: str
    friend_href: str
    referrer: str
    referrer_href: str
    why: str
    at: str


@get(PATH, opt={"action": "referrals.read"})
async def show_referrals(visit: NamedDependency[Visit], request: OfficeRequest) -> Response[str]:
    """Show the totals and the referrers, who was paid most first."""
    asked = request.query_params
    search = text_of(asked, "search")
    async with visit.reading() as tx:
        values = await _values(tx, visit, search, _cursor(asked.get("after", "")))
    return visit.page(
        "engagement/referrals.html",
        section="engagement",
        page="referrals",
        search=search,
        may_export=visit.may("referrals.export"),
        may_edit=visit.may("programs.edit"),
        **values,
    )


@get(f"{PATH}/refused", opt={"action": "referrals.read"})
async def show_refused(visit: NamedDependency[Visit], request: OfficeRequest) -> Response[str]:
    """Show who was named as having brought somebody and was not noted, and why."""
    before = id_of(request.query_params, "before")
    async with visit.reading() as tx:
        found = await list_refusals(tx, before=before, limit=LIST_MAX + 1)
    page = found[:LIST_MAX]
    return visit.page(
        "engagement/referrals_refused.html",
        section="engagement",
        page="referrals",
        refusals=[_refusal(one, visit) for one in page],
        next=f"{PATH}/refused?before={page[-1].id}" if len(found) > LIST_MAX else "",
    )


@post(f"{PATH}/export", opt={"action": "referrals.export"})
async def export_referrals(visit: NamedDependency[Visit], request: OfficeRequest) -> Redirect:
    """Write the referrers that the search finds to a file.

    :raises NotFound: no programme is in force, so there is nothing to count
    """
    if visit.program_id is None:
        raise NotFound
    search = text_of(request.query_params, "search")
    where = ReferralFilter(visit.program_id, search)
    return await leave_export(visit, referral_export.KIND, where, file_name="friends.csv")


HANDLERS = (export_referrals, show_referrals, show_refused)


async def _values(tx: Tx, visit: Visit, search: str, after: Cursor | None) -> dict[str, Any]:
    program_id, version = visit.program_id, visit.version
    if program_id is None or version is None:
        return {"has_program": False}
    where = ReferralFilter(program_id, search)
    found = await list_referrers(tx, where, after=after, limit=LIST_MAX + 1)
    page, figures = found[:LIST_MAX], visit.figures
    voice = Voice(version.program, visit.look.language)
    query = {"search": search} if search else {}
    following = ""
    if len(found) > LIST_MAX:
        following = f"{PATH}?{urlencode({**query, 'after': f'{page[-1].paid}.{page[-1].id}'})}"
    return {
        "has_program": True,
        "draft": f"/engagement/programs/{program_id}/draft/friends",
        "told": list(tell_referral(version.program.referral, voice).values()),
        "figures": await _figures(tx, visit, program_id),
        "query": urlencode(query),
        "total": figures.number(await count_referrers(tx, where)),
        "referrers": [
            (
                one.name or visit.words.gettext("without a name"),
                visit.in_program(f"/members/{one.id}"),
                figures.number(one.joined),
                figures.number(one.bought),
                figures.points_number(one.paid),
                figures.points_or_nothing(one.waiting),
            )
            for one in page
        ],
        "next": following,
    }


async def _figures(tx: Tx, visit: Visit, program_id: UUID) -> list[Figure]:
    totals, words, figures = await get_totals(tx, program_id), visit.words, visit.figures
    told = [
        Figure(
            words.gettext("Friends joined"),
            figures.number(totals.joined),
            words.gettext("brought by {count}", count=figures.number(totals.referrers)),
        ),
        Figure(
            words.gettext("Have bought"),
            figures.number(totals.bought),
            words.gettext("{share} of those who joined", share=figures.ratio(totals.bought, totals.joined))
            if totals.joined
            else "",
        ),
        Figure(words.gettext("Paid for friends"), figures.points(totals.paid)),
        Figure(
            words.gettext("To be paid"),
            figures.points(totals.waiting),
            words.gettext("if nothing is returned"),
        ),
        Figure(words.gettext("Taken back by returns"), figures.points(totals.taken_back)),
        Figure(words.gettext("Kept back by limits"), figures.points(totals.cut)),
    ]
    if totals.refused:
        told.append(
            Figure(words.gettext("Not noted"), figures.number(totals.refused), href=f"{PATH}/refused")
        )
    return told


def _refusal(one: Refusal, visit: Visit) -> RefusalLine:
    words = visit.words
    return RefusalLine(
        friend=one.friend or words.gettext("without a name"),
        friend_href=f"/members/{one.friend_id}",
        referrer=one.referrer,
        referrer_href=f"/members/{one.referrer_id}" if one.referrer_id else "",
        why=words.gettext(NOT_BOUND[one.reason]),
        at=f"{visit.figures.moment(one.at)}, {words.gettext(WAYS[one.way])}",
    )


def _cursor(text: str) -> Cursor | None:
    """Return where a page begins; what is none begins at the top."""
    paid, _, member_id = text.partition(".")
    try:
        cursor = Cursor(int(paid), UUID(member_id))
    except ValueError:
        return None
    return cursor if 0 <= cursor.paid <= POINTS_MAX else None
