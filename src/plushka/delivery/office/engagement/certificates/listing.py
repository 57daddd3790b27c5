"""All certificates: found by state, kind and number; batches are made here, and taken away as a file."""

from typing import cast
from urllib.parse import urlencode
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.response import Redirect
from litestar.status_codes import HTTP_422_UNPROCESSABLE_ENTITY

from plushka.delivery.office.context import OfficeRequest
from plushka.delivery.office.engagement.certificates.rows import PATH, certificate_line
from plushka.delivery.office.exporting import leave_export
from plushka.delivery.office.visit import Visit
from plushka.delivery.web.forms import Form
from plushka.delivery.web.notices import sent_on
from plushka.domain.certificates import export
from plushka.domain.certificates.issuing import NOTE_LENGTH_MAX, leave_batch
from plushka.domain.certificates.model import AMOUNT_MAX_MINOR, BATCH_MAX, STATES, State
from plushka.domain.certificates.numbers import ALPHABET
from plushka.domain.certificates.queries import (
    LIST_MAX,
    CertificateFilter,
    count_certificates,
    list_certificates,
    list_liability,
)
from plushka.domain.certificates.types import list_types
from plushka.domain.certificates.words import STATE_WORDS
from plushka.platform.errors import Refusal


@get(PATH, opt={"action": "certificates.read"})
async def show_certificates(visit: NamedDependency[Visit], request: OfficeRequest) -> Response[str]:
    return await _list(visit, request, visit.form())


@post(PATH, opt={"action": "certificates.issue"})
async def issue_certificates(
    visit: NamedDependency[Visit], request: OfficeRequest
) -> Response[str] | Redirect:
    form = await visit.typed(request)
    type_id = form.id("type")
    count = form.number("count", least=1, most=BATCH_MAX)
    amount = form.money(
        "amount_minor", visit.business.currency, least=1, most=AMOUNT_MAX_MINOR, required=False
    )
    note = form.text("note", required=False, length_max=NOTE_LENGTH_MAX)
    if form.is_sound and type_id is not None and count is not None:
        try:
            async with visit.writing() as tx:
                _, task_id = await leave_batch(
                    tx, type_id=type_id, nominal_minor=amount, count=count, note=note
                )
        except Refusal as refusal:
            form.refused(refusal, default="type")
        else:
            return sent_on(f"/tasks/{task_id}", visit.words.gettext("The certificates are being made."))
    return await _list(visit, request, form)


@post(f"{PATH}/export", opt={"action": "certificates.export"})
async def export_certificates(visit: NamedDependency[Visit], request: OfficeRequest) -> Redirect:
    return await leave_export(visit, export.KIND, _where(request), file_name="certificates.csv")


async def _list(visit: Visit, request: OfficeRequest, form: Form) -> Response[str]:
    where = _where(request)
    async with visit.reading() as tx:
        kinds = await list_types(tx)
        total = await count_certificates(tx, where)
        found = await list_certificates(
            tx, where, before=_id(request.query_params.get("before")), limit=LIST_MAX + 1
        )
        owed = await list_liability(tx)
    asked = {
        "state": where.state or "",
        "type": str(where.type_id or ""),
        "number": request.query_params.get("number", ""),
    }
    query = urlencode({name: value for name, value in asked.items() if value})
    page, words = found[:LIST_MAX], visit.words
    return visit.page(
        "engagement/certificates/list.html",
        section="engagement",
        page="certificates",
        status=HTTP_422_UNPROCESSABLE_ENTITY if form.problems else 200,
        form=form,
        asked=asked,
        query=query,
        certificates=[certificate_line(one, visit) for one in page],
        total=visit.figures.number(total),
        next=f"{PATH}?{query}&before={page[-1].id}" if len(found) > LIST_MAX else "",
        states=[
            ("", words.gettext("all states")),
            *((one, words.gettext(STATE_WORDS[one])) for one in STATES),
        ],
        kinds=[("", words.gettext("all kinds")), *((str(kind.id), kind.name) for kind in kinds)],
        sold_kinds=[(str(kind.id), kind.name) for kind in kinds if kind.retired_at is None],
        owed=visit.figures.money(sum(one.owed_minor for one in owed)),
        owed_count=visit.figures.number(sum(one.owed for one in owed)),
        has_any=bool(page) or bool(query),
        may_issue=visit.may("certificates.issue"),
        may_export=visit.may("certificates.export"),
    )


def _where(request: OfficeRequest) -> CertificateFilter:
    """Return the filter of an address; what is no state, kind or number finds as if it were not there."""
    asked = request.query_params
    number = "".join(letter for letter in asked.get("number", "").upper() if letter in ALPHABET)
    state = cast(State, asked["state"]) if asked.get("state") in STATES else None
    return CertificateFilter(state=state, type_id=_id(asked.get("type")), number=number)


def _id(text: str | None) -> UUID | None:
    try:
        return UUID(text or "")
    except ValueError:
        return None
