"""The page of points as money, the accounts of the business's books, and the file for them."""

from collections.abc import Mapping
from typing import Final

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.response import Redirect
from litestar.status_codes import HTTP_422_UNPROCESSABLE_ENTITY
from msgspec import Struct

from plushka.delivery.office.context import OfficeRequest
from plushka.delivery.office.exporting import leave_export
from plushka.delivery.office.reports.asked import read_asked
from plushka.delivery.office.reports.beginning import beginning
from plushka.delivery.office.reports.registry import MAKERS, may_see
from plushka.delivery.office.reports.showing import bar_values, places
from plushka.delivery.office.visit import Visit
from plushka.delivery.web.forms import Form
from plushka.delivery.web.notices import sent_on
from plushka.domain.insights.points.accounts import (
    ACCOUNT_LENGTH_MAX,
    ENTRIES,
    EXAMPLE,
    Entry,
    Pair,
    load_accounts,
    save_accounts,
)
from plushka.domain.insights.points.export import KIND, Grain, PointsFilter
from plushka.domain.insights.points.words import ENTRY_WORDS

PATH: Final = "/reports/points"
ACCOUNTS: Final = f"{PATH}/accounts"
BLOCKS = (
    "points_reserve",
    "points_days",
    "points_movement",
    "points_identity",
    "points_ages",
    "points_burns",
    "points_issues",
    "points_spent_ages",
    "points_burned_ages",
)
WIDE = set(BLOCKS) - {"points_spent_ages", "points_burned_ages"}
"""What needs the whole width; the others stand two in a row."""
_GRAINS: tuple[Grain, ...] = ("days", "movements")


class AccountLine(Struct, frozen=True):
    """An entry with the accounts it is booked to, and those of the example."""

    entry: Entry
    name: str
    pair: Pair
    example: Pair


@get(PATH, opt={"action": "reports.read"})
async def show_points(visit: NamedDependency[Visit], request: OfficeRequest) -> Response[str]:
    async with visit.reading() as tx:
        asked = await read_asked(tx, visit, request.query_params)
        begins = await beginning(tx, visit)
    found = places(BLOCKS, visit, asked)
    return visit.page(
        "reports/points.html",
        section="reports",
        page="points",
        bar=bar_values(asked, visit, PATH),
        places=found,
        wide=WIDE,
        **begins,
        may_export=bool(found) and visit.may("points.export") and visit.program_id is not None,
        may_choose=visit.may("points.accounts"),
        export_url=f"{PATH}/export?{asked.query()}",
    )


@post(f"{PATH}/export", opt={"action": "points.export"})
async def export(visit: NamedDependency[Visit], request: OfficeRequest) -> Redirect:
    """Have the entries of the period written to a file.

    :raises NotFoundException: there is no programme yet, or the figures are not for this person
    """
    form = await visit.typed(request)
    async with visit.reading() as tx:
        asked = await read_asked(tx, visit, request.query_params)
    if visit.program_id is None or not may_see(MAKERS["points_movement"], visit):
        raise NotFoundException
    grain = next((each for each in _GRAINS if each == form.value("grain")), _GRAINS[0])
    where = PointsFilter(visit.program_id, asked.period.from_on, asked.period.last_on, grain)
    days = {"first": where.from_on.isoformat(), "last": where.last_on.isoformat()}
    file_name = visit.words.gettext("points-entries-{first}-{last}.csv", **days)
    return await leave_export(visit, KIND, where, file_name=file_name)


@get(ACCOUNTS, opt={"action": "points.accounts"})
async def show_accounts(visit: NamedDependency[Visit]) -> Response[str]:
    return await _page(visit, visit.form())


@post(ACCOUNTS, opt={"action": "points.accounts"})
async def save(visit: NamedDependency[Visit], request: OfficeRequest) -> Response[str] | Redirect:
    """Keep the accounts that were typed; ``example`` brings those of the example back."""
    form = await visit.typed(request)
    wanted = dict(EXAMPLE) if form.value("do") == "example" else _typed(form)
    if not form.is_sound:
        return await _page(visit, form)
    async with visit.writing() as tx:
        await save_accounts(tx, wanted)
    return sent_on(ACCOUNTS, visit.words.gettext("The accounts are saved."))


def _typed(form: Form) -> Mapping[Entry, Pair]:
    return {
        entry: Pair(
            form.text(f"{entry}-debit", length_max=ACCOUNT_LENGTH_MAX),
            form.text(f"{entry}-credit", length_max=ACCOUNT_LENGTH_MAX),
        )
        for entry in ENTRIES
    }


async def _page(visit: Visit, form: Form) -> Response[str]:
    async with visit.reading() as tx:
        accounts = await load_accounts(tx)
    return visit.page(
        "reports/points_accounts.html",
        section="reports",
        page="points",
        status=200 if form.is_sound else HTTP_422_UNPROCESSABLE_ENTITY,
        form=form,
        lines=[
            AccountLine(entry, visit.words.gettext(ENTRY_WORDS[entry]), accounts[entry], EXAMPLE[entry])
            for entry in ENTRIES
        ],
    )
